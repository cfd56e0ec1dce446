internal import XylemErrors
internal import XylemFiles
internal import XylemGraph

extension ONNXLowerings {
  static var pooling: [String: ONNXLowering] {
    var table: [String: ONNXLowering] = [:]
    for dimensions in 1...3 {
      table["aten::max_pool\(dimensions)d"] = { call in
        let stride = try call.ints("stride", count: dimensions)
        return try maximum(call, dimensions, stride: stride)
      }
      table["aten::avg_pool\(dimensions)d"] = { try average($0, dimensions) }
      table["aten::adaptive_avg_pool\(dimensions)d"] = { try adaptiveAverage($0, dimensions) }
      table["aten::adaptive_max_pool\(dimensions)d"] = { call in
        let result = try adaptiveMaximum(call, dimensions)
        return .tuple([result, .failed(ExtractErrors.onnx("the positions of the maxima are not written"))], names: nil)
      }
    }
    return table
  }

  /// The size after a pooling window was moved over a dimension. Nil if it is not known.
  private static func pooled(
    _ size: ONNXDimension, kernel: Int, stride: Int, padding: Int, dilation: Int, ceil: Bool
  ) -> ONNXDimension {
    guard let size = size.known else { return .unknown }
    let span = size + 2 * padding - dilation * (kernel - 1) - 1
    guard span >= 0 else { return .unknown }
    var count = (span + (ceil ? stride - 1 : 0)) / stride + 1
    // The last window must begin inside the input or its padding on the left.
    if ceil, (count - 1) * stride >= size + padding { count -= 1 }
    return .fixed(count)
  }

  private static func maximum(_ call: ONNXCall, _ dimensions: Int, stride given: [Int]) throws -> ONNXValue {
    let input = try call.tensor(try call.tensor("self"), hasRank: dimensions + 2)
    let kernel = try call.ints("kernel_size", count: dimensions)
    let stride = given.isEmpty ? kernel : given
    let padding = try call.ints("padding", count: dimensions)
    let dilation = try call.ints("dilation", count: dimensions)
    let ceil = try call.bool("ceil_mode")
    let shape = try call.shape(of: input)
    let spatial = (0..<dimensions).map {
      pooled(
        shape[2 + $0], kernel: kernel[$0], stride: stride[$0], padding: padding[$0], dilation: dilation[$0], ceil: ceil)
    }
    return call.result(
      "MaxPool", [input.name],
      [
        "kernel_shape": .ints(kernel), "strides": .ints(stride), "pads": .ints(padding + padding),
        "dilations": .ints(dilation), "ceil_mode": .int(ceil ? 1 : 0),
      ], input.dtype, Array(shape[..<2]) + spatial)
  }

  private static func average(_ call: ONNXCall, _ dimensions: Int) throws -> ONNXValue {
    let input = try call.tensor(try call.tensor("self"), hasRank: dimensions + 2)
    let kernel = try call.ints("kernel_size", count: dimensions)
    let given = try call.ints("stride", count: dimensions)
    let stride = given.isEmpty ? kernel : given
    let padding = try call.ints("padding", count: dimensions)
    let ceil = try call.bool("ceil_mode")
    let includesPadding = try call.bool("count_include_pad")
    if call.has("divisor_override"), try call.optionalInt("divisor_override") != nil {
      throw ExtractErrors.onnx("average pooling with a divisor of its own is not supported")
    }
    if ceil, includesPadding, padding.contains(where: { $0 > 0 }) {
      throw ExtractErrors.onnx("average pooling that rounds up and counts its padding is not supported")
    }
    let shape = try call.shape(of: input)
    let spatial = (0..<dimensions).map {
      pooled(shape[2 + $0], kernel: kernel[$0], stride: stride[$0], padding: padding[$0], dilation: 1, ceil: ceil)
    }
    return call.result(
      "AveragePool", [input.name],
      [
        "kernel_shape": .ints(kernel), "strides": .ints(stride), "pads": .ints(padding + padding),
        "ceil_mode": .int(ceil ? 1 : 0), "count_include_pad": .int(includesPadding ? 1 : 0),
      ], input.dtype, Array(shape[..<2]) + spatial)
  }

