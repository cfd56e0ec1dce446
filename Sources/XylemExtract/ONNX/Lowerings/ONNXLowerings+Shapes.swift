internal import XylemErrors
internal import XylemFiles
internal import XylemGraph

extension ONNXLowerings {
  static var shapes: [String: ONNXLowering] {
    var table: [String: ONNXLowering] = [
      "aten::size": size, "aten::dim": { call in .literal(.int(try call.rank(of: try call.tensor("self")))) },
      "aten::numel": count, "aten::view": reshape, "aten::reshape": reshape, "aten::_unsafe_view": reshape,
      "aten::flatten": flatten, "aten::unflatten": unflatten, "aten::permute": permute, "aten::transpose": transpose,
      "aten::t": transposed, "aten::unsqueeze": unsqueeze, "aten::squeeze": squeeze, "aten::expand": expand,
      "aten::expand_as": { call in
        call.ignore("other")
        let other = try call.tensor("other")
        let input = try call.tensor("self")
        return call.result("Expand", [input.name, try call.sizes.shape(of: other)], input.dtype, other.shape)
      },
      "aten::view_as": { call in
        let (input, other) = (try call.tensor("self"), try call.tensor("other"))
        return call.result("Reshape", [input.name, try call.sizes.shape(of: other)], input.dtype, other.shape)
      },
      "aten::repeat": repeated, "aten::pixel_shuffle": pixelShuffle, "aten::movedim": moved,
      "aten::to": converted, "aten::_to_copy": converted,
      "aten::type_as": { call in
        call.cast(try call.tensor("self"), to: try call.tensor("other").dtype).value
      },
      "aten::contiguous": { call in
        call.ignore("memory_format")
        return .tensor(try call.reference("self"))
      },
      "aten::clone": { call in
        call.ignore("memory_format")
        let input = try call.tensor("self")
        return call.like(input, call.emit("Identity", [input.name]))
      },
    ]
    for name in ["detach", "alias", "lift_fresh", "positive"] {
      table["aten::" + name] = { call in .tensor(try call.reference("self")) }
    }
    return table
  }

  private static func size(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    if call.has("dim") {
      let dimension = try call.int("dim")
      guard let rank = input.rank else { return try call.sizes.size(of: input, dimension) }
      return try call.sizes.size(of: input, try call.axis(dimension, rank: rank))
    }
    return .list(try (0..<(try call.rank(of: input))).map { try call.sizes.size(of: input, $0) })
  }

  private static func count(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    if let sizes = input.sizes { return .literal(.int(sizes.reduce(1, *))) }
    let count = call.emit("Reshape", [call.emit("Size", [input.name]), try call.builder.constant([1])])
    return .number(ONNXNumber(name: count, kind: .int))
  }

  /// Reshapes to sizes of which one may be -1. A size of 0 is none, as in PyTorch.
  private static func reshape(_ call: ONNXCall) throws -> ONNXValue {
    if call.overload == "dtype" { throw ExtractErrors.onnx("a view with another element type is not supported") }
    let input = try call.tensor("self")
    return try reshaped(call, input, try call.list(call.has("size") ? "size" : "shape"))
  }

  static func reshaped(_ call: ONNXCall, _ input: ONNXTensor, _ wanted: [ONNXValue]) throws -> ONNXValue {
    var shape = wanted.map { call.sizes.dimension($0) }
    if let open = wanted.firstIndex(where: { if case .literal(.int(-1)) = $0 { true } else { false } }) {
      let others = shape.enumerated().filter { $0.offset != open }.map(\.element)
      shape[open] = remaining(input, others)
    }
    return call.result(
      "Reshape", [input.name, try call.sizes.vector(of: wanted)], ["allowzero": .int(1)], input.dtype, shape)
  }

  /// The size that is left for a dimension of -1.
  private static func remaining(_ input: ONNXTensor, _ others: [ONNXDimension]) -> ONNXDimension {
    guard var left = input.shape else { return .unknown }
    var known = 1
    for other in others {
      switch other {
      case .fixed(let size): known *= size
      case .symbol:
        guard let index = left.firstIndex(of: other) else { return .unknown }
        left.remove(at: index)
      case .unknown: return .unknown
      }
    }
    let symbols = left.filter { $0.known == nil }
    let rest = left.compactMap(\.known).reduce(1, *)
    if symbols.isEmpty { return known > 0 && rest % known == 0 ? .fixed(rest / known) : .unknown }
    return symbols.count == 1 && rest == known ? symbols[0] : .unknown
  }

  private static func flatten(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    let (start, end) = (try call.int("start_dim"), try call.int("end_dim"))
    guard let rank = input.rank else {
      // The first dimensions stay, whatever the rank.
      guard start >= 0, end == -1 else { _ = try call.rank(of: input); return .literal(.none) }
      let shape = try call.builder.constant(Array(repeating: 0, count: start) + [-1])
      return call.result(
        "Reshape", [input.name, shape], input.dtype, Array(repeating: .unknown, count: start + 1))
    }
    guard rank > 0 else { return try reshaped(call, input, [.literal(.int(1))]) }
    let (first, last) = (try call.axis(start, rank: rank), try call.axis(end, rank: rank))
    guard first < last else { return .tensor(try call.reference("self")) }
    let before = try (0..<first).map { try call.sizes.size(of: input, $0) }
    let after = try ((last + 1)..<rank).map { try call.sizes.size(of: input, $0) }
    return try reshaped(call, input, before + [.literal(.int(-1))] + after)
  }

