import XylemNN

extension LayerTable {
  static let spatial: [String: Maker] = [
    "MaxPool1d(3)": { MaxPool1d(kernelSize: 3) },
    "MaxPool1d(3, stride=2, padding=1, ceil_mode=True)": {
      MaxPool1d(kernelSize: 3, stride: 2, padding: 1, ceilMode: true)
    },
    "MaxPool1d(2, stride=1, dilation=3)": { MaxPool1d(kernelSize: 2, stride: 1, dilation: 3) },
    "MaxPool1d(2, return_indices=True)": { MaxPool1d(kernelSize: 2) },
    "MaxPool2d(2)": { MaxPool2d(kernelSize: 2) },
    "MaxPool2d(3, stride=2, padding=1)": { MaxPool2d(kernelSize: 3, stride: 2, padding: 1) },
    "MaxPool2d(3, stride=2, ceil_mode=True)": { MaxPool2d(kernelSize: 3, stride: 2, ceilMode: true) },
    "MaxPool2d((2, 3), stride=(1, 2), padding=(1, 0), dilation=(2, 1))": {
      MaxPool2d(kernelSize: [2, 3], stride: [1, 2], padding: [1, 0], dilation: [2, 1])
    },
    "MaxPool2d(2, return_indices=True)": { MaxPool2d(kernelSize: 2) },
    "MaxPool2d(2, padding=2)": { MaxPool2d(kernelSize: 2, padding: 2) },
    "MaxPool2d(5)": { MaxPool2d(kernelSize: 5) },
    "MaxPool3d(2)": { MaxPool3d(kernelSize: 2) },
    "MaxPool3d((1, 3, 2), stride=(1, 2, 1), padding=(0, 1, 1), ceil_mode=True, return_indices=True)": {
      MaxPool3d(kernelSize: [1, 3, 2], stride: [1, 2, 1], padding: [0, 1, 1], ceilMode: true)
    },
    "AvgPool1d(3)": { AvgPool1d(kernelSize: 3) },
    "AvgPool1d(3, stride=2, padding=1, ceil_mode=True)": {
      AvgPool1d(kernelSize: 3, stride: 2, padding: 1, ceilMode: true)
    },
    "AvgPool1d(3, stride=2, padding=1, count_include_pad=False)": {
      AvgPool1d(kernelSize: 3, stride: 2, padding: 1, countIncludePad: false)
    },
    "AvgPool2d(2)": { AvgPool2d(kernelSize: 2) },
    "AvgPool2d(3, stride=2, padding=1, ceil_mode=True)": {
      AvgPool2d(kernelSize: 3, stride: 2, padding: 1, ceilMode: true)
    },
    "AvgPool2d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)": {
      AvgPool2d(kernelSize: 3, stride: 2, padding: 1, ceilMode: true, countIncludePad: false)
    },
    "AvgPool2d((2, 3), stride=(1, 2), padding=(0, 1), divisor_override=4)": {
      AvgPool2d(kernelSize: [2, 3], stride: [1, 2], padding: [0, 1], divisorOverride: 4)
    },
    "AvgPool3d(2)": { AvgPool3d(kernelSize: 2) },
    "AvgPool3d((1, 3, 2), stride=(1, 2, 1), padding=(0, 1, 1), ceil_mode=True, count_include_pad=False)": {
      AvgPool3d(kernelSize: [1, 3, 2], stride: [1, 2, 1], padding: [0, 1, 1], ceilMode: true, countIncludePad: false)
    },
    "AvgPool3d(2, divisor_override=3)": { AvgPool3d(kernelSize: 2, divisorOverride: 3) },
    "AdaptiveAvgPool1d(3)": { AdaptiveAvgPool1d(3) },
    "AdaptiveAvgPool1d(5)": { AdaptiveAvgPool1d(5) },
    "AdaptiveAvgPool2d(1)": { AdaptiveAvgPool2d(1) },
    "AdaptiveAvgPool2d((3, 5))": { AdaptiveAvgPool2d([3, 5]) },
    "AdaptiveAvgPool2d((None, 2))": { AdaptiveAvgPool2d([nil, 2]) },
    "AdaptiveAvgPool2d((2, None))": { AdaptiveAvgPool2d([2, nil]) },
    "AdaptiveAvgPool2d(2)": { AdaptiveAvgPool2d(2) },
    "AdaptiveAvgPool3d(2)": { AdaptiveAvgPool3d(2) },
    "AdaptiveAvgPool3d((1, None, 2))": { AdaptiveAvgPool3d([1, nil, 2]) },
    "AdaptiveMaxPool1d(3)": { AdaptiveMaxPool1d(3) },
    "AdaptiveMaxPool1d(2, return_indices=True)": { AdaptiveMaxPool1d(2) },
    "AdaptiveMaxPool2d((3, 2))": { AdaptiveMaxPool2d([3, 2]) },
    "AdaptiveMaxPool2d((None, 2), return_indices=True)": { AdaptiveMaxPool2d([nil, 2]) },
    "AdaptiveMaxPool3d(2)": { AdaptiveMaxPool3d(2) },
    "AdaptiveMaxPool3d((None, 1, 2), return_indices=True)": { AdaptiveMaxPool3d([nil, 1, 2]) },
    "Upsample(scale_factor=2)": { Upsample(scaleFactor: 2) },
    "Upsample(size=7)": { Upsample(size: 7) },
    "Upsample(size=(5, 3), mode='nearest')": { Upsample(size: [5, 3], mode: .nearest) },
    "Upsample(size=(5, 3), mode='nearest-exact')": { Upsample(size: [5, 3], mode: .nearestExact) },
    "Upsample(scale_factor=(1.5, 2.5), mode='nearest')": { Upsample(scaleFactor: [1.5, 2.5], mode: .nearest) },
    "Upsample(scale_factor=2, mode='linear')": { Upsample(scaleFactor: 2, mode: .linear) },
    "Upsample(scale_factor=2, mode='bilinear')": { Upsample(scaleFactor: 2, mode: .bilinear) },
    "Upsample(scale_factor=2, mode='bilinear', align_corners=True)": {
      Upsample(scaleFactor: 2, mode: .bilinear, alignCorners: true)
    },
    "Upsample(size=(7, 5), mode='bilinear', align_corners=False)": {
      Upsample(size: [7, 5], mode: .bilinear, alignCorners: false)
    },
    "Upsample(scale_factor=1.7, mode='bilinear')": { Upsample(scaleFactor: 1.7, mode: .bilinear) },
    "Upsample(scale_factor=1.7, mode='bilinear', recompute_scale_factor=True)": {
      Upsample(scaleFactor: 1.7, mode: .bilinear, recomputeScaleFactor: true)
    },
    "Upsample(size=(6, 7), mode='bicubic')": { Upsample(size: [6, 7], mode: .bicubic) },
    "Upsample(scale_factor=0.5, mode='bicubic', align_corners=True)": {
      Upsample(scaleFactor: 0.5, mode: .bicubic, alignCorners: true)
    },
    "Upsample(scale_factor=2, mode='trilinear')": { Upsample(scaleFactor: 2, mode: .trilinear) },
    "ConstantPad1d(2, 3.5)": { ConstantPad1d(2, 3.5) },
    "ConstantPad1d((1, -1), -0.5)": { ConstantPad1d([1, -1], -0.5) },
    "ConstantPad2d((1, 2, 0, 3), 0.25)": { ConstantPad2d([1, 2, 0, 3], 0.25) },
    "ConstantPad2d((-1, 1, 2, -1), 0.25)": { ConstantPad2d([-1, 1, 2, -1], 0.25) },
    "ConstantPad3d((1, 0, 0, 1, 1, 1), -2.0)": { ConstantPad3d([1, 0, 0, 1, 1, 1], -2.0) },
    "ZeroPad1d((1, 2))": { ZeroPad1d([1, 2]) },
    "ZeroPad2d(1)": { ZeroPad2d(1) },
    "ZeroPad2d((0, 1, 0, 1))": { ZeroPad2d([0, 1, 0, 1]) },
    "ZeroPad3d((0, 1, 1, 0, 0, 1))": { ZeroPad3d([0, 1, 1, 0, 0, 1]) },
    "ReflectionPad1d(2)": { ReflectionPad1d(2) },
    "ReflectionPad1d((3, 1))": { ReflectionPad1d([3, 1]) },
    "ReflectionPad1d(4)": { ReflectionPad1d(4) },
    "ReflectionPad2d((1, 2, 0, 1))": { ReflectionPad2d([1, 2, 0, 1]) },
    "ReflectionPad2d(1)": { ReflectionPad2d(1) },
    "ReflectionPad3d((1, 1, 0, 1, 1, 0))": { ReflectionPad3d([1, 1, 0, 1, 1, 0]) },
    "ReplicationPad1d((3, 1))": { ReplicationPad1d([3, 1]) },
    "ReplicationPad2d((1, 2, 0, 3))": { ReplicationPad2d([1, 2, 0, 3]) },
    "ReplicationPad2d((-1, 2, 1, 0))": { ReplicationPad2d([-1, 2, 1, 0]) },
    "ReplicationPad3d((1, 0, 2, 1, 0, 1))": { ReplicationPad3d([1, 0, 2, 1, 0, 1]) },
    "CircularPad1d((1, 2))": { CircularPad1d([1, 2]) },
    "CircularPad2d((1, 2, 0, 1))": { CircularPad2d([1, 2, 0, 1]) },
    "Flatten()": { Flatten() },
    "Flatten(0)": { Flatten(startDim: 0) },
    "Flatten(1, 2)": { Flatten(startDim: 1, endDim: 2) },
    "Flatten(-2, -1)": { Flatten(startDim: -2, endDim: -1) },
    "Unflatten(1, (2, 3))": { Unflatten(1, [2, 3]) },
    "Unflatten(-1, (2, -1))": { Unflatten(-1, [2, -1]) },
    "Unflatten(1, (2, 4))": { Unflatten(1, [2, 4]) },
    "Identity()": { Identity() },
    "PixelShuffle(2)": { PixelShuffle(2) },
    "PixelUnshuffle(2)": { PixelUnshuffle(2) },
    "Permute([0, 2, 3, 1])": { Permute([0, 2, 3, 1]) },
    "Permute([2, 0, 1])": { Permute([2, 0, 1]) },
    "Permute([0, 1])": { Permute([0, 1]) },
    "Dropout()": { Dropout() },
    "Dropout(0.2)": { Dropout(p: 0.2) },
    "Dropout(0.0)": { Dropout(p: 0.0) },
    "Dropout(1.0)": { Dropout(p: 1.0) },
    "Dropout(0.3, inplace=True)": { Dropout(p: 0.3, inplace: true) },
    "Dropout1d()": { Dropout1d() },
    "Dropout1d(0.3)": { Dropout1d(p: 0.3) },
    "Dropout2d()": { Dropout2d() },
    "Dropout2d(0.2, inplace=True)": { Dropout2d(p: 0.2, inplace: true) },
    "Dropout2d(1.0)": { Dropout2d(p: 1.0) },
    "Dropout3d()": { Dropout3d() },
    "Dropout3d(0.3)": { Dropout3d(p: 0.3) },
    "AlphaDropout()": { AlphaDropout() },
    "AlphaDropout(0.2)": { AlphaDropout(p: 0.2) },
    "AlphaDropout(0.0)": { AlphaDropout(p: 0.0) },
    "AlphaDropout(1.0)": { AlphaDropout(p: 1.0) },
    "FeatureAlphaDropout(0.4)": { FeatureAlphaDropout(p: 0.4) },
  ]
}
