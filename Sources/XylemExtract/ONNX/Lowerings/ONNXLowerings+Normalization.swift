internal import XylemErrors
internal import XylemFiles
internal import XylemGraph

extension ONNXLowerings {
  static var normalizations: [String: ONNXLowering] {
    [
      "aten::batch_norm": batchNorm, "aten::_native_batch_norm_legit_no_training": legitBatchNorm,
      "aten::layer_norm": layerNorm, "aten::native_layer_norm": nativeLayerNorm, "aten::group_norm": groupNorm,
      "aten::instance_norm": instanceNorm, "aten::dropout": dropout, "aten::feature_dropout": dropout,
      "aten::alpha_dropout": dropout, "aten::feature_alpha_dropout": dropout,
    ]
  }

  /// Dropout in eval mode returns what it gets.
  private static func dropout(_ call: ONNXCall) throws -> ONNXValue {
    guard try !call.bool("train") else { throw ExtractErrors.onnx("dropout in train mode draws random numbers") }
    call.ignore("p")
    return .tensor(try call.reference(call.has("input") ? "input" : "self"))
  }

  private static func batchNorm(_ call: ONNXCall) throws -> ONNXValue {
    call.ignore("cudnn_enabled", "momentum")
    guard try !call.bool("training") else {
      throw ExtractErrors.onnx("batch norm in train mode computes statistics of the batch and updates the model's")
    }
    return try batchNorm(
      call, try call.tensor("input"), mean: try call.tensor("running_mean"), variance: try call.tensor("running_var"))
  }

  private static func legitBatchNorm(_ call: ONNXCall) throws -> ONNXValue {
    call.ignore("momentum")
    let result = try batchNorm(
      call, try call.tensor("input"), mean: try call.tensor("running_mean"), variance: try call.tensor("running_var"))
    let none = ONNXValue.failed(ExtractErrors.onnx("the statistics that batch norm returns are not written"))
    return .tuple([result, none, none], names: nil)
  }

  private static func batchNorm(
    _ call: ONNXCall, _ input: ONNXTensor, mean: ONNXTensor, variance: ONNXTensor
  ) throws -> ONNXValue {
    guard let count = mean.sizes?.first else { throw ExtractErrors.onnx("the number of channels is not known") }
    let scale = try call.optionalTensor("weight")?.name ?? constant(call, 1, count: count, input.dtype)
    let bias = try call.optionalTensor("bias")?.name ?? constant(call, 0, count: count, input.dtype)
    return call.result(
      "BatchNormalization", [input.name, scale, bias, mean.name, variance.name],
      ["epsilon": .float(Float(try call.double("eps")))], input.dtype, input.shape, like: input)
  }

  private static func constant(_ call: ONNXCall, _ value: Double, count: Int, _ dtype: DType) throws -> String {
    try call.builder.constant(Array(repeating: value, count: count), dtype, shape: [count])
  }

  private static func layerNorm(_ call: ONNXCall) throws -> ONNXValue {
    call.ignore("cudnn_enable")
    return try normalizedLayer(call)
  }

  private static func nativeLayerNorm(_ call: ONNXCall) throws -> ONNXValue {
    let none = ONNXValue.failed(ExtractErrors.onnx("the statistics that layer norm returns are not written"))
    return .tuple([try normalizedLayer(call), none, none], names: nil)
  }

  private static func normalizedLayer(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("input")
    let sizes = try call.ints("normalized_shape")
    let weight = try call.optionalTensor("weight")?.name
    let ones = Array(repeating: 1.0, count: sizes.reduce(1, *))
    let scale = try weight ?? call.builder.constant(ones, input.dtype, shape: sizes)
    let bias = try call.optionalTensor("bias")
    return call.result(
      "LayerNormalization", [input.name, scale] + (bias.map { [$0.name] } ?? []),
      ["axis": .int(-sizes.count), "epsilon": .float(Float(try call.double("eps")))], input.dtype, input.shape,
      like: input)
  }

  /// Groups of channels become the channels of an instance norm over everything else.
  private static func groupNorm(_ call: ONNXCall) throws -> ONNXValue {
    call.ignore("cudnn_enabled")
    let input = try call.tensor("input")
    let rank = try call.rank(of: input)
    let groups = try call.int("num_groups")
    let grouped = call.emit("Reshape", [input.name, try call.builder.constant([0, groups, -1])])
    let normal = call.emit(
      "InstanceNormalization",
      [grouped, try constant(call, 1, count: groups, input.dtype), try constant(call, 0, count: groups, input.dtype)],
      ["epsilon": .float(Float(try call.double("eps")))])
    var result = call.emit("Reshape", [normal, try call.sizes.shape(of: input)])
    for (operation, argument) in [("Mul", "weight"), ("Add", "bias")] {
      guard let parameter = try call.optionalTensor(argument) else { continue }
      let shape = try call.builder.constant([-1] + Array(repeating: 1, count: rank - 2))
      result = call.emit(operation, [result, call.emit("Reshape", [parameter.name, shape])])
    }
    return .tensor(ONNXTensor(name: result, dtype: input.dtype, shape: input.shape))
  }

  private static func instanceNorm(_ call: ONNXCall) throws -> ONNXValue {
    call.ignore("cudnn_enabled", "momentum")
    let input = try call.tensor("input")
    guard try call.bool("use_input_stats") else {
      return try batchNorm(
        call, input, mean: try call.tensor("running_mean"), variance: try call.tensor("running_var"))
    }
    call.ignore("running_mean", "running_var")
    guard let count = try call.shape(of: input).dropFirst().first?.known else {
      throw ExtractErrors.onnx("the number of channels is not known")
    }
    let scale = try call.optionalTensor("weight")?.name ?? constant(call, 1, count: count, input.dtype)
    let bias = try call.optionalTensor("bias")?.name ?? constant(call, 0, count: count, input.dtype)
    return call.result(
      "InstanceNormalization", [input.name, scale, bias], ["epsilon": .float(Float(try call.double("eps")))],
      input.dtype, input.shape)
  }
}
