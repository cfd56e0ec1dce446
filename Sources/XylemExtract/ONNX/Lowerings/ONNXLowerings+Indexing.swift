internal import XylemErrors
internal import XylemFiles
internal import XylemGraph

extension ONNXLowerings {
  static var indexing: [String: ONNXLowering] {
    [
      "aten::select": select, "aten::slice": slice, "aten::narrow": narrow, "aten::index_select": indexSelect,
      "aten::gather": gather, "aten::index": index, "aten::embedding": embedding, "aten::cat": cat,
      "aten::concat": cat, "aten::stack": stack, "aten::split": split, "aten::split_with_sizes": split,
      "aten::chunk": chunk, "aten::unbind": unbind, "aten::roll": roll, "aten::flip": flip,
      "aten::constant_pad_nd": constantPad, "aten::pad": pad, "aten::reflection_pad1d": { try reflected($0, 1) },
      "aten::reflection_pad2d": { try reflected($0, 2) }, "aten::replication_pad2d": { try replicated($0, 2) },
      "aten::tril": { try triangle($0, upper: 0) }, "aten::triu": { try triangle($0, upper: 1) },
    ]
  }

  /// The largest end that a slice may have, which means none.
  private static let noEnd = Int.max

  private static func select(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    var shape = input.shape
    let axis = try call.int("dim")
    if let rank = input.rank { shape?.remove(at: try call.axis(axis, rank: rank)) }
    let index = try call.value("index")
    if case .literal(.int(let position)) = index {
      let name = call.emit(
        "Gather", [input.name, try call.builder.constant([Double(position)], .int64)], ["axis": .int(axis)])
      var part: ONNXPart?
      if let all = input.shape, let own = try? call.axis(axis, rank: all.count) {
        let first = position < 0 ? all[own].known.map { $0 + position } : position
        part = try first.map {
          ONNXPart(base: try call.reference("self"), axis: own, range: $0..<($0 + 1), dropsAxis: true)
        }
      }
      return .tensor(
        ONNXReference(ONNXTensor(name: name, dtype: input.dtype, shape: shape), part: part))
    }
    let scalar = call.emit("Reshape", [try call.sizes.vector(index), try call.builder.constant([Int]())])
    return call.result("Gather", [input.name, scalar], ["axis": .int(axis)], input.dtype, shape)
  }

  private static func slice(_ call: ONNXCall) throws -> ONNXValue {
    if call.has("l") { return try slicedList(call) }
    return try sliced(
      call, axis: try call.int("dim"), start: try call.value("start"), end: try call.value("end"),
      step: try call.int("step"))
  }

  /// A part of a list.
  private static func slicedList(_ call: ONNXCall) throws -> ONNXValue {
    let elements = try call.list("l")
    func bound(_ name: String, _ missing: Int) throws -> Int {
      guard let found = try call.optionalInt(name) else { return missing }
      return min(max(found < 0 ? found + elements.count : found, 0), elements.count)
    }
    let (start, end) = (try bound("start", 0), try bound("end", elements.count))
    let step = try call.int("step")
    guard step > 0 else { throw ExtractErrors.onnx("a list is read backwards") }
    return .list(stride(from: start, to: end, by: step).map { elements[$0] })
  }

  private static func sliced(
    _ call: ONNXCall, axis: Int, start: ONNXValue, end: ONNXValue, step: Int
  ) throws -> ONNXValue {
    let input = try call.tensor("self")
    func bound(_ value: ONNXValue, _ missing: Int) -> ONNXValue {
      if case .literal(.none) = value { return .literal(.int(missing)) }
      return value
    }
    let (start, end) = (bound(start, 0), bound(end, noEnd))
    var shape = input.shape
    var part: ONNXPart?
    if let rank = input.rank, let all = input.shape {
      let position = try call.axis(axis, rank: rank)
      if case (.literal(.int(let first)), .literal(.int(let last))) = (start, end) {
        if first == 0, last == noEnd, step == 1 { return .tensor(try call.reference("self")) }
        if let size = all[position].known {
          let from = min(max(first < 0 ? first + size : first, 0), size)
          let to = min(max(last < 0 ? last + size : last, from), size)
          shape?[position] = .fixed((to - from + step - 1) / step)
          if step == 1 {
            part = ONNXPart(base: try call.reference("self"), axis: position, range: from..<to, dropsAxis: false)
          }
        } else {
          shape?[position] = .unknown
        }
      } else {
        shape?[position] = .unknown
      }
    }
    let name = call.emit(
      "Slice",
      [
        input.name, try call.sizes.vector(start), try call.sizes.vector(end), try call.builder.constant([axis]),
        try call.builder.constant([step]),
      ])
    return .tensor(ONNXReference(ONNXTensor(name: name, dtype: input.dtype, shape: shape), part: part))
  }

