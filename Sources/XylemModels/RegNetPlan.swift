internal import Foundation
internal import XylemNN

extension RegNet {
  /// The parameters from which the widths and depths of all stages follow.
  public struct Plan: Sendable {
    let depth: Int
    let firstWidth: Int
    let slope: Double
    let step: Double
    let groupWidth: Int
    let bottleneckMultiplier: Double
    let squeezeRatio: Double?

    /// A stage with its number of blocks, their width and the channels of each group.
    struct Stage {
      let depth: Int
      let width: Int
      let groupWidth: Int
    }

    /// Creates a plan.
    ///
    /// - Parameters:
    ///   - depth: the number of blocks: `d` in the paper.
    ///   - firstWidth: the width at which the line starts, a multiple of 8: `w_0`.
    ///   - slope: the channels that each block adds: `w_a`.
    ///   - step: the factor between the widths of stages: `w_m`.
    ///   - groupWidth: the channels of each group.
    ///   - bottleneckMultiplier: the width of a block's inner convolution, in widths of the block.
    ///   - squeezeRatio: the channels of squeeze-and-excitation, in widths of the block's input. Nil for none.
    public init(
      depth: Int, firstWidth: Int, slope: Double, step: Double, groupWidth: Int, bottleneckMultiplier: Double = 1,
      squeezeRatio: Double? = nil
    ) {
      (self.depth, self.firstWidth, self.slope, self.step) = (depth, firstWidth, slope, step)
      (self.groupWidth, self.bottleneckMultiplier, self.squeezeRatio) = (
        groupWidth, bottleneckMultiplier, squeezeRatio
      )
    }

    var isAllowed: Bool {
      let sizes = [depth, firstWidth, groupWidth]
      guard sizes.allSatisfy({ (1...largestSize).contains($0) }), depth <= 1000, firstWidth.isMultiple(of: 8),
        (0...1e4).contains(slope), step > 1, step <= 1e4, (1e-3...1e3).contains(bottleneckMultiplier),
        squeezeRatio.map({ $0 > 0 && $0 <= 1e3 }) ?? true
      else { return false }
      return stages.allSatisfy { (1...largestSize).contains($0.width) }
    }

    /// The stages: blocks of equal width, which is rounded so that groups divide it.
    var stages: [Stage] {
      // In single precision, as PyTorch computes it.
      let widths = (0..<depth).map { index in
        let line = Float(index) * Float(slope) + Float(firstWidth)
        let power = (log(line / Float(firstWidth)) / Float(log(step))).rounded(.toNearestOrEven)
        let width = Float(firstWidth) * pow(Float(step), power)
        return (width / 8).rounded(.toNearestOrEven) * 8
      }
      var runs: [(width: Float, depth: Int)] = []
      for width in widths {
        if runs.last?.width == width {
          runs[runs.count - 1].depth += 1
        } else {
          runs.append((width, 1))
        }
      }
      return runs.map { run in
        let inner = Int((Double(run.width) * bottleneckMultiplier).rounded(.towardZero))
        let group = max(1, min(groupWidth, inner))
        let width = Double(roundedWidth(Double(inner), to: group)) / bottleneckMultiplier
        return Stage(depth: run.depth, width: Int(width), groupWidth: group)
      }
    }
  }
}

extension RegNet.Plan: CustomStringConvertible {
  /// The parameters with their names.
  public var description: String {
    let ratio = squeezeRatio.map { "\($0)" } ?? "nil"
    return "depth \(depth), firstWidth \(firstWidth), slope \(slope), step \(step), groupWidth \(groupWidth), "
      + "bottleneckMultiplier \(bottleneckMultiplier), squeezeRatio \(ratio)"
  }
}

/// RegNetY of 400 million multiplications, torchvision's `regnet_y_400mf`.
public func regnet_y_400mf(numClasses: Int = 1000) -> RegNet {
  RegNet(
    RegNet.Plan(depth: 16, firstWidth: 48, slope: 27.89, step: 2.09, groupWidth: 8, squeezeRatio: 0.25),
    numClasses: numClasses)
}

/// RegNetY of 800 million multiplications, torchvision's `regnet_y_800mf`.
public func regnet_y_800mf(numClasses: Int = 1000) -> RegNet {
  RegNet(
    RegNet.Plan(depth: 14, firstWidth: 56, slope: 38.84, step: 2.4, groupWidth: 16, squeezeRatio: 0.25),
    numClasses: numClasses)
}

/// RegNetY of 1.6 billion multiplications, torchvision's `regnet_y_1_6gf`.
public func regnet_y_1_6gf(numClasses: Int = 1000) -> RegNet {
  RegNet(
    RegNet.Plan(depth: 27, firstWidth: 48, slope: 20.71, step: 2.65, groupWidth: 24, squeezeRatio: 0.25),
    numClasses: numClasses)
}

/// RegNetY of 3.2 billion multiplications, torchvision's `regnet_y_3_2gf`.
public func regnet_y_3_2gf(numClasses: Int = 1000) -> RegNet {
  RegNet(
    RegNet.Plan(depth: 21, firstWidth: 80, slope: 42.63, step: 2.66, groupWidth: 24, squeezeRatio: 0.25),
    numClasses: numClasses)
}

/// RegNetY of 8 billion multiplications, torchvision's `regnet_y_8gf`.
public func regnet_y_8gf(numClasses: Int = 1000) -> RegNet {
  RegNet(
    RegNet.Plan(depth: 17, firstWidth: 192, slope: 76.82, step: 2.19, groupWidth: 56, squeezeRatio: 0.25),
    numClasses: numClasses)
}

