import Foundation

/// The interpolation of an image's pixels when its size changes, with the names of torchvision's `InterpolationMode`.
///
/// All filters but ``nearest`` widen when they shrink an image (antialiasing), as in Pillow.
public enum ResampleFilter: String, Sendable, Hashable, CaseIterable {
  /// The pixel that contains the point.
  case nearest
  /// The mean of the pixels under a pixel of the result.
  case box
  /// A triangle of base 2.
  case bilinear
  /// Two cubic pieces with the parameter -0.5 (Keys, 1981).
  case bicubic
  /// A sinc, windowed by the central lobe of one three times as wide.
  case lanczos

  /// The radius of the filter, in pixels of the larger image.
  var support: Double {
    switch self {
    case .nearest, .box: 0.5
    case .bilinear: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  /// The filter's value at a distance from its centre.
  func height(at distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    // A box includes only one of its two edges.
    case .nearest, .box: return distance > -0.5 && distance <= 0.5 ? 1 : 0
    case .bilinear: return x < 1 ? 1 - x : 0
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    case .lanczos: return distance >= -3 && distance < 3 ? Self.sinc(distance) * Self.sinc(distance / 3) : 0
    }
  }

  private static func sinc(_ x: Double) -> Double {
    guard x != 0 else { return 1 }
    let angle = x * Double.pi
    return sin(angle) / angle
  }
}
