import Testing
import XylemExtract
import XylemScript
import XylemTensor
import XylemTestSupport
import XylemTrace

/// What tests of engines compute.
enum EngineSubjects {
  static let image = [1, 3, 64, 64]

  static func resnet() throws -> ScriptModel {
    try ScriptModel(path: Fixtures.path("zoo/resnet18.pt")).withOwnMemory()
  }

  static func compiled(_ model: ScriptModel, _ requests: [ReturnRequest]) throws -> FeatureExtractor {
    let extractor = try FeatureExtractor(of: model, returning: requests, modes: [.eval])
    extractor.engineOptions = EngineOptions(.openvino)
    return extractor
  }

  /// The inputs with the elements of every tensor in reverse order.
  static func reversed(_ inputs: [Value]) throws -> [Value] {
    try inputs.map { input in
      try input.mapTensors { tensor in
        let rank = try tensor.sizes.count
        guard rank > 0 else { return .tensor(tensor) }
        return .tensor(try TensorOperator.call("aten::flip", [.tensor(tensor), .list((0..<rank).map { .int($0) })]))
      }
    }
  }

  /// The tensors in a value, in order.
  static func tensors(in value: Value?) throws -> [Tensor] {
    var found: [Tensor] = []
    _ = try value?.mapTensors {
      found.append($0)
      return .tensor($0)
    }
    return found
  }
}

/// Calls an extractor without gradients.
func features(_ extractor: FeatureExtractor, _ inputs: [Value]) throws -> Features {
  try TensorRuntime.withGradients(false) { try extractor(inputs) }
}

/// Compares what an engine computed with what libtorch computed.
protocol EngineComparing {}

extension EngineComparing {
  /// Two values have equal shapes and elements within 1e-4 of the largest.
  func compare(
    _ found: Value?, _ expected: Value?, _ what: String, bound: Double = 1e-4,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let (own, other) = (try EngineSubjects.tensors(in: found), try EngineSubjects.tensors(in: expected))
    #expect(own.count == other.count, "\(what)", sourceLocation: sourceLocation)
    for (a, b) in zip(own, other) {
      #expect(try a.sizes == b.sizes && a.dtype == b.dtype, "\(what)", sourceLocation: sourceLocation)
      let difference = try a.largestDifference(from: b)
      #expect(difference <= bound, "\(what): \(difference)", sourceLocation: sourceLocation)
    }
  }
}

extension Tensor {
  /// The largest difference from another tensor, relative to its largest value. NaN where both have it is no difference.
  func largestDifference(from other: Tensor) throws -> Double {
    let (a, b) = (try dense().floats(), try other.dense().floats())
    guard a.count == b.count else { return .infinity }
    var (largest, scale) = (0.0, 0.0)
    for (x, y) in zip(a, b) where !(x.isNaN && y.isNaN) && x != y {
      largest = Swift.max(largest, Double(Swift.abs(x - y)))
      if largest.isNaN { return .infinity }
    }
    for y in b where y.isFinite { scale = Swift.max(scale, Double(Swift.abs(y))) }
    return largest == 0 ? 0 : largest / Swift.max(scale, 1e-30)
  }
}
