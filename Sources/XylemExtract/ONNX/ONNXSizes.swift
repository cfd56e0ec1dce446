internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemTensor

/// Sizes and numbers in the ONNX graph.
final class ONNXSizes {
  private let builder: ONNXBuilder
  /// The input and the dimension that a symbol is the size of.
  private(set) var origins: [String: (input: String, dimension: Int)] = [:]

  init(_ builder: ONNXBuilder) { self.builder = builder }

  /// Declares a size of an input.
  func declare(_ symbol: String, input: String, dimension: Int) {
    if origins[symbol] == nil { origins[symbol] = (input, dimension) }
  }

  /// A size of a tensor: a number now if it is fixed.
  func size(of tensor: ONNXTensor, _ dimension: Int) throws -> ONNXValue {
    if let shape = tensor.shape {
      guard shape.indices.contains(dimension) else {
        throw ExtractErrors.onnx("the dimension \(dimension) is outside a tensor of \(shape.count) dimensions")
      }
      switch shape[dimension] {
      case .fixed(let size): return .literal(.int(size))
      case .symbol(let symbol):
        if let origin = origins[symbol] { return number(origin.input, origin.dimension) }
      case .unknown: break
      }
    } else if dimension < 0 {
      // A negative position counts from the end for Gather too.
      return number(tensor.name, dimension)
    }
    return number(tensor.name, dimension)
  }

  private func number(_ tensor: String, _ dimension: Int) -> ONNXValue {
    let shape = builder.emit("Shape", [tensor])[0]
    let start = builder.constant(checked: dimension)
    return .number(ONNXNumber(name: builder.emit("Gather", [shape, start], ["axis": .int(0)])[0], kind: .int))
  }

  /// The number as a tensor of shape [1] and type int64.
  func vector(_ value: ONNXValue) throws -> String {
    switch value {
    case .literal(.int(let number)): return try builder.constant([number])
    case .literal(.bool(let flag)): return try builder.constant([flag ? 1 : 0])
    case .number(let number) where number.kind == .int: return builder.current(number.name)
    case .tensor(let reference):
      let tensor = try reference.read()
      guard tensor.dtype.isIntegral else { break }
      let number = builder.emit("Cast", [tensor.name], ["to": .int(7)])[0]
      return builder.emit("Reshape", [number, try builder.constant([1])])[0]
    case .failed(let error): throw error
    default: break
    }
    throw ExtractErrors.onnx("\(value.kindDescription) can't be a size")
  }

  /// Numbers as one tensor of type int64.
  func vector(of values: [ONNXValue]) throws -> String {
    let known = values.compactMap { value -> Int? in
      if case .literal(.int(let number)) = value { return number }
      return nil
    }
    if known.count == values.count { return try builder.constant(known) }
    let parts = try values.map { try vector($0) }
    return parts.count == 1 ? parts[0] : builder.emit("Concat", parts, ["axis": .int(0)])[0]
  }

  /// The dimension that a number is the size of.
  func dimension(_ value: ONNXValue) -> ONNXDimension {
    switch value {
    case .literal(.int(let size)) where size >= 0: return .fixed(size)
    case .number(let number):
      for (symbol, origin) in origins.sorted(by: { $0.key < $1.key }) {
        if case .number(let own) = self.number(origin.input, origin.dimension),
          builder.current(own.name) == builder.current(number.name)
        {
          return .symbol(symbol)
        }
      }
      return .unknown
    default: return .unknown
    }
  }

  /// A whole shape as a tensor.
  func shape(of tensor: ONNXTensor) throws -> String {
    if let sizes = tensor.sizes { return try builder.constant(sizes) }
    return builder.emit("Shape", [tensor.name])[0]
  }
}

extension ONNXBuilder {
  /// An integer as a tensor of shape [1].
  func constant(checked value: Int) -> String {
    constant(
      HostArray(
        checked: .int64, shape: [1],
        bytes: (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
    ).name
  }
}