/// RegNetY of 16 billion multiplications, torchvision's `regnet_y_16gf`.
public func regnet_y_16gf(numClasses: Int = 1000) -> RegNet {
  RegNet(
    RegNet.Plan(depth: 18, firstWidth: 200, slope: 106.23, step: 2.48, groupWidth: 112, squeezeRatio: 0.25),
    numClasses: numClasses)
}

/// RegNetY of 32 billion multiplications, torchvision's `regnet_y_32gf`.
public func regnet_y_32gf(numClasses: Int = 1000) -> RegNet {
  RegNet(
    RegNet.Plan(depth: 20, firstWidth: 232, slope: 115.89, step: 2.53, groupWidth: 232, squeezeRatio: 0.25),
    numClasses: numClasses)
}

/// RegNetY of 128 billion multiplications, torchvision's `regnet_y_128gf`.
public func regnet_y_128gf(numClasses: Int = 1000) -> RegNet {
  RegNet(
    RegNet.Plan(depth: 27, firstWidth: 456, slope: 160.83, step: 2.52, groupWidth: 264, squeezeRatio: 0.25),
    numClasses: numClasses)
}

/// RegNetX of 400 million multiplications, torchvision's `regnet_x_400mf`.
public func regnet_x_400mf(numClasses: Int = 1000) -> RegNet {
  RegNet(
    RegNet.Plan(depth: 22, firstWidth: 24, slope: 24.48, step: 2.54, groupWidth: 16),
    numClasses: numClasses)
}

/// RegNetX of 800 million multiplications, torchvision's `regnet_x_800mf`.
public func regnet_x_800mf(numClasses: Int = 1000) -> RegNet {
  RegNet(
    RegNet.Plan(depth: 16, firstWidth: 56, slope: 35.73, step: 2.28, groupWidth: 16),
    numClasses: numClasses)
}

/// RegNetX of 1.6 billion multiplications, torchvision's `regnet_x_1_6gf`.
public func regnet_x_1_6gf(numClasses: Int = 1000) -> RegNet {
  RegNet(
    RegNet.Plan(depth: 18, firstWidth: 80, slope: 34.01, step: 2.25, groupWidth: 24),
    numClasses: numClasses)
}

/// RegNetX of 3.2 billion multiplications, torchvision's `regnet_x_3_2gf`.
public func regnet_x_3_2gf(numClasses: Int = 1000) -> RegNet {
  RegNet(
    RegNet.Plan(depth: 25, firstWidth: 88, slope: 26.31, step: 2.25, groupWidth: 48),
    numClasses: numClasses)
}

/// RegNetX of 8 billion multiplications, torchvision's `regnet_x_8gf`.
public func regnet_x_8gf(numClasses: Int = 1000) -> RegNet {
  RegNet(
    RegNet.Plan(depth: 23, firstWidth: 80, slope: 49.56, step: 2.88, groupWidth: 120),
    numClasses: numClasses)
}

/// RegNetX of 16 billion multiplications, torchvision's `regnet_x_16gf`.
public func regnet_x_16gf(numClasses: Int = 1000) -> RegNet {
  RegNet(
    RegNet.Plan(depth: 22, firstWidth: 216, slope: 55.59, step: 2.1, groupWidth: 128),
    numClasses: numClasses)
}

/// RegNetX of 32 billion multiplications, torchvision's `regnet_x_32gf`.
public func regnet_x_32gf(numClasses: Int = 1000) -> RegNet {
  RegNet(
    RegNet.Plan(depth: 23, firstWidth: 320, slope: 69.86, step: 2, groupWidth: 168),
    numClasses: numClasses)
}

extension ModelZoo {
  /// The RegNets.
  static let regnets: [ModelDefinition] = [
    image("regnet_y_400mf", "RegNetY, 400 MF") { regnet_y_400mf() },
    image("regnet_y_800mf", "RegNetY, 800 MF") { regnet_y_800mf() },
    image("regnet_y_1_6gf", "RegNetY, 1.6 GF") { regnet_y_1_6gf() },
    image("regnet_y_3_2gf", "RegNetY, 3.2 GF") { regnet_y_3_2gf() },
    image("regnet_y_8gf", "RegNetY, 8 GF") { regnet_y_8gf() },
    image("regnet_y_16gf", "RegNetY, 16 GF") { regnet_y_16gf() },
    image("regnet_y_32gf", "RegNetY, 32 GF") { regnet_y_32gf() },
    image("regnet_y_128gf", "RegNetY, 128 GF", size: 384) { regnet_y_128gf() },
    image("regnet_x_400mf", "RegNetX, 400 MF") { regnet_x_400mf() },
    image("regnet_x_800mf", "RegNetX, 800 MF") { regnet_x_800mf() },
    image("regnet_x_1_6gf", "RegNetX, 1.6 GF") { regnet_x_1_6gf() },
    image("regnet_x_3_2gf", "RegNetX, 3.2 GF") { regnet_x_3_2gf() },
    image("regnet_x_8gf", "RegNetX, 8 GF") { regnet_x_8gf() },
    image("regnet_x_16gf", "RegNetX, 16 GF") { regnet_x_16gf() },
    image("regnet_x_32gf", "RegNetX, 32 GF") { regnet_x_32gf() },
  ]
}
