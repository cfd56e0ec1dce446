internal import XylemErrors
internal import XylemFiles
internal import XylemGraph

extension ONNXLowerings {
  static var reductions: [String: ONNXLowering] {
    [
      "aten::mean": { try reduced($0, "ReduceMean", floats: true) },
      "aten::sum": { try reduced($0, "ReduceSum", floats: false) },
      "aten::amax": { try reduced($0, "ReduceMax", floats: false) },
      "aten::amin": { try reduced($0, "ReduceMin", floats: false) },
      "aten::max": { try extreme($0, "ReduceMax", "ArgMax", "Max") },
      "aten::min": { try extreme($0, "ReduceMin", "ArgMin", "Min") },
      "aten::logsumexp": { try reduced($0, "ReduceLogSumExp", floats: true) },
      "aten::var": { try variance($0, isDeviation: false) }, "aten::std": { try variance($0, isDeviation: true) },
      "aten::norm": norm, "aten::linalg_vector_norm": norm, "aten::argmax": { try position($0, "ArgMax") },
      "aten::argmin": { try position($0, "ArgMin") }, "aten::cumsum": cumulativeSum,
      "aten::softmax": { try softmax($0, "Softmax") }, "aten::log_softmax": { try softmax($0, "LogSoftmax") },
      "aten::_softmax": { try softmax($0, "Softmax") }, "aten::_log_softmax": { try softmax($0, "LogSoftmax") },
    ]
  }

  /// The dimensions of a reduction. Nil for all of them.
  private static func dimensions(_ call: ONNXCall) throws -> [Int]? {
    guard call.has("dim"), let found = try call.optionalInts("dim"), !found.isEmpty else { return nil }
    return found
  }

  private static func keeps(_ call: ONNXCall) throws -> Bool { call.has("keepdim") ? try call.bool("keepdim") : false }

  /// The sizes after a reduction.
  private static func shape(
    _ call: ONNXCall, _ input: ONNXTensor, _ axes: [Int]?, keeps: Bool
  ) throws -> [ONNXDimension]? {
    guard let axes else { return keeps ? input.shape?.map { _ in .fixed(1) } : [] }
    guard let shape = input.shape else { return nil }
    let gone = Set(try axes.map { try call.axis($0, rank: shape.count) })
    return shape.indices.compactMap { gone.contains($0) ? keeps ? .fixed(1) : nil : shape[$0] }
  }

  private static func reduce(
    _ call: ONNXCall, _ operation: String, _ input: ONNXTensor, _ axes: [Int]?, keeps: Bool
  ) throws -> ONNXTensor {
    let inputs = [input.name] + (try axes.map { [try call.builder.constant($0)] } ?? [])
    return ONNXTensor(
      name: call.emit(operation, inputs, ["keepdims": .int(keeps ? 1 : 0)]), dtype: input.dtype,
      shape: try shape(call, input, axes, keeps: keeps), rankSource: keeps ? input.rankSource : nil)
  }

  private static func reduced(_ call: ONNXCall, _ operation: String, floats: Bool) throws -> ONNXValue {
    var input = try call.tensor("self")
    if call.has("dtype"), let dtype = try call.optionalDType("dtype") {
      input = call.cast(input, to: dtype)
    } else if operation == "ReduceSum", input.dtype.isIntegral {
      input = call.cast(input, to: .int64)
    } else if floats {
      input = call.floating(input)
    }
    return .tensor(try reduce(call, operation, input, try dimensions(call), keeps: try keeps(call)))
  }

  /// `max` and `min`: of all elements, along a dimension with positions, or of two tensors.
  private static func extreme(
    _ call: ONNXCall, _ reduction: String, _ position: String, _ binary: String
  ) throws -> ONNXValue {
    if call.has("other") { return call.binary(binary, try call.operands("self", "other")) }
    let input = try call.tensor("self")
    guard call.has("dim") else { return .tensor(try reduce(call, reduction, input, nil, keeps: false)) }
    let (axis, keeps) = (try call.int("dim"), try keeps(call))
    let values = try reduce(call, reduction, input, [axis], keeps: keeps)
    let index = call.emit(position, [input.name], ["axis": .int(axis), "keepdims": .int(keeps ? 1 : 0)])
    return .tuple(
      [.tensor(values), .tensor(ONNXTensor(name: index, dtype: .int64, shape: values.shape))],
      names: ["values", "indices"])
  }

