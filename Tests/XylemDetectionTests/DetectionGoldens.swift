import Testing
import XylemDetection
import XylemFiles
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Parts of detectors as torchvision computes them.
struct PartGoldens {
  let cases: [String: Any]

  init(_ part: String) throws {
    cases = try #require(try Fixtures.object("goldens/detection_parts.json")[part] as? [String: Any])
  }

  init(_ cases: Any?) throws { self.cases = try #require(cases as? [String: Any]) }

  subscript(key: String) -> Any? { cases[key] }

  func tensor(_ key: String) throws -> Tensor {
    let found = try Goldens.value(try #require(cases[key])).tensor
    return try #require(found)
  }

  func tensors(_ key: String) throws -> [Tensor] {
    let trees = try #require(cases[key] as? [Any])
    return try trees.map { tree in
      let found = try Goldens.value(tree).tensor
      return try #require(found)
    }
  }

  /// What differs between a value and the golden with a key.
  func differences(_ found: Tensor, _ key: String, _ tolerance: Goldens.Tolerance = .init()) throws -> [String] {
    try Goldens.differences(.tensor(found), cases[key], at: key, tolerance)
  }

  func differences(_ found: [Tensor], _ key: String, _ tolerance: Goldens.Tolerance = .init()) throws -> [String] {
    try Goldens.differences(.list(found.map { .tensor($0) }), cases[key], at: key, tolerance)
  }
}

/// Boxes by a formula, as the fixtures' script makes them: the last one has no area, and the one before swapped edges.
func formulaBoxes(_ count: Int, shift: Int, size: Double = 100) throws -> Tensor {
  let numbers = try Goldens.formula([count, 4], shift: shift) + 0.5
  let start = try numbers[.all, .range(0..<2)] * size * 0.6
  let end = try start + 2 + numbers[.all, .range(2..<4)] * size * 0.5
  let found = try Tensor.cat([start, end], dim: 1)
  guard count >= 4 else { return found }
  try found.assign(found[.at(-1), .range(0..<2)], at: .at(-1), .range(2..<4))
  try found.assign(found[.at(-2)][.tensor(Tensor([2, 3, 0, 1]))], at: .at(-2))
  return found
}

extension Module {
  /// Fills the state dict by the formula of the fixtures.
  func fill(gain: Double = 1) throws {
    let report = try load(WeightFormula.state(try state().map { ($0.key, $0.tensor) }, gain: gain))
    #expect(report.missing.isEmpty && report.unexpected.isEmpty)
  }
}
