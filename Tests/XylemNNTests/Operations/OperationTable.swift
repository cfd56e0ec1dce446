import Foundation
import XylemErrors
import XylemExtract
import XylemFiles
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
  var drawsNumbers: Bool {
    ["rand", "dropout", "multinomial", "bernoulli", "normal(", "poisson("].contains(where: text.contains)
  }

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

  /// Whether the golden has gradients.
  var hasGradients: Bool { json["gradients"] != nil }

  /// What differs from the golden gradients of the sum of the results, weighted with numbers from 0.5 to 1.5.
  func gradientDifferences(_ operation: (Operands) throws -> any ModuleValue) throws -> [String] {
    guard let golden = json["gradients"] as? [Any] else { return [] }
    let values = try inputs
    let leaves = values.compactMap(\.tensor).filter { $0.dtype.map(Self.isFloating) ?? false }
    for leaf in leaves { try leaf.setRequiresGrad(true) }
    try TensorRuntime.setSeed(20)
    let results = try Self.tensors(in: operation(Operands(values)).moduleValue)
    let totals = try results.filter { $0.requiresGrad && !["complex64", "complex128"].contains($0.dtype?.rawValue) }.map
    {
      let weights = try Tensor.linspace(0.5, 1.5, steps: $0.count).reshape(Shape($0.sizes)).typeAs($0)
      return try ($0 * weights).sum()
    }
    var found = try Autograd.grad(totals, leaves, allowsUnused: true)[...]
    return try values.indices.flatMap { index -> [String] in
      let isLeaf = values[index].tensor?.requiresGrad ?? false
      let gradient = isLeaf ? found.removeFirst() : nil
      return try Goldens.differences(
        gradient.map { .tensor($0) } ?? Value.none, golden[index], at: "the gradient of \(text) by input \(index)",
        Goldens.Tolerance(relative: 1e-4, absolute: 1e-5))
    }
  }

  private static func isFloating(_ dtype: DType) -> Bool {
    [.float16, .bfloat16, .float32, .float64].contains(dtype)
  }

  private static func tensors(in value: Value) throws -> [Tensor] {
    switch try value.unpacked() {
    case .tensor(let tensor): [tensor]
    case .list(let elements), .tuple(let elements, _): try elements.flatMap(tensors)
    default: []
    }
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
