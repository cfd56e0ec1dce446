import XylemNN

extension LayerTable {
  static let linear: [String: Maker] = [
    "Conv1d(4, 6, 3)": { Conv1d(4, 6, kernelSize: 3) },
    "Conv1d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2)": {
      Conv1d(4, 6, kernelSize: 3, stride: 2, padding: 1, dilation: 2, groups: 2)
    },
    "Conv1d(4, 6, 4, padding='same', dilation=2)": { Conv1d(4, 6, kernelSize: 4, padding: .same, dilation: 2) },
    "Conv1d(4, 6, 3, padding='valid', bias=False)": { Conv1d(4, 6, kernelSize: 3, padding: .valid, bias: false) },
    "Conv1d(4, 4, 3, padding=2, groups=4, padding_mode='circular')": {
      Conv1d(4, 4, kernelSize: 3, padding: 2, groups: 4, paddingMode: .circular)
    },
    "Conv1d(2, 3, 3, padding=1, padding_mode='replicate')": {
      Conv1d(2, 3, kernelSize: 3, padding: 1, paddingMode: .replicate)
    },
    "Conv1d(2, 3, 1)": { Conv1d(2, 3, kernelSize: 1) },
    "Conv1d(2, 3, 3)": { Conv1d(2, 3, kernelSize: 3) },
    "Conv1d(2, 3, 5)": { Conv1d(2, 3, kernelSize: 5) },
    "Conv2d(3, 5, 3)": { Conv2d(3, 5, kernelSize: 3) },
    "Conv2d(4, 6, kernel_size=3, stride=2, padding=1, groups=2, bias=False, padding_mode='reflect')": {
      Conv2d(4, 6, kernelSize: 3, stride: 2, padding: 1, groups: 2, bias: false, paddingMode: .reflect)
    },
    "Conv2d(3, 4, (3, 5), stride=(2, 1), padding=(1, 2), dilation=(2, 1))": {
      Conv2d(3, 4, kernelSize: [3, 5], stride: [2, 1], padding: [1, 2], dilation: [2, 1])
    },
    "Conv2d(3, 4, (2, 3), padding='same', dilation=(1, 2))": {
      Conv2d(3, 4, kernelSize: [2, 3], padding: .same, dilation: [1, 2])
    },
    "Conv2d(3, 4, (2, 4), padding='same', padding_mode='replicate')": {
      Conv2d(3, 4, kernelSize: [2, 4], padding: .same, paddingMode: .replicate)
    },
    "Conv2d(3, 4, 2, stride=2, padding='valid')": { Conv2d(3, 4, kernelSize: 2, stride: 2, padding: .valid) },
    "Conv2d(4, 8, 3, padding=1, groups=4)": { Conv2d(4, 8, kernelSize: 3, padding: 1, groups: 4) },
    "Conv2d(2, 3, (3, 1), padding=(2, 1), padding_mode='circular')": {
      Conv2d(2, 3, kernelSize: [3, 1], padding: [2, 1], paddingMode: .circular)
    },
    "Conv2d(3, 4, 1, bias=False)": { Conv2d(3, 4, kernelSize: 1, bias: false) },
    "Conv2d(4, 2, 3)": { Conv2d(4, 2, kernelSize: 3) },
    "Conv3d(2, 3, 2)": { Conv3d(2, 3, kernelSize: 2) },
    "Conv3d(2, 4, (1, 3, 2), stride=(1, 2, 1), padding=(0, 1, 1), dilation=(1, 1, 2), groups=2, bias=False)": {
      Conv3d(
        2, 4, kernelSize: [1, 3, 2], stride: [1, 2, 1], padding: [0, 1, 1], dilation: [1, 1, 2], groups: 2, bias: false)
    },
    "Conv3d(2, 2, (2, 3, 1), padding='same')": { Conv3d(2, 2, kernelSize: [2, 3, 1], padding: .same) },
    "Conv3d(2, 2, 2, padding=1, padding_mode='replicate')": {
      Conv3d(2, 2, kernelSize: 2, padding: 1, paddingMode: .replicate)
    },
    "Conv3d(2, 2, 2)": { Conv3d(2, 2, kernelSize: 2) },
    "ConvTranspose1d(4, 3, 3)": { ConvTranspose1d(4, 3, kernelSize: 3) },
    "ConvTranspose1d(4, 6, 4, stride=3, padding=1, output_padding=2, groups=2, dilation=2)": {
      ConvTranspose1d(4, 6, kernelSize: 4, stride: 3, padding: 1, outputPadding: 2, groups: 2, dilation: 2)
    },
    "ConvTranspose1d(2, 3, 3, stride=2, bias=False)": { ConvTranspose1d(2, 3, kernelSize: 3, stride: 2, bias: false) },
    "ConvTranspose1d(2, 3, 3, stride=2, padding=1)": { ConvTranspose1d(2, 3, kernelSize: 3, stride: 2, padding: 1) },
    "ConvTranspose2d(3, 4, 3)": { ConvTranspose2d(3, 4, kernelSize: 3) },
    "ConvTranspose2d(4, 2, (2, 3), stride=(2, 3), padding=(0, 1), output_padding=(1, 2), groups=2)": {
      ConvTranspose2d(4, 2, kernelSize: [2, 3], stride: [2, 3], padding: [0, 1], outputPadding: [1, 2], groups: 2)
    },
    "ConvTranspose2d(2, 2, 3, stride=2, padding=1, dilation=2, bias=False)": {
      ConvTranspose2d(2, 2, kernelSize: 3, stride: 2, padding: 1, bias: false, dilation: 2)
    },
    "ConvTranspose2d(2, 2, 3, stride=2, padding=1)": { ConvTranspose2d(2, 2, kernelSize: 3, stride: 2, padding: 1) },
    "ConvTranspose2d(2, 2, 2)": { ConvTranspose2d(2, 2, kernelSize: 2) },
    "ConvTranspose3d(2, 3, 2)": { ConvTranspose3d(2, 3, kernelSize: 2) },
    "ConvTranspose3d(2, 4, (1, 2, 3), stride=(1, 2, 2), padding=(0, 0, 1), output_padding=(0, 1, 1), groups=2)": {
      ConvTranspose3d(
        2, 4, kernelSize: [1, 2, 3], stride: [1, 2, 2], padding: [0, 0, 1], outputPadding: [0, 1, 1], groups: 2)
    },
    "ConvTranspose3d(2, 1, 2, stride=2, bias=False)": { ConvTranspose3d(2, 1, kernelSize: 2, stride: 2, bias: false) },
    "Linear(5, 3)": { Linear(5, 3) },
    "Linear(5, 3, bias=False)": { Linear(5, 3, bias: false) },
    "Linear(5, 1)": { Linear(5, 1) },
    "Bilinear(3, 4, 2)": { Bilinear(3, 4, 2) },
    "Bilinear(3, 4, 2, bias=False)": { Bilinear(3, 4, 2, bias: false) },
    "BatchNorm1d(4)": { BatchNorm1d(4) },
    "BatchNorm1d(4, eps=0.01, momentum=0.3)": { BatchNorm1d(4, eps: 0.01, momentum: 0.3) },
    "BatchNorm1d(4, momentum=None)": { BatchNorm1d(4, momentum: nil) },
    "BatchNorm1d(4, affine=False)": { BatchNorm1d(4, affine: false) },
    "BatchNorm1d(4, track_running_stats=False)": { BatchNorm1d(4, trackRunningStats: false) },
    "BatchNorm2d(3)": { BatchNorm2d(3) },
    "BatchNorm2d(3, eps=1e-3, momentum=0.01)": { BatchNorm2d(3, eps: 0.001, momentum: 0.01) },
    "BatchNorm2d(3, momentum=None)": { BatchNorm2d(3, momentum: nil) },
    "BatchNorm2d(3, momentum=0.0)": { BatchNorm2d(3, momentum: 0.0) },
    "BatchNorm2d(3, affine=False, track_running_stats=False)": {
      BatchNorm2d(3, affine: false, trackRunningStats: false)
    },
    "BatchNorm2d(3, affine=False)": { BatchNorm2d(3, affine: false) },
    "BatchNorm2d(3, track_running_stats=False)": { BatchNorm2d(3, trackRunningStats: false) },
    "BatchNorm3d(2)": { BatchNorm3d(2) },
    "BatchNorm3d(2, momentum=None, affine=False, eps=0.1)": { BatchNorm3d(2, eps: 0.1, momentum: nil, affine: false) },
    "LayerNorm(6)": { LayerNorm(6) },
    "LayerNorm([3, 4], eps=0.01)": { LayerNorm([3, 4], eps: 0.01) },
    "LayerNorm(6, elementwise_affine=False)": { LayerNorm(6, elementwiseAffine: false) },
    "LayerNorm(6, bias=False)": { LayerNorm(6, bias: false) },
    "RMSNorm(6)": { RMSNorm(6) },
    "RMSNorm([3, 4], eps=0.01)": { RMSNorm([3, 4], eps: 0.01) },
    "RMSNorm(6, elementwise_affine=False)": { RMSNorm(6, elementwiseAffine: false) },
    "GroupNorm(2, 6)": { GroupNorm(2, 6) },
    "GroupNorm(3, 6, eps=0.01, affine=False)": { GroupNorm(3, 6, eps: 0.01, affine: false) },
    "GroupNorm(1, 4)": { GroupNorm(1, 4) },
    "GroupNorm(4, 4)": { GroupNorm(4, 4) },
    "GroupNorm(2, 4)": { GroupNorm(2, 4) },
    "InstanceNorm1d(3)": { InstanceNorm1d(3) },
    "InstanceNorm1d(3, affine=True, eps=0.01)": { InstanceNorm1d(3, eps: 0.01, affine: true) },
    "InstanceNorm1d(3, affine=True, track_running_stats=True, momentum=0.3)": {
      InstanceNorm1d(3, momentum: 0.3, affine: true, trackRunningStats: true)
    },
    "InstanceNorm2d(3)": { InstanceNorm2d(3) },
    "InstanceNorm2d(3, affine=True, track_running_stats=True)": {
      InstanceNorm2d(3, affine: true, trackRunningStats: true)
    },
    "InstanceNorm2d(3, track_running_stats=True, momentum=None)": {
      InstanceNorm2d(3, momentum: nil, trackRunningStats: true)
    },
    "InstanceNorm2d(3, affine=True)": { InstanceNorm2d(3, affine: true) },
    "InstanceNorm3d(2)": { InstanceNorm3d(2) },
    "InstanceNorm3d(2, affine=True, track_running_stats=True)": {
      InstanceNorm3d(2, affine: true, trackRunningStats: true)
    },
    "LocalResponseNorm(2)": { LocalResponseNorm(2) },
    "LocalResponseNorm(3, alpha=0.5, beta=0.6, k=2.0)": { LocalResponseNorm(3, alpha: 0.5, beta: 0.6, k: 2.0) },
    "LocalResponseNorm(5)": { LocalResponseNorm(5) },
    "FrozenBatchNorm2d(3)": { FrozenBatchNorm2d(3) },
    "FrozenBatchNorm2d(3, eps=0.01)": { FrozenBatchNorm2d(3, eps: 0.01) },
    "Conv2dNormActivation(3, 4)": { Conv2dNormActivation(3, 4) },
    "Conv2dNormActivation(4, 6, kernel_size=3, stride=2, groups=2, activation_layer=SiLU)": {
      Conv2dNormActivation(4, 6, kernelSize: 3, stride: 2, groups: 2, activationLayer: { SiLU(inplace: true) })
    },
    "Conv2dNormActivation(4, 6, kernel_size=(3, 5), dilation=(2, 1), activation_layer=None)": {
      Conv2dNormActivation(4, 6, kernelSize: [3, 5], activationLayer: nil, dilation: [2, 1])
    },
    "Conv2dNormActivation(3, 4, kernel_size=3, norm_layer=None)": {
      Conv2dNormActivation(3, 4, kernelSize: 3, normLayer: nil)
    },
    "Conv2dNormActivation(3, 4, kernel_size=1, norm_layer=None, bias=False, activation_layer=Hardswish)": {
      Conv2dNormActivation(
        3, 4, kernelSize: 1, normLayer: nil, activationLayer: { Hardswish(inplace: true) }, bias: false)
    },
    "Conv2dNormActivation(3, 4, kernel_size=2, padding=0, bias=True, inplace=False, activation_layer=LeakyReLU)": {
      Conv2dNormActivation(3, 4, kernelSize: 2, padding: 0, activationLayer: { LeakyReLU() }, bias: true)
    },
    "Conv3dNormActivation(2, 3, kernel_size=3, stride=2)": { Conv3dNormActivation(2, 3, kernelSize: 3, stride: 2) },
    "SqueezeExcitation(6, 4)": { SqueezeExcitation(6, 4) },
    "SqueezeExcitation(6, 2, activation=SiLU, scale_activation=Hardsigmoid)": {
      SqueezeExcitation(6, 2, activation: SiLU(), scaleActivation: Hardsigmoid())
    },
    "MLP(6, [8, 4])": { MLP(6, [8, 4]) },
    "MLP(6, [8, 4], norm_layer=LayerNorm, activation_layer=GELU, inplace=None, dropout=0.5)": {
      MLP(6, [8, 4], normLayer: { LayerNorm(Sizes($0)) }, activationLayer: { GELU() }, dropout: 0.5)
    },
    "MLP(6, [5], bias=False)": { MLP(6, [5], bias: false) },
    "StochasticDepth(0.5, 'row')": { StochasticDepth(0.5, .row) },
    "StochasticDepth(0.5, 'batch')": { StochasticDepth(0.5, .batch) },
    "StochasticDepth(0.0, 'row')": { StochasticDepth(0.0, .row) },
    "StochasticDepth(1.0, 'row')": { StochasticDepth(1.0, .row) },
    "StochasticDepth(0.2, 'row')": { StochasticDepth(0.2, .row) },
    "Conv1d(4, 6, 3, groups=2)": { Conv1d(4, 6, kernelSize: 3, groups: 2) },
    "Conv2d(3, 2, 3)": { Conv2d(3, 2, kernelSize: 3) },
    "Conv2d(3, 4, (1, 5), bias=False)": { Conv2d(3, 4, kernelSize: [1, 5], bias: false) },
    "ConvTranspose1d(3, 4, 3)": { ConvTranspose1d(3, 4, kernelSize: 3) },
    "ConvTranspose2d(4, 2, 2, groups=2)": { ConvTranspose2d(4, 2, kernelSize: 2, groups: 2) },
    "BatchNorm1d(3)": { BatchNorm1d(3) },
    "BatchNorm3d(3)": { BatchNorm3d(3) },
    "LayerNorm([2, 3])": { LayerNorm([2, 3]) },
    "RMSNorm(4)": { RMSNorm(4) },
    "InstanceNorm1d(3, affine=True)": { InstanceNorm1d(3, affine: true) },
    "InstanceNorm3d(3, affine=True)": { InstanceNorm3d(3, affine: true) },
    "Conv2dNormActivation(3, 4, norm_layer=None)": { Conv2dNormActivation(3, 4, normLayer: nil) },
    "Conv3dNormActivation(2, 3)": { Conv3dNormActivation(2, 3) },
    "SqueezeExcitation(6, 2)": { SqueezeExcitation(6, 2) },
  ]
}