  private static func position(_ call: ONNXCall, _ operation: String) throws -> ONNXValue {
    let input = try call.tensor("self")
    guard let axis = try call.optionalInt("dim") else {
      guard try !keeps(call) else { throw ExtractErrors.onnx("\(call.name) of all elements that keeps dimensions") }
      let flat = call.emit("Reshape", [input.name, try call.builder.constant([-1])])
      return call.result(operation, [flat], ["axis": .int(0), "keepdims": .int(0)], .int64, [])
    }
    let keeps = try keeps(call)
    return call.result(
      operation, [input.name], ["axis": .int(axis), "keepdims": .int(keeps ? 1 : 0)], .int64,
      try shape(call, input, [axis], keeps: keeps))
  }

  private static func variance(_ call: ONNXCall, isDeviation: Bool) throws -> ONNXValue {
    let input = try call.tensor("self")
    var correction = 1.0
    if call.has("unbiased") {
      correction = try call.bool("unbiased") ? 1 : 0
    } else if let given = try call.optionalDouble("correction") {
      correction = given
    }
    let (axes, keeps) = (try dimensions(call), try keeps(call))
    let mean = try reduce(call, "ReduceMean", input, axes, keeps: true)
    let difference = call.emit("Sub", [input.name, mean.name])
    var squares = input
    squares.name = call.emit("Mul", [difference, difference])
    var result = try reduce(call, correction == 0 ? "ReduceMean" : "ReduceSum", squares, axes, keeps: keeps)
    if correction != 0 {
      let all = try call.sizes.shape(of: input)
      let own = try axes.map { call.emit("Gather", [all, try call.builder.constant($0)], ["axis": .int(0)]) } ?? all
      let count = call.emit("ReduceProd", [own], ["keepdims": .int(0)])
      let divisor = call.emit(
        "Sub",
        [
          call.emit("Cast", [count], ["to": .int(input.dtype.onnxCode ?? 1)]),
          try call.builder.constant([correction], input.dtype),
        ])
      result.name = call.emit("Div", [result.name, divisor])
    }
    if isDeviation { result.name = call.emit("Sqrt", [result.name]) }
    return .tensor(result)
  }

  private static func norm(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    if call.has("dtype"), try call.optionalDType("dtype") != nil {
      throw ExtractErrors.onnx("a norm with an element type is not supported")
    }
    let order = try call.has("p") ? call.optionalDouble("p") ?? 2 : call.double("ord")
    let (axes, keeps) = (try dimensions(call), try keeps(call))
    switch order {
    case 1: return .tensor(try reduce(call, "ReduceL1", input, axes, keeps: keeps))
    case 2: return .tensor(try reduce(call, "ReduceL2", input, axes, keeps: keeps))
    default: throw ExtractErrors.onnx("a norm of order \(order) is not supported")
    }
  }

  private static func cumulativeSum(_ call: ONNXCall) throws -> ONNXValue {
    var input = try call.tensor("self")
    if let dtype = try call.optionalDType("dtype") {
      input = call.cast(input, to: dtype)
    } else if input.dtype.isIntegral {
      input = call.cast(input, to: .int64)
    }
    let axis = try call.builder.constant([Double(try call.int("dim"))], .int64)
    return call.like(input, call.emit("CumSum", [input.name, axis]))
  }

  private static func softmax(_ call: ONNXCall, _ operation: String) throws -> ONNXValue {
    var input = try call.tensor("self")
    if call.has("dtype"), let dtype = try call.optionalDType("dtype") { input = call.cast(input, to: dtype) }
    if call.has("half_to_float"), try call.bool("half_to_float") { input = call.cast(input, to: .float32) }
    return call.like(input, call.emit(operation, [input.name], ["axis": .int(try call.int("dim"))]))
  }
}
