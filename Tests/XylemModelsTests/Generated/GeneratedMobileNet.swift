// swift-format-ignore-file
// Written by `xylem graph --format swift`.

import Xylem

/// Features of mobilenet_v3_small in train mode: `features.4`, `classifier`.
///
///     let features = try GeneratedMobileNet(weights: weights)(x)
///
/// Each statement is a node of the model's trace, and each gives the bits that the model gives.
final class GeneratedMobileNet {
  /// The model's parameters and buffers by the keys of its state dict.
  var weights: [String: Tensor]

  /// Creates the model from its weights. Keys that it does not read are ignored.
  init(weights: [String: Tensor]) { self.weights = weights }

  /// The features by their keys.
  func callAsFunction(_ x: Tensor) throws -> [String: Tensor] {
    // features.0
    let features_0_0_weight = try weight("features.0.0.weight")
    let features_0 = try ATen.conv2d.default(x, features_0_0_weight, nil, [2, 2], [1, 1], [1, 1], 1)
    let features_0_1_num_batches_tracked = try weight("features.0.1.num_batches_tracked")
    try ATen.add_.Scalar(features_0_1_num_batches_tracked, 1)
    let features_0_1_weight = try weight("features.0.1.weight")
    let features_0_1_bias = try weight("features.0.1.bias")
    let features_0_1_running_mean = try weight("features.0.1.running_mean")
    let features_0_1_running_var = try weight("features.0.1.running_var")
    let features_0_1 = try ATen.batch_norm(features_0, features_0_1_weight, features_0_1_bias, features_0_1_running_mean, features_0_1_running_var, true, 0.01, 0.001, true)
    let features_0_2 = try ATen.hardswish_(features_0_1)

    // features.1.block.0
    let features_1_block_0_0_weight = try weight("features.1.block.0.0.weight")
    let features_1_block_0 = try ATen.conv2d.default(features_0_2, features_1_block_0_0_weight, nil, [2, 2], [1, 1], [1, 1], 16)
    let features_1_block_0_1_num_batches_tracked = try weight("features.1.block.0.1.num_batches_tracked")
    try ATen.add_.Scalar(features_1_block_0_1_num_batches_tracked, 1)
    let features_1_block_0_1_weight = try weight("features.1.block.0.1.weight")
    let features_1_block_0_1_bias = try weight("features.1.block.0.1.bias")
    let features_1_block_0_1_running_mean = try weight("features.1.block.0.1.running_mean")
    let features_1_block_0_1_running_var = try weight("features.1.block.0.1.running_var")
    let features_1_block_0_1 = try ATen.batch_norm(features_1_block_0, features_1_block_0_1_weight, features_1_block_0_1_bias, features_1_block_0_1_running_mean, features_1_block_0_1_running_var, true, 0.01, 0.001, true)
    let features_1_block_0_2 = try ATen.relu_(features_1_block_0_1)

    // features.1.block.1
    let features_1_block_1 = try ATen.adaptive_avg_pool2d.default(features_1_block_0_2, [1, 1])
    let features_1_block_1_fc1_weight = try weight("features.1.block.1.fc1.weight")
    let features_1_block_1_fc1_bias = try weight("features.1.block.1.fc1.bias")
    let features_1_block_1_1 = try ATen.conv2d.default(features_1_block_1, features_1_block_1_fc1_weight, features_1_block_1_fc1_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_1_block_1_2 = try ATen.relu.default(features_1_block_1_1)
    let features_1_block_1_fc2_weight = try weight("features.1.block.1.fc2.weight")
    let features_1_block_1_fc2_bias = try weight("features.1.block.1.fc2.bias")
    let features_1_block_1_3 = try ATen.conv2d.default(features_1_block_1_2, features_1_block_1_fc2_weight, features_1_block_1_fc2_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_1_block_1_4 = try ATen.hardsigmoid.default(features_1_block_1_3)
    let features_1_block_1_5 = try ATen.mul.Tensor(features_1_block_1_4, features_1_block_0_2)

    // features.1.block.2
    let features_1_block_2_0_weight = try weight("features.1.block.2.0.weight")
    let features_1_block_2 = try ATen.conv2d.default(features_1_block_1_5, features_1_block_2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_1_block_2_1_num_batches_tracked = try weight("features.1.block.2.1.num_batches_tracked")
    try ATen.add_.Scalar(features_1_block_2_1_num_batches_tracked, 1)
    let features_1_block_2_1_weight = try weight("features.1.block.2.1.weight")
    let features_1_block_2_1_bias = try weight("features.1.block.2.1.bias")
    let features_1_block_2_1_running_mean = try weight("features.1.block.2.1.running_mean")
    let features_1_block_2_1_running_var = try weight("features.1.block.2.1.running_var")
    let features_1_block_2_1 = try ATen.batch_norm(features_1_block_2, features_1_block_2_1_weight, features_1_block_2_1_bias, features_1_block_2_1_running_mean, features_1_block_2_1_running_var, true, 0.01, 0.001, true)

    // features.2.block.0
    let features_2_block_0_0_weight = try weight("features.2.block.0.0.weight")
    let features_2_block_0 = try ATen.conv2d.default(features_1_block_2_1, features_2_block_0_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_2_block_0_1_num_batches_tracked = try weight("features.2.block.0.1.num_batches_tracked")
    try ATen.add_.Scalar(features_2_block_0_1_num_batches_tracked, 1)
    let features_2_block_0_1_weight = try weight("features.2.block.0.1.weight")
    let features_2_block_0_1_bias = try weight("features.2.block.0.1.bias")
    let features_2_block_0_1_running_mean = try weight("features.2.block.0.1.running_mean")
    let features_2_block_0_1_running_var = try weight("features.2.block.0.1.running_var")
    let features_2_block_0_1 = try ATen.batch_norm(features_2_block_0, features_2_block_0_1_weight, features_2_block_0_1_bias, features_2_block_0_1_running_mean, features_2_block_0_1_running_var, true, 0.01, 0.001, true)
    let features_2_block_0_2 = try ATen.relu_(features_2_block_0_1)

    // features.2.block.1
    let features_2_block_1_0_weight = try weight("features.2.block.1.0.weight")
    let features_2_block_1 = try ATen.conv2d.default(features_2_block_0_2, features_2_block_1_0_weight, nil, [2, 2], [1, 1], [1, 1], 72)
    let features_2_block_1_1_num_batches_tracked = try weight("features.2.block.1.1.num_batches_tracked")
    try ATen.add_.Scalar(features_2_block_1_1_num_batches_tracked, 1)
    let features_2_block_1_1_weight = try weight("features.2.block.1.1.weight")
    let features_2_block_1_1_bias = try weight("features.2.block.1.1.bias")
    let features_2_block_1_1_running_mean = try weight("features.2.block.1.1.running_mean")
    let features_2_block_1_1_running_var = try weight("features.2.block.1.1.running_var")
    let features_2_block_1_1 = try ATen.batch_norm(features_2_block_1, features_2_block_1_1_weight, features_2_block_1_1_bias, features_2_block_1_1_running_mean, features_2_block_1_1_running_var, true, 0.01, 0.001, true)
    let features_2_block_1_2 = try ATen.relu_(features_2_block_1_1)

    // features.2.block.2
    let features_2_block_2_0_weight = try weight("features.2.block.2.0.weight")
    let features_2_block_2 = try ATen.conv2d.default(features_2_block_1_2, features_2_block_2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_2_block_2_1_num_batches_tracked = try weight("features.2.block.2.1.num_batches_tracked")
    try ATen.add_.Scalar(features_2_block_2_1_num_batches_tracked, 1)
    let features_2_block_2_1_weight = try weight("features.2.block.2.1.weight")
    let features_2_block_2_1_bias = try weight("features.2.block.2.1.bias")
    let features_2_block_2_1_running_mean = try weight("features.2.block.2.1.running_mean")
    let features_2_block_2_1_running_var = try weight("features.2.block.2.1.running_var")
    let features_2_block_2_1 = try ATen.batch_norm(features_2_block_2, features_2_block_2_1_weight, features_2_block_2_1_bias, features_2_block_2_1_running_mean, features_2_block_2_1_running_var, true, 0.01, 0.001, true)

    // features.3.block.0
    let features_3_block_0_0_weight = try weight("features.3.block.0.0.weight")
    let features_3_block_0 = try ATen.conv2d.default(features_2_block_2_1, features_3_block_0_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_3_block_0_1_num_batches_tracked = try weight("features.3.block.0.1.num_batches_tracked")
    try ATen.add_.Scalar(features_3_block_0_1_num_batches_tracked, 1)
    let features_3_block_0_1_weight = try weight("features.3.block.0.1.weight")
    let features_3_block_0_1_bias = try weight("features.3.block.0.1.bias")
    let features_3_block_0_1_running_mean = try weight("features.3.block.0.1.running_mean")
    let features_3_block_0_1_running_var = try weight("features.3.block.0.1.running_var")
    let features_3_block_0_1 = try ATen.batch_norm(features_3_block_0, features_3_block_0_1_weight, features_3_block_0_1_bias, features_3_block_0_1_running_mean, features_3_block_0_1_running_var, true, 0.01, 0.001, true)
    let features_3_block_0_2 = try ATen.relu_(features_3_block_0_1)

    // features.3.block.1
    let features_3_block_1_0_weight = try weight("features.3.block.1.0.weight")
    let features_3_block_1 = try ATen.conv2d.default(features_3_block_0_2, features_3_block_1_0_weight, nil, [1, 1], [1, 1], [1, 1], 88)
    let features_3_block_1_1_num_batches_tracked = try weight("features.3.block.1.1.num_batches_tracked")
    try ATen.add_.Scalar(features_3_block_1_1_num_batches_tracked, 1)
    let features_3_block_1_1_weight = try weight("features.3.block.1.1.weight")
    let features_3_block_1_1_bias = try weight("features.3.block.1.1.bias")
    let features_3_block_1_1_running_mean = try weight("features.3.block.1.1.running_mean")
    let features_3_block_1_1_running_var = try weight("features.3.block.1.1.running_var")
    let features_3_block_1_1 = try ATen.batch_norm(features_3_block_1, features_3_block_1_1_weight, features_3_block_1_1_bias, features_3_block_1_1_running_mean, features_3_block_1_1_running_var, true, 0.01, 0.001, true)
    let features_3_block_1_2 = try ATen.relu_(features_3_block_1_1)

    // features.3.block.2
    let features_3_block_2_0_weight = try weight("features.3.block.2.0.weight")
    let features_3_block_2 = try ATen.conv2d.default(features_3_block_1_2, features_3_block_2_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_3_block_2_1_num_batches_tracked = try weight("features.3.block.2.1.num_batches_tracked")
    try ATen.add_.Scalar(features_3_block_2_1_num_batches_tracked, 1)
    let features_3_block_2_1_weight = try weight("features.3.block.2.1.weight")
    let features_3_block_2_1_bias = try weight("features.3.block.2.1.bias")
    let features_3_block_2_1_running_mean = try weight("features.3.block.2.1.running_mean")
    let features_3_block_2_1_running_var = try weight("features.3.block.2.1.running_var")
    let features_3_block_2_1 = try ATen.batch_norm(features_3_block_2, features_3_block_2_1_weight, features_3_block_2_1_bias, features_3_block_2_1_running_mean, features_3_block_2_1_running_var, true, 0.01, 0.001, true)

    // features.3
    let features_3_add = try ATen.add_.Tensor(features_3_block_2_1, features_2_block_2_1)

    // features.4.block.0
    let features_4_block_0_0_weight = try weight("features.4.block.0.0.weight")
    let features_4_block_0 = try ATen.conv2d.default(features_3_add, features_4_block_0_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_4_block_0_1_num_batches_tracked = try weight("features.4.block.0.1.num_batches_tracked")
    try ATen.add_.Scalar(features_4_block_0_1_num_batches_tracked, 1)
    let features_4_block_0_1_weight = try weight("features.4.block.0.1.weight")
    let features_4_block_0_1_bias = try weight("features.4.block.0.1.bias")
    let features_4_block_0_1_running_mean = try weight("features.4.block.0.1.running_mean")
    let features_4_block_0_1_running_var = try weight("features.4.block.0.1.running_var")
    let features_4_block_0_1 = try ATen.batch_norm(features_4_block_0, features_4_block_0_1_weight, features_4_block_0_1_bias, features_4_block_0_1_running_mean, features_4_block_0_1_running_var, true, 0.01, 0.001, true)
    let features_4_block_0_2 = try ATen.hardswish_(features_4_block_0_1)

    // features.4.block.1
    let features_4_block_1_0_weight = try weight("features.4.block.1.0.weight")
    let features_4_block_1 = try ATen.conv2d.default(features_4_block_0_2, features_4_block_1_0_weight, nil, [2, 2], [2, 2], [1, 1], 96)
    let features_4_block_1_1_num_batches_tracked = try weight("features.4.block.1.1.num_batches_tracked")
    try ATen.add_.Scalar(features_4_block_1_1_num_batches_tracked, 1)
    let features_4_block_1_1_weight = try weight("features.4.block.1.1.weight")
    let features_4_block_1_1_bias = try weight("features.4.block.1.1.bias")
    let features_4_block_1_1_running_mean = try weight("features.4.block.1.1.running_mean")
    let features_4_block_1_1_running_var = try weight("features.4.block.1.1.running_var")
    let features_4_block_1_1 = try ATen.batch_norm(features_4_block_1, features_4_block_1_1_weight, features_4_block_1_1_bias, features_4_block_1_1_running_mean, features_4_block_1_1_running_var, true, 0.01, 0.001, true)
    let features_4_block_1_2 = try ATen.hardswish_(features_4_block_1_1)

    // features.4.block.2
    let features_4_block_2 = try ATen.adaptive_avg_pool2d.default(features_4_block_1_2, [1, 1])
    let features_4_block_2_fc1_weight = try weight("features.4.block.2.fc1.weight")
    let features_4_block_2_fc1_bias = try weight("features.4.block.2.fc1.bias")
    let features_4_block_2_1 = try ATen.conv2d.default(features_4_block_2, features_4_block_2_fc1_weight, features_4_block_2_fc1_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_4_block_2_2 = try ATen.relu.default(features_4_block_2_1)
    let features_4_block_2_fc2_weight = try weight("features.4.block.2.fc2.weight")
    let features_4_block_2_fc2_bias = try weight("features.4.block.2.fc2.bias")
    let features_4_block_2_3 = try ATen.conv2d.default(features_4_block_2_2, features_4_block_2_fc2_weight, features_4_block_2_fc2_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_4_block_2_4 = try ATen.hardsigmoid.default(features_4_block_2_3)
    let features_4_block_2_5 = try ATen.mul.Tensor(features_4_block_2_4, features_4_block_1_2)

    // features.4.block.3
    let features_4_block_3_0_weight = try weight("features.4.block.3.0.weight")
    let features_4_block_3 = try ATen.conv2d.default(features_4_block_2_5, features_4_block_3_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_4_block_3_1_num_batches_tracked = try weight("features.4.block.3.1.num_batches_tracked")
    try ATen.add_.Scalar(features_4_block_3_1_num_batches_tracked, 1)
    let features_4_block_3_1_weight = try weight("features.4.block.3.1.weight")
    let features_4_block_3_1_bias = try weight("features.4.block.3.1.bias")
    let features_4_block_3_1_running_mean = try weight("features.4.block.3.1.running_mean")
    let features_4_block_3_1_running_var = try weight("features.4.block.3.1.running_var")
    let features_4_block_3_1 = try ATen.batch_norm(features_4_block_3, features_4_block_3_1_weight, features_4_block_3_1_bias, features_4_block_3_1_running_mean, features_4_block_3_1_running_var, true, 0.01, 0.001, true)

    // features.5.block.0
    let features_5_block_0_0_weight = try weight("features.5.block.0.0.weight")
    let features_5_block_0 = try ATen.conv2d.default(features_4_block_3_1, features_5_block_0_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_4_copy = try ATen.clone(features_4_block_3_1, nil)
    let features_5_block_0_1_num_batches_tracked = try weight("features.5.block.0.1.num_batches_tracked")
    try ATen.add_.Scalar(features_5_block_0_1_num_batches_tracked, 1)
    let features_5_block_0_1_weight = try weight("features.5.block.0.1.weight")
    let features_5_block_0_1_bias = try weight("features.5.block.0.1.bias")
    let features_5_block_0_1_running_mean = try weight("features.5.block.0.1.running_mean")
    let features_5_block_0_1_running_var = try weight("features.5.block.0.1.running_var")
    let features_5_block_0_1 = try ATen.batch_norm(features_5_block_0, features_5_block_0_1_weight, features_5_block_0_1_bias, features_5_block_0_1_running_mean, features_5_block_0_1_running_var, true, 0.01, 0.001, true)
    let features_5_block_0_2 = try ATen.hardswish_(features_5_block_0_1)

    // features.5.block.1
    let features_5_block_1_0_weight = try weight("features.5.block.1.0.weight")
    let features_5_block_1 = try ATen.conv2d.default(features_5_block_0_2, features_5_block_1_0_weight, nil, [1, 1], [2, 2], [1, 1], 240)
    let features_5_block_1_1_num_batches_tracked = try weight("features.5.block.1.1.num_batches_tracked")
    try ATen.add_.Scalar(features_5_block_1_1_num_batches_tracked, 1)
    let features_5_block_1_1_weight = try weight("features.5.block.1.1.weight")
    let features_5_block_1_1_bias = try weight("features.5.block.1.1.bias")
    let features_5_block_1_1_running_mean = try weight("features.5.block.1.1.running_mean")
    let features_5_block_1_1_running_var = try weight("features.5.block.1.1.running_var")
    let features_5_block_1_1 = try ATen.batch_norm(features_5_block_1, features_5_block_1_1_weight, features_5_block_1_1_bias, features_5_block_1_1_running_mean, features_5_block_1_1_running_var, true, 0.01, 0.001, true)
    let features_5_block_1_2 = try ATen.hardswish_(features_5_block_1_1)

    // features.5.block.2
    let features_5_block_2 = try ATen.adaptive_avg_pool2d.default(features_5_block_1_2, [1, 1])
    let features_5_block_2_fc1_weight = try weight("features.5.block.2.fc1.weight")
    let features_5_block_2_fc1_bias = try weight("features.5.block.2.fc1.bias")
    let features_5_block_2_1 = try ATen.conv2d.default(features_5_block_2, features_5_block_2_fc1_weight, features_5_block_2_fc1_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_5_block_2_2 = try ATen.relu.default(features_5_block_2_1)
    let features_5_block_2_fc2_weight = try weight("features.5.block.2.fc2.weight")
    let features_5_block_2_fc2_bias = try weight("features.5.block.2.fc2.bias")
    let features_5_block_2_3 = try ATen.conv2d.default(features_5_block_2_2, features_5_block_2_fc2_weight, features_5_block_2_fc2_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_5_block_2_4 = try ATen.hardsigmoid.default(features_5_block_2_3)
    let features_5_block_2_5 = try ATen.mul.Tensor(features_5_block_2_4, features_5_block_1_2)

    // features.5.block.3
    let features_5_block_3_0_weight = try weight("features.5.block.3.0.weight")
    let features_5_block_3 = try ATen.conv2d.default(features_5_block_2_5, features_5_block_3_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_5_block_3_1_num_batches_tracked = try weight("features.5.block.3.1.num_batches_tracked")
    try ATen.add_.Scalar(features_5_block_3_1_num_batches_tracked, 1)
    let features_5_block_3_1_weight = try weight("features.5.block.3.1.weight")
    let features_5_block_3_1_bias = try weight("features.5.block.3.1.bias")
    let features_5_block_3_1_running_mean = try weight("features.5.block.3.1.running_mean")
    let features_5_block_3_1_running_var = try weight("features.5.block.3.1.running_var")
    let features_5_block_3_1 = try ATen.batch_norm(features_5_block_3, features_5_block_3_1_weight, features_5_block_3_1_bias, features_5_block_3_1_running_mean, features_5_block_3_1_running_var, true, 0.01, 0.001, true)

    // features.5
    let features_5_add = try ATen.add_.Tensor(features_5_block_3_1, features_4_block_3_1)

    // features.6.block.0
    let features_6_block_0_0_weight = try weight("features.6.block.0.0.weight")
    let features_6_block_0 = try ATen.conv2d.default(features_5_add, features_6_block_0_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_6_block_0_1_num_batches_tracked = try weight("features.6.block.0.1.num_batches_tracked")
    try ATen.add_.Scalar(features_6_block_0_1_num_batches_tracked, 1)
    let features_6_block_0_1_weight = try weight("features.6.block.0.1.weight")
    let features_6_block_0_1_bias = try weight("features.6.block.0.1.bias")
    let features_6_block_0_1_running_mean = try weight("features.6.block.0.1.running_mean")
    let features_6_block_0_1_running_var = try weight("features.6.block.0.1.running_var")
    let features_6_block_0_1 = try ATen.batch_norm(features_6_block_0, features_6_block_0_1_weight, features_6_block_0_1_bias, features_6_block_0_1_running_mean, features_6_block_0_1_running_var, true, 0.01, 0.001, true)
    let features_6_block_0_2 = try ATen.hardswish_(features_6_block_0_1)

    // features.6.block.1
    let features_6_block_1_0_weight = try weight("features.6.block.1.0.weight")
    let features_6_block_1 = try ATen.conv2d.default(features_6_block_0_2, features_6_block_1_0_weight, nil, [1, 1], [2, 2], [1, 1], 240)
    let features_6_block_1_1_num_batches_tracked = try weight("features.6.block.1.1.num_batches_tracked")
    try ATen.add_.Scalar(features_6_block_1_1_num_batches_tracked, 1)
    let features_6_block_1_1_weight = try weight("features.6.block.1.1.weight")
    let features_6_block_1_1_bias = try weight("features.6.block.1.1.bias")
    let features_6_block_1_1_running_mean = try weight("features.6.block.1.1.running_mean")
    let features_6_block_1_1_running_var = try weight("features.6.block.1.1.running_var")
    let features_6_block_1_1 = try ATen.batch_norm(features_6_block_1, features_6_block_1_1_weight, features_6_block_1_1_bias, features_6_block_1_1_running_mean, features_6_block_1_1_running_var, true, 0.01, 0.001, true)
    let features_6_block_1_2 = try ATen.hardswish_(features_6_block_1_1)

    // features.6.block.2
    let features_6_block_2 = try ATen.adaptive_avg_pool2d.default(features_6_block_1_2, [1, 1])
    let features_6_block_2_fc1_weight = try weight("features.6.block.2.fc1.weight")
    let features_6_block_2_fc1_bias = try weight("features.6.block.2.fc1.bias")
    let features_6_block_2_1 = try ATen.conv2d.default(features_6_block_2, features_6_block_2_fc1_weight, features_6_block_2_fc1_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_6_block_2_2 = try ATen.relu.default(features_6_block_2_1)
    let features_6_block_2_fc2_weight = try weight("features.6.block.2.fc2.weight")
    let features_6_block_2_fc2_bias = try weight("features.6.block.2.fc2.bias")
    let features_6_block_2_3 = try ATen.conv2d.default(features_6_block_2_2, features_6_block_2_fc2_weight, features_6_block_2_fc2_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_6_block_2_4 = try ATen.hardsigmoid.default(features_6_block_2_3)
    let features_6_block_2_5 = try ATen.mul.Tensor(features_6_block_2_4, features_6_block_1_2)

    // features.6.block.3
    let features_6_block_3_0_weight = try weight("features.6.block.3.0.weight")
    let features_6_block_3 = try ATen.conv2d.default(features_6_block_2_5, features_6_block_3_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_6_block_3_1_num_batches_tracked = try weight("features.6.block.3.1.num_batches_tracked")
    try ATen.add_.Scalar(features_6_block_3_1_num_batches_tracked, 1)
    let features_6_block_3_1_weight = try weight("features.6.block.3.1.weight")
    let features_6_block_3_1_bias = try weight("features.6.block.3.1.bias")
    let features_6_block_3_1_running_mean = try weight("features.6.block.3.1.running_mean")
    let features_6_block_3_1_running_var = try weight("features.6.block.3.1.running_var")
    let features_6_block_3_1 = try ATen.batch_norm(features_6_block_3, features_6_block_3_1_weight, features_6_block_3_1_bias, features_6_block_3_1_running_mean, features_6_block_3_1_running_var, true, 0.01, 0.001, true)

    // features.6
    let features_6_add = try ATen.add_.Tensor(features_6_block_3_1, features_5_add)

    // features.7.block.0
    let features_7_block_0_0_weight = try weight("features.7.block.0.0.weight")
    let features_7_block_0 = try ATen.conv2d.default(features_6_add, features_7_block_0_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_7_block_0_1_num_batches_tracked = try weight("features.7.block.0.1.num_batches_tracked")
    try ATen.add_.Scalar(features_7_block_0_1_num_batches_tracked, 1)
    let features_7_block_0_1_weight = try weight("features.7.block.0.1.weight")
    let features_7_block_0_1_bias = try weight("features.7.block.0.1.bias")
    let features_7_block_0_1_running_mean = try weight("features.7.block.0.1.running_mean")
    let features_7_block_0_1_running_var = try weight("features.7.block.0.1.running_var")
    let features_7_block_0_1 = try ATen.batch_norm(features_7_block_0, features_7_block_0_1_weight, features_7_block_0_1_bias, features_7_block_0_1_running_mean, features_7_block_0_1_running_var, true, 0.01, 0.001, true)
    let features_7_block_0_2 = try ATen.hardswish_(features_7_block_0_1)

    // features.7.block.1
    let features_7_block_1_0_weight = try weight("features.7.block.1.0.weight")
    let features_7_block_1 = try ATen.conv2d.default(features_7_block_0_2, features_7_block_1_0_weight, nil, [1, 1], [2, 2], [1, 1], 120)
    let features_7_block_1_1_num_batches_tracked = try weight("features.7.block.1.1.num_batches_tracked")
    try ATen.add_.Scalar(features_7_block_1_1_num_batches_tracked, 1)
    let features_7_block_1_1_weight = try weight("features.7.block.1.1.weight")
    let features_7_block_1_1_bias = try weight("features.7.block.1.1.bias")
    let features_7_block_1_1_running_mean = try weight("features.7.block.1.1.running_mean")
    let features_7_block_1_1_running_var = try weight("features.7.block.1.1.running_var")
    let features_7_block_1_1 = try ATen.batch_norm(features_7_block_1, features_7_block_1_1_weight, features_7_block_1_1_bias, features_7_block_1_1_running_mean, features_7_block_1_1_running_var, true, 0.01, 0.001, true)
    let features_7_block_1_2 = try ATen.hardswish_(features_7_block_1_1)

    // features.7.block.2
    let features_7_block_2 = try ATen.adaptive_avg_pool2d.default(features_7_block_1_2, [1, 1])
    let features_7_block_2_fc1_weight = try weight("features.7.block.2.fc1.weight")
    let features_7_block_2_fc1_bias = try weight("features.7.block.2.fc1.bias")
    let features_7_block_2_1 = try ATen.conv2d.default(features_7_block_2, features_7_block_2_fc1_weight, features_7_block_2_fc1_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_7_block_2_2 = try ATen.relu.default(features_7_block_2_1)
    let features_7_block_2_fc2_weight = try weight("features.7.block.2.fc2.weight")
    let features_7_block_2_fc2_bias = try weight("features.7.block.2.fc2.bias")
    let features_7_block_2_3 = try ATen.conv2d.default(features_7_block_2_2, features_7_block_2_fc2_weight, features_7_block_2_fc2_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_7_block_2_4 = try ATen.hardsigmoid.default(features_7_block_2_3)
    let features_7_block_2_5 = try ATen.mul.Tensor(features_7_block_2_4, features_7_block_1_2)

    // features.7.block.3
    let features_7_block_3_0_weight = try weight("features.7.block.3.0.weight")
    let features_7_block_3 = try ATen.conv2d.default(features_7_block_2_5, features_7_block_3_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_7_block_3_1_num_batches_tracked = try weight("features.7.block.3.1.num_batches_tracked")
    try ATen.add_.Scalar(features_7_block_3_1_num_batches_tracked, 1)
    let features_7_block_3_1_weight = try weight("features.7.block.3.1.weight")
    let features_7_block_3_1_bias = try weight("features.7.block.3.1.bias")
    let features_7_block_3_1_running_mean = try weight("features.7.block.3.1.running_mean")
    let features_7_block_3_1_running_var = try weight("features.7.block.3.1.running_var")
    let features_7_block_3_1 = try ATen.batch_norm(features_7_block_3, features_7_block_3_1_weight, features_7_block_3_1_bias, features_7_block_3_1_running_mean, features_7_block_3_1_running_var, true, 0.01, 0.001, true)

    // features.8.block.0
    let features_8_block_0_0_weight = try weight("features.8.block.0.0.weight")
    let features_8_block_0 = try ATen.conv2d.default(features_7_block_3_1, features_8_block_0_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_8_block_0_1_num_batches_tracked = try weight("features.8.block.0.1.num_batches_tracked")
    try ATen.add_.Scalar(features_8_block_0_1_num_batches_tracked, 1)
    let features_8_block_0_1_weight = try weight("features.8.block.0.1.weight")
    let features_8_block_0_1_bias = try weight("features.8.block.0.1.bias")
    let features_8_block_0_1_running_mean = try weight("features.8.block.0.1.running_mean")
    let features_8_block_0_1_running_var = try weight("features.8.block.0.1.running_var")
    let features_8_block_0_1 = try ATen.batch_norm(features_8_block_0, features_8_block_0_1_weight, features_8_block_0_1_bias, features_8_block_0_1_running_mean, features_8_block_0_1_running_var, true, 0.01, 0.001, true)
    let features_8_block_0_2 = try ATen.hardswish_(features_8_block_0_1)

    // features.8.block.1
    let features_8_block_1_0_weight = try weight("features.8.block.1.0.weight")
    let features_8_block_1 = try ATen.conv2d.default(features_8_block_0_2, features_8_block_1_0_weight, nil, [1, 1], [2, 2], [1, 1], 144)
    let features_8_block_1_1_num_batches_tracked = try weight("features.8.block.1.1.num_batches_tracked")
    try ATen.add_.Scalar(features_8_block_1_1_num_batches_tracked, 1)
    let features_8_block_1_1_weight = try weight("features.8.block.1.1.weight")
    let features_8_block_1_1_bias = try weight("features.8.block.1.1.bias")
    let features_8_block_1_1_running_mean = try weight("features.8.block.1.1.running_mean")
    let features_8_block_1_1_running_var = try weight("features.8.block.1.1.running_var")
    let features_8_block_1_1 = try ATen.batch_norm(features_8_block_1, features_8_block_1_1_weight, features_8_block_1_1_bias, features_8_block_1_1_running_mean, features_8_block_1_1_running_var, true, 0.01, 0.001, true)
    let features_8_block_1_2 = try ATen.hardswish_(features_8_block_1_1)

    // features.8.block.2
    let features_8_block_2 = try ATen.adaptive_avg_pool2d.default(features_8_block_1_2, [1, 1])
    let features_8_block_2_fc1_weight = try weight("features.8.block.2.fc1.weight")
    let features_8_block_2_fc1_bias = try weight("features.8.block.2.fc1.bias")
    let features_8_block_2_1 = try ATen.conv2d.default(features_8_block_2, features_8_block_2_fc1_weight, features_8_block_2_fc1_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_8_block_2_2 = try ATen.relu.default(features_8_block_2_1)
    let features_8_block_2_fc2_weight = try weight("features.8.block.2.fc2.weight")
    let features_8_block_2_fc2_bias = try weight("features.8.block.2.fc2.bias")
    let features_8_block_2_3 = try ATen.conv2d.default(features_8_block_2_2, features_8_block_2_fc2_weight, features_8_block_2_fc2_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_8_block_2_4 = try ATen.hardsigmoid.default(features_8_block_2_3)
    let features_8_block_2_5 = try ATen.mul.Tensor(features_8_block_2_4, features_8_block_1_2)

    // features.8.block.3
    let features_8_block_3_0_weight = try weight("features.8.block.3.0.weight")
    let features_8_block_3 = try ATen.conv2d.default(features_8_block_2_5, features_8_block_3_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_8_block_3_1_num_batches_tracked = try weight("features.8.block.3.1.num_batches_tracked")
    try ATen.add_.Scalar(features_8_block_3_1_num_batches_tracked, 1)
    let features_8_block_3_1_weight = try weight("features.8.block.3.1.weight")
    let features_8_block_3_1_bias = try weight("features.8.block.3.1.bias")
    let features_8_block_3_1_running_mean = try weight("features.8.block.3.1.running_mean")
    let features_8_block_3_1_running_var = try weight("features.8.block.3.1.running_var")
    let features_8_block_3_1 = try ATen.batch_norm(features_8_block_3, features_8_block_3_1_weight, features_8_block_3_1_bias, features_8_block_3_1_running_mean, features_8_block_3_1_running_var, true, 0.01, 0.001, true)

    // features.8
    let features_8_add = try ATen.add_.Tensor(features_8_block_3_1, features_7_block_3_1)

    // features.9.block.0
    let features_9_block_0_0_weight = try weight("features.9.block.0.0.weight")
    let features_9_block_0 = try ATen.conv2d.default(features_8_add, features_9_block_0_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_9_block_0_1_num_batches_tracked = try weight("features.9.block.0.1.num_batches_tracked")
    try ATen.add_.Scalar(features_9_block_0_1_num_batches_tracked, 1)
    let features_9_block_0_1_weight = try weight("features.9.block.0.1.weight")
    let features_9_block_0_1_bias = try weight("features.9.block.0.1.bias")
    let features_9_block_0_1_running_mean = try weight("features.9.block.0.1.running_mean")
    let features_9_block_0_1_running_var = try weight("features.9.block.0.1.running_var")
    let features_9_block_0_1 = try ATen.batch_norm(features_9_block_0, features_9_block_0_1_weight, features_9_block_0_1_bias, features_9_block_0_1_running_mean, features_9_block_0_1_running_var, true, 0.01, 0.001, true)
    let features_9_block_0_2 = try ATen.hardswish_(features_9_block_0_1)

    // features.9.block.1
    let features_9_block_1_0_weight = try weight("features.9.block.1.0.weight")
    let features_9_block_1 = try ATen.conv2d.default(features_9_block_0_2, features_9_block_1_0_weight, nil, [2, 2], [2, 2], [1, 1], 288)
    let features_9_block_1_1_num_batches_tracked = try weight("features.9.block.1.1.num_batches_tracked")
    try ATen.add_.Scalar(features_9_block_1_1_num_batches_tracked, 1)
    let features_9_block_1_1_weight = try weight("features.9.block.1.1.weight")
    let features_9_block_1_1_bias = try weight("features.9.block.1.1.bias")
    let features_9_block_1_1_running_mean = try weight("features.9.block.1.1.running_mean")
    let features_9_block_1_1_running_var = try weight("features.9.block.1.1.running_var")
    let features_9_block_1_1 = try ATen.batch_norm(features_9_block_1, features_9_block_1_1_weight, features_9_block_1_1_bias, features_9_block_1_1_running_mean, features_9_block_1_1_running_var, true, 0.01, 0.001, true)
    let features_9_block_1_2 = try ATen.hardswish_(features_9_block_1_1)

    // features.9.block.2
    let features_9_block_2 = try ATen.adaptive_avg_pool2d.default(features_9_block_1_2, [1, 1])
    let features_9_block_2_fc1_weight = try weight("features.9.block.2.fc1.weight")
    let features_9_block_2_fc1_bias = try weight("features.9.block.2.fc1.bias")
    let features_9_block_2_1 = try ATen.conv2d.default(features_9_block_2, features_9_block_2_fc1_weight, features_9_block_2_fc1_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_9_block_2_2 = try ATen.relu.default(features_9_block_2_1)
    let features_9_block_2_fc2_weight = try weight("features.9.block.2.fc2.weight")
    let features_9_block_2_fc2_bias = try weight("features.9.block.2.fc2.bias")
    let features_9_block_2_3 = try ATen.conv2d.default(features_9_block_2_2, features_9_block_2_fc2_weight, features_9_block_2_fc2_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_9_block_2_4 = try ATen.hardsigmoid.default(features_9_block_2_3)
    let features_9_block_2_5 = try ATen.mul.Tensor(features_9_block_2_4, features_9_block_1_2)

    // features.9.block.3
    let features_9_block_3_0_weight = try weight("features.9.block.3.0.weight")
    let features_9_block_3 = try ATen.conv2d.default(features_9_block_2_5, features_9_block_3_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_9_block_3_1_num_batches_tracked = try weight("features.9.block.3.1.num_batches_tracked")
    try ATen.add_.Scalar(features_9_block_3_1_num_batches_tracked, 1)
    let features_9_block_3_1_weight = try weight("features.9.block.3.1.weight")
    let features_9_block_3_1_bias = try weight("features.9.block.3.1.bias")
    let features_9_block_3_1_running_mean = try weight("features.9.block.3.1.running_mean")
    let features_9_block_3_1_running_var = try weight("features.9.block.3.1.running_var")
    let features_9_block_3_1 = try ATen.batch_norm(features_9_block_3, features_9_block_3_1_weight, features_9_block_3_1_bias, features_9_block_3_1_running_mean, features_9_block_3_1_running_var, true, 0.01, 0.001, true)

    // features.10.block.0
    let features_10_block_0_0_weight = try weight("features.10.block.0.0.weight")
    let features_10_block_0 = try ATen.conv2d.default(features_9_block_3_1, features_10_block_0_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_10_block_0_1_num_batches_tracked = try weight("features.10.block.0.1.num_batches_tracked")
    try ATen.add_.Scalar(features_10_block_0_1_num_batches_tracked, 1)
    let features_10_block_0_1_weight = try weight("features.10.block.0.1.weight")
    let features_10_block_0_1_bias = try weight("features.10.block.0.1.bias")
    let features_10_block_0_1_running_mean = try weight("features.10.block.0.1.running_mean")
    let features_10_block_0_1_running_var = try weight("features.10.block.0.1.running_var")
    let features_10_block_0_1 = try ATen.batch_norm(features_10_block_0, features_10_block_0_1_weight, features_10_block_0_1_bias, features_10_block_0_1_running_mean, features_10_block_0_1_running_var, true, 0.01, 0.001, true)
    let features_10_block_0_2 = try ATen.hardswish_(features_10_block_0_1)

    // features.10.block.1
    let features_10_block_1_0_weight = try weight("features.10.block.1.0.weight")
    let features_10_block_1 = try ATen.conv2d.default(features_10_block_0_2, features_10_block_1_0_weight, nil, [1, 1], [2, 2], [1, 1], 576)
    let features_10_block_1_1_num_batches_tracked = try weight("features.10.block.1.1.num_batches_tracked")
    try ATen.add_.Scalar(features_10_block_1_1_num_batches_tracked, 1)
    let features_10_block_1_1_weight = try weight("features.10.block.1.1.weight")
    let features_10_block_1_1_bias = try weight("features.10.block.1.1.bias")
    let features_10_block_1_1_running_mean = try weight("features.10.block.1.1.running_mean")
    let features_10_block_1_1_running_var = try weight("features.10.block.1.1.running_var")
    let features_10_block_1_1 = try ATen.batch_norm(features_10_block_1, features_10_block_1_1_weight, features_10_block_1_1_bias, features_10_block_1_1_running_mean, features_10_block_1_1_running_var, true, 0.01, 0.001, true)
    let features_10_block_1_2 = try ATen.hardswish_(features_10_block_1_1)

    // features.10.block.2
    let features_10_block_2 = try ATen.adaptive_avg_pool2d.default(features_10_block_1_2, [1, 1])
    let features_10_block_2_fc1_weight = try weight("features.10.block.2.fc1.weight")
    let features_10_block_2_fc1_bias = try weight("features.10.block.2.fc1.bias")
    let features_10_block_2_1 = try ATen.conv2d.default(features_10_block_2, features_10_block_2_fc1_weight, features_10_block_2_fc1_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_10_block_2_2 = try ATen.relu.default(features_10_block_2_1)
    let features_10_block_2_fc2_weight = try weight("features.10.block.2.fc2.weight")
    let features_10_block_2_fc2_bias = try weight("features.10.block.2.fc2.bias")
    let features_10_block_2_3 = try ATen.conv2d.default(features_10_block_2_2, features_10_block_2_fc2_weight, features_10_block_2_fc2_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_10_block_2_4 = try ATen.hardsigmoid.default(features_10_block_2_3)
    let features_10_block_2_5 = try ATen.mul.Tensor(features_10_block_2_4, features_10_block_1_2)

    // features.10.block.3
    let features_10_block_3_0_weight = try weight("features.10.block.3.0.weight")
    let features_10_block_3 = try ATen.conv2d.default(features_10_block_2_5, features_10_block_3_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_10_block_3_1_num_batches_tracked = try weight("features.10.block.3.1.num_batches_tracked")
    try ATen.add_.Scalar(features_10_block_3_1_num_batches_tracked, 1)
    let features_10_block_3_1_weight = try weight("features.10.block.3.1.weight")
    let features_10_block_3_1_bias = try weight("features.10.block.3.1.bias")
    let features_10_block_3_1_running_mean = try weight("features.10.block.3.1.running_mean")
    let features_10_block_3_1_running_var = try weight("features.10.block.3.1.running_var")
    let features_10_block_3_1 = try ATen.batch_norm(features_10_block_3, features_10_block_3_1_weight, features_10_block_3_1_bias, features_10_block_3_1_running_mean, features_10_block_3_1_running_var, true, 0.01, 0.001, true)

    // features.10
    let features_10_add = try ATen.add_.Tensor(features_10_block_3_1, features_9_block_3_1)

    // features.11.block.0
    let features_11_block_0_0_weight = try weight("features.11.block.0.0.weight")
    let features_11_block_0 = try ATen.conv2d.default(features_10_add, features_11_block_0_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_11_block_0_1_num_batches_tracked = try weight("features.11.block.0.1.num_batches_tracked")
    try ATen.add_.Scalar(features_11_block_0_1_num_batches_tracked, 1)
    let features_11_block_0_1_weight = try weight("features.11.block.0.1.weight")
    let features_11_block_0_1_bias = try weight("features.11.block.0.1.bias")
    let features_11_block_0_1_running_mean = try weight("features.11.block.0.1.running_mean")
    let features_11_block_0_1_running_var = try weight("features.11.block.0.1.running_var")
    let features_11_block_0_1 = try ATen.batch_norm(features_11_block_0, features_11_block_0_1_weight, features_11_block_0_1_bias, features_11_block_0_1_running_mean, features_11_block_0_1_running_var, true, 0.01, 0.001, true)
    let features_11_block_0_2 = try ATen.hardswish_(features_11_block_0_1)

    // features.11.block.1
    let features_11_block_1_0_weight = try weight("features.11.block.1.0.weight")
    let features_11_block_1 = try ATen.conv2d.default(features_11_block_0_2, features_11_block_1_0_weight, nil, [1, 1], [2, 2], [1, 1], 576)
    let features_11_block_1_1_num_batches_tracked = try weight("features.11.block.1.1.num_batches_tracked")
    try ATen.add_.Scalar(features_11_block_1_1_num_batches_tracked, 1)
    let features_11_block_1_1_weight = try weight("features.11.block.1.1.weight")
    let features_11_block_1_1_bias = try weight("features.11.block.1.1.bias")
    let features_11_block_1_1_running_mean = try weight("features.11.block.1.1.running_mean")
    let features_11_block_1_1_running_var = try weight("features.11.block.1.1.running_var")
    let features_11_block_1_1 = try ATen.batch_norm(features_11_block_1, features_11_block_1_1_weight, features_11_block_1_1_bias, features_11_block_1_1_running_mean, features_11_block_1_1_running_var, true, 0.01, 0.001, true)
    let features_11_block_1_2 = try ATen.hardswish_(features_11_block_1_1)

    // features.11.block.2
    let features_11_block_2 = try ATen.adaptive_avg_pool2d.default(features_11_block_1_2, [1, 1])
    let features_11_block_2_fc1_weight = try weight("features.11.block.2.fc1.weight")
    let features_11_block_2_fc1_bias = try weight("features.11.block.2.fc1.bias")
    let features_11_block_2_1 = try ATen.conv2d.default(features_11_block_2, features_11_block_2_fc1_weight, features_11_block_2_fc1_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_11_block_2_2 = try ATen.relu.default(features_11_block_2_1)
    let features_11_block_2_fc2_weight = try weight("features.11.block.2.fc2.weight")
    let features_11_block_2_fc2_bias = try weight("features.11.block.2.fc2.bias")
    let features_11_block_2_3 = try ATen.conv2d.default(features_11_block_2_2, features_11_block_2_fc2_weight, features_11_block_2_fc2_bias, [1, 1], [0, 0], [1, 1], 1)
    let features_11_block_2_4 = try ATen.hardsigmoid.default(features_11_block_2_3)
    let features_11_block_2_5 = try ATen.mul.Tensor(features_11_block_2_4, features_11_block_1_2)

    // features.11.block.3
    let features_11_block_3_0_weight = try weight("features.11.block.3.0.weight")
    let features_11_block_3 = try ATen.conv2d.default(features_11_block_2_5, features_11_block_3_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_11_block_3_1_num_batches_tracked = try weight("features.11.block.3.1.num_batches_tracked")
    try ATen.add_.Scalar(features_11_block_3_1_num_batches_tracked, 1)
    let features_11_block_3_1_weight = try weight("features.11.block.3.1.weight")
    let features_11_block_3_1_bias = try weight("features.11.block.3.1.bias")
    let features_11_block_3_1_running_mean = try weight("features.11.block.3.1.running_mean")
    let features_11_block_3_1_running_var = try weight("features.11.block.3.1.running_var")
    let features_11_block_3_1 = try ATen.batch_norm(features_11_block_3, features_11_block_3_1_weight, features_11_block_3_1_bias, features_11_block_3_1_running_mean, features_11_block_3_1_running_var, true, 0.01, 0.001, true)

    // features.11
    let features_11_add = try ATen.add_.Tensor(features_11_block_3_1, features_10_add)

    // features.12
    let features_12_0_weight = try weight("features.12.0.weight")
    let features_12 = try ATen.conv2d.default(features_11_add, features_12_0_weight, nil, [1, 1], [0, 0], [1, 1], 1)
    let features_12_1_num_batches_tracked = try weight("features.12.1.num_batches_tracked")
    try ATen.add_.Scalar(features_12_1_num_batches_tracked, 1)
    let features_12_1_weight = try weight("features.12.1.weight")
    let features_12_1_bias = try weight("features.12.1.bias")
    let features_12_1_running_mean = try weight("features.12.1.running_mean")
    let features_12_1_running_var = try weight("features.12.1.running_var")
    let features_12_1 = try ATen.batch_norm(features_12, features_12_1_weight, features_12_1_bias, features_12_1_running_mean, features_12_1_running_var, true, 0.01, 0.001, true)
    let features_12_2 = try ATen.hardswish_(features_12_1)

    // avgpool
    let avgpool = try ATen.adaptive_avg_pool2d.default(features_12_2, [1, 1])

    let flatten = try ATen.flatten(avgpool, 1, -1)

    // classifier.0
    let classifier_0_weight = try weight("classifier.0.weight")
    let classifier_0_bias = try weight("classifier.0.bias")
    let classifier_0 = try ATen.linear.default(flatten, classifier_0_weight, classifier_0_bias)

    // classifier.1
    let classifier_1 = try ATen.hardswish_(classifier_0)

    // classifier.2
    let classifier_2 = try ATen.dropout_(classifier_1, 0.2, true)

    // classifier.3
    let classifier_3_weight = try weight("classifier.3.weight")
    let classifier_3_bias = try weight("classifier.3.bias")
    let classifier_3 = try ATen.linear.default(classifier_2, classifier_3_weight, classifier_3_bias)
    return [
      "features.4": features_4_copy,
      "classifier": classifier_3,
    ]
  }

  /// What the weights lack, or an assumption of the trace that a call breaks.
  struct Failure: Error { let reason: String }

  private func weight(_ key: String) throws -> Tensor {
    guard let tensor = weights[key] else { throw Failure(reason: "the weights have no '\(key)'") }
    return tensor
  }
}