  private static func adaptiveMaximum(_ call: ONNXCall, _ dimensions: Int) throws -> ONNXValue {
    let input = try call.tensor(try call.tensor("self"), hasRank: dimensions + 2)
    guard try call.ints("output_size", count: dimensions).allSatisfy({ $0 == 1 }) else {
      throw ExtractErrors.onnx("adaptive max pooling is supported for one output element a dimension")
    }
    let shape = try call.shape(of: input)
    return call.result(
      "GlobalMaxPool", [input.name], input.dtype, Array(shape[..<2]) + (0..<dimensions).map { _ in .fixed(1) })
  }

  /// Each output element is the mean of a range of input elements, so a dimension is multiplied by a matrix of means.
  private static func adaptiveAverage(_ call: ONNXCall, _ dimensions: Int) throws -> ONNXValue {
    var input = try call.tensor(try call.tensor("self"), hasRank: dimensions + 2)
    var wanted: [Int?] = []
    for value in try call.list("output_size") {
      switch value {
      case .literal(.int(let size)): wanted.append(size)
      case .literal(.none): wanted.append(nil)
      default: throw ExtractErrors.onnx("the output size of adaptive pooling is not known")
      }
    }
    if wanted.count == 1 { wanted = Array(repeating: wanted[0], count: dimensions) }
    let shape = try call.shape(of: input)
    let output = Array(shape[..<2]) + wanted.enumerated().map { $1.map { .fixed($0) } ?? shape[2 + $0] }
    if wanted.allSatisfy({ $0 == 1 }) {
      return call.result("GlobalAveragePool", [input.name], input.dtype, output)
    }
    for (index, size) in wanted.enumerated() {
      guard let size, shape[2 + index] != .fixed(size) else { continue }
      let means = try meanMatrix(call, try call.sizes.size(of: input, 2 + index), size, input.dtype)
      // The dimension comes last for the product.
      let last = dimensions + 1
      var order = Array(0..<(dimensions + 2))
      order.swapAt(2 + index, last)
      let isLast = 2 + index == last
      let turned = isLast ? input.name : call.emit("Transpose", [input.name], ["perm": .ints(order)])
      let product = call.emit("MatMul", [turned, means])
      input.name = isLast ? product : call.emit("Transpose", [product], ["perm": .ints(order)])
      input.shape?[2 + index] = .fixed(size)
    }
    return call.result("Identity", [input.name], input.dtype, output)
  }

  /// A matrix of shape [size, output] whose columns average the ranges of adaptive pooling: output `i` is the mean from
  /// `floor(i * size / output)` to `ceil((i + 1) * size / output)`.
  private static func meanMatrix(
    _ call: ONNXCall, _ size: ONNXValue, _ output: Int, _ dtype: DType
  ) throws -> String {
    let count = try call.sizes.vector(size)
    let scalar = call.emit("Reshape", [count, try call.builder.constant([Int]())])
    func number(_ value: Int) throws -> String { try call.builder.constant([Double(value)], .int64) }
    let rows = call.emit(
      "Unsqueeze", [call.emit("Range", [try number(0), scalar, try number(1)]), try call.builder.constant([1])])
    let first = try call.builder.constant((0..<output).map(Double.init), .int64, shape: [1, output])
    let next = try call.builder.constant((0..<output).map { Double($0 + 1) }, .int64, shape: [1, output])
    let divisor = try number(output)
    let start = call.emit("Div", [call.emit("Mul", [first, scalar]), divisor])
    let end = call.emit(
      "Div", [call.emit("Add", [call.emit("Mul", [next, scalar]), try number(output - 1)]), divisor])
    let inside = call.emit(
      "And", [call.emit("GreaterOrEqual", [rows, start]), call.emit("Less", [rows, end])])
    let code = ONNXAttribute.int(dtype.onnxCode ?? 1)
    return call.emit(
      "Div",
      [call.emit("Cast", [inside], ["to": code]), call.emit("Cast", [call.emit("Sub", [end, start])], ["to": code])])
  }
}
