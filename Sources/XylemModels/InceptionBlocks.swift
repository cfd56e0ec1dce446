internal import XylemNN
internal import XylemTensor

/// A convolution, a batch norm and a ReLU.
final class InceptionConvolution: Module, Layer {
  let conv: Conv2d
  let bn: BatchNorm2d

  init(_ inChannels: Int, _ outChannels: Int, _ kernelSize: [Int], stride: Int = 1, padding: [Int] = [0]) {
    conv = Conv2d(
      inChannels, outChannels, kernelSize: Sizes(kernelSize), stride: Sizes(stride), padding: .sizes(Sizes(padding)),
      bias: false, initializer: .truncatedNormal(std: 0.1))
    bn = BatchNorm2d(outChannels, eps: 0.001)
  }

  override class var typeName: String { "torchvision.models.inception.BasicConv2d" }

  func forward(_ x: Tensor) throws -> Tensor { try Functional.relu(bn(conv(x)), inplace: true) }
}

/// The mean of each 3 by 3 window.
private func smoothed(_ x: Tensor) throws -> Tensor {
  try Functional.avgPool2d(x, kernelSize: 3, stride: 1, padding: 1)
}

/// Parallel branches with windows of 1 by 1, 5 by 5 and twice 3 by 3.
final class InceptionA: Module, Layer {
  let branch1x1: InceptionConvolution
  let branch5x5_1: InceptionConvolution
  let branch5x5_2: InceptionConvolution
  let branch3x3dbl_1: InceptionConvolution
  let branch3x3dbl_2: InceptionConvolution
  let branch3x3dbl_3: InceptionConvolution
  let branchPool: InceptionConvolution

  init(_ channels: Int, pool: Int) {
    branch1x1 = InceptionConvolution(channels, 64, [1])
    branch5x5_1 = InceptionConvolution(channels, 48, [1])
    branch5x5_2 = InceptionConvolution(48, 64, [5], padding: [2])
    branch3x3dbl_1 = InceptionConvolution(channels, 64, [1])
    branch3x3dbl_2 = InceptionConvolution(64, 96, [3], padding: [1])
    branch3x3dbl_3 = InceptionConvolution(96, 96, [3], padding: [1])
    branchPool = InceptionConvolution(channels, pool, [1])
  }

  override class var typeName: String { "torchvision.models.inception.InceptionA" }

  func forward(_ x: Tensor) throws -> Tensor {
    let one = try branch1x1(x)
    let five = try branch5x5_2(branch5x5_1(x))
    let double = try branch3x3dbl_3(branch3x3dbl_2(branch3x3dbl_1(x)))
    return try Tensor.cat([one, five, double, branchPool(smoothed(x))], dim: 1)
  }
}

/// Halves the size with windows of 3 by 3 and a pool.
final class InceptionB: Module, Layer {
  let branch3x3: InceptionConvolution
  let branch3x3dbl_1: InceptionConvolution
  let branch3x3dbl_2: InceptionConvolution
  let branch3x3dbl_3: InceptionConvolution

  init(_ channels: Int) {
    branch3x3 = InceptionConvolution(channels, 384, [3], stride: 2)
    branch3x3dbl_1 = InceptionConvolution(channels, 64, [1])
    branch3x3dbl_2 = InceptionConvolution(64, 96, [3], padding: [1])
    branch3x3dbl_3 = InceptionConvolution(96, 96, [3], stride: 2)
  }

  override class var typeName: String { "torchvision.models.inception.InceptionB" }

  func forward(_ x: Tensor) throws -> Tensor {
    let three = try branch3x3(x)
    let double = try branch3x3dbl_3(branch3x3dbl_2(branch3x3dbl_1(x)))
    return try Tensor.cat([three, double, Functional.maxPool2d(x, kernelSize: 3, stride: 2)], dim: 1)
  }
}

/// Windows of 7 by 7, factorised into rows and columns.
final class InceptionC: Module, Layer {
  let branch1x1: InceptionConvolution
  let branch7x7_1: InceptionConvolution
  let branch7x7_2: InceptionConvolution
  let branch7x7_3: InceptionConvolution
  let branch7x7dbl_1: InceptionConvolution
  let branch7x7dbl_2: InceptionConvolution
  let branch7x7dbl_3: InceptionConvolution
  let branch7x7dbl_4: InceptionConvolution
  let branch7x7dbl_5: InceptionConvolution
  let branchPool: InceptionConvolution

  init(_ channels: Int, width: Int) {
    branch1x1 = InceptionConvolution(channels, 192, [1])
    branch7x7_1 = InceptionConvolution(channels, width, [1])
    branch7x7_2 = InceptionConvolution(width, width, [1, 7], padding: [0, 3])
    branch7x7_3 = InceptionConvolution(width, 192, [7, 1], padding: [3, 0])
    branch7x7dbl_1 = InceptionConvolution(channels, width, [1])
    branch7x7dbl_2 = InceptionConvolution(width, width, [7, 1], padding: [3, 0])
    branch7x7dbl_3 = InceptionConvolution(width, width, [1, 7], padding: [0, 3])
    branch7x7dbl_4 = InceptionConvolution(width, width, [7, 1], padding: [3, 0])
    branch7x7dbl_5 = InceptionConvolution(width, 192, [1, 7], padding: [0, 3])
    branchPool = InceptionConvolution(channels, 192, [1])
  }

