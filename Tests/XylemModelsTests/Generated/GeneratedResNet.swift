// swift-format-ignore-file
// Written by `xylem graph --format swift`.

import Xylem

/// Features of resnet18.pt in eval mode: `layer1.0`, `layer3`, `fc`.
///
///     let features = try GeneratedResNet(weights: weights)(x)
///
/// Each statement is a node of the model's trace, and each gives the bits that the model gives.
final class GeneratedResNet {
  /// The model's parameters and buffers by the keys of its state dict.
  var weights: [String: Tensor]

  /// Creates the model from its weights. Keys that it does not read are ignored.
  init(weights: [String: Tensor]) { self.weights = weights }

  /// The features by their keys.
  func callAsFunction(_ x: Tensor) throws -> [String: Tensor] {
    // conv1
    let conv1_weight = try weight("conv1.weight")
    let conv1_conv2d = try ATen.conv2d.default(x, conv1_weight, nil, [2, 2], [3, 3], [1, 1], 1)

    // bn1
    let bn1_dim: Value = try ATen.dim(conv1_conv2d)
    let bn1_ne: Value = try ATen.ne.int(bn1_dim, 4)
    try require(bn1_ne, false, "expected 4D input (got {bn1.dim_1}D input)")
    let bn1_weight = try weight("bn1.weight")
    let bn1_bias = try weight("bn1.bias")
    let bn1_running_mean = try weight("bn1.running_mean")
    let bn1_running_var = try weight("bn1.running_var")
    let bn1_batch_norm = try ATen.batch_norm(conv1_conv2d, bn1_weight, bn1_bias, bn1_running_mean, bn1_running_var, false, 0.1, 1e-05, true)

    // relu
    let relu_relu = try ATen.relu_(bn1_batch_norm)

    // maxpool
    let maxpool_max_pool2d = try ATen.max_pool2d(relu_relu, [3, 3], [2, 2], [1, 1], [1, 1], false)

    // layer1.0.conv1
    let layer1_0_conv1_weight = try weight("layer1.0.conv1.weight")
    let layer1_0_conv1_conv2d = try ATen.conv2d.default(maxpool_max_pool2d, layer1_0_conv1_weight, nil, [1, 1], [1, 1], [1, 1], 1)

    // layer1.0.bn1
    let layer1_0_bn1_dim: Value = try ATen.dim(layer1_0_conv1_conv2d)
    let layer1_0_bn1_ne: Value = try ATen.ne.int(layer1_0_bn1_dim, 4)
    try require(layer1_0_bn1_ne, false, "expected 4D input (got {layer1.0.bn1.dim_1}D input)")
    let layer1_0_bn1_weight = try weight("layer1.0.bn1.weight")
    let layer1_0_bn1_bias = try weight("layer1.0.bn1.bias")
    let layer1_0_bn1_running_mean = try weight("layer1.0.bn1.running_mean")
    let layer1_0_bn1_running_var = try weight("layer1.0.bn1.running_var")
    let layer1_0_bn1_batch_norm = try ATen.batch_norm(layer1_0_conv1_conv2d, layer1_0_bn1_weight, layer1_0_bn1_bias, layer1_0_bn1_running_mean, layer1_0_bn1_running_var, false, 0.1, 1e-05, true)

    // layer1.0.relu
    let layer1_0_relu_relu = try ATen.relu_(layer1_0_bn1_batch_norm)

    // layer1.0.conv2
    let layer1_0_conv2_weight = try weight("layer1.0.conv2.weight")
    let layer1_0_conv2_conv2d = try ATen.conv2d.default(layer1_0_relu_relu, layer1_0_conv2_weight, nil, [1, 1], [1, 1], [1, 1], 1)

    // layer1.0.bn2
    let layer1_0_bn2_dim: Value = try ATen.dim(layer1_0_conv2_conv2d)
    let layer1_0_bn2_ne: Value = try ATen.ne.int(layer1_0_bn2_dim, 4)
    try require(layer1_0_bn2_ne, false, "expected 4D input (got {layer1.0.bn2.dim_1}D input)")
    let layer1_0_bn2_weight = try weight("layer1.0.bn2.weight")
    let layer1_0_bn2_bias = try weight("layer1.0.bn2.bias")
    let layer1_0_bn2_running_mean = try weight("layer1.0.bn2.running_mean")
    let layer1_0_bn2_running_var = try weight("layer1.0.bn2.running_var")
    let layer1_0_bn2_batch_norm = try ATen.batch_norm(layer1_0_conv2_conv2d, layer1_0_bn2_weight, layer1_0_bn2_bias, layer1_0_bn2_running_mean, layer1_0_bn2_running_var, false, 0.1, 1e-05, true)

    // layer1.0
    let layer1_0_add = try ATen.add_.Tensor(layer1_0_bn2_batch_norm, maxpool_max_pool2d, 1)

    // layer1.0.relu
    let layer1_0_relu_relu_1 = try ATen.relu_(layer1_0_add)

    // layer1.1.conv1
    let layer1_1_conv1_weight = try weight("layer1.1.conv1.weight")
    let layer1_1_conv1_conv2d = try ATen.conv2d.default(layer1_0_relu_relu_1, layer1_1_conv1_weight, nil, [1, 1], [1, 1], [1, 1], 1)

    // layer1.1.bn1
    let layer1_1_bn1_dim: Value = try ATen.dim(layer1_1_conv1_conv2d)
    let layer1_1_bn1_ne: Value = try ATen.ne.int(layer1_1_bn1_dim, 4)
    try require(layer1_1_bn1_ne, false, "expected 4D input (got {layer1.1.bn1.dim_1}D input)")
    let layer1_1_bn1_weight = try weight("layer1.1.bn1.weight")
    let layer1_1_bn1_bias = try weight("layer1.1.bn1.bias")
    let layer1_1_bn1_running_mean = try weight("layer1.1.bn1.running_mean")
    let layer1_1_bn1_running_var = try weight("layer1.1.bn1.running_var")
    let layer1_1_bn1_batch_norm = try ATen.batch_norm(layer1_1_conv1_conv2d, layer1_1_bn1_weight, layer1_1_bn1_bias, layer1_1_bn1_running_mean, layer1_1_bn1_running_var, false, 0.1, 1e-05, true)
    let layer1_0_copy = try ATen.clone(layer1_0_relu_relu_1, nil)

    // layer1.1.relu
    let layer1_1_relu_relu = try ATen.relu_(layer1_1_bn1_batch_norm)

    // layer1.1.conv2
    let layer1_1_conv2_weight = try weight("layer1.1.conv2.weight")
    let layer1_1_conv2_conv2d = try ATen.conv2d.default(layer1_1_relu_relu, layer1_1_conv2_weight, nil, [1, 1], [1, 1], [1, 1], 1)

    // layer1.1.bn2
    let layer1_1_bn2_dim: Value = try ATen.dim(layer1_1_conv2_conv2d)
    let layer1_1_bn2_ne: Value = try ATen.ne.int(layer1_1_bn2_dim, 4)
    try require(layer1_1_bn2_ne, false, "expected 4D input (got {layer1.1.bn2.dim_1}D input)")
    let layer1_1_bn2_weight = try weight("layer1.1.bn2.weight")
    let layer1_1_bn2_bias = try weight("layer1.1.bn2.bias")
    let layer1_1_bn2_running_mean = try weight("layer1.1.bn2.running_mean")
    let layer1_1_bn2_running_var = try weight("layer1.1.bn2.running_var")
    let layer1_1_bn2_batch_norm = try ATen.batch_norm(layer1_1_conv2_conv2d, layer1_1_bn2_weight, layer1_1_bn2_bias, layer1_1_bn2_running_mean, layer1_1_bn2_running_var, false, 0.1, 1e-05, true)

    // layer1.1
    let layer1_1_add = try ATen.add_.Tensor(layer1_1_bn2_batch_norm, layer1_0_relu_relu_1, 1)

    // layer1.1.relu
    let layer1_1_relu_relu_1 = try ATen.relu_(layer1_1_add)

    // layer2.0.conv1
    let layer2_0_conv1_weight = try weight("layer2.0.conv1.weight")
    let layer2_0_conv1_conv2d = try ATen.conv2d.default(layer1_1_relu_relu_1, layer2_0_conv1_weight, nil, [2, 2], [1, 1], [1, 1], 1)

    // layer2.0.bn1
    let layer2_0_bn1_dim: Value = try ATen.dim(layer2_0_conv1_conv2d)
    let layer2_0_bn1_ne: Value = try ATen.ne.int(layer2_0_bn1_dim, 4)
    try require(layer2_0_bn1_ne, false, "expected 4D input (got {layer2.0.bn1.dim_1}D input)")
    let layer2_0_bn1_weight = try weight("layer2.0.bn1.weight")
    let layer2_0_bn1_bias = try weight("layer2.0.bn1.bias")
    let layer2_0_bn1_running_mean = try weight("layer2.0.bn1.running_mean")
    let layer2_0_bn1_running_var = try weight("layer2.0.bn1.running_var")
    let layer2_0_bn1_batch_norm = try ATen.batch_norm(layer2_0_conv1_conv2d, layer2_0_bn1_weight, layer2_0_bn1_bias, layer2_0_bn1_running_mean, layer2_0_bn1_running_var, false, 0.1, 1e-05, true)

    // layer2.0.relu
    let layer2_0_relu_relu = try ATen.relu_(layer2_0_bn1_batch_norm)

    // layer2.0.conv2
    let layer2_0_conv2_weight = try weight("layer2.0.conv2.weight")
    let layer2_0_conv2_conv2d = try ATen.conv2d.default(layer2_0_relu_relu, layer2_0_conv2_weight, nil, [1, 1], [1, 1], [1, 1], 1)

    // layer2.0.bn2
    let layer2_0_bn2_dim: Value = try ATen.dim(layer2_0_conv2_conv2d)
    let layer2_0_bn2_ne: Value = try ATen.ne.int(layer2_0_bn2_dim, 4)
    try require(layer2_0_bn2_ne, false, "expected 4D input (got {layer2.0.bn2.dim_1}D input)")
    let layer2_0_bn2_weight = try weight("layer2.0.bn2.weight")
    let layer2_0_bn2_bias = try weight("layer2.0.bn2.bias")
    let layer2_0_bn2_running_mean = try weight("layer2.0.bn2.running_mean")
    let layer2_0_bn2_running_var = try weight("layer2.0.bn2.running_var")
    let layer2_0_bn2_batch_norm = try ATen.batch_norm(layer2_0_conv2_conv2d, layer2_0_bn2_weight, layer2_0_bn2_bias, layer2_0_bn2_running_mean, layer2_0_bn2_running_var, false, 0.1, 1e-05, true)

    // layer2.0.downsample.0
    let layer2_0_downsample_0_weight = try weight("layer2.0.downsample.0.weight")
    let layer2_0_downsample_0_conv2d = try ATen.conv2d.default(layer1_1_relu_relu_1, layer2_0_downsample_0_weight, nil, [2, 2], [0, 0], [1, 1], 1)

    // layer2.0.downsample.1
    let layer2_0_downsample_1_dim: Value = try ATen.dim(layer2_0_downsample_0_conv2d)
    let layer2_0_downsample_1_ne: Value = try ATen.ne.int(layer2_0_downsample_1_dim, 4)
    try require(layer2_0_downsample_1_ne, false, "expected 4D input (got {layer2.0.downsample.1.dim_1}D input)")
    let layer2_0_downsample_1_weight = try weight("layer2.0.downsample.1.weight")
    let layer2_0_downsample_1_bias = try weight("layer2.0.downsample.1.bias")
    let layer2_0_downsample_1_running_mean = try weight("layer2.0.downsample.1.running_mean")
    let layer2_0_downsample_1_running_var = try weight("layer2.0.downsample.1.running_var")
    let layer2_0_downsample_1_batch_norm = try ATen.batch_norm(layer2_0_downsample_0_conv2d, layer2_0_downsample_1_weight, layer2_0_downsample_1_bias, layer2_0_downsample_1_running_mean, layer2_0_downsample_1_running_var, false, 0.1, 1e-05, true)

    // layer2.0
    let layer2_0_add = try ATen.add_.Tensor(layer2_0_bn2_batch_norm, layer2_0_downsample_1_batch_norm, 1)

    // layer2.0.relu
    let layer2_0_relu_relu_1 = try ATen.relu_(layer2_0_add)

    // layer2.1.conv1
    let layer2_1_conv1_weight = try weight("layer2.1.conv1.weight")
    let layer2_1_conv1_conv2d = try ATen.conv2d.default(layer2_0_relu_relu_1, layer2_1_conv1_weight, nil, [1, 1], [1, 1], [1, 1], 1)

    // layer2.1.bn1
    let layer2_1_bn1_dim: Value = try ATen.dim(layer2_1_conv1_conv2d)
    let layer2_1_bn1_ne: Value = try ATen.ne.int(layer2_1_bn1_dim, 4)
    try require(layer2_1_bn1_ne, false, "expected 4D input (got {layer2.1.bn1.dim_1}D input)")
    let layer2_1_bn1_weight = try weight("layer2.1.bn1.weight")
    let layer2_1_bn1_bias = try weight("layer2.1.bn1.bias")
    let layer2_1_bn1_running_mean = try weight("layer2.1.bn1.running_mean")
    let layer2_1_bn1_running_var = try weight("layer2.1.bn1.running_var")
    let layer2_1_bn1_batch_norm = try ATen.batch_norm(layer2_1_conv1_conv2d, layer2_1_bn1_weight, layer2_1_bn1_bias, layer2_1_bn1_running_mean, layer2_1_bn1_running_var, false, 0.1, 1e-05, true)

    // layer2.1.relu
    let layer2_1_relu_relu = try ATen.relu_(layer2_1_bn1_batch_norm)

    // layer2.1.conv2
    let layer2_1_conv2_weight = try weight("layer2.1.conv2.weight")
    let layer2_1_conv2_conv2d = try ATen.conv2d.default(layer2_1_relu_relu, layer2_1_conv2_weight, nil, [1, 1], [1, 1], [1, 1], 1)

    // layer2.1.bn2
    let layer2_1_bn2_dim: Value = try ATen.dim(layer2_1_conv2_conv2d)
    let layer2_1_bn2_ne: Value = try ATen.ne.int(layer2_1_bn2_dim, 4)
    try require(layer2_1_bn2_ne, false, "expected 4D input (got {layer2.1.bn2.dim_1}D input)")
    let layer2_1_bn2_weight = try weight("layer2.1.bn2.weight")
    let layer2_1_bn2_bias = try weight("layer2.1.bn2.bias")
    let layer2_1_bn2_running_mean = try weight("layer2.1.bn2.running_mean")
    let layer2_1_bn2_running_var = try weight("layer2.1.bn2.running_var")
    let layer2_1_bn2_batch_norm = try ATen.batch_norm(layer2_1_conv2_conv2d, layer2_1_bn2_weight, layer2_1_bn2_bias, layer2_1_bn2_running_mean, layer2_1_bn2_running_var, false, 0.1, 1e-05, true)

    // layer2.1
    let layer2_1_add = try ATen.add_.Tensor(layer2_1_bn2_batch_norm, layer2_0_relu_relu_1, 1)

    // layer2.1.relu
    let layer2_1_relu_relu_1 = try ATen.relu_(layer2_1_add)

    // layer3.0.conv1
    let layer3_0_conv1_weight = try weight("layer3.0.conv1.weight")
    let layer3_0_conv1_conv2d = try ATen.conv2d.default(layer2_1_relu_relu_1, layer3_0_conv1_weight, nil, [2, 2], [1, 1], [1, 1], 1)

    // layer3.0.bn1
    let layer3_0_bn1_dim: Value = try ATen.dim(layer3_0_conv1_conv2d)
    let layer3_0_bn1_ne: Value = try ATen.ne.int(layer3_0_bn1_dim, 4)
    try require(layer3_0_bn1_ne, false, "expected 4D input (got {layer3.0.bn1.dim_1}D input)")
    let layer3_0_bn1_weight = try weight("layer3.0.bn1.weight")
    let layer3_0_bn1_bias = try weight("layer3.0.bn1.bias")
    let layer3_0_bn1_running_mean = try weight("layer3.0.bn1.running_mean")
    let layer3_0_bn1_running_var = try weight("layer3.0.bn1.running_var")
    let layer3_0_bn1_batch_norm = try ATen.batch_norm(layer3_0_conv1_conv2d, layer3_0_bn1_weight, layer3_0_bn1_bias, layer3_0_bn1_running_mean, layer3_0_bn1_running_var, false, 0.1, 1e-05, true)

    // layer3.0.relu
    let layer3_0_relu_relu = try ATen.relu_(layer3_0_bn1_batch_norm)

    // layer3.0.conv2
    let layer3_0_conv2_weight = try weight("layer3.0.conv2.weight")
    let layer3_0_conv2_conv2d = try ATen.conv2d.default(layer3_0_relu_relu, layer3_0_conv2_weight, nil, [1, 1], [1, 1], [1, 1], 1)

    // layer3.0.bn2
    let layer3_0_bn2_dim: Value = try ATen.dim(layer3_0_conv2_conv2d)
    let layer3_0_bn2_ne: Value = try ATen.ne.int(layer3_0_bn2_dim, 4)
    try require(layer3_0_bn2_ne, false, "expected 4D input (got {layer3.0.bn2.dim_1}D input)")
    let layer3_0_bn2_weight = try weight("layer3.0.bn2.weight")
    let layer3_0_bn2_bias = try weight("layer3.0.bn2.bias")
    let layer3_0_bn2_running_mean = try weight("layer3.0.bn2.running_mean")
    let layer3_0_bn2_running_var = try weight("layer3.0.bn2.running_var")
    let layer3_0_bn2_batch_norm = try ATen.batch_norm(layer3_0_conv2_conv2d, layer3_0_bn2_weight, layer3_0_bn2_bias, layer3_0_bn2_running_mean, layer3_0_bn2_running_var, false, 0.1, 1e-05, true)

    // layer3.0.downsample.0
    let layer3_0_downsample_0_weight = try weight("layer3.0.downsample.0.weight")
    let layer3_0_downsample_0_conv2d = try ATen.conv2d.default(layer2_1_relu_relu_1, layer3_0_downsample_0_weight, nil, [2, 2], [0, 0], [1, 1], 1)

    // layer3.0.downsample.1
    let layer3_0_downsample_1_dim: Value = try ATen.dim(layer3_0_downsample_0_conv2d)
    let layer3_0_downsample_1_ne: Value = try ATen.ne.int(layer3_0_downsample_1_dim, 4)
    try require(layer3_0_downsample_1_ne, false, "expected 4D input (got {layer3.0.downsample.1.dim_1}D input)")
    let layer3_0_downsample_1_weight = try weight("layer3.0.downsample.1.weight")
    let layer3_0_downsample_1_bias = try weight("layer3.0.downsample.1.bias")
    let layer3_0_downsample_1_running_mean = try weight("layer3.0.downsample.1.running_mean")
    let layer3_0_downsample_1_running_var = try weight("layer3.0.downsample.1.running_var")
    let layer3_0_downsample_1_batch_norm = try ATen.batch_norm(layer3_0_downsample_0_conv2d, layer3_0_downsample_1_weight, layer3_0_downsample_1_bias, layer3_0_downsample_1_running_mean, layer3_0_downsample_1_running_var, false, 0.1, 1e-05, true)

    // layer3.0
    let layer3_0_add = try ATen.add_.Tensor(layer3_0_bn2_batch_norm, layer3_0_downsample_1_batch_norm, 1)

    // layer3.0.relu
    let layer3_0_relu_relu_1 = try ATen.relu_(layer3_0_add)

    // layer3.1.conv1
    let layer3_1_conv1_weight = try weight("layer3.1.conv1.weight")
    let layer3_1_conv1_conv2d = try ATen.conv2d.default(layer3_0_relu_relu_1, layer3_1_conv1_weight, nil, [1, 1], [1, 1], [1, 1], 1)

    // layer3.1.bn1
    let layer3_1_bn1_dim: Value = try ATen.dim(layer3_1_conv1_conv2d)
    let layer3_1_bn1_ne: Value = try ATen.ne.int(layer3_1_bn1_dim, 4)
    try require(layer3_1_bn1_ne, false, "expected 4D input (got {layer3.1.bn1.dim_1}D input)")
    let layer3_1_bn1_weight = try weight("layer3.1.bn1.weight")
    let layer3_1_bn1_bias = try weight("layer3.1.bn1.bias")
    let layer3_1_bn1_running_mean = try weight("layer3.1.bn1.running_mean")
    let layer3_1_bn1_running_var = try weight("layer3.1.bn1.running_var")
    let layer3_1_bn1_batch_norm = try ATen.batch_norm(layer3_1_conv1_conv2d, layer3_1_bn1_weight, layer3_1_bn1_bias, layer3_1_bn1_running_mean, layer3_1_bn1_running_var, false, 0.1, 1e-05, true)

    // layer3.1.relu
    let layer3_1_relu_relu = try ATen.relu_(layer3_1_bn1_batch_norm)

    // layer3.1.conv2
    let layer3_1_conv2_weight = try weight("layer3.1.conv2.weight")
    let layer3_1_conv2_conv2d = try ATen.conv2d.default(layer3_1_relu_relu, layer3_1_conv2_weight, nil, [1, 1], [1, 1], [1, 1], 1)

    // layer3.1.bn2
    let layer3_1_bn2_dim: Value = try ATen.dim(layer3_1_conv2_conv2d)
    let layer3_1_bn2_ne: Value = try ATen.ne.int(layer3_1_bn2_dim, 4)
    try require(layer3_1_bn2_ne, false, "expected 4D input (got {layer3.1.bn2.dim_1}D input)")
    let layer3_1_bn2_weight = try weight("layer3.1.bn2.weight")
    let layer3_1_bn2_bias = try weight("layer3.1.bn2.bias")
    let layer3_1_bn2_running_mean = try weight("layer3.1.bn2.running_mean")
    let layer3_1_bn2_running_var = try weight("layer3.1.bn2.running_var")
    let layer3_1_bn2_batch_norm = try ATen.batch_norm(layer3_1_conv2_conv2d, layer3_1_bn2_weight, layer3_1_bn2_bias, layer3_1_bn2_running_mean, layer3_1_bn2_running_var, false, 0.1, 1e-05, true)

    // layer3.1
    let layer3_1_add = try ATen.add_.Tensor(layer3_1_bn2_batch_norm, layer3_0_relu_relu_1, 1)

    // layer3.1.relu
    let layer3_1_relu_relu_1 = try ATen.relu_(layer3_1_add)

    // layer4.0.conv1
    let layer4_0_conv1_weight = try weight("layer4.0.conv1.weight")
    let layer4_0_conv1_conv2d = try ATen.conv2d.default(layer3_1_relu_relu_1, layer4_0_conv1_weight, nil, [2, 2], [1, 1], [1, 1], 1)

    // layer4.0.bn1
    let layer4_0_bn1_dim: Value = try ATen.dim(layer4_0_conv1_conv2d)
    let layer4_0_bn1_ne: Value = try ATen.ne.int(layer4_0_bn1_dim, 4)
    try require(layer4_0_bn1_ne, false, "expected 4D input (got {layer4.0.bn1.dim_1}D input)")
    let layer4_0_bn1_weight = try weight("layer4.0.bn1.weight")
    let layer4_0_bn1_bias = try weight("layer4.0.bn1.bias")
    let layer4_0_bn1_running_mean = try weight("layer4.0.bn1.running_mean")
    let layer4_0_bn1_running_var = try weight("layer4.0.bn1.running_var")
    let layer4_0_bn1_batch_norm = try ATen.batch_norm(layer4_0_conv1_conv2d, layer4_0_bn1_weight, layer4_0_bn1_bias, layer4_0_bn1_running_mean, layer4_0_bn1_running_var, false, 0.1, 1e-05, true)
    let layer3_copy = try ATen.clone(layer3_1_relu_relu_1, nil)

    // layer4.0.relu
    let layer4_0_relu_relu = try ATen.relu_(layer4_0_bn1_batch_norm)

    // layer4.0.conv2
    let layer4_0_conv2_weight = try weight("layer4.0.conv2.weight")
    let layer4_0_conv2_conv2d = try ATen.conv2d.default(layer4_0_relu_relu, layer4_0_conv2_weight, nil, [1, 1], [1, 1], [1, 1], 1)

    // layer4.0.bn2
    let layer4_0_bn2_dim: Value = try ATen.dim(layer4_0_conv2_conv2d)
    let layer4_0_bn2_ne: Value = try ATen.ne.int(layer4_0_bn2_dim, 4)
    try require(layer4_0_bn2_ne, false, "expected 4D input (got {layer4.0.bn2.dim_1}D input)")
    let layer4_0_bn2_weight = try weight("layer4.0.bn2.weight")
    let layer4_0_bn2_bias = try weight("layer4.0.bn2.bias")
    let layer4_0_bn2_running_mean = try weight("layer4.0.bn2.running_mean")
    let layer4_0_bn2_running_var = try weight("layer4.0.bn2.running_var")
    let layer4_0_bn2_batch_norm = try ATen.batch_norm(layer4_0_conv2_conv2d, layer4_0_bn2_weight, layer4_0_bn2_bias, layer4_0_bn2_running_mean, layer4_0_bn2_running_var, false, 0.1, 1e-05, true)

    // layer4.0.downsample.0
    let layer4_0_downsample_0_weight = try weight("layer4.0.downsample.0.weight")
    let layer4_0_downsample_0_conv2d = try ATen.conv2d.default(layer3_1_relu_relu_1, layer4_0_downsample_0_weight, nil, [2, 2], [0, 0], [1, 1], 1)

    // layer4.0.downsample.1
    let layer4_0_downsample_1_dim: Value = try ATen.dim(layer4_0_downsample_0_conv2d)
    let layer4_0_downsample_1_ne: Value = try ATen.ne.int(layer4_0_downsample_1_dim, 4)
    try require(layer4_0_downsample_1_ne, false, "expected 4D input (got {layer4.0.downsample.1.dim_1}D input)")
    let layer4_0_downsample_1_weight = try weight("layer4.0.downsample.1.weight")
    let layer4_0_downsample_1_bias = try weight("layer4.0.downsample.1.bias")
    let layer4_0_downsample_1_running_mean = try weight("layer4.0.downsample.1.running_mean")
    let layer4_0_downsample_1_running_var = try weight("layer4.0.downsample.1.running_var")
    let layer4_0_downsample_1_batch_norm = try ATen.batch_norm(layer4_0_downsample_0_conv2d, layer4_0_downsample_1_weight, layer4_0_downsample_1_bias, layer4_0_downsample_1_running_mean, layer4_0_downsample_1_running_var, false, 0.1, 1e-05, true)

    // layer4.0
    let layer4_0_add = try ATen.add_.Tensor(layer4_0_bn2_batch_norm, layer4_0_downsample_1_batch_norm, 1)

    // layer4.0.relu
    let layer4_0_relu_relu_1 = try ATen.relu_(layer4_0_add)

    // layer4.1.conv1
    let layer4_1_conv1_weight = try weight("layer4.1.conv1.weight")
    let layer4_1_conv1_conv2d = try ATen.conv2d.default(layer4_0_relu_relu_1, layer4_1_conv1_weight, nil, [1, 1], [1, 1], [1, 1], 1)

    // layer4.1.bn1
    let layer4_1_bn1_dim: Value = try ATen.dim(layer4_1_conv1_conv2d)
    let layer4_1_bn1_ne: Value = try ATen.ne.int(layer4_1_bn1_dim, 4)
    try require(layer4_1_bn1_ne, false, "expected 4D input (got {layer4.1.bn1.dim_1}D input)")
    let layer4_1_bn1_weight = try weight("layer4.1.bn1.weight")
    let layer4_1_bn1_bias = try weight("layer4.1.bn1.bias")
    let layer4_1_bn1_running_mean = try weight("layer4.1.bn1.running_mean")
    let layer4_1_bn1_running_var = try weight("layer4.1.bn1.running_var")
    let layer4_1_bn1_batch_norm = try ATen.batch_norm(layer4_1_conv1_conv2d, layer4_1_bn1_weight, layer4_1_bn1_bias, layer4_1_bn1_running_mean, layer4_1_bn1_running_var, false, 0.1, 1e-05, true)

    // layer4.1.relu
    let layer4_1_relu_relu = try ATen.relu_(layer4_1_bn1_batch_norm)

    // layer4.1.conv2
    let layer4_1_conv2_weight = try weight("layer4.1.conv2.weight")
    let layer4_1_conv2_conv2d = try ATen.conv2d.default(layer4_1_relu_relu, layer4_1_conv2_weight, nil, [1, 1], [1, 1], [1, 1], 1)

    // layer4.1.bn2
    let layer4_1_bn2_dim: Value = try ATen.dim(layer4_1_conv2_conv2d)
    let layer4_1_bn2_ne: Value = try ATen.ne.int(layer4_1_bn2_dim, 4)
    try require(layer4_1_bn2_ne, false, "expected 4D input (got {layer4.1.bn2.dim_1}D input)")
    let layer4_1_bn2_weight = try weight("layer4.1.bn2.weight")
    let layer4_1_bn2_bias = try weight("layer4.1.bn2.bias")
    let layer4_1_bn2_running_mean = try weight("layer4.1.bn2.running_mean")
    let layer4_1_bn2_running_var = try weight("layer4.1.bn2.running_var")
    let layer4_1_bn2_batch_norm = try ATen.batch_norm(layer4_1_conv2_conv2d, layer4_1_bn2_weight, layer4_1_bn2_bias, layer4_1_bn2_running_mean, layer4_1_bn2_running_var, false, 0.1, 1e-05, true)

    // layer4.1
    let layer4_1_add = try ATen.add_.Tensor(layer4_1_bn2_batch_norm, layer4_0_relu_relu_1, 1)

    // layer4.1.relu
    let layer4_1_relu_relu_1 = try ATen.relu_(layer4_1_add)

    // avgpool
    let avgpool_size: Value = try ATen.size.default(layer4_1_relu_relu_1)
    let avgpool_len: Value = try ATen.len.t(avgpool_size)
    let avgpool_gt: Value = try ATen.gt.int(avgpool_len, 2)
    try require(avgpool_gt, true, "AssertionError: ")
    let avgpool_adaptive_avg_pool2d = try ATen.adaptive_avg_pool2d.default(layer4_1_relu_relu_1, [1, 1])

    let flatten = try ATen.flatten(avgpool_adaptive_avg_pool2d, 1, -1)

    // fc
    let fc_weight = try weight("fc.weight")
    let fc_bias = try weight("fc.bias")
    let fc_linear = try ATen.linear.default(flatten, fc_weight, fc_bias)
    return [
      "layer1.0": layer1_0_copy,
      "layer3": layer3_copy,
      "fc": fc_linear,
    ]
  }

  /// What the weights lack, or an assumption of the trace that a call breaks.
  struct Failure: Error { let reason: String }

  private func weight(_ key: String) throws -> Tensor {
    guard let tensor = weights[key] else { throw Failure(reason: "the weights have no '\(key)'") }
    return tensor
  }

  private func require(_ condition: Value, _ expected: Bool, _ message: String) throws {
    let isTrue = try condition.tensor.map { try $0.item() != 0 } ?? (condition.literal == .bool(true))
    guard isTrue == expected else { throw Failure(reason: message) }
  }
}
