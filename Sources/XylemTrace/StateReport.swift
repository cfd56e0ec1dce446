package import XylemErrors
package import XylemRuntime

/// What loading a state dict did with each key.
public struct StateReport: Sendable, Hashable {
  /// Keys whose tensors were filled.
  public var loaded: [String] = []
  /// Keys that are needed and that were not given: their tensors stay as they were.
  public var missing: [String] = []
  /// Keys of the model that an extractor does not need, because what they belong to was pruned: they were passed over.
  public var pruned: [String] = []
  /// Keys that the model does not have: they were passed over.
  public var unexpected: [String] = []
}

/// Fills tensors of a model with the contents of a state dict.
package struct StateLoader {
  /// A tensor of another shape than the model's.
  package struct Misshaped: Sendable {
    package let key: String
    package let expected: [Int]
    package let given: [Int]
  }

  /// What will become of each key.
  package private(set) var report = StateReport()
  /// What does not fit.
  package private(set) var misshaped: [Misshaped] = []
  private var filled: [(target: Tensor, source: Tensor)] = []

  /// Compares, and changes nothing.
  ///
  /// - Parameters:
  ///   - state: tensors by the model's keys.
  ///   - needed: what is to be filled.
  ///   - known: all keys that the model has.
  package init(_ state: [String: Tensor], into needed: [StateEntry], known: Set<String>) throws(XylemError) {
    var given: Set<ObjectIdentifier> = []
    var addresses: Set<UInt> = []
    var missing: [StateEntry] = []
    for entry in needed {
      guard let source = state[entry.key] else {
        missing.append(entry)
        continue
      }
      let (expected, found) = (try entry.tensor.sizes, try source.sizes)
      if expected != found { misshaped.append(Misshaped(key: entry.key, expected: expected, given: found)) }
      filled.append((entry.tensor, source))
      given.insert(entry.tensor.identity)
      if let address = entry.tensor.dataAddress { addresses.insert(address) }
      report.loaded.append(entry.key)
    }
    let used = Set(report.loaded)
    for key in state.keys.sorted() where !used.contains(key) {
      if known.contains(key) { report.pruned.append(key) } else { report.unexpected.append(key) }
    }
    // A tensor that is shared has several keys, and one of them is enough.
    report.missing = missing.filter {
      !given.contains($0.tensor.identity) && $0.tensor.dataAddress.map(addresses.contains) != true
    }.map(\.key).sorted()
  }

  /// Fills the tensors, elements converted to their types.
  ///
  /// - Throws: `runtime.operator`.
  package func fill() throws {
    try TensorRuntime.withGradients(false) {
      for (target, source) in filled {
        _ = try TensorOperator.call("aten::copy_", [.tensor(target), .tensor(source), .bool(false)])
      }
    }
  }
}
