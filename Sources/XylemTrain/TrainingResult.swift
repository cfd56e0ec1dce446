import Xylem

/// What training did.
struct TrainingResult {
  let scenes: [Scene]
  /// The total loss of each step.
  let losses: [Double]
  /// What was found in each scene before the first step.
  let before: [[Found]]
  /// What was found after the last step.
  let after: [[Found]]

  /// For each shape of each scene, its name and how well the best mask of its class covers it: the pixels in both,
  /// divided by those in either. 0 if it was not found.
  var overlaps: [(name: String, overlap: Double)] {
    zip(scenes, after).enumerated().flatMap { number, pair in
      pair.0.shapes.map { shape in
        let best = pair.1.filter { $0.label == shape.label }.map { Self.overlap($0.mask, shape.mask) }.max() ?? 0
        return ("scene \(number), \(Scene.classes[shape.label])", best)
      }
    }
  }

  private static func overlap(_ found: [Bool], _ wanted: [UInt8]) -> Double {
    var (both, either) = (0, 0)
    for (a, b) in zip(found, wanted) {
      if a && b != 0 { both += 1 }
      if a || b != 0 { either += 1 }
    }
    return either == 0 ? 0 : Double(both) / Double(either)
  }
}
