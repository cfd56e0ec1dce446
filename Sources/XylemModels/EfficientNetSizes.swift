internal import XylemNN

extension EfficientNet {
  /// A network of the first version, as much wider and deeper than the smallest one.
  static func first(
    width: Double, depth: Double, dropout: Double, numClasses: Int,
    normLayer: @escaping (Int) -> any Layer = { BatchNorm2d($0) }
  ) -> EfficientNet {
    let stages = [
      Stage(expansion: 1, kernelSize: 3, stride: 1, 32, 16, count: 1),
      Stage(expansion: 6, kernelSize: 3, stride: 2, 16, 24, count: 2),
      Stage(expansion: 6, kernelSize: 5, stride: 2, 24, 40, count: 2),
      Stage(expansion: 6, kernelSize: 3, stride: 2, 40, 80, count: 3),
      Stage(expansion: 6, kernelSize: 5, stride: 1, 80, 112, count: 3),
      Stage(expansion: 6, kernelSize: 5, stride: 2, 112, 192, count: 4),
      Stage(expansion: 6, kernelSize: 3, stride: 1, 192, 320, count: 1),
    ]
    return EfficientNet(
      stages.map { $0.scaled(width: width, depth: depth) }, dropout: dropout, numClasses: numClasses,
      normLayer: normLayer)
  }

  /// A network of the second version, from rows of expansion, stride, widths and number of blocks. The first three
  /// stages are fused.
  static func second(_ rows: [(Double, Int, Int, Int, Int)], dropout: Double, numClasses: Int) -> EfficientNet {
    let stages = rows.enumerated().map { index, row in
      Stage(
        index < 3 ? .fusedMBConv : .mbConv, expansion: row.0, kernelSize: 3, stride: row.1, row.2, row.3, count: row.4)
    }
    return EfficientNet(
      stages, dropout: dropout, numClasses: numClasses, normLayer: { BatchNorm2d($0, eps: 1e-3) }, lastChannel: 1280)
  }
}

/// Batch norms with slowly moving statistics.
private func slowNorm(_ channels: Int) -> any Layer { BatchNorm2d(channels, eps: 0.001, momentum: 0.01) }

/// EfficientNet-B0, torchvision's `efficientnet_b0`.
public func efficientnet_b0(numClasses: Int = 1000) -> EfficientNet {
  .first(width: 1, depth: 1, dropout: 0.2, numClasses: numClasses)
}

/// EfficientNet-B1, torchvision's `efficientnet_b1`.
public func efficientnet_b1(numClasses: Int = 1000) -> EfficientNet {
  .first(width: 1, depth: 1.1, dropout: 0.2, numClasses: numClasses)
}

/// EfficientNet-B2, torchvision's `efficientnet_b2`.
public func efficientnet_b2(numClasses: Int = 1000) -> EfficientNet {
  .first(width: 1.1, depth: 1.2, dropout: 0.3, numClasses: numClasses)
}

/// EfficientNet-B3, torchvision's `efficientnet_b3`.
public func efficientnet_b3(numClasses: Int = 1000) -> EfficientNet {
  .first(width: 1.2, depth: 1.4, dropout: 0.3, numClasses: numClasses)
}

/// EfficientNet-B4, torchvision's `efficientnet_b4`.
public func efficientnet_b4(numClasses: Int = 1000) -> EfficientNet {
  .first(width: 1.4, depth: 1.8, dropout: 0.4, numClasses: numClasses)
}

/// EfficientNet-B5, torchvision's `efficientnet_b5`.
public func efficientnet_b5(numClasses: Int = 1000) -> EfficientNet {
  .first(width: 1.6, depth: 2.2, dropout: 0.4, numClasses: numClasses, normLayer: slowNorm)
}

/// EfficientNet-B6, torchvision's `efficientnet_b6`.
public func efficientnet_b6(numClasses: Int = 1000) -> EfficientNet {
  .first(width: 1.8, depth: 2.6, dropout: 0.5, numClasses: numClasses, normLayer: slowNorm)
}

/// EfficientNet-B7, torchvision's `efficientnet_b7`.
public func efficientnet_b7(numClasses: Int = 1000) -> EfficientNet {
  .first(width: 2, depth: 3.1, dropout: 0.5, numClasses: numClasses, normLayer: slowNorm)
}

/// The small EfficientNet v2, torchvision's `efficientnet_v2_s`.
public func efficientnet_v2_s(numClasses: Int = 1000) -> EfficientNet {
  .second(
    [
      (1, 1, 24, 24, 2), (4, 2, 24, 48, 4), (4, 2, 48, 64, 4), (4, 2, 64, 128, 6), (6, 1, 128, 160, 9),
      (6, 2, 160, 256, 15),
    ], dropout: 0.2, numClasses: numClasses)
}

/// The medium EfficientNet v2, torchvision's `efficientnet_v2_m`.
public func efficientnet_v2_m(numClasses: Int = 1000) -> EfficientNet {
  .second(
    [
      (1, 1, 24, 24, 3), (4, 2, 24, 48, 5), (4, 2, 48, 80, 5), (4, 2, 80, 160, 7), (6, 1, 160, 176, 14),
      (6, 2, 176, 304, 18), (6, 1, 304, 512, 5),
    ], dropout: 0.3, numClasses: numClasses)
}

/// The large EfficientNet v2, torchvision's `efficientnet_v2_l`.
public func efficientnet_v2_l(numClasses: Int = 1000) -> EfficientNet {
  .second(
    [
      (1, 1, 32, 32, 4), (4, 2, 32, 64, 7), (4, 2, 64, 96, 7), (4, 2, 96, 192, 10), (6, 1, 192, 224, 19),
      (6, 2, 224, 384, 25), (6, 1, 384, 640, 7),
    ], dropout: 0.4, numClasses: numClasses)
}

extension ModelZoo {
  /// The EfficientNets.
  static let efficientnets: [ModelDefinition] = [
    image("efficientnet_b0", "EfficientNet-B0") { efficientnet_b0() },
    image("efficientnet_b1", "EfficientNet-B1", size: 240) { efficientnet_b1() },
    image("efficientnet_b2", "EfficientNet-B2", size: 288) { efficientnet_b2() },
    image("efficientnet_b3", "EfficientNet-B3", size: 300) { efficientnet_b3() },
    image("efficientnet_b4", "EfficientNet-B4", size: 380) { efficientnet_b4() },
    image("efficientnet_b5", "EfficientNet-B5", size: 456) { efficientnet_b5() },
    image("efficientnet_b6", "EfficientNet-B6", size: 528) { efficientnet_b6() },
    image("efficientnet_b7", "EfficientNet-B7", size: 600) { efficientnet_b7() },
    image("efficientnet_v2_s", "EfficientNet v2, small", size: 384) { efficientnet_v2_s() },
    image("efficientnet_v2_m", "EfficientNet v2, medium", size: 480) { efficientnet_v2_m() },
    image("efficientnet_v2_l", "EfficientNet v2, large", size: 480) { efficientnet_v2_l() },
  ]
}
