import Xylem

/// An image of shapes on a noisy ground, with their places.
struct Scene {
  /// The classes; 0 is the background.
  static let classes = ["background", "disc", "square", "triangle"]

  struct Shape {
    /// An index of ``classes``, from 1.
    let label: Int
    /// Left, top, right and bottom edges in pixels.
    let box: [Int]
    /// `side * side` levels, row by row: 1 inside the shape.
    let mask: [UInt8]
  }

  let side: Int
  let image: PixelImage
  let shapes: [Shape]

  /// Scenes with a shape in each of two quarters. The same seed gives the same scenes.
  static func all(count: Int, side: Int, seed: UInt64) throws -> [Scene] {
    var random = SeededRandom(seed: seed)
    return try (0..<count).map { try Scene(number: $0, side: side, random: &random) }
  }

  private init(number: Int, side: Int, random: inout SeededRandom) throws {
    self.side = side
    var pixels = (0..<(side * side * 3)).map { _ in UInt8.random(in: 90...130, using: &random) }
    var shapes: [Shape] = []
    let half = side / 2
    // Opposite quarters, so that shapes never overlap.
    for place in 0..<2 {
      let label = 1 + (number * 2 + place) % 3
      let size = Int.random(in: half / 2...half * 3 / 4, using: &random)
      let left = place * half + Int.random(in: 1..<half - size, using: &random)
      let top = (place + number) % 2 * half + Int.random(in: 1..<half - size, using: &random)
      let color = (0..<3).map { _ in Bool.random(using: &random) ? UInt8(230) : 30 }
      var mask = [UInt8](repeating: 0, count: side * side)
      for y in 0..<size {
        for x in 0..<size where Self.isInside(label, x: x, y: y, size: size) {
          let index = (top + y) * side + left + x
          mask[index] = 1
          for channel in 0..<3 { pixels[index * 3 + channel] = color[channel] }
        }
      }
      shapes.append(Shape(label: label, box: [left, top, left + size, top + size], mask: mask))
    }
    self.shapes = shapes
    image = try PixelImage(width: side, height: side, pixels: pixels)
  }

  private static func isInside(_ label: Int, x: Int, y: Int, size: Int) -> Bool {
    switch label {
    case 1:
      let (dx, dy) = (2 * x + 1 - size, 2 * y + 1 - size)
      return dx * dx + dy * dy <= size * size
    case 2: return true
    default: return abs(2 * x + 1 - size) <= y + 1
    }
  }

  /// `[3, side, side]`, from 0 to 1.
  func tensor() throws -> Tensor { try Tensor(image) }

  /// What a detector is to find.
  func target() throws -> DetectionTarget {
    DetectionTarget(
      boxes: try Tensor(shapes.flatMap { shape in shape.box.map { Float($0) } }, shape: [shapes.count, 4]),
      labels: try Tensor(shapes.map(\.label), dtype: .int64),
      masks: try Tensor(shapes.flatMap { shape in shape.mask.map { Float($0) } }, shape: [shapes.count, side, side]))
  }
}
