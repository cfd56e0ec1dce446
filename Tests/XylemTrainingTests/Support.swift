import Foundation
import XylemErrors
import XylemFiles
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTraining

/// The model of the golden values, with the weights that they start from.
final class GoldenModel: Module, Layer {
  let first = Linear(3, 5)
  let second = Linear(5, 2)

  init(filled: Bool) throws {
    super.init()
    for (shift, parameter) in try parameters().enumerated() {
      try withoutGradients {
        _ = try parameter.tensor.copy_(Goldens.formula(parameter.tensor.sizes, shift: 100 * shift))
      }
    }
  }

  func forward(_ x: Tensor) throws -> Tensor { try second(first(x).tanh()) }

  func loss(_ step: Int) throws -> Tensor {
    let difference = try self(Goldens.formula([4, 3], shift: 10 * step)) * 2 - Goldens.formula([4, 2], shift: step)
    return try (difference * difference).mean()
  }
}

enum TrainingGoldens {
  static func cases(_ group: String) throws -> [[String: Any]] {
    try Fixtures.object("goldens/training.json")[group] as? [[String: Any]] ?? []
  }

  static func lists(_ json: Any?) -> [[Double]] {
    (json as? [Any] ?? []).map { ($0 as? [Any] ?? [$0]).map(Goldens.number) }
  }

  /// Whether two lists agree to a few of the last bits of float32.
  static func agree(_ a: [[Double]], _ b: [[Double]], relative: Double = 3e-7, absolute: Double = 1e-7) -> Bool {
    a.map(\.count) == b.map(\.count)
      && Swift.zip(a.joined(), b.joined()).allSatisfy { abs($0 - $1) <= absolute + relative * abs($1) }
  }

  static func values(_ parameters: [Parameter]) throws -> [[Double]] { try parameters.map { try $0.tensor.doubles() } }
}