  private static func narrow(_ call: ONNXCall) throws -> ONNXValue {
    let (start, length) = (try call.value("start"), try call.value("length"))
    guard case .literal(.int(let first)) = start, case .literal(.int(let count)) = length, first >= 0 else {
      throw ExtractErrors.onnx("narrow with a start that is not known")
    }
    return try sliced(
      call, axis: try call.int("dim"), start: start, end: .literal(.int(first + count)), step: 1)
  }

  private static func indexSelect(_ call: ONNXCall) throws -> ONNXValue {
    let (input, index) = (try call.tensor("self"), try call.tensor("index"))
    let axis = try call.int("dim")
    var shape = input.shape
    if let rank = input.rank { shape?[try call.axis(axis, rank: rank)] = index.shape?.first ?? .unknown }
    return call.result("Gather", [input.name, index.name], ["axis": .int(axis)], input.dtype, shape)
  }

  private static func gather(_ call: ONNXCall) throws -> ONNXValue {
    call.ignore("sparse_grad")
    let (input, index) = (try call.tensor("self"), try call.tensor("index"))
    return call.result(
      "GatherElements", [input.name, index.name], ["axis": .int(try call.int("dim"))], input.dtype, index.shape)
  }

  private static func embedding(_ call: ONNXCall) throws -> ONNXValue {
    call.ignore("padding_idx", "scale_grad_by_freq", "sparse")
    let (weight, indices) = (try call.tensor("weight"), try call.tensor("indices"))
    guard indices.dtype.isIntegral else {
      if let source = indices.rankSource { throw ONNXRestart.dtype(input: source, .int64) }
      throw ExtractErrors.onnx("the indices of an embedding are not integers")
    }
    return call.result(
      "Gather", [weight.name, indices.name], ["axis": .int(0)], weight.dtype,
      indices.shape.map { $0 + [weight.shape?[1] ?? .unknown] }, like: indices)
  }

  /// `x[i]` and `x[i, :, j]` with tensors as indices: one tensor of integers, or several side by side.
  private static func index(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    var indices: [(axis: Int, tensor: ONNXTensor)] = []
    for (axis, value) in try call.list("indices").enumerated() {
      switch value {
      case .literal(.none): continue
      case .tensor(let reference): indices.append((axis, try reference.read()))
      default: throw ExtractErrors.onnx("an index is \(value.kindDescription)")
      }
    }
    guard let first = indices.first, indices.allSatisfy({ $0.tensor.dtype.isIntegral && $0.tensor.dtype != .bool })
    else { throw ExtractErrors.onnx("indexing by a mask gives a size that depends on elements") }
    let shape = try call.shape(of: input)
    guard indices.count > 1 else {
      let own = try call.shape(of: first.tensor)
      return call.result(
        "Gather", [input.name, call.cast(first.tensor, to: .int64).name], ["axis": .int(first.axis)], input.dtype,
        Array(shape[..<first.axis]) + own + Array(shape[(first.axis + 1)...]))
    }
    guard indices.enumerated().allSatisfy({ $0.offset == $0.element.axis }) else {
      throw ExtractErrors.onnx("indexing by several tensors that don't begin at the first dimension is not supported")
    }
    var common: [ONNXDimension]? = []
    for index in indices { common = ONNXTypes.broadcast(common, index.tensor.shape) }
    guard let common else { throw ExtractErrors.onnx("the number of dimensions of an index is not known") }
    // Negative indices count from the end for GatherND too.
    var target = indices.map { call.cast($0.tensor, to: .int64).name }
    let widest = target.dropFirst().reduce(target[0]) { call.emit("Add", [$0, $1]) }
    let whole = call.emit("Shape", [widest])
    target = try target.map {
      call.emit("Unsqueeze", [call.emit("Expand", [$0, whole]), try call.builder.constant([-1])])
    }
    return call.result(
      "GatherND", [input.name, call.emit("Concat", target, ["axis": .int(-1)])], input.dtype,
      common + Array(shape[indices.count...]))
  }

