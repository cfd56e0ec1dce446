internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemTensor

/// A call of an operator that is being written as ONNX: its arguments by the schema's names.
///
/// A lowering reads every argument that it honours. ``checkArguments()`` then refuses a call in which another argument
/// differs from its default.
final class ONNXCall {
  /// The operator without its overload, as in `aten::conv2d`. For an in-place operator, its functional twin.
  let name: String
  let overload: String
  let builder: ONNXBuilder
  let sizes: ONNXSizes
  private var arguments: [String: ONNXValue] = [:]
  private var order: [String] = []
  private var defaults: [String: Literal] = [:]
  private var unread: Set<String> = []

  init(_ op: TensorOperator, isInPlace: Bool, _ inputs: [ONNXValue], _ builder: ONNXBuilder, _ sizes: ONNXSizes) throws
  {
    let schema = op.schema
    name = isInPlace ? String(schema.name.dropLast()) : schema.name
    (overload, self.builder, self.sizes) = (schema.overload, builder, sizes)
    for (position, declared) in schema.arguments.enumerated() {
      order.append(declared.name)
      let literal = declared.defaultValue.flatMap { value -> ONNXValue? in Self.value(of: value) }
      if case .literal(let value)? = literal { defaults[declared.name] = value }
      if inputs.indices.contains(position) {
        arguments[declared.name] = inputs[position]
        unread.insert(declared.name)
      } else if let literal {
        arguments[declared.name] = literal
      }
    }
  }

  /// A value of the runtime that has a literal form.
  static func value(of value: Value) -> ONNXValue? {
    guard let unpacked = try? value.unpacked() else { return nil }
    switch unpacked {
    case .literal(let literal): return .literal(literal)
    case .list(let elements):
      let found = elements.compactMap(Self.value(of:))
      return found.count == elements.count ? .list(found) : nil
    case .tuple(let elements, let names):
      let found = elements.compactMap(Self.value(of:))
      return found.count == elements.count ? .tuple(found, names: names.isEmpty ? nil : names) : nil
    default: return nil
    }
  }

  /// Refuses arguments that the lowering did not read.
  ///
  /// - Throws: `extract.unsavable` for one that differs from its default.
  func checkArguments() throws {
    for name in order where unread.contains(name) {
      switch arguments[name] {
      case .literal(let value)? where value == defaults[name] || value == .none: continue
      case .list(let elements)? where elements.isEmpty: continue
      default: throw ExtractErrors.onnx("the argument '\(name)' of \(self.name) has a value that is not supported")
      }
    }
  }

  // MARK: - Arguments

  /// Whether the operator has an argument with this name.
  func has(_ name: String) -> Bool { order.contains(name) }

  /// An argument.
  func value(_ name: String) throws -> ONNXValue {
    unread.remove(name)
    guard let value = arguments[name] else {
      throw ExtractErrors.onnx("the argument '\(name)' of \(self.name) is missing")
    }
    if case .failed(let error) = value { throw error }
    return value
  }

  /// Reads arguments that change nothing about the result.
  func ignore(_ names: String...) { unread.subtract(names) }

  private func wrong(_ name: String, _ value: ONNXValue, _ wanted: String) -> XylemError {
    ExtractErrors.onnx("the argument '\(name)' of \(self.name) is \(value.kindDescription), not \(wanted)")
  }

  func reference(_ name: String) throws -> ONNXReference {
    let value = try value(name)
    guard case .tensor(let reference) = value else { throw wrong(name, value, "a tensor") }
    return reference
  }

  func tensor(_ name: String) throws -> ONNXTensor { try reference(name).read() }

  func optionalTensor(_ name: String) throws -> ONNXTensor? {
    if case .literal(.none) = try value(name) { return nil }
    return try tensor(name)
  }

  func tensors(_ name: String) throws -> [ONNXTensor] {
    let value = try value(name)
    guard case .list(let elements) = value else { throw wrong(name, value, "a list of tensors") }
    return try elements.map { element in
      guard case .tensor(let reference) = element else { throw wrong(name, element, "a tensor") }
      return try reference.read()
    }
  }

  func optionalInt(_ name: String) throws -> Int? {
    let value = try value(name)
    switch value {
    case .literal(.none): return nil
    case .literal(.int(let number)): return number
    case .literal(.bool(let flag)): return flag ? 1 : 0
    default: throw wrong(name, value, "a known integer")
    }
  }

  func int(_ name: String) throws -> Int {
    guard let number = try optionalInt(name) else { throw wrong(name, .literal(.none), "an integer") }
    return number
  }

  func optionalDouble(_ name: String) throws -> Double? {
    let value = try value(name)
    switch value {
    case .literal(.none): return nil
    case .literal(.bool(let flag)): return flag ? 1 : 0
    case .literal(let literal): if let number = literal.number { return number }
    default: break
    }
    throw wrong(name, value, "a known number")
  }

  func double(_ name: String) throws -> Double {
    guard let number = try optionalDouble(name) else { throw wrong(name, .literal(.none), "a number") }
    return number
  }

