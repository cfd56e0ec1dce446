// swift-format-ignore-file
// Written by `xylem graph --format swift`.

import Xylem

/// Features of shufflenet_v2_x0_5 in eval mode: `stage2`, `fc`.
///
///     let features = try GeneratedShuffleNet(weights: weights)(x)
///
/// Each statement is a node of the model's trace, and each gives the bits that the model gives.
final class GeneratedShuffleNet {
  /// The model's parameters and buffers by the keys of its state dict.
  var weights: [String: Tensor]

  /// Creates the model from its weights. Keys that it does not read are ignored.
  init(weights: [String: Tensor]) { self.weights = weights }

  /// The features by their keys.
  func callAsFunction(_ x: Tensor) throws -> [String: Tensor] {
    // conv1.0
    let conv1_0_weight = try weight("conv1.0.weight")
    let conv1_0 = try ATen.conv2d.default(x, conv1_0_weight, nil, [2, 2], [1, 1], [1, 1], 1)

    // conv1.1
    let conv1_1_weight = try weight("conv1.1.weight")
    let conv1_1_bias = try weight("conv1.1.bias")
    let conv1_1_running_mean = try weight("conv1.1.running_mean")
    let conv1_1_running_var = try weight("conv1.1.running_var")
    let conv1_1 = try ATen.batch_norm(conv1_0, conv1_1_weight, conv1_1_bias, conv1_1_running_mean, conv1_1_running_var, false, 0.1, 1e-05, true)

    // conv1.2
    let conv1_2 = try ATen.relu_(conv1_1)

    // maxpool
    let maxpool = try ATen.max_pool2d(conv1_2, [3, 3], [2, 2], [1, 1], [1, 1], false)

    // stage2.0.branch1.0
    let stage2_0_branch1_0_weight = try weight("stage2.0.branch1.0.weight")
    let stage2_0_branch1_0 = try ATen.conv2d.default(maxpool, stage2_0_branch1_0_weight, nil, [2, 2], [1, 1], [1, 1], 24)

    // stage2.0.branch1.1
    let stage2_0_branch1_1_weight = try weight("stage2.0.branch1.1.weight")
    let stage2_0_branch1_1_bias = try weight("stage2.0.branch1.1.bias")
    let stage2_0_branch1_1_running_mean = try weight("stage2.0.branch1.1.running_mean")
    let stage2_0_branch1_1_running_var = try weight("stage2.0.branch1.1.running_var")
    let stage2_0_branch1_1 = try ATen.batch_norm(stage2_0_branch1_0, stage2_0_branch1_1_weight, stage2_0_branch1_1_bias, stage2_0_branch1_1_running_mean, stage2_0_branch1_1_running_var, false, 0.1, 1e-05, true)

    // stage2.0.branch1.2
    let stage2_0_branch1_2_weight = try weight("stage2.0.branch1.2.weight")
    let stage2_0_branch1_2 = try ATen.conv2d.default(stage2_0_branch1_1, stage2_0_branch1_2_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage2.0.branch1.3
    let stage2_0_branch1_3_weight = try weight("stage2.0.branch1.3.weight")
    let stage2_0_branch1_3_bias = try weight("stage2.0.branch1.3.bias")
    let stage2_0_branch1_3_running_mean = try weight("stage2.0.branch1.3.running_mean")
    let stage2_0_branch1_3_running_var = try weight("stage2.0.branch1.3.running_var")
    let stage2_0_branch1_3 = try ATen.batch_norm(stage2_0_branch1_2, stage2_0_branch1_3_weight, stage2_0_branch1_3_bias, stage2_0_branch1_3_running_mean, stage2_0_branch1_3_running_var, false, 0.1, 1e-05, true)

    // stage2.0.branch1.4
    let stage2_0_branch1_4 = try ATen.relu_(stage2_0_branch1_3)

    // stage2.0.branch2.0
    let stage2_0_branch2_0_weight = try weight("stage2.0.branch2.0.weight")
    let stage2_0_branch2_0 = try ATen.conv2d.default(maxpool, stage2_0_branch2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage2.0.branch2.1
    let stage2_0_branch2_1_weight = try weight("stage2.0.branch2.1.weight")
    let stage2_0_branch2_1_bias = try weight("stage2.0.branch2.1.bias")
    let stage2_0_branch2_1_running_mean = try weight("stage2.0.branch2.1.running_mean")
    let stage2_0_branch2_1_running_var = try weight("stage2.0.branch2.1.running_var")
    let stage2_0_branch2_1 = try ATen.batch_norm(stage2_0_branch2_0, stage2_0_branch2_1_weight, stage2_0_branch2_1_bias, stage2_0_branch2_1_running_mean, stage2_0_branch2_1_running_var, false, 0.1, 1e-05, true)

    // stage2.0.branch2.2
    let stage2_0_branch2_2 = try ATen.relu_(stage2_0_branch2_1)

    // stage2.0.branch2.3
    let stage2_0_branch2_3_weight = try weight("stage2.0.branch2.3.weight")
    let stage2_0_branch2_3 = try ATen.conv2d.default(stage2_0_branch2_2, stage2_0_branch2_3_weight, nil, [2, 2], [1, 1], [1, 1], 24)

    // stage2.0.branch2.4
    let stage2_0_branch2_4_weight = try weight("stage2.0.branch2.4.weight")
    let stage2_0_branch2_4_bias = try weight("stage2.0.branch2.4.bias")
    let stage2_0_branch2_4_running_mean = try weight("stage2.0.branch2.4.running_mean")
    let stage2_0_branch2_4_running_var = try weight("stage2.0.branch2.4.running_var")
    let stage2_0_branch2_4 = try ATen.batch_norm(stage2_0_branch2_3, stage2_0_branch2_4_weight, stage2_0_branch2_4_bias, stage2_0_branch2_4_running_mean, stage2_0_branch2_4_running_var, false, 0.1, 1e-05, true)

    // stage2.0.branch2.5
    let stage2_0_branch2_5_weight = try weight("stage2.0.branch2.5.weight")
    let stage2_0_branch2_5 = try ATen.conv2d.default(stage2_0_branch2_4, stage2_0_branch2_5_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage2.0.branch2.6
    let stage2_0_branch2_6_weight = try weight("stage2.0.branch2.6.weight")
    let stage2_0_branch2_6_bias = try weight("stage2.0.branch2.6.bias")
    let stage2_0_branch2_6_running_mean = try weight("stage2.0.branch2.6.running_mean")
    let stage2_0_branch2_6_running_var = try weight("stage2.0.branch2.6.running_var")
    let stage2_0_branch2_6 = try ATen.batch_norm(stage2_0_branch2_5, stage2_0_branch2_6_weight, stage2_0_branch2_6_bias, stage2_0_branch2_6_running_mean, stage2_0_branch2_6_running_var, false, 0.1, 1e-05, true)

    // stage2.0.branch2.7
    let stage2_0_branch2_7 = try ATen.relu_(stage2_0_branch2_6)

    // stage2.0
    let stage2_0_cat = try ATen.cat.default([stage2_0_branch1_4, stage2_0_branch2_7], 1)
    let stage2_0_size: Value = try ATen.size.default(stage2_0_cat)
    let stage2_0_getitem: Value = try ATen.__getitem__.t(stage2_0_size, 0)
    let stage2_0_getitem_1: Value = try ATen.__getitem__.t(stage2_0_size, 1)
    let stage2_0_getitem_2: Value = try ATen.__getitem__.t(stage2_0_size, 2)
    let stage2_0_getitem_3: Value = try ATen.__getitem__.t(stage2_0_size, 3)
    let stage2_0_floordiv: Value = try ATen.floordiv.int(stage2_0_getitem_1, 2)
    let stage2_0_view = try ATen.view.default(stage2_0_cat, Value.list([stage2_0_getitem, Value.int(2), stage2_0_floordiv, stage2_0_getitem_2, stage2_0_getitem_3]))
    let stage2_0_transpose = try ATen.transpose(stage2_0_view, 1, 2)
    let stage2_0_contiguous = try ATen.contiguous(stage2_0_transpose)
    let stage2_0_view_1 = try ATen.view.default(stage2_0_contiguous, [stage2_0_getitem, stage2_0_getitem_1, stage2_0_getitem_2, stage2_0_getitem_3])

    // stage2.1
    let stage2_1_chunk: Value = try ATen.chunk(stage2_0_view_1, 2, 1)
    let stage2_1_getitem: Value = try ATen.__getitem__.t(stage2_1_chunk, 0)
    let stage2_1_getitem_1: Value = try ATen.__getitem__.t(stage2_1_chunk, 1)

    // stage2.1.branch2.0
    let stage2_1_branch2_0_weight = try weight("stage2.1.branch2.0.weight")
    let stage2_1_branch2_0 = try ATen.conv2d.default(stage2_1_getitem_1, stage2_1_branch2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage2.1.branch2.1
    let stage2_1_branch2_1_weight = try weight("stage2.1.branch2.1.weight")
    let stage2_1_branch2_1_bias = try weight("stage2.1.branch2.1.bias")
    let stage2_1_branch2_1_running_mean = try weight("stage2.1.branch2.1.running_mean")
    let stage2_1_branch2_1_running_var = try weight("stage2.1.branch2.1.running_var")
    let stage2_1_branch2_1 = try ATen.batch_norm(stage2_1_branch2_0, stage2_1_branch2_1_weight, stage2_1_branch2_1_bias, stage2_1_branch2_1_running_mean, stage2_1_branch2_1_running_var, false, 0.1, 1e-05, true)

    // stage2.1.branch2.2
    let stage2_1_branch2_2 = try ATen.relu_(stage2_1_branch2_1)

    // stage2.1.branch2.3
    let stage2_1_branch2_3_weight = try weight("stage2.1.branch2.3.weight")
    let stage2_1_branch2_3 = try ATen.conv2d.default(stage2_1_branch2_2, stage2_1_branch2_3_weight, nil, [1, 1], [1, 1], [1, 1], 24)

    // stage2.1.branch2.4
    let stage2_1_branch2_4_weight = try weight("stage2.1.branch2.4.weight")
    let stage2_1_branch2_4_bias = try weight("stage2.1.branch2.4.bias")
    let stage2_1_branch2_4_running_mean = try weight("stage2.1.branch2.4.running_mean")
    let stage2_1_branch2_4_running_var = try weight("stage2.1.branch2.4.running_var")
    let stage2_1_branch2_4 = try ATen.batch_norm(stage2_1_branch2_3, stage2_1_branch2_4_weight, stage2_1_branch2_4_bias, stage2_1_branch2_4_running_mean, stage2_1_branch2_4_running_var, false, 0.1, 1e-05, true)

    // stage2.1.branch2.5
    let stage2_1_branch2_5_weight = try weight("stage2.1.branch2.5.weight")
    let stage2_1_branch2_5 = try ATen.conv2d.default(stage2_1_branch2_4, stage2_1_branch2_5_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage2.1.branch2.6
    let stage2_1_branch2_6_weight = try weight("stage2.1.branch2.6.weight")
    let stage2_1_branch2_6_bias = try weight("stage2.1.branch2.6.bias")
    let stage2_1_branch2_6_running_mean = try weight("stage2.1.branch2.6.running_mean")
    let stage2_1_branch2_6_running_var = try weight("stage2.1.branch2.6.running_var")
    let stage2_1_branch2_6 = try ATen.batch_norm(stage2_1_branch2_5, stage2_1_branch2_6_weight, stage2_1_branch2_6_bias, stage2_1_branch2_6_running_mean, stage2_1_branch2_6_running_var, false, 0.1, 1e-05, true)

    // stage2.1.branch2.7
    let stage2_1_branch2_7 = try ATen.relu_(stage2_1_branch2_6)

    // stage2.1
    let stage2_1_cat = try ATen.cat.default(Value.list([stage2_1_getitem, Value.tensor(stage2_1_branch2_7)]), 1)
    let stage2_1_size: Value = try ATen.size.default(stage2_1_cat)
    let stage2_1_getitem_2: Value = try ATen.__getitem__.t(stage2_1_size, 0)
    let stage2_1_getitem_3: Value = try ATen.__getitem__.t(stage2_1_size, 1)
    let stage2_1_getitem_4: Value = try ATen.__getitem__.t(stage2_1_size, 2)
    let stage2_1_getitem_5: Value = try ATen.__getitem__.t(stage2_1_size, 3)
    let stage2_1_floordiv: Value = try ATen.floordiv.int(stage2_1_getitem_3, 2)
    let stage2_1_view = try ATen.view.default(stage2_1_cat, Value.list([stage2_1_getitem_2, Value.int(2), stage2_1_floordiv, stage2_1_getitem_4, stage2_1_getitem_5]))
    let stage2_1_transpose = try ATen.transpose(stage2_1_view, 1, 2)
    let stage2_1_contiguous = try ATen.contiguous(stage2_1_transpose)
    let stage2_1_view_1 = try ATen.view.default(stage2_1_contiguous, [stage2_1_getitem_2, stage2_1_getitem_3, stage2_1_getitem_4, stage2_1_getitem_5])

    // stage2.2
    let stage2_2_chunk: Value = try ATen.chunk(stage2_1_view_1, 2, 1)
    let stage2_2_getitem: Value = try ATen.__getitem__.t(stage2_2_chunk, 0)
    let stage2_2_getitem_1: Value = try ATen.__getitem__.t(stage2_2_chunk, 1)

    // stage2.2.branch2.0
    let stage2_2_branch2_0_weight = try weight("stage2.2.branch2.0.weight")
    let stage2_2_branch2_0 = try ATen.conv2d.default(stage2_2_getitem_1, stage2_2_branch2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage2.2.branch2.1
    let stage2_2_branch2_1_weight = try weight("stage2.2.branch2.1.weight")
    let stage2_2_branch2_1_bias = try weight("stage2.2.branch2.1.bias")
    let stage2_2_branch2_1_running_mean = try weight("stage2.2.branch2.1.running_mean")
    let stage2_2_branch2_1_running_var = try weight("stage2.2.branch2.1.running_var")
    let stage2_2_branch2_1 = try ATen.batch_norm(stage2_2_branch2_0, stage2_2_branch2_1_weight, stage2_2_branch2_1_bias, stage2_2_branch2_1_running_mean, stage2_2_branch2_1_running_var, false, 0.1, 1e-05, true)

    // stage2.2.branch2.2
    let stage2_2_branch2_2 = try ATen.relu_(stage2_2_branch2_1)

    // stage2.2.branch2.3
    let stage2_2_branch2_3_weight = try weight("stage2.2.branch2.3.weight")
    let stage2_2_branch2_3 = try ATen.conv2d.default(stage2_2_branch2_2, stage2_2_branch2_3_weight, nil, [1, 1], [1, 1], [1, 1], 24)

    // stage2.2.branch2.4
    let stage2_2_branch2_4_weight = try weight("stage2.2.branch2.4.weight")
    let stage2_2_branch2_4_bias = try weight("stage2.2.branch2.4.bias")
    let stage2_2_branch2_4_running_mean = try weight("stage2.2.branch2.4.running_mean")
    let stage2_2_branch2_4_running_var = try weight("stage2.2.branch2.4.running_var")
    let stage2_2_branch2_4 = try ATen.batch_norm(stage2_2_branch2_3, stage2_2_branch2_4_weight, stage2_2_branch2_4_bias, stage2_2_branch2_4_running_mean, stage2_2_branch2_4_running_var, false, 0.1, 1e-05, true)

    // stage2.2.branch2.5
    let stage2_2_branch2_5_weight = try weight("stage2.2.branch2.5.weight")
    let stage2_2_branch2_5 = try ATen.conv2d.default(stage2_2_branch2_4, stage2_2_branch2_5_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage2.2.branch2.6
    let stage2_2_branch2_6_weight = try weight("stage2.2.branch2.6.weight")
    let stage2_2_branch2_6_bias = try weight("stage2.2.branch2.6.bias")
    let stage2_2_branch2_6_running_mean = try weight("stage2.2.branch2.6.running_mean")
    let stage2_2_branch2_6_running_var = try weight("stage2.2.branch2.6.running_var")
    let stage2_2_branch2_6 = try ATen.batch_norm(stage2_2_branch2_5, stage2_2_branch2_6_weight, stage2_2_branch2_6_bias, stage2_2_branch2_6_running_mean, stage2_2_branch2_6_running_var, false, 0.1, 1e-05, true)

    // stage2.2.branch2.7
    let stage2_2_branch2_7 = try ATen.relu_(stage2_2_branch2_6)

    // stage2.2
    let stage2_2_cat = try ATen.cat.default(Value.list([stage2_2_getitem, Value.tensor(stage2_2_branch2_7)]), 1)
    let stage2_2_size: Value = try ATen.size.default(stage2_2_cat)
    let stage2_2_getitem_2: Value = try ATen.__getitem__.t(stage2_2_size, 0)
    let stage2_2_getitem_3: Value = try ATen.__getitem__.t(stage2_2_size, 1)
    let stage2_2_getitem_4: Value = try ATen.__getitem__.t(stage2_2_size, 2)
    let stage2_2_getitem_5: Value = try ATen.__getitem__.t(stage2_2_size, 3)
    let stage2_2_floordiv: Value = try ATen.floordiv.int(stage2_2_getitem_3, 2)
    let stage2_2_view = try ATen.view.default(stage2_2_cat, Value.list([stage2_2_getitem_2, Value.int(2), stage2_2_floordiv, stage2_2_getitem_4, stage2_2_getitem_5]))
    let stage2_2_transpose = try ATen.transpose(stage2_2_view, 1, 2)
    let stage2_2_contiguous = try ATen.contiguous(stage2_2_transpose)
    let stage2_2_view_1 = try ATen.view.default(stage2_2_contiguous, [stage2_2_getitem_2, stage2_2_getitem_3, stage2_2_getitem_4, stage2_2_getitem_5])

    // stage2.3
    let stage2_3_chunk: Value = try ATen.chunk(stage2_2_view_1, 2, 1)
    let stage2_3_getitem: Value = try ATen.__getitem__.t(stage2_3_chunk, 0)
    let stage2_3_getitem_1: Value = try ATen.__getitem__.t(stage2_3_chunk, 1)

    // stage2.3.branch2.0
    let stage2_3_branch2_0_weight = try weight("stage2.3.branch2.0.weight")
    let stage2_3_branch2_0 = try ATen.conv2d.default(stage2_3_getitem_1, stage2_3_branch2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage2.3.branch2.1
    let stage2_3_branch2_1_weight = try weight("stage2.3.branch2.1.weight")
    let stage2_3_branch2_1_bias = try weight("stage2.3.branch2.1.bias")
    let stage2_3_branch2_1_running_mean = try weight("stage2.3.branch2.1.running_mean")
    let stage2_3_branch2_1_running_var = try weight("stage2.3.branch2.1.running_var")
    let stage2_3_branch2_1 = try ATen.batch_norm(stage2_3_branch2_0, stage2_3_branch2_1_weight, stage2_3_branch2_1_bias, stage2_3_branch2_1_running_mean, stage2_3_branch2_1_running_var, false, 0.1, 1e-05, true)

    // stage2.3.branch2.2
    let stage2_3_branch2_2 = try ATen.relu_(stage2_3_branch2_1)

    // stage2.3.branch2.3
    let stage2_3_branch2_3_weight = try weight("stage2.3.branch2.3.weight")
    let stage2_3_branch2_3 = try ATen.conv2d.default(stage2_3_branch2_2, stage2_3_branch2_3_weight, nil, [1, 1], [1, 1], [1, 1], 24)

    // stage2.3.branch2.4
    let stage2_3_branch2_4_weight = try weight("stage2.3.branch2.4.weight")
    let stage2_3_branch2_4_bias = try weight("stage2.3.branch2.4.bias")
    let stage2_3_branch2_4_running_mean = try weight("stage2.3.branch2.4.running_mean")
    let stage2_3_branch2_4_running_var = try weight("stage2.3.branch2.4.running_var")
    let stage2_3_branch2_4 = try ATen.batch_norm(stage2_3_branch2_3, stage2_3_branch2_4_weight, stage2_3_branch2_4_bias, stage2_3_branch2_4_running_mean, stage2_3_branch2_4_running_var, false, 0.1, 1e-05, true)

    // stage2.3.branch2.5
    let stage2_3_branch2_5_weight = try weight("stage2.3.branch2.5.weight")
    let stage2_3_branch2_5 = try ATen.conv2d.default(stage2_3_branch2_4, stage2_3_branch2_5_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage2.3.branch2.6
    let stage2_3_branch2_6_weight = try weight("stage2.3.branch2.6.weight")
    let stage2_3_branch2_6_bias = try weight("stage2.3.branch2.6.bias")
    let stage2_3_branch2_6_running_mean = try weight("stage2.3.branch2.6.running_mean")
    let stage2_3_branch2_6_running_var = try weight("stage2.3.branch2.6.running_var")
    let stage2_3_branch2_6 = try ATen.batch_norm(stage2_3_branch2_5, stage2_3_branch2_6_weight, stage2_3_branch2_6_bias, stage2_3_branch2_6_running_mean, stage2_3_branch2_6_running_var, false, 0.1, 1e-05, true)

    // stage2.3.branch2.7
    let stage2_3_branch2_7 = try ATen.relu_(stage2_3_branch2_6)

    // stage2.3
    let stage2_3_cat = try ATen.cat.default(Value.list([stage2_3_getitem, Value.tensor(stage2_3_branch2_7)]), 1)
    let stage2_3_size: Value = try ATen.size.default(stage2_3_cat)
    let stage2_3_getitem_2: Value = try ATen.__getitem__.t(stage2_3_size, 0)
    let stage2_3_getitem_3: Value = try ATen.__getitem__.t(stage2_3_size, 1)
    let stage2_3_getitem_4: Value = try ATen.__getitem__.t(stage2_3_size, 2)
    let stage2_3_getitem_5: Value = try ATen.__getitem__.t(stage2_3_size, 3)
    let stage2_3_floordiv: Value = try ATen.floordiv.int(stage2_3_getitem_3, 2)
    let stage2_3_view = try ATen.view.default(stage2_3_cat, Value.list([stage2_3_getitem_2, Value.int(2), stage2_3_floordiv, stage2_3_getitem_4, stage2_3_getitem_5]))
    let stage2_3_transpose = try ATen.transpose(stage2_3_view, 1, 2)
    let stage2_3_contiguous = try ATen.contiguous(stage2_3_transpose)
    let stage2_3_view_1 = try ATen.view.default(stage2_3_contiguous, [stage2_3_getitem_2, stage2_3_getitem_3, stage2_3_getitem_4, stage2_3_getitem_5])

    // stage3.0.branch1.0
    let stage3_0_branch1_0_weight = try weight("stage3.0.branch1.0.weight")
    let stage3_0_branch1_0 = try ATen.conv2d.default(stage2_3_view_1, stage3_0_branch1_0_weight, nil, [2, 2], [1, 1], [1, 1], 48)

    // stage3.0.branch1.1
    let stage3_0_branch1_1_weight = try weight("stage3.0.branch1.1.weight")
    let stage3_0_branch1_1_bias = try weight("stage3.0.branch1.1.bias")
    let stage3_0_branch1_1_running_mean = try weight("stage3.0.branch1.1.running_mean")
    let stage3_0_branch1_1_running_var = try weight("stage3.0.branch1.1.running_var")
    let stage3_0_branch1_1 = try ATen.batch_norm(stage3_0_branch1_0, stage3_0_branch1_1_weight, stage3_0_branch1_1_bias, stage3_0_branch1_1_running_mean, stage3_0_branch1_1_running_var, false, 0.1, 1e-05, true)

    // stage3.0.branch1.2
    let stage3_0_branch1_2_weight = try weight("stage3.0.branch1.2.weight")
    let stage3_0_branch1_2 = try ATen.conv2d.default(stage3_0_branch1_1, stage3_0_branch1_2_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage3.0.branch1.3
    let stage3_0_branch1_3_weight = try weight("stage3.0.branch1.3.weight")
    let stage3_0_branch1_3_bias = try weight("stage3.0.branch1.3.bias")
    let stage3_0_branch1_3_running_mean = try weight("stage3.0.branch1.3.running_mean")
    let stage3_0_branch1_3_running_var = try weight("stage3.0.branch1.3.running_var")
    let stage3_0_branch1_3 = try ATen.batch_norm(stage3_0_branch1_2, stage3_0_branch1_3_weight, stage3_0_branch1_3_bias, stage3_0_branch1_3_running_mean, stage3_0_branch1_3_running_var, false, 0.1, 1e-05, true)
    let stage2_copy = try ATen.clone(stage2_3_view_1, nil)

    // stage3.0.branch1.4
    let stage3_0_branch1_4 = try ATen.relu_(stage3_0_branch1_3)

    // stage3.0.branch2.0
    let stage3_0_branch2_0_weight = try weight("stage3.0.branch2.0.weight")
    let stage3_0_branch2_0 = try ATen.conv2d.default(stage2_3_view_1, stage3_0_branch2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage3.0.branch2.1
    let stage3_0_branch2_1_weight = try weight("stage3.0.branch2.1.weight")
    let stage3_0_branch2_1_bias = try weight("stage3.0.branch2.1.bias")
    let stage3_0_branch2_1_running_mean = try weight("stage3.0.branch2.1.running_mean")
    let stage3_0_branch2_1_running_var = try weight("stage3.0.branch2.1.running_var")
    let stage3_0_branch2_1 = try ATen.batch_norm(stage3_0_branch2_0, stage3_0_branch2_1_weight, stage3_0_branch2_1_bias, stage3_0_branch2_1_running_mean, stage3_0_branch2_1_running_var, false, 0.1, 1e-05, true)

    // stage3.0.branch2.2
    let stage3_0_branch2_2 = try ATen.relu_(stage3_0_branch2_1)

    // stage3.0.branch2.3
    let stage3_0_branch2_3_weight = try weight("stage3.0.branch2.3.weight")
    let stage3_0_branch2_3 = try ATen.conv2d.default(stage3_0_branch2_2, stage3_0_branch2_3_weight, nil, [2, 2], [1, 1], [1, 1], 48)

    // stage3.0.branch2.4
    let stage3_0_branch2_4_weight = try weight("stage3.0.branch2.4.weight")
    let stage3_0_branch2_4_bias = try weight("stage3.0.branch2.4.bias")
    let stage3_0_branch2_4_running_mean = try weight("stage3.0.branch2.4.running_mean")
    let stage3_0_branch2_4_running_var = try weight("stage3.0.branch2.4.running_var")
    let stage3_0_branch2_4 = try ATen.batch_norm(stage3_0_branch2_3, stage3_0_branch2_4_weight, stage3_0_branch2_4_bias, stage3_0_branch2_4_running_mean, stage3_0_branch2_4_running_var, false, 0.1, 1e-05, true)

    // stage3.0.branch2.5
    let stage3_0_branch2_5_weight = try weight("stage3.0.branch2.5.weight")
    let stage3_0_branch2_5 = try ATen.conv2d.default(stage3_0_branch2_4, stage3_0_branch2_5_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage3.0.branch2.6
    let stage3_0_branch2_6_weight = try weight("stage3.0.branch2.6.weight")
    let stage3_0_branch2_6_bias = try weight("stage3.0.branch2.6.bias")
    let stage3_0_branch2_6_running_mean = try weight("stage3.0.branch2.6.running_mean")
    let stage3_0_branch2_6_running_var = try weight("stage3.0.branch2.6.running_var")
    let stage3_0_branch2_6 = try ATen.batch_norm(stage3_0_branch2_5, stage3_0_branch2_6_weight, stage3_0_branch2_6_bias, stage3_0_branch2_6_running_mean, stage3_0_branch2_6_running_var, false, 0.1, 1e-05, true)

    // stage3.0.branch2.7
    let stage3_0_branch2_7 = try ATen.relu_(stage3_0_branch2_6)

    // stage3.0
    let stage3_0_cat = try ATen.cat.default([stage3_0_branch1_4, stage3_0_branch2_7], 1)
    let stage3_0_size: Value = try ATen.size.default(stage3_0_cat)
    let stage3_0_getitem: Value = try ATen.__getitem__.t(stage3_0_size, 0)
    let stage3_0_getitem_1: Value = try ATen.__getitem__.t(stage3_0_size, 1)
    let stage3_0_getitem_2: Value = try ATen.__getitem__.t(stage3_0_size, 2)
    let stage3_0_getitem_3: Value = try ATen.__getitem__.t(stage3_0_size, 3)
    let stage3_0_floordiv: Value = try ATen.floordiv.int(stage3_0_getitem_1, 2)
    let stage3_0_view = try ATen.view.default(stage3_0_cat, Value.list([stage3_0_getitem, Value.int(2), stage3_0_floordiv, stage3_0_getitem_2, stage3_0_getitem_3]))
    let stage3_0_transpose = try ATen.transpose(stage3_0_view, 1, 2)
    let stage3_0_contiguous = try ATen.contiguous(stage3_0_transpose)
    let stage3_0_view_1 = try ATen.view.default(stage3_0_contiguous, [stage3_0_getitem, stage3_0_getitem_1, stage3_0_getitem_2, stage3_0_getitem_3])

    // stage3.1
    let stage3_1_chunk: Value = try ATen.chunk(stage3_0_view_1, 2, 1)
    let stage3_1_getitem: Value = try ATen.__getitem__.t(stage3_1_chunk, 0)
    let stage3_1_getitem_1: Value = try ATen.__getitem__.t(stage3_1_chunk, 1)

    // stage3.1.branch2.0
    let stage3_1_branch2_0_weight = try weight("stage3.1.branch2.0.weight")
    let stage3_1_branch2_0 = try ATen.conv2d.default(stage3_1_getitem_1, stage3_1_branch2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage3.1.branch2.1
    let stage3_1_branch2_1_weight = try weight("stage3.1.branch2.1.weight")
    let stage3_1_branch2_1_bias = try weight("stage3.1.branch2.1.bias")
    let stage3_1_branch2_1_running_mean = try weight("stage3.1.branch2.1.running_mean")
    let stage3_1_branch2_1_running_var = try weight("stage3.1.branch2.1.running_var")
    let stage3_1_branch2_1 = try ATen.batch_norm(stage3_1_branch2_0, stage3_1_branch2_1_weight, stage3_1_branch2_1_bias, stage3_1_branch2_1_running_mean, stage3_1_branch2_1_running_var, false, 0.1, 1e-05, true)

    // stage3.1.branch2.2
    let stage3_1_branch2_2 = try ATen.relu_(stage3_1_branch2_1)

    // stage3.1.branch2.3
    let stage3_1_branch2_3_weight = try weight("stage3.1.branch2.3.weight")
    let stage3_1_branch2_3 = try ATen.conv2d.default(stage3_1_branch2_2, stage3_1_branch2_3_weight, nil, [1, 1], [1, 1], [1, 1], 48)

    // stage3.1.branch2.4
    let stage3_1_branch2_4_weight = try weight("stage3.1.branch2.4.weight")
    let stage3_1_branch2_4_bias = try weight("stage3.1.branch2.4.bias")
    let stage3_1_branch2_4_running_mean = try weight("stage3.1.branch2.4.running_mean")
    let stage3_1_branch2_4_running_var = try weight("stage3.1.branch2.4.running_var")
    let stage3_1_branch2_4 = try ATen.batch_norm(stage3_1_branch2_3, stage3_1_branch2_4_weight, stage3_1_branch2_4_bias, stage3_1_branch2_4_running_mean, stage3_1_branch2_4_running_var, false, 0.1, 1e-05, true)

    // stage3.1.branch2.5
    let stage3_1_branch2_5_weight = try weight("stage3.1.branch2.5.weight")
    let stage3_1_branch2_5 = try ATen.conv2d.default(stage3_1_branch2_4, stage3_1_branch2_5_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage3.1.branch2.6
    let stage3_1_branch2_6_weight = try weight("stage3.1.branch2.6.weight")
    let stage3_1_branch2_6_bias = try weight("stage3.1.branch2.6.bias")
    let stage3_1_branch2_6_running_mean = try weight("stage3.1.branch2.6.running_mean")
    let stage3_1_branch2_6_running_var = try weight("stage3.1.branch2.6.running_var")
    let stage3_1_branch2_6 = try ATen.batch_norm(stage3_1_branch2_5, stage3_1_branch2_6_weight, stage3_1_branch2_6_bias, stage3_1_branch2_6_running_mean, stage3_1_branch2_6_running_var, false, 0.1, 1e-05, true)

    // stage3.1.branch2.7
    let stage3_1_branch2_7 = try ATen.relu_(stage3_1_branch2_6)

    // stage3.1
    let stage3_1_cat = try ATen.cat.default(Value.list([stage3_1_getitem, Value.tensor(stage3_1_branch2_7)]), 1)
    let stage3_1_size: Value = try ATen.size.default(stage3_1_cat)
    let stage3_1_getitem_2: Value = try ATen.__getitem__.t(stage3_1_size, 0)
    let stage3_1_getitem_3: Value = try ATen.__getitem__.t(stage3_1_size, 1)
    let stage3_1_getitem_4: Value = try ATen.__getitem__.t(stage3_1_size, 2)
    let stage3_1_getitem_5: Value = try ATen.__getitem__.t(stage3_1_size, 3)
    let stage3_1_floordiv: Value = try ATen.floordiv.int(stage3_1_getitem_3, 2)
    let stage3_1_view = try ATen.view.default(stage3_1_cat, Value.list([stage3_1_getitem_2, Value.int(2), stage3_1_floordiv, stage3_1_getitem_4, stage3_1_getitem_5]))
    let stage3_1_transpose = try ATen.transpose(stage3_1_view, 1, 2)
    let stage3_1_contiguous = try ATen.contiguous(stage3_1_transpose)
    let stage3_1_view_1 = try ATen.view.default(stage3_1_contiguous, [stage3_1_getitem_2, stage3_1_getitem_3, stage3_1_getitem_4, stage3_1_getitem_5])

    // stage3.2
    let stage3_2_chunk: Value = try ATen.chunk(stage3_1_view_1, 2, 1)
    let stage3_2_getitem: Value = try ATen.__getitem__.t(stage3_2_chunk, 0)
    let stage3_2_getitem_1: Value = try ATen.__getitem__.t(stage3_2_chunk, 1)

    // stage3.2.branch2.0
    let stage3_2_branch2_0_weight = try weight("stage3.2.branch2.0.weight")
    let stage3_2_branch2_0 = try ATen.conv2d.default(stage3_2_getitem_1, stage3_2_branch2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage3.2.branch2.1
    let stage3_2_branch2_1_weight = try weight("stage3.2.branch2.1.weight")
    let stage3_2_branch2_1_bias = try weight("stage3.2.branch2.1.bias")
    let stage3_2_branch2_1_running_mean = try weight("stage3.2.branch2.1.running_mean")
    let stage3_2_branch2_1_running_var = try weight("stage3.2.branch2.1.running_var")
    let stage3_2_branch2_1 = try ATen.batch_norm(stage3_2_branch2_0, stage3_2_branch2_1_weight, stage3_2_branch2_1_bias, stage3_2_branch2_1_running_mean, stage3_2_branch2_1_running_var, false, 0.1, 1e-05, true)

    // stage3.2.branch2.2
    let stage3_2_branch2_2 = try ATen.relu_(stage3_2_branch2_1)

    // stage3.2.branch2.3
    let stage3_2_branch2_3_weight = try weight("stage3.2.branch2.3.weight")
    let stage3_2_branch2_3 = try ATen.conv2d.default(stage3_2_branch2_2, stage3_2_branch2_3_weight, nil, [1, 1], [1, 1], [1, 1], 48)

    // stage3.2.branch2.4
    let stage3_2_branch2_4_weight = try weight("stage3.2.branch2.4.weight")
    let stage3_2_branch2_4_bias = try weight("stage3.2.branch2.4.bias")
    let stage3_2_branch2_4_running_mean = try weight("stage3.2.branch2.4.running_mean")
    let stage3_2_branch2_4_running_var = try weight("stage3.2.branch2.4.running_var")
    let stage3_2_branch2_4 = try ATen.batch_norm(stage3_2_branch2_3, stage3_2_branch2_4_weight, stage3_2_branch2_4_bias, stage3_2_branch2_4_running_mean, stage3_2_branch2_4_running_var, false, 0.1, 1e-05, true)

    // stage3.2.branch2.5
    let stage3_2_branch2_5_weight = try weight("stage3.2.branch2.5.weight")
    let stage3_2_branch2_5 = try ATen.conv2d.default(stage3_2_branch2_4, stage3_2_branch2_5_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage3.2.branch2.6
    let stage3_2_branch2_6_weight = try weight("stage3.2.branch2.6.weight")
    let stage3_2_branch2_6_bias = try weight("stage3.2.branch2.6.bias")
    let stage3_2_branch2_6_running_mean = try weight("stage3.2.branch2.6.running_mean")
    let stage3_2_branch2_6_running_var = try weight("stage3.2.branch2.6.running_var")
    let stage3_2_branch2_6 = try ATen.batch_norm(stage3_2_branch2_5, stage3_2_branch2_6_weight, stage3_2_branch2_6_bias, stage3_2_branch2_6_running_mean, stage3_2_branch2_6_running_var, false, 0.1, 1e-05, true)

    // stage3.2.branch2.7
    let stage3_2_branch2_7 = try ATen.relu_(stage3_2_branch2_6)

    // stage3.2
    let stage3_2_cat = try ATen.cat.default(Value.list([stage3_2_getitem, Value.tensor(stage3_2_branch2_7)]), 1)
    let stage3_2_size: Value = try ATen.size.default(stage3_2_cat)
    let stage3_2_getitem_2: Value = try ATen.__getitem__.t(stage3_2_size, 0)
    let stage3_2_getitem_3: Value = try ATen.__getitem__.t(stage3_2_size, 1)
    let stage3_2_getitem_4: Value = try ATen.__getitem__.t(stage3_2_size, 2)
    let stage3_2_getitem_5: Value = try ATen.__getitem__.t(stage3_2_size, 3)
    let stage3_2_floordiv: Value = try ATen.floordiv.int(stage3_2_getitem_3, 2)
    let stage3_2_view = try ATen.view.default(stage3_2_cat, Value.list([stage3_2_getitem_2, Value.int(2), stage3_2_floordiv, stage3_2_getitem_4, stage3_2_getitem_5]))
    let stage3_2_transpose = try ATen.transpose(stage3_2_view, 1, 2)
    let stage3_2_contiguous = try ATen.contiguous(stage3_2_transpose)
    let stage3_2_view_1 = try ATen.view.default(stage3_2_contiguous, [stage3_2_getitem_2, stage3_2_getitem_3, stage3_2_getitem_4, stage3_2_getitem_5])

    // stage3.3
    let stage3_3_chunk: Value = try ATen.chunk(stage3_2_view_1, 2, 1)
    let stage3_3_getitem: Value = try ATen.__getitem__.t(stage3_3_chunk, 0)
    let stage3_3_getitem_1: Value = try ATen.__getitem__.t(stage3_3_chunk, 1)

    // stage3.3.branch2.0
    let stage3_3_branch2_0_weight = try weight("stage3.3.branch2.0.weight")
    let stage3_3_branch2_0 = try ATen.conv2d.default(stage3_3_getitem_1, stage3_3_branch2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage3.3.branch2.1
    let stage3_3_branch2_1_weight = try weight("stage3.3.branch2.1.weight")
    let stage3_3_branch2_1_bias = try weight("stage3.3.branch2.1.bias")
    let stage3_3_branch2_1_running_mean = try weight("stage3.3.branch2.1.running_mean")
    let stage3_3_branch2_1_running_var = try weight("stage3.3.branch2.1.running_var")
    let stage3_3_branch2_1 = try ATen.batch_norm(stage3_3_branch2_0, stage3_3_branch2_1_weight, stage3_3_branch2_1_bias, stage3_3_branch2_1_running_mean, stage3_3_branch2_1_running_var, false, 0.1, 1e-05, true)

    // stage3.3.branch2.2
    let stage3_3_branch2_2 = try ATen.relu_(stage3_3_branch2_1)

    // stage3.3.branch2.3
    let stage3_3_branch2_3_weight = try weight("stage3.3.branch2.3.weight")
    let stage3_3_branch2_3 = try ATen.conv2d.default(stage3_3_branch2_2, stage3_3_branch2_3_weight, nil, [1, 1], [1, 1], [1, 1], 48)

    // stage3.3.branch2.4
    let stage3_3_branch2_4_weight = try weight("stage3.3.branch2.4.weight")
    let stage3_3_branch2_4_bias = try weight("stage3.3.branch2.4.bias")
    let stage3_3_branch2_4_running_mean = try weight("stage3.3.branch2.4.running_mean")
    let stage3_3_branch2_4_running_var = try weight("stage3.3.branch2.4.running_var")
    let stage3_3_branch2_4 = try ATen.batch_norm(stage3_3_branch2_3, stage3_3_branch2_4_weight, stage3_3_branch2_4_bias, stage3_3_branch2_4_running_mean, stage3_3_branch2_4_running_var, false, 0.1, 1e-05, true)

    // stage3.3.branch2.5
    let stage3_3_branch2_5_weight = try weight("stage3.3.branch2.5.weight")
    let stage3_3_branch2_5 = try ATen.conv2d.default(stage3_3_branch2_4, stage3_3_branch2_5_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage3.3.branch2.6
    let stage3_3_branch2_6_weight = try weight("stage3.3.branch2.6.weight")
    let stage3_3_branch2_6_bias = try weight("stage3.3.branch2.6.bias")
    let stage3_3_branch2_6_running_mean = try weight("stage3.3.branch2.6.running_mean")
    let stage3_3_branch2_6_running_var = try weight("stage3.3.branch2.6.running_var")
    let stage3_3_branch2_6 = try ATen.batch_norm(stage3_3_branch2_5, stage3_3_branch2_6_weight, stage3_3_branch2_6_bias, stage3_3_branch2_6_running_mean, stage3_3_branch2_6_running_var, false, 0.1, 1e-05, true)

    // stage3.3.branch2.7
    let stage3_3_branch2_7 = try ATen.relu_(stage3_3_branch2_6)

    // stage3.3
    let stage3_3_cat = try ATen.cat.default(Value.list([stage3_3_getitem, Value.tensor(stage3_3_branch2_7)]), 1)
    let stage3_3_size: Value = try ATen.size.default(stage3_3_cat)
    let stage3_3_getitem_2: Value = try ATen.__getitem__.t(stage3_3_size, 0)
    let stage3_3_getitem_3: Value = try ATen.__getitem__.t(stage3_3_size, 1)
    let stage3_3_getitem_4: Value = try ATen.__getitem__.t(stage3_3_size, 2)
    let stage3_3_getitem_5: Value = try ATen.__getitem__.t(stage3_3_size, 3)
    let stage3_3_floordiv: Value = try ATen.floordiv.int(stage3_3_getitem_3, 2)
    let stage3_3_view = try ATen.view.default(stage3_3_cat, Value.list([stage3_3_getitem_2, Value.int(2), stage3_3_floordiv, stage3_3_getitem_4, stage3_3_getitem_5]))
    let stage3_3_transpose = try ATen.transpose(stage3_3_view, 1, 2)
    let stage3_3_contiguous = try ATen.contiguous(stage3_3_transpose)
    let stage3_3_view_1 = try ATen.view.default(stage3_3_contiguous, [stage3_3_getitem_2, stage3_3_getitem_3, stage3_3_getitem_4, stage3_3_getitem_5])

    // stage3.4
    let stage3_4_chunk: Value = try ATen.chunk(stage3_3_view_1, 2, 1)
    let stage3_4_getitem: Value = try ATen.__getitem__.t(stage3_4_chunk, 0)
    let stage3_4_getitem_1: Value = try ATen.__getitem__.t(stage3_4_chunk, 1)

    // stage3.4.branch2.0
    let stage3_4_branch2_0_weight = try weight("stage3.4.branch2.0.weight")
    let stage3_4_branch2_0 = try ATen.conv2d.default(stage3_4_getitem_1, stage3_4_branch2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage3.4.branch2.1
    let stage3_4_branch2_1_weight = try weight("stage3.4.branch2.1.weight")
    let stage3_4_branch2_1_bias = try weight("stage3.4.branch2.1.bias")
    let stage3_4_branch2_1_running_mean = try weight("stage3.4.branch2.1.running_mean")
    let stage3_4_branch2_1_running_var = try weight("stage3.4.branch2.1.running_var")
    let stage3_4_branch2_1 = try ATen.batch_norm(stage3_4_branch2_0, stage3_4_branch2_1_weight, stage3_4_branch2_1_bias, stage3_4_branch2_1_running_mean, stage3_4_branch2_1_running_var, false, 0.1, 1e-05, true)

    // stage3.4.branch2.2
    let stage3_4_branch2_2 = try ATen.relu_(stage3_4_branch2_1)

    // stage3.4.branch2.3
    let stage3_4_branch2_3_weight = try weight("stage3.4.branch2.3.weight")
    let stage3_4_branch2_3 = try ATen.conv2d.default(stage3_4_branch2_2, stage3_4_branch2_3_weight, nil, [1, 1], [1, 1], [1, 1], 48)

    // stage3.4.branch2.4
    let stage3_4_branch2_4_weight = try weight("stage3.4.branch2.4.weight")
    let stage3_4_branch2_4_bias = try weight("stage3.4.branch2.4.bias")
    let stage3_4_branch2_4_running_mean = try weight("stage3.4.branch2.4.running_mean")
    let stage3_4_branch2_4_running_var = try weight("stage3.4.branch2.4.running_var")
    let stage3_4_branch2_4 = try ATen.batch_norm(stage3_4_branch2_3, stage3_4_branch2_4_weight, stage3_4_branch2_4_bias, stage3_4_branch2_4_running_mean, stage3_4_branch2_4_running_var, false, 0.1, 1e-05, true)

    // stage3.4.branch2.5
    let stage3_4_branch2_5_weight = try weight("stage3.4.branch2.5.weight")
    let stage3_4_branch2_5 = try ATen.conv2d.default(stage3_4_branch2_4, stage3_4_branch2_5_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage3.4.branch2.6
    let stage3_4_branch2_6_weight = try weight("stage3.4.branch2.6.weight")
    let stage3_4_branch2_6_bias = try weight("stage3.4.branch2.6.bias")
    let stage3_4_branch2_6_running_mean = try weight("stage3.4.branch2.6.running_mean")
    let stage3_4_branch2_6_running_var = try weight("stage3.4.branch2.6.running_var")
    let stage3_4_branch2_6 = try ATen.batch_norm(stage3_4_branch2_5, stage3_4_branch2_6_weight, stage3_4_branch2_6_bias, stage3_4_branch2_6_running_mean, stage3_4_branch2_6_running_var, false, 0.1, 1e-05, true)

    // stage3.4.branch2.7
    let stage3_4_branch2_7 = try ATen.relu_(stage3_4_branch2_6)

    // stage3.4
    let stage3_4_cat = try ATen.cat.default(Value.list([stage3_4_getitem, Value.tensor(stage3_4_branch2_7)]), 1)
    let stage3_4_size: Value = try ATen.size.default(stage3_4_cat)
    let stage3_4_getitem_2: Value = try ATen.__getitem__.t(stage3_4_size, 0)
    let stage3_4_getitem_3: Value = try ATen.__getitem__.t(stage3_4_size, 1)
    let stage3_4_getitem_4: Value = try ATen.__getitem__.t(stage3_4_size, 2)
    let stage3_4_getitem_5: Value = try ATen.__getitem__.t(stage3_4_size, 3)
    let stage3_4_floordiv: Value = try ATen.floordiv.int(stage3_4_getitem_3, 2)
    let stage3_4_view = try ATen.view.default(stage3_4_cat, Value.list([stage3_4_getitem_2, Value.int(2), stage3_4_floordiv, stage3_4_getitem_4, stage3_4_getitem_5]))
    let stage3_4_transpose = try ATen.transpose(stage3_4_view, 1, 2)
    let stage3_4_contiguous = try ATen.contiguous(stage3_4_transpose)
    let stage3_4_view_1 = try ATen.view.default(stage3_4_contiguous, [stage3_4_getitem_2, stage3_4_getitem_3, stage3_4_getitem_4, stage3_4_getitem_5])

    // stage3.5
    let stage3_5_chunk: Value = try ATen.chunk(stage3_4_view_1, 2, 1)
    let stage3_5_getitem: Value = try ATen.__getitem__.t(stage3_5_chunk, 0)
    let stage3_5_getitem_1: Value = try ATen.__getitem__.t(stage3_5_chunk, 1)

    // stage3.5.branch2.0
    let stage3_5_branch2_0_weight = try weight("stage3.5.branch2.0.weight")
    let stage3_5_branch2_0 = try ATen.conv2d.default(stage3_5_getitem_1, stage3_5_branch2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage3.5.branch2.1
    let stage3_5_branch2_1_weight = try weight("stage3.5.branch2.1.weight")
    let stage3_5_branch2_1_bias = try weight("stage3.5.branch2.1.bias")
    let stage3_5_branch2_1_running_mean = try weight("stage3.5.branch2.1.running_mean")
    let stage3_5_branch2_1_running_var = try weight("stage3.5.branch2.1.running_var")
    let stage3_5_branch2_1 = try ATen.batch_norm(stage3_5_branch2_0, stage3_5_branch2_1_weight, stage3_5_branch2_1_bias, stage3_5_branch2_1_running_mean, stage3_5_branch2_1_running_var, false, 0.1, 1e-05, true)

    // stage3.5.branch2.2
    let stage3_5_branch2_2 = try ATen.relu_(stage3_5_branch2_1)

    // stage3.5.branch2.3
    let stage3_5_branch2_3_weight = try weight("stage3.5.branch2.3.weight")
    let stage3_5_branch2_3 = try ATen.conv2d.default(stage3_5_branch2_2, stage3_5_branch2_3_weight, nil, [1, 1], [1, 1], [1, 1], 48)

    // stage3.5.branch2.4
    let stage3_5_branch2_4_weight = try weight("stage3.5.branch2.4.weight")
    let stage3_5_branch2_4_bias = try weight("stage3.5.branch2.4.bias")
    let stage3_5_branch2_4_running_mean = try weight("stage3.5.branch2.4.running_mean")
    let stage3_5_branch2_4_running_var = try weight("stage3.5.branch2.4.running_var")
    let stage3_5_branch2_4 = try ATen.batch_norm(stage3_5_branch2_3, stage3_5_branch2_4_weight, stage3_5_branch2_4_bias, stage3_5_branch2_4_running_mean, stage3_5_branch2_4_running_var, false, 0.1, 1e-05, true)

    // stage3.5.branch2.5
    let stage3_5_branch2_5_weight = try weight("stage3.5.branch2.5.weight")
    let stage3_5_branch2_5 = try ATen.conv2d.default(stage3_5_branch2_4, stage3_5_branch2_5_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage3.5.branch2.6
    let stage3_5_branch2_6_weight = try weight("stage3.5.branch2.6.weight")
    let stage3_5_branch2_6_bias = try weight("stage3.5.branch2.6.bias")
    let stage3_5_branch2_6_running_mean = try weight("stage3.5.branch2.6.running_mean")
    let stage3_5_branch2_6_running_var = try weight("stage3.5.branch2.6.running_var")
    let stage3_5_branch2_6 = try ATen.batch_norm(stage3_5_branch2_5, stage3_5_branch2_6_weight, stage3_5_branch2_6_bias, stage3_5_branch2_6_running_mean, stage3_5_branch2_6_running_var, false, 0.1, 1e-05, true)

    // stage3.5.branch2.7
    let stage3_5_branch2_7 = try ATen.relu_(stage3_5_branch2_6)

    // stage3.5
    let stage3_5_cat = try ATen.cat.default(Value.list([stage3_5_getitem, Value.tensor(stage3_5_branch2_7)]), 1)
    let stage3_5_size: Value = try ATen.size.default(stage3_5_cat)
    let stage3_5_getitem_2: Value = try ATen.__getitem__.t(stage3_5_size, 0)
    let stage3_5_getitem_3: Value = try ATen.__getitem__.t(stage3_5_size, 1)
    let stage3_5_getitem_4: Value = try ATen.__getitem__.t(stage3_5_size, 2)
    let stage3_5_getitem_5: Value = try ATen.__getitem__.t(stage3_5_size, 3)
    let stage3_5_floordiv: Value = try ATen.floordiv.int(stage3_5_getitem_3, 2)
    let stage3_5_view = try ATen.view.default(stage3_5_cat, Value.list([stage3_5_getitem_2, Value.int(2), stage3_5_floordiv, stage3_5_getitem_4, stage3_5_getitem_5]))
    let stage3_5_transpose = try ATen.transpose(stage3_5_view, 1, 2)
    let stage3_5_contiguous = try ATen.contiguous(stage3_5_transpose)
    let stage3_5_view_1 = try ATen.view.default(stage3_5_contiguous, [stage3_5_getitem_2, stage3_5_getitem_3, stage3_5_getitem_4, stage3_5_getitem_5])

    // stage3.6
    let stage3_6_chunk: Value = try ATen.chunk(stage3_5_view_1, 2, 1)
    let stage3_6_getitem: Value = try ATen.__getitem__.t(stage3_6_chunk, 0)
    let stage3_6_getitem_1: Value = try ATen.__getitem__.t(stage3_6_chunk, 1)

    // stage3.6.branch2.0
    let stage3_6_branch2_0_weight = try weight("stage3.6.branch2.0.weight")
    let stage3_6_branch2_0 = try ATen.conv2d.default(stage3_6_getitem_1, stage3_6_branch2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage3.6.branch2.1
    let stage3_6_branch2_1_weight = try weight("stage3.6.branch2.1.weight")
    let stage3_6_branch2_1_bias = try weight("stage3.6.branch2.1.bias")
    let stage3_6_branch2_1_running_mean = try weight("stage3.6.branch2.1.running_mean")
    let stage3_6_branch2_1_running_var = try weight("stage3.6.branch2.1.running_var")
    let stage3_6_branch2_1 = try ATen.batch_norm(stage3_6_branch2_0, stage3_6_branch2_1_weight, stage3_6_branch2_1_bias, stage3_6_branch2_1_running_mean, stage3_6_branch2_1_running_var, false, 0.1, 1e-05, true)

    // stage3.6.branch2.2
    let stage3_6_branch2_2 = try ATen.relu_(stage3_6_branch2_1)

    // stage3.6.branch2.3
    let stage3_6_branch2_3_weight = try weight("stage3.6.branch2.3.weight")
    let stage3_6_branch2_3 = try ATen.conv2d.default(stage3_6_branch2_2, stage3_6_branch2_3_weight, nil, [1, 1], [1, 1], [1, 1], 48)

    // stage3.6.branch2.4
    let stage3_6_branch2_4_weight = try weight("stage3.6.branch2.4.weight")
    let stage3_6_branch2_4_bias = try weight("stage3.6.branch2.4.bias")
    let stage3_6_branch2_4_running_mean = try weight("stage3.6.branch2.4.running_mean")
    let stage3_6_branch2_4_running_var = try weight("stage3.6.branch2.4.running_var")
    let stage3_6_branch2_4 = try ATen.batch_norm(stage3_6_branch2_3, stage3_6_branch2_4_weight, stage3_6_branch2_4_bias, stage3_6_branch2_4_running_mean, stage3_6_branch2_4_running_var, false, 0.1, 1e-05, true)

    // stage3.6.branch2.5
    let stage3_6_branch2_5_weight = try weight("stage3.6.branch2.5.weight")
    let stage3_6_branch2_5 = try ATen.conv2d.default(stage3_6_branch2_4, stage3_6_branch2_5_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage3.6.branch2.6
    let stage3_6_branch2_6_weight = try weight("stage3.6.branch2.6.weight")
    let stage3_6_branch2_6_bias = try weight("stage3.6.branch2.6.bias")
    let stage3_6_branch2_6_running_mean = try weight("stage3.6.branch2.6.running_mean")
    let stage3_6_branch2_6_running_var = try weight("stage3.6.branch2.6.running_var")
    let stage3_6_branch2_6 = try ATen.batch_norm(stage3_6_branch2_5, stage3_6_branch2_6_weight, stage3_6_branch2_6_bias, stage3_6_branch2_6_running_mean, stage3_6_branch2_6_running_var, false, 0.1, 1e-05, true)

    // stage3.6.branch2.7
    let stage3_6_branch2_7 = try ATen.relu_(stage3_6_branch2_6)

    // stage3.6
    let stage3_6_cat = try ATen.cat.default(Value.list([stage3_6_getitem, Value.tensor(stage3_6_branch2_7)]), 1)
    let stage3_6_size: Value = try ATen.size.default(stage3_6_cat)
    let stage3_6_getitem_2: Value = try ATen.__getitem__.t(stage3_6_size, 0)
    let stage3_6_getitem_3: Value = try ATen.__getitem__.t(stage3_6_size, 1)
    let stage3_6_getitem_4: Value = try ATen.__getitem__.t(stage3_6_size, 2)
    let stage3_6_getitem_5: Value = try ATen.__getitem__.t(stage3_6_size, 3)
    let stage3_6_floordiv: Value = try ATen.floordiv.int(stage3_6_getitem_3, 2)
    let stage3_6_view = try ATen.view.default(stage3_6_cat, Value.list([stage3_6_getitem_2, Value.int(2), stage3_6_floordiv, stage3_6_getitem_4, stage3_6_getitem_5]))
    let stage3_6_transpose = try ATen.transpose(stage3_6_view, 1, 2)
    let stage3_6_contiguous = try ATen.contiguous(stage3_6_transpose)
    let stage3_6_view_1 = try ATen.view.default(stage3_6_contiguous, [stage3_6_getitem_2, stage3_6_getitem_3, stage3_6_getitem_4, stage3_6_getitem_5])

    // stage3.7
    let stage3_7_chunk: Value = try ATen.chunk(stage3_6_view_1, 2, 1)
    let stage3_7_getitem: Value = try ATen.__getitem__.t(stage3_7_chunk, 0)
    let stage3_7_getitem_1: Value = try ATen.__getitem__.t(stage3_7_chunk, 1)

    // stage3.7.branch2.0
    let stage3_7_branch2_0_weight = try weight("stage3.7.branch2.0.weight")
    let stage3_7_branch2_0 = try ATen.conv2d.default(stage3_7_getitem_1, stage3_7_branch2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage3.7.branch2.1
    let stage3_7_branch2_1_weight = try weight("stage3.7.branch2.1.weight")
    let stage3_7_branch2_1_bias = try weight("stage3.7.branch2.1.bias")
    let stage3_7_branch2_1_running_mean = try weight("stage3.7.branch2.1.running_mean")
    let stage3_7_branch2_1_running_var = try weight("stage3.7.branch2.1.running_var")
    let stage3_7_branch2_1 = try ATen.batch_norm(stage3_7_branch2_0, stage3_7_branch2_1_weight, stage3_7_branch2_1_bias, stage3_7_branch2_1_running_mean, stage3_7_branch2_1_running_var, false, 0.1, 1e-05, true)

    // stage3.7.branch2.2
    let stage3_7_branch2_2 = try ATen.relu_(stage3_7_branch2_1)

    // stage3.7.branch2.3
    let stage3_7_branch2_3_weight = try weight("stage3.7.branch2.3.weight")
    let stage3_7_branch2_3 = try ATen.conv2d.default(stage3_7_branch2_2, stage3_7_branch2_3_weight, nil, [1, 1], [1, 1], [1, 1], 48)

    // stage3.7.branch2.4
    let stage3_7_branch2_4_weight = try weight("stage3.7.branch2.4.weight")
    let stage3_7_branch2_4_bias = try weight("stage3.7.branch2.4.bias")
    let stage3_7_branch2_4_running_mean = try weight("stage3.7.branch2.4.running_mean")
    let stage3_7_branch2_4_running_var = try weight("stage3.7.branch2.4.running_var")
    let stage3_7_branch2_4 = try ATen.batch_norm(stage3_7_branch2_3, stage3_7_branch2_4_weight, stage3_7_branch2_4_bias, stage3_7_branch2_4_running_mean, stage3_7_branch2_4_running_var, false, 0.1, 1e-05, true)

    // stage3.7.branch2.5
    let stage3_7_branch2_5_weight = try weight("stage3.7.branch2.5.weight")
    let stage3_7_branch2_5 = try ATen.conv2d.default(stage3_7_branch2_4, stage3_7_branch2_5_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage3.7.branch2.6
    let stage3_7_branch2_6_weight = try weight("stage3.7.branch2.6.weight")
    let stage3_7_branch2_6_bias = try weight("stage3.7.branch2.6.bias")
    let stage3_7_branch2_6_running_mean = try weight("stage3.7.branch2.6.running_mean")
    let stage3_7_branch2_6_running_var = try weight("stage3.7.branch2.6.running_var")
    let stage3_7_branch2_6 = try ATen.batch_norm(stage3_7_branch2_5, stage3_7_branch2_6_weight, stage3_7_branch2_6_bias, stage3_7_branch2_6_running_mean, stage3_7_branch2_6_running_var, false, 0.1, 1e-05, true)

    // stage3.7.branch2.7
    let stage3_7_branch2_7 = try ATen.relu_(stage3_7_branch2_6)

    // stage3.7
    let stage3_7_cat = try ATen.cat.default(Value.list([stage3_7_getitem, Value.tensor(stage3_7_branch2_7)]), 1)
    let stage3_7_size: Value = try ATen.size.default(stage3_7_cat)
    let stage3_7_getitem_2: Value = try ATen.__getitem__.t(stage3_7_size, 0)
    let stage3_7_getitem_3: Value = try ATen.__getitem__.t(stage3_7_size, 1)
    let stage3_7_getitem_4: Value = try ATen.__getitem__.t(stage3_7_size, 2)
    let stage3_7_getitem_5: Value = try ATen.__getitem__.t(stage3_7_size, 3)
    let stage3_7_floordiv: Value = try ATen.floordiv.int(stage3_7_getitem_3, 2)
    let stage3_7_view = try ATen.view.default(stage3_7_cat, Value.list([stage3_7_getitem_2, Value.int(2), stage3_7_floordiv, stage3_7_getitem_4, stage3_7_getitem_5]))
    let stage3_7_transpose = try ATen.transpose(stage3_7_view, 1, 2)
    let stage3_7_contiguous = try ATen.contiguous(stage3_7_transpose)
    let stage3_7_view_1 = try ATen.view.default(stage3_7_contiguous, [stage3_7_getitem_2, stage3_7_getitem_3, stage3_7_getitem_4, stage3_7_getitem_5])

    // stage4.0.branch1.0
    let stage4_0_branch1_0_weight = try weight("stage4.0.branch1.0.weight")
    let stage4_0_branch1_0 = try ATen.conv2d.default(stage3_7_view_1, stage4_0_branch1_0_weight, nil, [2, 2], [1, 1], [1, 1], 96)

    // stage4.0.branch1.1
    let stage4_0_branch1_1_weight = try weight("stage4.0.branch1.1.weight")
    let stage4_0_branch1_1_bias = try weight("stage4.0.branch1.1.bias")
    let stage4_0_branch1_1_running_mean = try weight("stage4.0.branch1.1.running_mean")
    let stage4_0_branch1_1_running_var = try weight("stage4.0.branch1.1.running_var")
    let stage4_0_branch1_1 = try ATen.batch_norm(stage4_0_branch1_0, stage4_0_branch1_1_weight, stage4_0_branch1_1_bias, stage4_0_branch1_1_running_mean, stage4_0_branch1_1_running_var, false, 0.1, 1e-05, true)

    // stage4.0.branch1.2
    let stage4_0_branch1_2_weight = try weight("stage4.0.branch1.2.weight")
    let stage4_0_branch1_2 = try ATen.conv2d.default(stage4_0_branch1_1, stage4_0_branch1_2_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage4.0.branch1.3
    let stage4_0_branch1_3_weight = try weight("stage4.0.branch1.3.weight")
    let stage4_0_branch1_3_bias = try weight("stage4.0.branch1.3.bias")
    let stage4_0_branch1_3_running_mean = try weight("stage4.0.branch1.3.running_mean")
    let stage4_0_branch1_3_running_var = try weight("stage4.0.branch1.3.running_var")
    let stage4_0_branch1_3 = try ATen.batch_norm(stage4_0_branch1_2, stage4_0_branch1_3_weight, stage4_0_branch1_3_bias, stage4_0_branch1_3_running_mean, stage4_0_branch1_3_running_var, false, 0.1, 1e-05, true)

    // stage4.0.branch1.4
    let stage4_0_branch1_4 = try ATen.relu_(stage4_0_branch1_3)

    // stage4.0.branch2.0
    let stage4_0_branch2_0_weight = try weight("stage4.0.branch2.0.weight")
    let stage4_0_branch2_0 = try ATen.conv2d.default(stage3_7_view_1, stage4_0_branch2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage4.0.branch2.1
    let stage4_0_branch2_1_weight = try weight("stage4.0.branch2.1.weight")
    let stage4_0_branch2_1_bias = try weight("stage4.0.branch2.1.bias")
    let stage4_0_branch2_1_running_mean = try weight("stage4.0.branch2.1.running_mean")
    let stage4_0_branch2_1_running_var = try weight("stage4.0.branch2.1.running_var")
    let stage4_0_branch2_1 = try ATen.batch_norm(stage4_0_branch2_0, stage4_0_branch2_1_weight, stage4_0_branch2_1_bias, stage4_0_branch2_1_running_mean, stage4_0_branch2_1_running_var, false, 0.1, 1e-05, true)

    // stage4.0.branch2.2
    let stage4_0_branch2_2 = try ATen.relu_(stage4_0_branch2_1)

    // stage4.0.branch2.3
    let stage4_0_branch2_3_weight = try weight("stage4.0.branch2.3.weight")
    let stage4_0_branch2_3 = try ATen.conv2d.default(stage4_0_branch2_2, stage4_0_branch2_3_weight, nil, [2, 2], [1, 1], [1, 1], 96)

    // stage4.0.branch2.4
    let stage4_0_branch2_4_weight = try weight("stage4.0.branch2.4.weight")
    let stage4_0_branch2_4_bias = try weight("stage4.0.branch2.4.bias")
    let stage4_0_branch2_4_running_mean = try weight("stage4.0.branch2.4.running_mean")
    let stage4_0_branch2_4_running_var = try weight("stage4.0.branch2.4.running_var")
    let stage4_0_branch2_4 = try ATen.batch_norm(stage4_0_branch2_3, stage4_0_branch2_4_weight, stage4_0_branch2_4_bias, stage4_0_branch2_4_running_mean, stage4_0_branch2_4_running_var, false, 0.1, 1e-05, true)

    // stage4.0.branch2.5
    let stage4_0_branch2_5_weight = try weight("stage4.0.branch2.5.weight")
    let stage4_0_branch2_5 = try ATen.conv2d.default(stage4_0_branch2_4, stage4_0_branch2_5_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage4.0.branch2.6
    let stage4_0_branch2_6_weight = try weight("stage4.0.branch2.6.weight")
    let stage4_0_branch2_6_bias = try weight("stage4.0.branch2.6.bias")
    let stage4_0_branch2_6_running_mean = try weight("stage4.0.branch2.6.running_mean")
    let stage4_0_branch2_6_running_var = try weight("stage4.0.branch2.6.running_var")
    let stage4_0_branch2_6 = try ATen.batch_norm(stage4_0_branch2_5, stage4_0_branch2_6_weight, stage4_0_branch2_6_bias, stage4_0_branch2_6_running_mean, stage4_0_branch2_6_running_var, false, 0.1, 1e-05, true)

    // stage4.0.branch2.7
    let stage4_0_branch2_7 = try ATen.relu_(stage4_0_branch2_6)

    // stage4.0
    let stage4_0_cat = try ATen.cat.default([stage4_0_branch1_4, stage4_0_branch2_7], 1)
    let stage4_0_size: Value = try ATen.size.default(stage4_0_cat)
    let stage4_0_getitem: Value = try ATen.__getitem__.t(stage4_0_size, 0)
    let stage4_0_getitem_1: Value = try ATen.__getitem__.t(stage4_0_size, 1)
    let stage4_0_getitem_2: Value = try ATen.__getitem__.t(stage4_0_size, 2)
    let stage4_0_getitem_3: Value = try ATen.__getitem__.t(stage4_0_size, 3)
    let stage4_0_floordiv: Value = try ATen.floordiv.int(stage4_0_getitem_1, 2)
    let stage4_0_view = try ATen.view.default(stage4_0_cat, Value.list([stage4_0_getitem, Value.int(2), stage4_0_floordiv, stage4_0_getitem_2, stage4_0_getitem_3]))
    let stage4_0_transpose = try ATen.transpose(stage4_0_view, 1, 2)
    let stage4_0_contiguous = try ATen.contiguous(stage4_0_transpose)
    let stage4_0_view_1 = try ATen.view.default(stage4_0_contiguous, [stage4_0_getitem, stage4_0_getitem_1, stage4_0_getitem_2, stage4_0_getitem_3])

    // stage4.1
    let stage4_1_chunk: Value = try ATen.chunk(stage4_0_view_1, 2, 1)
    let stage4_1_getitem: Value = try ATen.__getitem__.t(stage4_1_chunk, 0)
    let stage4_1_getitem_1: Value = try ATen.__getitem__.t(stage4_1_chunk, 1)

    // stage4.1.branch2.0
    let stage4_1_branch2_0_weight = try weight("stage4.1.branch2.0.weight")
    let stage4_1_branch2_0 = try ATen.conv2d.default(stage4_1_getitem_1, stage4_1_branch2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage4.1.branch2.1
    let stage4_1_branch2_1_weight = try weight("stage4.1.branch2.1.weight")
    let stage4_1_branch2_1_bias = try weight("stage4.1.branch2.1.bias")
    let stage4_1_branch2_1_running_mean = try weight("stage4.1.branch2.1.running_mean")
    let stage4_1_branch2_1_running_var = try weight("stage4.1.branch2.1.running_var")
    let stage4_1_branch2_1 = try ATen.batch_norm(stage4_1_branch2_0, stage4_1_branch2_1_weight, stage4_1_branch2_1_bias, stage4_1_branch2_1_running_mean, stage4_1_branch2_1_running_var, false, 0.1, 1e-05, true)

    // stage4.1.branch2.2
    let stage4_1_branch2_2 = try ATen.relu_(stage4_1_branch2_1)

    // stage4.1.branch2.3
    let stage4_1_branch2_3_weight = try weight("stage4.1.branch2.3.weight")
    let stage4_1_branch2_3 = try ATen.conv2d.default(stage4_1_branch2_2, stage4_1_branch2_3_weight, nil, [1, 1], [1, 1], [1, 1], 96)

    // stage4.1.branch2.4
    let stage4_1_branch2_4_weight = try weight("stage4.1.branch2.4.weight")
    let stage4_1_branch2_4_bias = try weight("stage4.1.branch2.4.bias")
    let stage4_1_branch2_4_running_mean = try weight("stage4.1.branch2.4.running_mean")
    let stage4_1_branch2_4_running_var = try weight("stage4.1.branch2.4.running_var")
    let stage4_1_branch2_4 = try ATen.batch_norm(stage4_1_branch2_3, stage4_1_branch2_4_weight, stage4_1_branch2_4_bias, stage4_1_branch2_4_running_mean, stage4_1_branch2_4_running_var, false, 0.1, 1e-05, true)

    // stage4.1.branch2.5
    let stage4_1_branch2_5_weight = try weight("stage4.1.branch2.5.weight")
    let stage4_1_branch2_5 = try ATen.conv2d.default(stage4_1_branch2_4, stage4_1_branch2_5_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage4.1.branch2.6
    let stage4_1_branch2_6_weight = try weight("stage4.1.branch2.6.weight")
    let stage4_1_branch2_6_bias = try weight("stage4.1.branch2.6.bias")
    let stage4_1_branch2_6_running_mean = try weight("stage4.1.branch2.6.running_mean")
    let stage4_1_branch2_6_running_var = try weight("stage4.1.branch2.6.running_var")
    let stage4_1_branch2_6 = try ATen.batch_norm(stage4_1_branch2_5, stage4_1_branch2_6_weight, stage4_1_branch2_6_bias, stage4_1_branch2_6_running_mean, stage4_1_branch2_6_running_var, false, 0.1, 1e-05, true)

    // stage4.1.branch2.7
    let stage4_1_branch2_7 = try ATen.relu_(stage4_1_branch2_6)

    // stage4.1
    let stage4_1_cat = try ATen.cat.default(Value.list([stage4_1_getitem, Value.tensor(stage4_1_branch2_7)]), 1)
    let stage4_1_size: Value = try ATen.size.default(stage4_1_cat)
    let stage4_1_getitem_2: Value = try ATen.__getitem__.t(stage4_1_size, 0)
    let stage4_1_getitem_3: Value = try ATen.__getitem__.t(stage4_1_size, 1)
    let stage4_1_getitem_4: Value = try ATen.__getitem__.t(stage4_1_size, 2)
    let stage4_1_getitem_5: Value = try ATen.__getitem__.t(stage4_1_size, 3)
    let stage4_1_floordiv: Value = try ATen.floordiv.int(stage4_1_getitem_3, 2)
    let stage4_1_view = try ATen.view.default(stage4_1_cat, Value.list([stage4_1_getitem_2, Value.int(2), stage4_1_floordiv, stage4_1_getitem_4, stage4_1_getitem_5]))
    let stage4_1_transpose = try ATen.transpose(stage4_1_view, 1, 2)
    let stage4_1_contiguous = try ATen.contiguous(stage4_1_transpose)
    let stage4_1_view_1 = try ATen.view.default(stage4_1_contiguous, [stage4_1_getitem_2, stage4_1_getitem_3, stage4_1_getitem_4, stage4_1_getitem_5])

    // stage4.2
    let stage4_2_chunk: Value = try ATen.chunk(stage4_1_view_1, 2, 1)
    let stage4_2_getitem: Value = try ATen.__getitem__.t(stage4_2_chunk, 0)
    let stage4_2_getitem_1: Value = try ATen.__getitem__.t(stage4_2_chunk, 1)

    // stage4.2.branch2.0
    let stage4_2_branch2_0_weight = try weight("stage4.2.branch2.0.weight")
    let stage4_2_branch2_0 = try ATen.conv2d.default(stage4_2_getitem_1, stage4_2_branch2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage4.2.branch2.1
    let stage4_2_branch2_1_weight = try weight("stage4.2.branch2.1.weight")
    let stage4_2_branch2_1_bias = try weight("stage4.2.branch2.1.bias")
    let stage4_2_branch2_1_running_mean = try weight("stage4.2.branch2.1.running_mean")
    let stage4_2_branch2_1_running_var = try weight("stage4.2.branch2.1.running_var")
    let stage4_2_branch2_1 = try ATen.batch_norm(stage4_2_branch2_0, stage4_2_branch2_1_weight, stage4_2_branch2_1_bias, stage4_2_branch2_1_running_mean, stage4_2_branch2_1_running_var, false, 0.1, 1e-05, true)

    // stage4.2.branch2.2
    let stage4_2_branch2_2 = try ATen.relu_(stage4_2_branch2_1)

    // stage4.2.branch2.3
    let stage4_2_branch2_3_weight = try weight("stage4.2.branch2.3.weight")
    let stage4_2_branch2_3 = try ATen.conv2d.default(stage4_2_branch2_2, stage4_2_branch2_3_weight, nil, [1, 1], [1, 1], [1, 1], 96)

    // stage4.2.branch2.4
    let stage4_2_branch2_4_weight = try weight("stage4.2.branch2.4.weight")
    let stage4_2_branch2_4_bias = try weight("stage4.2.branch2.4.bias")
    let stage4_2_branch2_4_running_mean = try weight("stage4.2.branch2.4.running_mean")
    let stage4_2_branch2_4_running_var = try weight("stage4.2.branch2.4.running_var")
    let stage4_2_branch2_4 = try ATen.batch_norm(stage4_2_branch2_3, stage4_2_branch2_4_weight, stage4_2_branch2_4_bias, stage4_2_branch2_4_running_mean, stage4_2_branch2_4_running_var, false, 0.1, 1e-05, true)

    // stage4.2.branch2.5
    let stage4_2_branch2_5_weight = try weight("stage4.2.branch2.5.weight")
    let stage4_2_branch2_5 = try ATen.conv2d.default(stage4_2_branch2_4, stage4_2_branch2_5_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage4.2.branch2.6
    let stage4_2_branch2_6_weight = try weight("stage4.2.branch2.6.weight")
    let stage4_2_branch2_6_bias = try weight("stage4.2.branch2.6.bias")
    let stage4_2_branch2_6_running_mean = try weight("stage4.2.branch2.6.running_mean")
    let stage4_2_branch2_6_running_var = try weight("stage4.2.branch2.6.running_var")
    let stage4_2_branch2_6 = try ATen.batch_norm(stage4_2_branch2_5, stage4_2_branch2_6_weight, stage4_2_branch2_6_bias, stage4_2_branch2_6_running_mean, stage4_2_branch2_6_running_var, false, 0.1, 1e-05, true)

    // stage4.2.branch2.7
    let stage4_2_branch2_7 = try ATen.relu_(stage4_2_branch2_6)

    // stage4.2
    let stage4_2_cat = try ATen.cat.default(Value.list([stage4_2_getitem, Value.tensor(stage4_2_branch2_7)]), 1)
    let stage4_2_size: Value = try ATen.size.default(stage4_2_cat)
    let stage4_2_getitem_2: Value = try ATen.__getitem__.t(stage4_2_size, 0)
    let stage4_2_getitem_3: Value = try ATen.__getitem__.t(stage4_2_size, 1)
    let stage4_2_getitem_4: Value = try ATen.__getitem__.t(stage4_2_size, 2)
    let stage4_2_getitem_5: Value = try ATen.__getitem__.t(stage4_2_size, 3)
    let stage4_2_floordiv: Value = try ATen.floordiv.int(stage4_2_getitem_3, 2)
    let stage4_2_view = try ATen.view.default(stage4_2_cat, Value.list([stage4_2_getitem_2, Value.int(2), stage4_2_floordiv, stage4_2_getitem_4, stage4_2_getitem_5]))
    let stage4_2_transpose = try ATen.transpose(stage4_2_view, 1, 2)
    let stage4_2_contiguous = try ATen.contiguous(stage4_2_transpose)
    let stage4_2_view_1 = try ATen.view.default(stage4_2_contiguous, [stage4_2_getitem_2, stage4_2_getitem_3, stage4_2_getitem_4, stage4_2_getitem_5])

    // stage4.3
    let stage4_3_chunk: Value = try ATen.chunk(stage4_2_view_1, 2, 1)
    let stage4_3_getitem: Value = try ATen.__getitem__.t(stage4_3_chunk, 0)
    let stage4_3_getitem_1: Value = try ATen.__getitem__.t(stage4_3_chunk, 1)

    // stage4.3.branch2.0
    let stage4_3_branch2_0_weight = try weight("stage4.3.branch2.0.weight")
    let stage4_3_branch2_0 = try ATen.conv2d.default(stage4_3_getitem_1, stage4_3_branch2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage4.3.branch2.1
    let stage4_3_branch2_1_weight = try weight("stage4.3.branch2.1.weight")
    let stage4_3_branch2_1_bias = try weight("stage4.3.branch2.1.bias")
    let stage4_3_branch2_1_running_mean = try weight("stage4.3.branch2.1.running_mean")
    let stage4_3_branch2_1_running_var = try weight("stage4.3.branch2.1.running_var")
    let stage4_3_branch2_1 = try ATen.batch_norm(stage4_3_branch2_0, stage4_3_branch2_1_weight, stage4_3_branch2_1_bias, stage4_3_branch2_1_running_mean, stage4_3_branch2_1_running_var, false, 0.1, 1e-05, true)

    // stage4.3.branch2.2
    let stage4_3_branch2_2 = try ATen.relu_(stage4_3_branch2_1)

    // stage4.3.branch2.3
    let stage4_3_branch2_3_weight = try weight("stage4.3.branch2.3.weight")
    let stage4_3_branch2_3 = try ATen.conv2d.default(stage4_3_branch2_2, stage4_3_branch2_3_weight, nil, [1, 1], [1, 1], [1, 1], 96)

    // stage4.3.branch2.4
    let stage4_3_branch2_4_weight = try weight("stage4.3.branch2.4.weight")
    let stage4_3_branch2_4_bias = try weight("stage4.3.branch2.4.bias")
    let stage4_3_branch2_4_running_mean = try weight("stage4.3.branch2.4.running_mean")
    let stage4_3_branch2_4_running_var = try weight("stage4.3.branch2.4.running_var")
    let stage4_3_branch2_4 = try ATen.batch_norm(stage4_3_branch2_3, stage4_3_branch2_4_weight, stage4_3_branch2_4_bias, stage4_3_branch2_4_running_mean, stage4_3_branch2_4_running_var, false, 0.1, 1e-05, true)

    // stage4.3.branch2.5
    let stage4_3_branch2_5_weight = try weight("stage4.3.branch2.5.weight")
    let stage4_3_branch2_5 = try ATen.conv2d.default(stage4_3_branch2_4, stage4_3_branch2_5_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // stage4.3.branch2.6
    let stage4_3_branch2_6_weight = try weight("stage4.3.branch2.6.weight")
    let stage4_3_branch2_6_bias = try weight("stage4.3.branch2.6.bias")
    let stage4_3_branch2_6_running_mean = try weight("stage4.3.branch2.6.running_mean")
    let stage4_3_branch2_6_running_var = try weight("stage4.3.branch2.6.running_var")
    let stage4_3_branch2_6 = try ATen.batch_norm(stage4_3_branch2_5, stage4_3_branch2_6_weight, stage4_3_branch2_6_bias, stage4_3_branch2_6_running_mean, stage4_3_branch2_6_running_var, false, 0.1, 1e-05, true)

    // stage4.3.branch2.7
    let stage4_3_branch2_7 = try ATen.relu_(stage4_3_branch2_6)

    // stage4.3
    let stage4_3_cat = try ATen.cat.default(Value.list([stage4_3_getitem, Value.tensor(stage4_3_branch2_7)]), 1)
    let stage4_3_size: Value = try ATen.size.default(stage4_3_cat)
    let stage4_3_getitem_2: Value = try ATen.__getitem__.t(stage4_3_size, 0)
    let stage4_3_getitem_3: Value = try ATen.__getitem__.t(stage4_3_size, 1)
    let stage4_3_getitem_4: Value = try ATen.__getitem__.t(stage4_3_size, 2)
    let stage4_3_getitem_5: Value = try ATen.__getitem__.t(stage4_3_size, 3)
    let stage4_3_floordiv: Value = try ATen.floordiv.int(stage4_3_getitem_3, 2)
    let stage4_3_view = try ATen.view.default(stage4_3_cat, Value.list([stage4_3_getitem_2, Value.int(2), stage4_3_floordiv, stage4_3_getitem_4, stage4_3_getitem_5]))
    let stage4_3_transpose = try ATen.transpose(stage4_3_view, 1, 2)
    let stage4_3_contiguous = try ATen.contiguous(stage4_3_transpose)
    let stage4_3_view_1 = try ATen.view.default(stage4_3_contiguous, [stage4_3_getitem_2, stage4_3_getitem_3, stage4_3_getitem_4, stage4_3_getitem_5])

    // conv5.0
    let conv5_0_weight = try weight("conv5.0.weight")
    let conv5_0 = try ATen.conv2d.default(stage4_3_view_1, conv5_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)

    // conv5.1
    let conv5_1_weight = try weight("conv5.1.weight")
    let conv5_1_bias = try weight("conv5.1.bias")
    let conv5_1_running_mean = try weight("conv5.1.running_mean")
    let conv5_1_running_var = try weight("conv5.1.running_var")
    let conv5_1 = try ATen.batch_norm(conv5_0, conv5_1_weight, conv5_1_bias, conv5_1_running_mean, conv5_1_running_var, false, 0.1, 1e-05, true)

    // conv5.2
    let conv5_2 = try ATen.relu_(conv5_1)

    let mean = try ATen.mean.dim(conv5_2, [2, 3], false, nil)

    // fc
    let fc_weight = try weight("fc.weight")
    let fc_bias = try weight("fc.bias")
    let fc = try ATen.linear.default(mean, fc_weight, fc_bias)
    return [
      "stage2": stage2_copy,
      "fc": fc,
    ]
  }

  /// What the weights lack, or an assumption of the trace that a call breaks.
  struct Failure: Error { let reason: String }

  private func weight(_ key: String) throws -> Tensor {
    guard let tensor = weights[key] else { throw Failure(reason: "the weights have no '\(key)'") }
    return tensor
  }
}
