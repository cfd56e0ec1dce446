internal import XylemErrors
internal import XylemFiles
internal import XylemGraph

extension ONNXLowerings {
  static var attention: [String: ONNXLowering] {
    [
      "aten::scaled_dot_product_attention": scaledProduct,
      "aten::_native_multi_head_attention": nativeAttention,
    ]
  }

  /// `softmax(q k^T * scale + mask) v`.
  private static func scaledProduct(_ call: ONNXCall) throws -> ONNXValue {
    let (query, key, value) = (try call.tensor("query"), try call.tensor("key"), try call.tensor("value"))
    guard try call.double("dropout_p") == 0 else { throw ExtractErrors.onnx("attention draws random numbers") }
    guard try !call.bool("is_causal"), try !call.bool("enable_gqa") else {
      throw ExtractErrors.onnx("causal attention, and attention with fewer keys than heads, are not supported")
    }
    let rank = try call.rank(of: key)
    let scale: String
    if let given = try call.optionalDouble("scale") {
      scale = try call.builder.constant([given], query.dtype)
    } else if let width = try call.shape(of: query).last?.known {
      scale = try call.builder.constant([1 / Double(width).squareRoot()], query.dtype)
    } else {
      let width = try call.sizes.vector(try call.sizes.size(of: query, rank - 1))
      let number = call.emit("Cast", [width], ["to": .int(query.dtype.onnxCode ?? 1)])
      scale = call.emit("Reciprocal", [call.emit("Sqrt", [number])])
    }
    let mask = try call.optionalTensor("attn_mask")
    let result = try product(call, query.name, key.name, value.name, scale: scale, rank: rank, mask: mask, query.dtype)
    let shape = try call.shape(of: query).dropLast() + [try call.shape(of: value).last ?? .unknown]
    return call.result("Identity", [result], query.dtype, Array(shape))
  }

  private static func product(
    _ call: ONNXCall, _ query: String, _ key: String, _ value: String, scale: String, rank: Int, mask: ONNXTensor?,
    _ dtype: DType
  ) throws -> String {
    var order = Array(0..<rank)
    order.swapAt(rank - 1, rank - 2)
    let turned = call.emit("Transpose", [key], ["perm": .ints(order)])
    var weights = call.emit("MatMul", [call.emit("Mul", [query, scale]), turned])
    if let mask {
      if mask.dtype == .bool {
        weights = call.emit("Where", [mask.name, weights, try call.builder.constant([-Double.infinity], dtype)])
      } else {
        weights = call.emit("Add", [weights, call.cast(mask, to: dtype).name])
      }
    }
    return call.emit("MatMul", [call.emit("Softmax", [weights], ["axis": .int(-1)]), value])
  }

  /// Self-attention as PyTorch's inference path computes it, on `[N, L, E]`.
  private static func nativeAttention(_ call: ONNXCall) throws -> ONNXValue {
    call.ignore("average_attn_weights")
    let query = try call.reference("query")
    guard try call.reference("key") === query, try call.reference("value") === query else {
      throw ExtractErrors.onnx("PyTorch's fast attention of different tensors is not supported")
    }
    guard try !call.bool("need_weights") else { throw ExtractErrors.onnx("attention that returns its weights") }
    let input = try call.tensor(try query.read(), hasRank: 3)
    let (width, heads) = (try call.int("embed_dim"), try call.int("num_head"))
    let own = width / heads
    func linear(_ input: String, _ weight: String, _ bias: String) throws -> String {
      let turned = call.emit("Transpose", [try call.tensor(weight).name], ["perm": .ints([1, 0])])
      return call.emit("Add", [call.emit("MatMul", [input, turned]), try call.tensor(bias).name])
    }
    let all = try linear(input.name, "qkv_weight", "qkv_bias")
    let parts = call.builder.emit(
      "Split", [all, try call.builder.constant([width, width, width])], ["axis": .int(2)], outputs: 3)
    let shape = try call.builder.constant([0, 0, heads, own])
    let split = parts.map {
      call.emit("Transpose", [call.emit("Reshape", [$0, shape])], ["perm": .ints([0, 2, 1, 3])])
    }
    let scale = try call.builder.constant([1 / Double(own).squareRoot()], input.dtype)
    let mixed = try product(
      call, split[0], split[1], split[2], scale: scale, rank: 4, mask: nil, input.dtype)
    let joined = call.emit(
      "Reshape",
      [
        call.emit("Transpose", [mixed], ["perm": .ints([0, 2, 1, 3])]), try call.builder.constant([0, 0, width]),
      ])
    let result = try linear(joined, "proj_weight", "proj_bias")
    return .tuple(
      [
        .tensor(ONNXTensor(name: result, dtype: input.dtype, shape: input.shape)),
        .failed(ExtractErrors.onnx("the weights of attention are not written")),
      ], names: nil)
  }
}