  func bool(_ name: String) throws -> Bool {
    let value = try value(name)
    guard case .literal(.bool(let flag)) = value else { throw wrong(name, value, "a known Boolean") }
    return flag
  }

  func optionalString(_ name: String) throws -> String? {
    let value = try value(name)
    switch value {
    case .literal(.none): return nil
    case .literal(.string(let text)): return text
    default: throw wrong(name, value, "a string")
    }
  }

  /// A list of values. A single number is a list of one.
  func list(_ name: String) throws -> [ONNXValue] {
    let value = try value(name)
    switch value {
    case .list(let elements), .tuple(let elements, _):
      for case .failed(let error) in elements { throw error }
      return elements
    case .literal(.int), .literal(.float), .number: return [value]
    default: throw wrong(name, value, "a list")
    }
  }

  /// A list of known integers. Nil for None.
  func optionalInts(_ name: String, count: Int? = nil) throws -> [Int]? {
    if case .literal(.none) = try value(name) { return nil }
    let found = try list(name).map { element -> Int in
      guard case .literal(.int(let number)) = element else { throw wrong(name, element, "a known integer") }
      return number
    }
    guard let count, found.count == 1, count != 1 else { return found }
    return Array(repeating: found[0], count: count)
  }

  /// A list of known integers. One number stands for `count` of them.
  func ints(_ name: String, count: Int? = nil) throws -> [Int] {
    guard let found = try optionalInts(name, count: count) else { throw wrong(name, .literal(.none), "a list") }
    return found
  }

  /// An element type. Nil for None.
  func optionalDType(_ name: String) throws -> DType? {
    guard let code = try optionalInt(name) else { return nil }
    guard let dtype = DType(runtimeCode: Int32(code)), dtype.onnxCode != nil else {
      throw ExtractErrors.onnx("the element type \(code) is not one of ONNX")
    }
    return dtype
  }

  // MARK: - Nodes

  /// Adds a node with one result.
  func emit(_ operation: String, _ inputs: [String], _ attributes: [String: ONNXAttribute] = [:]) -> String {
    builder.emit(operation, inputs, attributes)[0]
  }

  /// A node with one result and without attributes, which is the call's.
  func result(
    _ operation: String, _ inputs: [String], _ dtype: DType, _ shape: [ONNXDimension]?, like source: ONNXTensor? = nil
  ) -> ONNXValue {
    result(operation, inputs, [:], dtype, shape, like: source)
  }

  /// A node with one result, which is the call's.
  func result(
    _ operation: String, _ inputs: [String], _ attributes: [String: ONNXAttribute], _ dtype: DType,
    _ shape: [ONNXDimension]?, like source: ONNXTensor? = nil
  ) -> ONNXValue {
    .tensor(
      ONNXTensor(
        name: emit(operation, inputs, attributes), dtype: dtype, shape: shape,
        rankSource: shape == nil ? source?.rankSource : nil))
  }

  /// The rank of a tensor.
  ///
  /// - Throws: `extract.unsavable` if it is not known.
  func rank(of tensor: ONNXTensor) throws -> Int {
    if let rank = tensor.rank { return rank }
    throw ExtractErrors.onnx(
      "the number of dimensions of '\(tensor.name)' is not known",
      remedies: Audience.remedies(
        program: ["FeatureExtractor(of: model, returning: […], shapes: [\"x\": [1, 3, 224, 224]])"],
        commandLine: ["--shape 1,3,224,224  # with the sizes of the model's input"]))
  }

  /// The same tensor, whose rank is given by how it is used.
  func tensor(_ tensor: ONNXTensor, hasRank rank: Int) throws -> ONNXTensor {
    if tensor.rank == nil, let source = tensor.rankSource { throw ONNXRestart.rank(input: source, rank) }
    guard try self.rank(of: tensor) == rank else {
      throw ExtractErrors.onnx("\(name) gets a tensor of \(tensor.rank ?? 0) dimensions: only \(rank) are supported")
    }
    return tensor
  }

  /// The sizes of a tensor as a list of dimensions.
  func shape(of tensor: ONNXTensor) throws -> [ONNXDimension] {
    _ = try rank(of: tensor)
    return tensor.shape ?? []
  }

  /// A dimension counted from the front.
  func axis(_ dimension: Int, rank: Int) throws -> Int {
    let found = dimension < 0 ? dimension + rank : dimension
    guard (0..<max(rank, 1)).contains(found) else {
      throw ExtractErrors.onnx("the dimension \(dimension) is outside a tensor of \(rank) dimensions")
    }
    return found
  }

  /// The tensor with another element type.
  func cast(_ tensor: ONNXTensor, to dtype: DType) -> ONNXTensor {
    guard tensor.dtype != dtype else { return tensor }
    var other = tensor
    other.name = emit("Cast", [tensor.name], ["to": .int(dtype.onnxCode ?? 1)])
    other.dtype = dtype
    return other
  }

  /// The tensor as floating-point numbers, as operators on them convert integers.
  func floating(_ tensor: ONNXTensor) -> ONNXTensor { tensor.dtype.isIntegral ? cast(tensor, to: .float32) : tensor }
}
