import Foundation
import XylemErrors
import XylemExtract
import XylemGraph
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

/// The arguments of a golden operation: `a`, `b`, `c` and `d`.
struct Operands {
  private let tensors: [Tensor]

  init(_ values: [Value]) { tensors = values.compactMap(\.tensor) }

  var a: Tensor { tensors[0] }
  var b: Tensor { tensors[1] }
  var c: Tensor { tensors[2] }
  var d: Tensor { tensors[3] }
}

/// Swift's form of each expression of `goldens/operations.json`.
typealias OperationTable = [String: @Sendable (Operands) throws -> any ModuleValue]

/// A model that is one operation.
private final class OperationModel: Module {
  private let count: Int
  private let operation: @Sendable (Operands) throws -> any ModuleValue

  init(_ count: Int, _ operation: @escaping @Sendable (Operands) throws -> any ModuleValue) {
    self.count = count
    self.operation = operation
  }

  private func run(_ tensors: Tensor...) throws -> Value {
    try operation(Operands(tensors.map { .tensor($0) })).moduleValue
  }

  override var entry: ModuleEntry? {
    switch count {
    case 1: ModuleEntry("a") { (a: Tensor) in try self.run(a) }
    case 2: ModuleEntry("a", "b") { (a: Tensor, b: Tensor) in try self.run(a, b) }
    case 3: ModuleEntry("a", "b", "c") { (a: Tensor, b: Tensor, c: Tensor) in try self.run(a, b, c) }
    default:
      ModuleEntry("a", "b", "c", "d") { (a: Tensor, b: Tensor, c: Tensor, d: Tensor) in try self.run(a, b, c, d) }
    }
  }
}

/// One of the goldens.
struct OperationCase {
  let text: String
  private let json: [String: Any]

  init(_ json: [String: Any]) {
    text = json["case"] as? String ?? "?"
    self.json = json
  }

  /// Whether the values depend on the process's generator.
  var drawsNumbers: Bool { ["rand", "dropout", "multinomial", "bernoulli", "normal("].contains(where: text.contains) }

  var inputs: [Value] { get throws { try (json["inputs"] as? [Any] ?? []).map(Goldens.value) } }

  /// What differs between what the operation gives and the golden output or error.
  func differences(_ operation: (Operands) throws -> any ModuleValue) throws -> [String] {
    let operands = Operands(try inputs)
    try TensorRuntime.setSeed(20)
    guard let wanted = json["raises"] as? String else {
      return try Self.differences(operation(operands).moduleValue, json["output"], at: text)
    }
    do {
      _ = try operation(operands)
      return ["\(text): no error"]
    } catch let error as XylemError {
      guard error.id == .runtimeOperator else { return ["\(text): the error \(error.id.rawValue)"] }
      return String(describing: error).contains(wanted) ? [] : ["\(text): \(error) for \(wanted)"]
    }
  }

  /// What differs from the golden output where the operation is traced as a model of its own, and its trace is run; nil where the
  /// case has no inputs or is to fail.
  func tracedDifferences(
    _ operation: @escaping @Sendable (Operands) throws -> any ModuleValue, _ policy: LeafPolicy
  ) throws -> [String]? {
    let count = try inputs.count
    guard json["raises"] == nil, count > 0 else { return nil }
    let model = OperationModel(count, operation)
    let extractor = try FeatureExtractor(of: model, returning: ["output"], options: TraceOptions(policy: policy))
    var found: [String] = []
    // Tests of other suites may draw from the process's generator in between.
    for _ in 0..<8 {
      let operands = try inputs
      try TensorRuntime.setSeed(20)
      found = try Self.differences(try extractor(operands)["output"] ?? .none, json["output"], at: text)
      if found.isEmpty || !drawsNumbers { break }
    }
    return found
  }

  private static func differences(_ value: Value, _ golden: Any?, at path: String) throws -> [String] {
    let unpacked = try value.unpacked()
    switch (unpacked, golden) {
    case (.list(let found), let expected as [Any]) where found.count == expected.count:
      return try found.indices.flatMap { try differences(found[$0], expected[$0], at: "\(path)[\($0)]") }
    case (.literal(.int(let found)), let expected as [String: Any]):
      return expected["int"] as? Int == found ? [] : ["\(path): \(found) for \(expected)"]
    case (.literal(.float(let found)), let expected as [String: Any]):
      return expected["float"] as? Double == found ? [] : ["\(path): \(found) for \(expected)"]
    case (.literal(.bool(let found)), let expected as Bool): return found == expected ? [] : ["\(path): \(found)"]
    default:
      return try Goldens.differences(unpacked, golden, at: path, Goldens.Tolerance(relative: 1e-5, absolute: 1e-5))
    }
  }
}