  override class var typeName: String { "torchvision.models.inception.InceptionC" }

  func forward(_ x: Tensor) throws -> Tensor {
    let one = try branch1x1(x)
    let seven = try branch7x7_3(branch7x7_2(branch7x7_1(x)))
    var double = try branch7x7dbl_3(branch7x7dbl_2(branch7x7dbl_1(x)))
    double = try branch7x7dbl_5(branch7x7dbl_4(double))
    return try Tensor.cat([one, seven, double, branchPool(smoothed(x))], dim: 1)
  }
}

/// Halves the size with windows of 3 by 3, preceded by 7 by 7, and a pool.
final class InceptionD: Module, Layer {
  let branch3x3_1: InceptionConvolution
  let branch3x3_2: InceptionConvolution
  let branch7x7x3_1: InceptionConvolution
  let branch7x7x3_2: InceptionConvolution
  let branch7x7x3_3: InceptionConvolution
  let branch7x7x3_4: InceptionConvolution

  init(_ channels: Int) {
    branch3x3_1 = InceptionConvolution(channels, 192, [1])
    branch3x3_2 = InceptionConvolution(192, 320, [3], stride: 2)
    branch7x7x3_1 = InceptionConvolution(channels, 192, [1])
    branch7x7x3_2 = InceptionConvolution(192, 192, [1, 7], padding: [0, 3])
    branch7x7x3_3 = InceptionConvolution(192, 192, [7, 1], padding: [3, 0])
    branch7x7x3_4 = InceptionConvolution(192, 192, [3], stride: 2)
  }

  override class var typeName: String { "torchvision.models.inception.InceptionD" }

  func forward(_ x: Tensor) throws -> Tensor {
    let three = try branch3x3_2(branch3x3_1(x))
    let seven = try branch7x7x3_4(branch7x7x3_3(branch7x7x3_2(branch7x7x3_1(x))))
    return try Tensor.cat([three, seven, Functional.maxPool2d(x, kernelSize: 3, stride: 2)], dim: 1)
  }
}

/// Windows of 3 by 3, factorised into parallel rows and columns.
final class InceptionE: Module, Layer {
  let branch1x1: InceptionConvolution
  let branch3x3_1: InceptionConvolution
  let branch3x3_2a: InceptionConvolution
  let branch3x3_2b: InceptionConvolution
  let branch3x3dbl_1: InceptionConvolution
  let branch3x3dbl_2: InceptionConvolution
  let branch3x3dbl_3a: InceptionConvolution
  let branch3x3dbl_3b: InceptionConvolution
  let branchPool: InceptionConvolution

  init(_ channels: Int) {
    branch1x1 = InceptionConvolution(channels, 320, [1])
    branch3x3_1 = InceptionConvolution(channels, 384, [1])
    branch3x3_2a = InceptionConvolution(384, 384, [1, 3], padding: [0, 1])
    branch3x3_2b = InceptionConvolution(384, 384, [3, 1], padding: [1, 0])
    branch3x3dbl_1 = InceptionConvolution(channels, 448, [1])
    branch3x3dbl_2 = InceptionConvolution(448, 384, [3], padding: [1])
    branch3x3dbl_3a = InceptionConvolution(384, 384, [1, 3], padding: [0, 1])
    branch3x3dbl_3b = InceptionConvolution(384, 384, [3, 1], padding: [1, 0])
    branchPool = InceptionConvolution(channels, 192, [1])
  }

  override class var typeName: String { "torchvision.models.inception.InceptionE" }

  func forward(_ x: Tensor) throws -> Tensor {
    let one = try branch1x1(x)
    var three = try branch3x3_1(x)
    three = try Tensor.cat([branch3x3_2a(three), branch3x3_2b(three)], dim: 1)
    var double = try branch3x3dbl_2(branch3x3dbl_1(x))
    double = try Tensor.cat([branch3x3dbl_3a(double), branch3x3dbl_3b(double)], dim: 1)
    return try Tensor.cat([one, three, double, branchPool(smoothed(x))], dim: 1)
  }
}

/// An auxiliary classifier in the middle of the network.
final class InceptionAuxiliary: Module, Layer {
  let conv0: InceptionConvolution
  let conv1: InceptionConvolution
  let fc: Linear

  init(_ channels: Int, _ numClasses: Int) {
    conv0 = InceptionConvolution(channels, 128, [1])
    conv1 = InceptionConvolution(128, 768, [5])
    fc = .truncated(768, numClasses, std: 0.001)
  }

  override class var typeName: String { "torchvision.models.inception.InceptionAux" }

  func forward(_ x: Tensor) throws -> Tensor {
    let narrow = try conv1(conv0(Functional.avgPool2d(x, kernelSize: 5, stride: 3)))
    return try fc(Functional.adaptiveAvgPool2d(narrow, 1, 1).flatten(startDim: 1))
  }
}
