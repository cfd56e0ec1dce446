internal import XylemErrors
internal import XylemFiles
internal import XylemGraph

extension ONNXLowerings {
  static var convolutions: [String: ONNXLowering] {
    [
      "aten::conv1d": { try convolution($0, dimensions: 1) },
      "aten::conv2d": { try convolution($0, dimensions: 2) },
      "aten::conv3d": { try convolution($0, dimensions: 3) },
      "aten::conv_transpose1d": { try transposedConvolution($0, dimensions: 1) },
      "aten::conv_transpose2d": { try transposedConvolution($0, dimensions: 2) },
      "aten::conv_transpose3d": { try transposedConvolution($0, dimensions: 3) },
      "aten::convolution": anyConvolution, "aten::_convolution": anyConvolution,
    ]
  }

  private static func convolution(_ call: ONNXCall, dimensions: Int) throws -> ONNXValue {
    let weight = try call.tensor("weight")
    let stride = try call.ints("stride", count: dimensions)
    let dilation = try call.ints("dilation", count: dimensions)
    let kernel = try kernelSize(weight)
    var pads: [Int]
    switch try call.value("padding") {
    case .literal(.string("valid")): pads = Array(repeating: 0, count: 2 * dimensions)
    case .literal(.string("same")):
      // The odd element goes to the end, as in PyTorch.
      let totals = zip(dilation, kernel).map { $0 * ($1 - 1) }
      pads = totals.map { $0 / 2 } + totals.map { $0 - $0 / 2 }
    default:
      let padding = try call.ints("padding", count: dimensions)
      pads = padding + padding
    }
    return try convolution(
      call, weight, stride: stride, dilation: dilation, pads: pads, groups: try call.int("groups"))
  }

  private static func convolution(
    _ call: ONNXCall, _ weight: ONNXTensor, stride: [Int], dilation: [Int], pads: [Int], groups: Int
  ) throws -> ONNXValue {
    let kernel = try kernelSize(weight)
    let input = try call.tensor(try call.tensor("input"), hasRank: kernel.count + 2)
    let bias = try call.optionalTensor("bias")
    let shape = try call.shape(of: input)
    let spatial = shape.dropFirst(2).enumerated().map { index, size -> ONNXDimension in
      guard let size = size.known else { return .unknown }
      let covered = size + pads[index] + pads[index + kernel.count] - dilation[index] * (kernel[index] - 1) - 1
      return covered < 0 ? .unknown : .fixed(covered / stride[index] + 1)
    }
    return call.result(
      "Conv", [input.name, weight.name] + (bias.map { [$0.name] } ?? []),
      [
        "strides": .ints(stride), "dilations": .ints(dilation), "pads": .ints(pads), "group": .int(groups),
        "kernel_shape": .ints(kernel),
      ], input.dtype, [shape[0], weight.shape?[0] ?? .unknown] + spatial)
  }

  private static func transposedConvolution(_ call: ONNXCall, dimensions: Int) throws -> ONNXValue {
    let padding = try call.ints("padding", count: dimensions)
    return try transposed(
      call, try call.tensor("weight"), stride: try call.ints("stride", count: dimensions), padding: padding,
      outputPadding: try call.ints("output_padding", count: dimensions),
      dilation: try call.ints("dilation", count: dimensions), groups: try call.int("groups"))
  }

  private static func transposed(
    _ call: ONNXCall, _ weight: ONNXTensor, stride: [Int], padding: [Int], outputPadding: [Int], dilation: [Int],
    groups: Int
  ) throws -> ONNXValue {
    let kernel = try kernelSize(weight)
    let input = try call.tensor(try call.tensor("input"), hasRank: kernel.count + 2)
    let bias = try call.optionalTensor("bias")
    let shape = try call.shape(of: input)
    let spatial = shape.dropFirst(2).enumerated().map { index, size -> ONNXDimension in
      guard let size = size.known else { return .unknown }
      return .fixed(
        (size - 1) * stride[index] - 2 * padding[index] + dilation[index] * (kernel[index] - 1) + outputPadding[index]
          + 1)
    }
    let channels = weight.shape?[1].known.map { ONNXDimension.fixed($0 * groups) } ?? .unknown
    return call.result(
      "ConvTranspose", [input.name, weight.name] + (bias.map { [$0.name] } ?? []),
      [
        "strides": .ints(stride), "dilations": .ints(dilation), "pads": .ints(padding + padding), "group": .int(groups),
        "kernel_shape": .ints(kernel), "output_padding": .ints(outputPadding),
      ], input.dtype, [shape[0], channels] + spatial)
  }

  /// `aten::convolution`, of which every other convolution is a case.
  private static func anyConvolution(_ call: ONNXCall) throws -> ONNXValue {
    call.ignore("benchmark", "deterministic", "cudnn_enabled", "allow_tf32")
    let weight = try call.tensor("weight")
    let dimensions = try kernelSize(weight).count
    let stride = try call.ints("stride", count: dimensions)
    let padding = try call.ints("padding", count: dimensions)
    let dilation = try call.ints("dilation", count: dimensions)
    let outputPadding = try call.ints("output_padding", count: dimensions)
    let groups = try call.int("groups")
    guard try call.bool("transposed") else {
      return try convolution(
        call, weight, stride: stride, dilation: dilation, pads: padding + padding, groups: groups)
    }
    return try transposed(
      call, weight, stride: stride, padding: padding, outputPadding: outputPadding, dilation: dilation, groups: groups)
  }

  private static func kernelSize(_ weight: ONNXTensor) throws -> [Int] {
    guard let sizes = weight.sizes, sizes.count > 2 else {
      throw ExtractErrors.onnx("the sizes of the weight of a convolution are not known")
    }
    return Array(sizes.dropFirst(2))
  }
}