  private static func unflatten(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    let rank = try call.rank(of: input)
    let axis = try call.axis(try call.int("dim"), rank: rank)
    let before = try (0..<axis).map { try call.sizes.size(of: input, $0) }
    let after = try ((axis + 1)..<rank).map { try call.sizes.size(of: input, $0) }
    return try reshaped(call, input, before + (try call.list("sizes")) + after)
  }

  private static func turned(_ call: ONNXCall, _ input: ONNXTensor, _ order: [Int]) -> ONNXValue {
    call.result(
      "Transpose", [input.name], ["perm": .ints(order)], input.dtype,
      input.shape.map { shape in order.map { shape[$0] } })
  }

  private static func permute(_ call: ONNXCall) throws -> ONNXValue {
    let dims = try call.ints("dims")
    let input = try call.tensor(try call.tensor("self"), hasRank: dims.count)
    return turned(call, input, try dims.map { try call.axis($0, rank: dims.count) })
  }

  private static func transpose(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    let rank = try call.rank(of: input)
    var order = Array(0..<rank)
    order.swapAt(try call.axis(try call.int("dim0"), rank: rank), try call.axis(try call.int("dim1"), rank: rank))
    return turned(call, input, order)
  }

  private static func transposed(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    guard try call.rank(of: input) == 2 else { return .tensor(try call.reference("self")) }
    return turned(call, input, [1, 0])
  }

  private static func moved(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    let rank = try call.rank(of: input)
    let from = try call.ints("source").map { try call.axis($0, rank: rank) }
    let to = try call.ints("destination").map { try call.axis($0, rank: rank) }
    var order = Array(repeating: -1, count: rank)
    for (source, target) in zip(from, to) { order[target] = source }
    var rest = (0..<rank).filter { !from.contains($0) }
    for index in order.indices where order[index] < 0 { order[index] = rest.removeFirst() }
    return turned(call, input, order)
  }

  private static func unsqueeze(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    let axis = try call.int("dim")
    var shape = input.shape
    if let rank = input.rank { shape?.insert(.fixed(1), at: try call.axis(axis, rank: rank + 1)) }
    return call.result("Unsqueeze", [input.name, try call.builder.constant([axis])], input.dtype, shape)
  }

  private static func squeeze(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    let shape = try call.shape(of: input)
    let wanted =
      call.has("dim") ? Set(try call.ints("dim").map { try call.axis($0, rank: shape.count) }) : Set(shape.indices)
    let gone = try shape.indices.filter { index in
      guard wanted.contains(index) else { return false }
      guard let size = shape[index].known else {
        throw ExtractErrors.onnx("whether a dimension has size 1, and is dropped, is known only when the model runs")
      }
      return size == 1
    }
    guard !gone.isEmpty else { return .tensor(try call.reference("self")) }
    return call.result(
      "Squeeze", [input.name, try call.builder.constant(gone)], input.dtype,
      shape.indices.compactMap { gone.contains($0) ? nil : shape[$0] })
  }

  private static func expand(_ call: ONNXCall) throws -> ONNXValue {
    call.ignore("implicit")
    let input = try call.tensor("self")
    let wanted = try call.list("size")
    let own = try call.shape(of: input)
    // -1 keeps a size, and so does 1 for Expand.
    let target = wanted.map { value -> ONNXValue in
      if case .literal(.int(-1)) = value { .literal(.int(1)) } else { value }
    }
    let shape = wanted.indices.map { index -> ONNXDimension in
      if case .literal(.int(-1)) = wanted[index] {
        let position = index - (wanted.count - own.count)
        return own.indices.contains(position) ? own[position] : .unknown
      }
      return call.sizes.dimension(wanted[index])
    }
    return call.result("Expand", [input.name, try call.sizes.vector(of: target)], input.dtype, shape)
  }

  private static func repeated(_ call: ONNXCall) throws -> ONNXValue {
    var input = try call.tensor("self")
    let counts = try call.list("repeats")
    var shape = try call.shape(of: input)
    if counts.count > shape.count {
      let added = counts.count - shape.count
      input.name = call.emit("Unsqueeze", [input.name, try call.builder.constant(Array(0..<added))])
      shape = Array(repeating: .fixed(1), count: added) + shape
    }
    let result = zip(shape, counts).map { size, count -> ONNXDimension in
      guard case .literal(.int(let number)) = count else {
        return size == .fixed(1) ? call.sizes.dimension(count) : .unknown
      }
      return number == 1 ? size : size.known.map { .fixed($0 * number) } ?? .unknown
    }
    return call.result("Tile", [input.name, try call.sizes.vector(of: counts)], input.dtype, result)
  }

  private static func pixelShuffle(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor(try call.tensor("self"), hasRank: 4)
    let factor = try call.int("upscale_factor")
    let shape = try call.shape(of: input)
    let channels = shape[1].known.map { ONNXDimension.fixed($0 / (factor * factor)) } ?? .unknown
    return call.result(
      "DepthToSpace", [input.name], ["blocksize": .int(factor), "mode": .string("CRD")], input.dtype,
      [shape[0], channels] + shape[2...].map { $0.known.map { .fixed($0 * factor) } ?? .unknown })
  }

  /// Conversions of the element type. Devices and layouts are the engine's own.
  private static func converted(_ call: ONNXCall) throws -> ONNXValue {
    call.ignore("device", "layout", "pin_memory", "non_blocking", "copy", "memory_format")
    let dtype: DType? =
      call.has("other") ? try call.tensor("other").dtype : call.has("dtype") ? try call.optionalDType("dtype") : nil
    let input = try call.reference("self")
    guard let dtype, try input.read().dtype != dtype else { return .tensor(input) }
    return call.cast(try input.read(), to: dtype).value
  }
}

extension ONNXTensor {
  /// The tensor as a value of the model's code.
  var value: ONNXValue { .tensor(self) }
}
