import Foundation
import XylemErrors
import XylemNN
import XylemRuntime
import XylemTestSupport

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

/// One of the goldens.
struct OperationCase {
  let text: String
  private let json: [String: Any]

  init(_ json: [String: Any]) {
    text = json["case"] as? String ?? "?"
    self.json = json
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

  private static func differences(_ value: Value, _ golden: Any?, at path: String) throws -> [String] {
    let unpacked = try value.unpacked()
    switch (unpacked, golden) {
    case (.list(let found), let expected as [Any]) where found.count == expected.count:
      return try found.indices.flatMap { try differences(found[$0], expected[$0], at: "\(path)[\($0)]") }
    case (.int(let found), let expected as [String: Any]):
      return expected["int"] as? Int == found ? [] : ["\(path): \(found) for \(expected)"]
    case (.float(let found), let expected as [String: Any]):
      return expected["float"] as? Double == found ? [] : ["\(path): \(found) for \(expected)"]
    case (.bool(let found), let expected as Bool): return found == expected ? [] : ["\(path): \(found)"]
    default: return try Goldens.differences(unpacked, golden, at: path, Goldens.Tolerance(relative: 1e-5, absolute: 1e-5))
    }
  }
}