  private static func cat(_ call: ONNXCall) throws -> ONNXValue {
    // A list of no dimensions and no elements is passed over by PyTorch, for old code.
    let parts = try call.tensors("tensors").filter { $0.sizes != [0] }
    guard let first = parts.first else { throw ExtractErrors.onnx("nothing to join") }
    let axis = try call.int("dim")
    let dtype = try ONNXTypes.promoted(parts, in: call)
    var shape = parts.compactMap(\.shape).first
    if let rank = shape?.count {
      let position = try call.axis(axis, rank: rank)
      let sizes = parts.map { $0.shape?[position].known }
      let known = sizes.compactMap(\.self)
      shape?[position] = known.count == sizes.count ? .fixed(known.reduce(0, +)) : .unknown
    }
    return call.result(
      "Concat", parts.map { call.cast($0, to: dtype).name }, ["axis": .int(axis)], dtype, shape, like: first)
  }

  private static func stack(_ call: ONNXCall) throws -> ONNXValue {
    let parts = try call.tensors("tensors")
    guard let first = parts.first else { throw ExtractErrors.onnx("nothing to join") }
    let axis = try call.int("dim")
    let dtype = try ONNXTypes.promoted(parts, in: call)
    var shape = first.shape
    if let rank = first.rank {
      shape?.insert(.fixed(parts.count), at: try call.axis(axis, rank: rank + 1))
    }
    let position = try call.builder.constant([axis])
    let raised = parts.map { call.emit("Unsqueeze", [call.cast($0, to: dtype).name, position]) }
    return call.result("Concat", raised, ["axis": .int(axis)], dtype, shape)
  }

  private static func parts(
    _ call: ONNXCall, _ input: ONNXTensor, axis: Int, sizes: [Int]
  ) throws -> [ONNXTensor] {
    let names = call.builder.emit(
      "Split", [input.name, try call.builder.constant(sizes)], ["axis": .int(axis)], outputs: sizes.count)
    return zip(names, sizes).map { name, size in
      var shape = input.shape
      shape?[axis] = .fixed(size)
      return ONNXTensor(name: name, dtype: input.dtype, shape: shape)
    }
  }

  /// The size of a dimension that is split, which decides how many parts there are.
  private static func splitSize(_ call: ONNXCall, _ input: ONNXTensor) throws -> (axis: Int, size: Int) {
    let shape = try call.shape(of: input)
    let axis = try call.axis(try call.int("dim"), rank: shape.count)
    guard let size = shape[axis].known else {
      throw ExtractErrors.onnx("the number of parts of \(call.name) depends on a size that is not known")
    }
    return (axis, size)
  }

  private static func split(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    let name = call.has("split_sizes") ? "split_sizes" : "split_size"
    let wanted = try call.ints(name)
    if case .list = try call.value(name) {
      let rank = try call.rank(of: input)
      return .list(
        try parts(call, input, axis: try call.axis(try call.int("dim"), rank: rank), sizes: wanted).map(\.value))
    }
    let (axis, size) = try splitSize(call, input)
    return .list(try parts(call, input, axis: axis, sizes: pieces(size, of: wanted[0])).map(\.value))
  }

  private static func pieces(_ size: Int, of length: Int) -> [Int] {
    guard length > 0, size > 0 else { return [size] }
    return stride(from: 0, to: size, by: length).map { min(length, size - $0) }
  }

  private static func chunk(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    let (axis, size) = try splitSize(call, input)
    let count = try call.int("chunks")
    return .list(try parts(call, input, axis: axis, sizes: pieces(size, of: (size + count - 1) / count)).map(\.value))
  }

  private static func unbind(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    let (axis, size) = try splitSize(call, input)
    return .list(
      try (0..<size).map { position in
        var shape = input.shape
        shape?.remove(at: axis)
        return call.result(
          "Gather", [input.name, try call.builder.constant([Double(position)], .int64)], ["axis": .int(axis)],
          input.dtype, shape)
      })
  }

