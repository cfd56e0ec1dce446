public import XylemNN
public import XylemTensor

extension Inception3 {
  /// A convolution, a batch norm and a ReLU.
  public final class BasicConv2d: Module, Layer {
    let conv: Conv2d
    let bn: BatchNorm2d

    init(_ inChannels: Int, _ outChannels: Int, _ kernelSize: [Int], stride: Int = 1, padding: [Int] = [0]) {
      conv = Conv2d(
        inChannels, outChannels, kernelSize: Sizes(kernelSize), stride: Sizes(stride), padding: .sizes(Sizes(padding)),
        bias: false, initializer: .truncatedNormal(std: 0.1))
      bn = BatchNorm2d(outChannels, eps: 0.001)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.inception.BasicConv2d" }

    /// `[N, C, H, W]` to feature maps.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor { try Functional.relu(bn(conv(x)), inplace: true) }
  }
}

/// The mean of each 3 by 3 window.
private func smoothed(_ x: Tensor) throws -> Tensor {
  try Functional.avgPool2d(x, kernelSize: 3, stride: 1, padding: 1)
}

extension Inception3 {
  /// Parallel branches with windows of 1 by 1, 5 by 5 and twice 3 by 3.
  public final class InceptionA: Module, Layer {
    let branch1x1: BasicConv2d
    let branch5x5_1: BasicConv2d
    let branch5x5_2: BasicConv2d
    let branch3x3dbl_1: BasicConv2d
    let branch3x3dbl_2: BasicConv2d
    let branch3x3dbl_3: BasicConv2d
    let branchPool: BasicConv2d

    init(_ channels: Int, pool: Int) {
      branch1x1 = BasicConv2d(channels, 64, [1])
      branch5x5_1 = BasicConv2d(channels, 48, [1])
      branch5x5_2 = BasicConv2d(48, 64, [5], padding: [2])
      branch3x3dbl_1 = BasicConv2d(channels, 64, [1])
      branch3x3dbl_2 = BasicConv2d(64, 96, [3], padding: [1])
      branch3x3dbl_3 = BasicConv2d(96, 96, [3], padding: [1])
      branchPool = BasicConv2d(channels, pool, [1])
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.inception.InceptionA" }

    /// `[N, C, H, W]` to feature maps.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let one = try branch1x1(x)
      let five = try branch5x5_2(branch5x5_1(x))
      let double = try branch3x3dbl_3(branch3x3dbl_2(branch3x3dbl_1(x)))
      return try Tensor.cat([one, five, double, branchPool(smoothed(x))], dim: 1)
    }
  }
}

extension Inception3 {
  /// Halves the size with windows of 3 by 3 and a pool.
  public final class InceptionB: Module, Layer {
    let branch3x3: BasicConv2d
    let branch3x3dbl_1: BasicConv2d
    let branch3x3dbl_2: BasicConv2d
    let branch3x3dbl_3: BasicConv2d

    init(_ channels: Int) {
      branch3x3 = BasicConv2d(channels, 384, [3], stride: 2)
      branch3x3dbl_1 = BasicConv2d(channels, 64, [1])
      branch3x3dbl_2 = BasicConv2d(64, 96, [3], padding: [1])
      branch3x3dbl_3 = BasicConv2d(96, 96, [3], stride: 2)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.inception.InceptionB" }

    /// `[N, C, H, W]` to feature maps.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let three = try branch3x3(x)
      let double = try branch3x3dbl_3(branch3x3dbl_2(branch3x3dbl_1(x)))
      return try Tensor.cat([three, double, Functional.maxPool2d(x, kernelSize: 3, stride: 2)], dim: 1)
    }
  }
}

extension Inception3 {
  /// Windows of 7 by 7, factorised into rows and columns.
  public final class InceptionC: Module, Layer {
    let branch1x1: BasicConv2d
    let branch7x7_1: BasicConv2d
    let branch7x7_2: BasicConv2d
    let branch7x7_3: BasicConv2d
    let branch7x7dbl_1: BasicConv2d
    let branch7x7dbl_2: BasicConv2d
    let branch7x7dbl_3: BasicConv2d
    let branch7x7dbl_4: BasicConv2d
    let branch7x7dbl_5: BasicConv2d
    let branchPool: BasicConv2d

