// swift-format-ignore-file
// Written by `xylem graph --format swift`.

import Xylem

/// Features of vit in eval mode: `encoder`.
///
///     let features = try GeneratedTransformer(weights: weights)(x)
///
/// Each statement is a node of the model's trace, and each gives the bits that the model gives.
final class GeneratedTransformer {
  /// The model's parameters and buffers by the keys of its state dict.
  var weights: [String: Tensor]

  /// Creates the model from its weights. Keys that it does not read are ignored.
  init(weights: [String: Tensor]) { self.weights = weights }

  /// The features by their keys.
  func callAsFunction(_ x: Tensor) throws -> [String: Tensor] {
    let size: Value = try ATen.size.default(x)
    let getitem: Value = try ATen.__getitem__.t(size, 0)
    let getitem_2: Value = try ATen.__getitem__.t(size, 2)
    let getitem_3: Value = try ATen.__getitem__.t(size, 3)
    let eq: Value = try ATen.eq.int(getitem_2, 224)
    try require(eq, true, "the image is {getitem_2} pixels high, but 224 are expected")
    let eq_1: Value = try ATen.eq.int(getitem_3, 224)
    try require(eq_1, true, "the image is {getitem_3} pixels wide, but 224 are expected")
    let floordiv: Value = try ATen.floordiv.int(getitem_2, 32)
    let floordiv_1: Value = try ATen.floordiv.int(getitem_3, 32)

    // conv_proj
    let conv_proj_weight = try weight("conv_proj.weight")
    let conv_proj_bias = try weight("conv_proj.bias")
    let conv_proj = try ATen.conv2d.default(x, conv_proj_weight, conv_proj_bias, [32, 32], [0, 0], [1, 1], 1)

    let mul: Value = try ATen.mul.int(floordiv, floordiv_1)
    let reshape = try ATen.reshape(conv_proj, Value.list([getitem, Value.int(64), mul]))
    let permute = try ATen.permute(reshape, [0, 2, 1])
    let size_1: Value = try ATen.size.default(permute)
    let getitem_4: Value = try ATen.__getitem__.t(size_1, 0)
    let class_token = try weight("class_token")
    let expand = try ATen.expand(class_token, Value.list([getitem_4, Value.int(-1), Value.int(-1)]))
    let cat = try ATen.cat.default([expand, permute], 1)

    // encoder
    let encoder_dim: Value = try ATen.dim(cat)
    let encoder_eq: Value = try ATen.eq.int(encoder_dim, 3)
    try require(encoder_eq, true, "expected [N, length, width], got {encoder.size}")
    let encoder_pos_embedding = try weight("encoder.pos_embedding")
    let encoder_add = try ATen.add.Tensor(cat, encoder_pos_embedding)

    // encoder.dropout
    let encoder_dropout = try ATen.dropout(encoder_add, 0.0, false)

    // encoder.layers.encoder_layer_0
    let encoder_layers_encoder_layer_0_dim: Value = try ATen.dim(encoder_dropout)
    let encoder_layers_encoder_layer_0_eq: Value = try ATen.eq.int(encoder_layers_encoder_layer_0_dim, 3)
    try require(encoder_layers_encoder_layer_0_eq, true, "expected [N, length, width], got {encoder.layers.encoder_layer_0.size}")

    // encoder.layers.encoder_layer_0.ln_1
    let encoder_layers_encoder_layer_0_ln_1_weight = try weight("encoder.layers.encoder_layer_0.ln_1.weight")
    let encoder_layers_encoder_layer_0_ln_1_bias = try weight("encoder.layers.encoder_layer_0.ln_1.bias")
    let encoder_layers_encoder_layer_0_ln_1 = try ATen.layer_norm(encoder_dropout, [64], encoder_layers_encoder_layer_0_ln_1_weight, encoder_layers_encoder_layer_0_ln_1_bias, 1e-06, true)

    // encoder.layers.encoder_layer_0.self_attention
    let encoder_layers_encoder_layer_0_self_attention: Value = try ATen.dim(encoder_layers_encoder_layer_0_ln_1)
    let encoder_layers_encoder_layer_0_self_attention_1: Value = try ATen.eq.int(encoder_layers_encoder_layer_0_self_attention, 3)
    try require(encoder_layers_encoder_layer_0_self_attention_1, true, "an assumption of the trace does not hold")
    let encoder_layers_encoder_layer_0_self_attention_2 = try ATen.transpose(encoder_layers_encoder_layer_0_ln_1, 0, 1)
    let encoder_layers_encoder_layer_0_self_attention_3: Value = try ATen.size.default(encoder_layers_encoder_layer_0_self_attention_2)
    let encoder_layers_encoder_layer_0_self_attention_4: Value = try ATen.__getitem__.t(encoder_layers_encoder_layer_0_self_attention_3, 0)
    let encoder_layers_encoder_layer_0_self_attention_5: Value = try ATen.__getitem__.t(encoder_layers_encoder_layer_0_self_attention_3, 1)
    let _: Value = try ATen.__getitem__.t(encoder_layers_encoder_layer_0_self_attention_3, 2)
    let encoder_layers_encoder_layer_0_self_attention_in_proj_weight = try weight("encoder.layers.encoder_layer_0.self_attention.in_proj_weight")
    let encoder_layers_encoder_layer_0_self_attention_in_proj_bias = try weight("encoder.layers.encoder_layer_0.self_attention.in_proj_bias")
    let encoder_layers_encoder_layer_0_self_attention_6 = try ATen.linear.default(encoder_layers_encoder_layer_0_self_attention_2, encoder_layers_encoder_layer_0_self_attention_in_proj_weight, encoder_layers_encoder_layer_0_self_attention_in_proj_bias)
    let encoder_layers_encoder_layer_0_self_attention_7 = try ATen.slice.Tensor(encoder_layers_encoder_layer_0_self_attention_6, -1, 0, 64, 1)
    let encoder_layers_encoder_layer_0_self_attention_8 = try ATen.slice.Tensor(encoder_layers_encoder_layer_0_self_attention_6, -1, 64, 128, 1)
    let encoder_layers_encoder_layer_0_self_attention_9 = try ATen.slice.Tensor(encoder_layers_encoder_layer_0_self_attention_6, -1, 128, 192, 1)
    let encoder_layers_encoder_layer_0_self_attention_10: Value = try ATen.mul.int(encoder_layers_encoder_layer_0_self_attention_5, 4)
    let encoder_layers_encoder_layer_0_self_attention_11 = try ATen.reshape(encoder_layers_encoder_layer_0_self_attention_7, Value.list([Value.int(-1), encoder_layers_encoder_layer_0_self_attention_10, Value.int(16)]))
    let encoder_layers_encoder_layer_0_self_attention_12 = try ATen.transpose(encoder_layers_encoder_layer_0_self_attention_11, 0, 1)
    let encoder_layers_encoder_layer_0_self_attention_13 = try ATen.reshape(encoder_layers_encoder_layer_0_self_attention_8, Value.list([Value.int(-1), encoder_layers_encoder_layer_0_self_attention_10, Value.int(16)]))
    let encoder_layers_encoder_layer_0_self_attention_14 = try ATen.transpose(encoder_layers_encoder_layer_0_self_attention_13, 0, 1)
    let encoder_layers_encoder_layer_0_self_attention_15 = try ATen.reshape(encoder_layers_encoder_layer_0_self_attention_9, Value.list([Value.int(-1), encoder_layers_encoder_layer_0_self_attention_10, Value.int(16)]))
    let encoder_layers_encoder_layer_0_self_attention_16 = try ATen.transpose(encoder_layers_encoder_layer_0_self_attention_15, 0, 1)
    let encoder_layers_encoder_layer_0_self_attention_17: Value = try ATen.size.default(encoder_layers_encoder_layer_0_self_attention_14)
    let encoder_layers_encoder_layer_0_self_attention_18: Value = try ATen.__getitem__.t(encoder_layers_encoder_layer_0_self_attention_17, 1)
    let encoder_layers_encoder_layer_0_self_attention_19 = try ATen.reshape(encoder_layers_encoder_layer_0_self_attention_12, Value.list([encoder_layers_encoder_layer_0_self_attention_5, Value.int(4), encoder_layers_encoder_layer_0_self_attention_4, Value.int(16)]))
    let encoder_layers_encoder_layer_0_self_attention_20 = try ATen.reshape(encoder_layers_encoder_layer_0_self_attention_14, Value.list([encoder_layers_encoder_layer_0_self_attention_5, Value.int(4), encoder_layers_encoder_layer_0_self_attention_18, Value.int(16)]))
    let encoder_layers_encoder_layer_0_self_attention_21 = try ATen.reshape(encoder_layers_encoder_layer_0_self_attention_16, Value.list([encoder_layers_encoder_layer_0_self_attention_5, Value.int(4), encoder_layers_encoder_layer_0_self_attention_18, Value.int(16)]))
    let encoder_layers_encoder_layer_0_self_attention_22 = try ATen.scaled_dot_product_attention(encoder_layers_encoder_layer_0_self_attention_19, encoder_layers_encoder_layer_0_self_attention_20, encoder_layers_encoder_layer_0_self_attention_21, nil, 0.0, false)
    let encoder_layers_encoder_layer_0_self_attention_23 = try ATen.permute(encoder_layers_encoder_layer_0_self_attention_22, [2, 0, 1, 3])
    let encoder_layers_encoder_layer_0_self_attention_24: Value = try ATen.mul.int(encoder_layers_encoder_layer_0_self_attention_4, encoder_layers_encoder_layer_0_self_attention_5)
    let encoder_layers_encoder_layer_0_self_attention_25 = try ATen.reshape(encoder_layers_encoder_layer_0_self_attention_23, Value.list([encoder_layers_encoder_layer_0_self_attention_24, Value.int(64)]))
    let encoder_layers_encoder_layer_0_self_attention_out_proj_weight = try weight("encoder.layers.encoder_layer_0.self_attention.out_proj.weight")
    let encoder_layers_encoder_layer_0_self_attention_out_proj_bias = try weight("encoder.layers.encoder_layer_0.self_attention.out_proj.bias")
    let encoder_layers_encoder_layer_0_self_attention_26 = try ATen.linear.default(encoder_layers_encoder_layer_0_self_attention_25, encoder_layers_encoder_layer_0_self_attention_out_proj_weight, encoder_layers_encoder_layer_0_self_attention_out_proj_bias)
    let encoder_layers_encoder_layer_0_self_attention_27 = try ATen.reshape(encoder_layers_encoder_layer_0_self_attention_26, Value.list([encoder_layers_encoder_layer_0_self_attention_4, encoder_layers_encoder_layer_0_self_attention_5, Value.int(64)]))
    let encoder_layers_encoder_layer_0_self_attention_28 = try ATen.transpose(encoder_layers_encoder_layer_0_self_attention_27, 0, 1)

    // encoder.layers.encoder_layer_0
    let encoder_layers_encoder_layer_0_getitem: Value = try element(Value.tuple([Value.tensor(encoder_layers_encoder_layer_0_self_attention_28), Value.none], names: []), 0)

    // encoder.layers.encoder_layer_0.dropout
    let encoder_layers_encoder_layer_0_dropout = try ATen.dropout(encoder_layers_encoder_layer_0_getitem, 0.0, false)

    // encoder.layers.encoder_layer_0
    let encoder_layers_encoder_layer_0_add = try ATen.add.Tensor(encoder_layers_encoder_layer_0_dropout, encoder_dropout)

    // encoder.layers.encoder_layer_0.ln_2
    let encoder_layers_encoder_layer_0_ln_2_weight = try weight("encoder.layers.encoder_layer_0.ln_2.weight")
    let encoder_layers_encoder_layer_0_ln_2_bias = try weight("encoder.layers.encoder_layer_0.ln_2.bias")
    let encoder_layers_encoder_layer_0_ln_2 = try ATen.layer_norm(encoder_layers_encoder_layer_0_add, [64], encoder_layers_encoder_layer_0_ln_2_weight, encoder_layers_encoder_layer_0_ln_2_bias, 1e-06, true)

    // encoder.layers.encoder_layer_0.mlp
    let encoder_layers_encoder_layer_0_mlp_0_weight = try weight("encoder.layers.encoder_layer_0.mlp.0.weight")
    let encoder_layers_encoder_layer_0_mlp_0_bias = try weight("encoder.layers.encoder_layer_0.mlp.0.bias")
    let encoder_layers_encoder_layer_0_mlp = try ATen.linear.default(encoder_layers_encoder_layer_0_ln_2, encoder_layers_encoder_layer_0_mlp_0_weight, encoder_layers_encoder_layer_0_mlp_0_bias)
    let encoder_layers_encoder_layer_0_mlp_1 = try ATen.gelu.default(encoder_layers_encoder_layer_0_mlp, "none")
    let encoder_layers_encoder_layer_0_mlp_2 = try ATen.dropout(encoder_layers_encoder_layer_0_mlp_1, 0.0, false)
    let encoder_layers_encoder_layer_0_mlp_3_weight = try weight("encoder.layers.encoder_layer_0.mlp.3.weight")
    let encoder_layers_encoder_layer_0_mlp_3_bias = try weight("encoder.layers.encoder_layer_0.mlp.3.bias")
    let encoder_layers_encoder_layer_0_mlp_3 = try ATen.linear.default(encoder_layers_encoder_layer_0_mlp_2, encoder_layers_encoder_layer_0_mlp_3_weight, encoder_layers_encoder_layer_0_mlp_3_bias)
    let encoder_layers_encoder_layer_0_mlp_4 = try ATen.dropout(encoder_layers_encoder_layer_0_mlp_3, 0.0, false)

    // encoder.layers.encoder_layer_0
    let encoder_layers_encoder_layer_0_add_1 = try ATen.add.Tensor(encoder_layers_encoder_layer_0_add, encoder_layers_encoder_layer_0_mlp_4)

    // encoder.layers.encoder_layer_1
    let encoder_layers_encoder_layer_1_dim: Value = try ATen.dim(encoder_layers_encoder_layer_0_add_1)
    let encoder_layers_encoder_layer_1_eq: Value = try ATen.eq.int(encoder_layers_encoder_layer_1_dim, 3)
    try require(encoder_layers_encoder_layer_1_eq, true, "expected [N, length, width], got {encoder.layers.encoder_layer_1.size}")

    // encoder.layers.encoder_layer_1.ln_1
    let encoder_layers_encoder_layer_1_ln_1_weight = try weight("encoder.layers.encoder_layer_1.ln_1.weight")
    let encoder_layers_encoder_layer_1_ln_1_bias = try weight("encoder.layers.encoder_layer_1.ln_1.bias")
    let encoder_layers_encoder_layer_1_ln_1 = try ATen.layer_norm(encoder_layers_encoder_layer_0_add_1, [64], encoder_layers_encoder_layer_1_ln_1_weight, encoder_layers_encoder_layer_1_ln_1_bias, 1e-06, true)

    // encoder.layers.encoder_layer_1.self_attention
    let encoder_layers_encoder_layer_1_self_attention: Value = try ATen.dim(encoder_layers_encoder_layer_1_ln_1)
    let encoder_layers_encoder_layer_1_self_attention_1: Value = try ATen.eq.int(encoder_layers_encoder_layer_1_self_attention, 3)
    try require(encoder_layers_encoder_layer_1_self_attention_1, true, "an assumption of the trace does not hold")
    let encoder_layers_encoder_layer_1_self_attention_2 = try ATen.transpose(encoder_layers_encoder_layer_1_ln_1, 0, 1)
    let encoder_layers_encoder_layer_1_self_attention_3: Value = try ATen.size.default(encoder_layers_encoder_layer_1_self_attention_2)
    let encoder_layers_encoder_layer_1_self_attention_4: Value = try ATen.__getitem__.t(encoder_layers_encoder_layer_1_self_attention_3, 0)
    let encoder_layers_encoder_layer_1_self_attention_5: Value = try ATen.__getitem__.t(encoder_layers_encoder_layer_1_self_attention_3, 1)
    let _: Value = try ATen.__getitem__.t(encoder_layers_encoder_layer_1_self_attention_3, 2)
    let encoder_layers_encoder_layer_1_self_attention_in_proj_weight = try weight("encoder.layers.encoder_layer_1.self_attention.in_proj_weight")
    let encoder_layers_encoder_layer_1_self_attention_in_proj_bias = try weight("encoder.layers.encoder_layer_1.self_attention.in_proj_bias")
    let encoder_layers_encoder_layer_1_self_attention_6 = try ATen.linear.default(encoder_layers_encoder_layer_1_self_attention_2, encoder_layers_encoder_layer_1_self_attention_in_proj_weight, encoder_layers_encoder_layer_1_self_attention_in_proj_bias)
    let encoder_layers_encoder_layer_1_self_attention_7 = try ATen.slice.Tensor(encoder_layers_encoder_layer_1_self_attention_6, -1, 0, 64, 1)
    let encoder_layers_encoder_layer_1_self_attention_8 = try ATen.slice.Tensor(encoder_layers_encoder_layer_1_self_attention_6, -1, 64, 128, 1)
    let encoder_layers_encoder_layer_1_self_attention_9 = try ATen.slice.Tensor(encoder_layers_encoder_layer_1_self_attention_6, -1, 128, 192, 1)
    let encoder_layers_encoder_layer_1_self_attention_10: Value = try ATen.mul.int(encoder_layers_encoder_layer_1_self_attention_5, 4)
    let encoder_layers_encoder_layer_1_self_attention_11 = try ATen.reshape(encoder_layers_encoder_layer_1_self_attention_7, Value.list([Value.int(-1), encoder_layers_encoder_layer_1_self_attention_10, Value.int(16)]))
    let encoder_layers_encoder_layer_1_self_attention_12 = try ATen.transpose(encoder_layers_encoder_layer_1_self_attention_11, 0, 1)
    let encoder_layers_encoder_layer_1_self_attention_13 = try ATen.reshape(encoder_layers_encoder_layer_1_self_attention_8, Value.list([Value.int(-1), encoder_layers_encoder_layer_1_self_attention_10, Value.int(16)]))
    let encoder_layers_encoder_layer_1_self_attention_14 = try ATen.transpose(encoder_layers_encoder_layer_1_self_attention_13, 0, 1)
    let encoder_layers_encoder_layer_1_self_attention_15 = try ATen.reshape(encoder_layers_encoder_layer_1_self_attention_9, Value.list([Value.int(-1), encoder_layers_encoder_layer_1_self_attention_10, Value.int(16)]))
    let encoder_layers_encoder_layer_1_self_attention_16 = try ATen.transpose(encoder_layers_encoder_layer_1_self_attention_15, 0, 1)
    let encoder_layers_encoder_layer_1_self_attention_17: Value = try ATen.size.default(encoder_layers_encoder_layer_1_self_attention_14)
    let encoder_layers_encoder_layer_1_self_attention_18: Value = try ATen.__getitem__.t(encoder_layers_encoder_layer_1_self_attention_17, 1)
    let encoder_layers_encoder_layer_1_self_attention_19 = try ATen.reshape(encoder_layers_encoder_layer_1_self_attention_12, Value.list([encoder_layers_encoder_layer_1_self_attention_5, Value.int(4), encoder_layers_encoder_layer_1_self_attention_4, Value.int(16)]))
    let encoder_layers_encoder_layer_1_self_attention_20 = try ATen.reshape(encoder_layers_encoder_layer_1_self_attention_14, Value.list([encoder_layers_encoder_layer_1_self_attention_5, Value.int(4), encoder_layers_encoder_layer_1_self_attention_18, Value.int(16)]))
    let encoder_layers_encoder_layer_1_self_attention_21 = try ATen.reshape(encoder_layers_encoder_layer_1_self_attention_16, Value.list([encoder_layers_encoder_layer_1_self_attention_5, Value.int(4), encoder_layers_encoder_layer_1_self_attention_18, Value.int(16)]))
    let encoder_layers_encoder_layer_1_self_attention_22 = try ATen.scaled_dot_product_attention(encoder_layers_encoder_layer_1_self_attention_19, encoder_layers_encoder_layer_1_self_attention_20, encoder_layers_encoder_layer_1_self_attention_21, nil, 0.0, false)
    let encoder_layers_encoder_layer_1_self_attention_23 = try ATen.permute(encoder_layers_encoder_layer_1_self_attention_22, [2, 0, 1, 3])
    let encoder_layers_encoder_layer_1_self_attention_24: Value = try ATen.mul.int(encoder_layers_encoder_layer_1_self_attention_4, encoder_layers_encoder_layer_1_self_attention_5)
    let encoder_layers_encoder_layer_1_self_attention_25 = try ATen.reshape(encoder_layers_encoder_layer_1_self_attention_23, Value.list([encoder_layers_encoder_layer_1_self_attention_24, Value.int(64)]))
    let encoder_layers_encoder_layer_1_self_attention_out_proj_weight = try weight("encoder.layers.encoder_layer_1.self_attention.out_proj.weight")
    let encoder_layers_encoder_layer_1_self_attention_out_proj_bias = try weight("encoder.layers.encoder_layer_1.self_attention.out_proj.bias")
    let encoder_layers_encoder_layer_1_self_attention_26 = try ATen.linear.default(encoder_layers_encoder_layer_1_self_attention_25, encoder_layers_encoder_layer_1_self_attention_out_proj_weight, encoder_layers_encoder_layer_1_self_attention_out_proj_bias)
    let encoder_layers_encoder_layer_1_self_attention_27 = try ATen.reshape(encoder_layers_encoder_layer_1_self_attention_26, Value.list([encoder_layers_encoder_layer_1_self_attention_4, encoder_layers_encoder_layer_1_self_attention_5, Value.int(64)]))
    let encoder_layers_encoder_layer_1_self_attention_28 = try ATen.transpose(encoder_layers_encoder_layer_1_self_attention_27, 0, 1)

    // encoder.layers.encoder_layer_1
    let encoder_layers_encoder_layer_1_getitem: Value = try element(Value.tuple([Value.tensor(encoder_layers_encoder_layer_1_self_attention_28), Value.none], names: []), 0)

    // encoder.layers.encoder_layer_1.dropout
    let encoder_layers_encoder_layer_1_dropout = try ATen.dropout(encoder_layers_encoder_layer_1_getitem, 0.0, false)

    // encoder.layers.encoder_layer_1
    let encoder_layers_encoder_layer_1_add = try ATen.add.Tensor(encoder_layers_encoder_layer_1_dropout, encoder_layers_encoder_layer_0_add_1)

    // encoder.layers.encoder_layer_1.ln_2
    let encoder_layers_encoder_layer_1_ln_2_weight = try weight("encoder.layers.encoder_layer_1.ln_2.weight")
    let encoder_layers_encoder_layer_1_ln_2_bias = try weight("encoder.layers.encoder_layer_1.ln_2.bias")
    let encoder_layers_encoder_layer_1_ln_2 = try ATen.layer_norm(encoder_layers_encoder_layer_1_add, [64], encoder_layers_encoder_layer_1_ln_2_weight, encoder_layers_encoder_layer_1_ln_2_bias, 1e-06, true)

    // encoder.layers.encoder_layer_1.mlp
    let encoder_layers_encoder_layer_1_mlp_0_weight = try weight("encoder.layers.encoder_layer_1.mlp.0.weight")
    let encoder_layers_encoder_layer_1_mlp_0_bias = try weight("encoder.layers.encoder_layer_1.mlp.0.bias")
    let encoder_layers_encoder_layer_1_mlp = try ATen.linear.default(encoder_layers_encoder_layer_1_ln_2, encoder_layers_encoder_layer_1_mlp_0_weight, encoder_layers_encoder_layer_1_mlp_0_bias)
    let encoder_layers_encoder_layer_1_mlp_1 = try ATen.gelu.default(encoder_layers_encoder_layer_1_mlp, "none")
    let encoder_layers_encoder_layer_1_mlp_2 = try ATen.dropout(encoder_layers_encoder_layer_1_mlp_1, 0.0, false)
    let encoder_layers_encoder_layer_1_mlp_3_weight = try weight("encoder.layers.encoder_layer_1.mlp.3.weight")
    let encoder_layers_encoder_layer_1_mlp_3_bias = try weight("encoder.layers.encoder_layer_1.mlp.3.bias")
    let encoder_layers_encoder_layer_1_mlp_3 = try ATen.linear.default(encoder_layers_encoder_layer_1_mlp_2, encoder_layers_encoder_layer_1_mlp_3_weight, encoder_layers_encoder_layer_1_mlp_3_bias)
    let encoder_layers_encoder_layer_1_mlp_4 = try ATen.dropout(encoder_layers_encoder_layer_1_mlp_3, 0.0, false)

    // encoder.layers.encoder_layer_1
    let encoder_layers_encoder_layer_1_add_1 = try ATen.add.Tensor(encoder_layers_encoder_layer_1_add, encoder_layers_encoder_layer_1_mlp_4)

    // encoder.ln
    let encoder_ln_weight = try weight("encoder.ln.weight")
    let encoder_ln_bias = try weight("encoder.ln.bias")
    let encoder_ln = try ATen.layer_norm(encoder_layers_encoder_layer_1_add_1, [64], encoder_ln_weight, encoder_ln_bias, 1e-06, true)
    return [
      "encoder": encoder_ln,
    ]
  }

  /// What the weights lack, or an assumption of the trace that a call breaks.
  struct Failure: Error { let reason: String }

  private func weight(_ key: String) throws -> Tensor {
    guard let tensor = weights[key] else { throw Failure(reason: "the weights have no '\(key)'") }
    return tensor
  }

  private func element(_ value: Value, _ index: Int) throws -> Value {
    switch try value.unpacked() {
    case .list(let elements) where elements.indices.contains(index): elements[index]
    case .tuple(let elements, _) where elements.indices.contains(index): elements[index]
    default: throw Failure(reason: "there is no element \(index)")
    }
  }

  private func require(_ condition: Value, _ expected: Bool, _ message: String) throws {
    let isTrue = try condition.tensor.map { try $0.item() != 0 } ?? (condition.literal == .bool(true))
    guard isTrue == expected else { throw Failure(reason: message) }
  }
}