  /// Cuts each dimension in two and swaps the parts.
  private static func roll(_ call: ONNXCall) throws -> ONNXValue {
    var input = try call.tensor("self")
    let rank = try call.rank(of: input)
    let (shifts, dims) = (try call.list("shifts"), try call.ints("dims"))
    guard shifts.count == dims.count else { throw ExtractErrors.onnx("roll of all elements is not supported") }
    for (shift, dim) in zip(shifts, dims) {
      if case .literal(.int(0)) = shift { continue }
      let axis = try call.axis(dim, rank: rank)
      let size = try call.sizes.vector(try call.sizes.size(of: input, axis))
      // The first of the elements that come to the front.
      let cut = call.emit("Mod", [call.emit("Sub", [size, try call.sizes.vector(shift)]), size])
      let (zero, end) = (try call.builder.constant([0]), try call.builder.constant([noEnd]))
      let position = try call.builder.constant([axis])
      let front = call.emit("Slice", [input.name, cut, end, position])
      let back = call.emit("Slice", [input.name, zero, cut, position])
      input.name = call.emit("Concat", [front, back], ["axis": .int(axis)])
    }
    return call.result("Identity", [input.name], input.dtype, input.shape)
  }

  private static func flip(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    let dims = try call.ints("dims")
    func same(_ value: Int) throws -> String { try call.builder.constant(dims.map { _ in value }) }
    return call.result(
      "Slice", [input.name, try same(-1), try same(-noEnd), try call.builder.constant(dims), try same(-1)], input.dtype,
      input.shape)
  }

  private static func triangle(_ call: ONNXCall, upper: Int) throws -> ONNXValue {
    let input = try call.tensor("self")
    let diagonal = try call.builder.constant([Double(try call.int("diagonal"))], .int64)
    return call.like(input, call.emit("Trilu", [input.name, diagonal], ["upper": .int(upper)]))
  }

  // MARK: - Padding

  private static func constantPad(_ call: ONNXCall) throws -> ONNXValue {
    try padded(call, try call.list("pad"), mode: "constant", value: try call.double("value"))
  }

  private static func pad(_ call: ONNXCall) throws -> ONNXValue {
    let modes = ["constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"]
    let name = try call.optionalString("mode") ?? "constant"
    guard let mode = modes[name] else { throw ExtractErrors.onnx("padding of mode '\(name)' is not supported") }
    return try padded(call, try call.list("pad"), mode: mode, value: try call.optionalDouble("value") ?? 0)
  }

  private static func reflected(_ call: ONNXCall, _ dimensions: Int) throws -> ONNXValue {
    try padded(call, try call.list("padding"), mode: "reflect", value: 0)
  }

  private static func replicated(_ call: ONNXCall, _ dimensions: Int) throws -> ONNXValue {
    try padded(call, try call.list("padding"), mode: "edge", value: 0)
  }

  /// PyTorch gives the elements before and after each dimension, the last dimension first.
  private static func padded(
    _ call: ONNXCall, _ amounts: [ONNXValue], mode: String, value: Double
  ) throws -> ONNXValue {
    let input = try call.tensor("self")
    var shape = try call.shape(of: input)
    let count = amounts.count / 2
    guard count <= shape.count else { throw ExtractErrors.onnx("padding of more dimensions than there are") }
    let axes = (0..<count).map { shape.count - 1 - $0 }
    let (before, after) = ((0..<count).map { amounts[2 * $0] }, (0..<count).map { amounts[2 * $0 + 1] })
    for (index, axis) in axes.enumerated() {
      if case (.literal(.int(let left)), .literal(.int(let right))) = (before[index], after[index]) {
        if left != 0 || right != 0 { shape[axis] = shape[axis].known.map { .fixed($0 + left + right) } ?? .unknown }
      } else {
        shape[axis] = .unknown
      }
    }
    let pads = try call.sizes.vector(of: before + after)
    let constant = mode == "constant" ? try call.builder.constant([value], input.dtype) : ""
    return call.result(
      "Pad", [input.name, pads, constant, try call.builder.constant(axes)], ["mode": .string(mode)], input.dtype, shape)
  }
}