    init(_ channels: Int, width: Int) {
      branch1x1 = BasicConv2d(channels, 192, [1])
      branch7x7_1 = BasicConv2d(channels, width, [1])
      branch7x7_2 = BasicConv2d(width, width, [1, 7], padding: [0, 3])
      branch7x7_3 = BasicConv2d(width, 192, [7, 1], padding: [3, 0])
      branch7x7dbl_1 = BasicConv2d(channels, width, [1])
      branch7x7dbl_2 = BasicConv2d(width, width, [7, 1], padding: [3, 0])
      branch7x7dbl_3 = BasicConv2d(width, width, [1, 7], padding: [0, 3])
      branch7x7dbl_4 = BasicConv2d(width, width, [7, 1], padding: [3, 0])
      branch7x7dbl_5 = BasicConv2d(width, 192, [1, 7], padding: [0, 3])
      branchPool = BasicConv2d(channels, 192, [1])
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.inception.InceptionC" }

    /// `[N, C, H, W]` to feature maps.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let one = try branch1x1(x)
      let seven = try branch7x7_3(branch7x7_2(branch7x7_1(x)))
      var double = try branch7x7dbl_3(branch7x7dbl_2(branch7x7dbl_1(x)))
      double = try branch7x7dbl_5(branch7x7dbl_4(double))
      return try Tensor.cat([one, seven, double, branchPool(smoothed(x))], dim: 1)
    }
  }
}

extension Inception3 {
  /// Halves the size with windows of 3 by 3, preceded by 7 by 7, and a pool.
  public final class InceptionD: Module, Layer {
    let branch3x3_1: BasicConv2d
    let branch3x3_2: BasicConv2d
    let branch7x7x3_1: BasicConv2d
    let branch7x7x3_2: BasicConv2d
    let branch7x7x3_3: BasicConv2d
    let branch7x7x3_4: BasicConv2d

    init(_ channels: Int) {
      branch3x3_1 = BasicConv2d(channels, 192, [1])
      branch3x3_2 = BasicConv2d(192, 320, [3], stride: 2)
      branch7x7x3_1 = BasicConv2d(channels, 192, [1])
      branch7x7x3_2 = BasicConv2d(192, 192, [1, 7], padding: [0, 3])
      branch7x7x3_3 = BasicConv2d(192, 192, [7, 1], padding: [3, 0])
      branch7x7x3_4 = BasicConv2d(192, 192, [3], stride: 2)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.inception.InceptionD" }

    /// `[N, C, H, W]` to feature maps.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let three = try branch3x3_2(branch3x3_1(x))
      let seven = try branch7x7x3_4(branch7x7x3_3(branch7x7x3_2(branch7x7x3_1(x))))
      return try Tensor.cat([three, seven, Functional.maxPool2d(x, kernelSize: 3, stride: 2)], dim: 1)
    }
  }
}

extension Inception3 {
  /// Windows of 3 by 3, factorised into parallel rows and columns.
  public final class InceptionE: Module, Layer {
    let branch1x1: BasicConv2d
    let branch3x3_1: BasicConv2d
    let branch3x3_2a: BasicConv2d
    let branch3x3_2b: BasicConv2d
    let branch3x3dbl_1: BasicConv2d
    let branch3x3dbl_2: BasicConv2d
    let branch3x3dbl_3a: BasicConv2d
    let branch3x3dbl_3b: BasicConv2d
    let branchPool: BasicConv2d

    init(_ channels: Int) {
      branch1x1 = BasicConv2d(channels, 320, [1])
      branch3x3_1 = BasicConv2d(channels, 384, [1])
      branch3x3_2a = BasicConv2d(384, 384, [1, 3], padding: [0, 1])
      branch3x3_2b = BasicConv2d(384, 384, [3, 1], padding: [1, 0])
      branch3x3dbl_1 = BasicConv2d(channels, 448, [1])
      branch3x3dbl_2 = BasicConv2d(448, 384, [3], padding: [1])
      branch3x3dbl_3a = BasicConv2d(384, 384, [1, 3], padding: [0, 1])
      branch3x3dbl_3b = BasicConv2d(384, 384, [3, 1], padding: [1, 0])
      branchPool = BasicConv2d(channels, 192, [1])
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.inception.InceptionE" }

    /// `[N, C, H, W]` to feature maps.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let one = try branch1x1(x)
      var three = try branch3x3_1(x)
      three = try Tensor.cat([branch3x3_2a(three), branch3x3_2b(three)], dim: 1)
      var double = try branch3x3dbl_2(branch3x3dbl_1(x))
      double = try Tensor.cat([branch3x3dbl_3a(double), branch3x3dbl_3b(double)], dim: 1)
      return try Tensor.cat([one, three, double, branchPool(smoothed(x))], dim: 1)
    }
  }
}

extension Inception3 {
  /// An auxiliary classifier in the middle of the network.
  public final class InceptionAux: Module, Layer {
    let conv0: BasicConv2d
    let conv1: BasicConv2d
    let fc: Linear

    init(_ channels: Int, _ numClasses: Int) {
      conv0 = BasicConv2d(channels, 128, [1])
      conv1 = BasicConv2d(128, 768, [5])
      fc = .truncated(768, numClasses, std: 0.001)
    }

    /// The type name in torchvision.
    public override class var typeName: String { "torchvision.models.inception.InceptionAux" }

    /// `[N, C, H, W]` to `[N, numClasses]`.
    ///
    /// - Throws: `runtime.operator`.
    public func forward(_ x: Tensor) throws -> Tensor {
      let narrow = try conv1(conv0(Functional.avgPool2d(x, kernelSize: 5, stride: 3)))
      return try fc(Functional.adaptiveAvgPool2d(narrow, 1, 1).flatten(startDim: 1))
    }
  }
}
