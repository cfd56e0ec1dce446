package import XylemErrors
internal import XylemScript
internal import XylemTensor

/// A copy of the state that running a model may change: its tensors, its modules' attributes, and the random state.
///
/// Variables of Swift modules and of plugins are not included.
package struct ModelSnapshot {
  /// A tensor or another attribute of the model that changed.
  package struct Change: Hashable {
    /// The first path of the module that holds it.
    package let modulePath: String
    package let difference: ValueDifference
  }

  private let entries: [(entry: StateEntry, copy: Tensor)]
  private let attributes: [(attribute: ScriptModel.PlainAttribute, copy: Value)]
  private let randomState: Tensor

  /// - Parameter includesParameters: whether parameters are copied, which code hardly ever writes.
  /// - Throws: the errors of operators.
  package init(_ model: any TracedModel, includesParameters: Bool = true) throws {
    randomState = try TensorRuntime.randomState()
    var entries: [(StateEntry, Tensor)] = []
    var seen: Set<ObjectIdentifier> = []
    for entry in model.tensors where includesParameters || entry.kind != .parameter {
      guard seen.insert(entry.tensor.identity).inserted else { continue }
      entries.append((entry, try Self.copy(of: entry.tensor)))
    }
    self.entries = entries
    attributes = try ((model as? ScriptModel)?.plainAttributes ?? []).map { ($0, try $0.value.cloned()) }
  }

  private static func copy(of tensor: Tensor) throws(XylemError) -> Tensor {
    try TensorOperator.call(
      "aten::clone", [.tensor(try TensorOperator.call("aten::detach", [.tensor(tensor)])), .none])
  }

  /// The tensors and other attributes that changed since the snapshot, by key.
  ///
  /// - Throws: the errors of operators.
  package func changes() throws(XylemError) -> [String: Change] {
    var found: [String: Change] = [:]
    for (entry, copy) in entries {
      let difference = try ValueDifference(.tensor(copy), .tensor(present(entry)))
      if difference != .none { found[entry.key] = Change(modulePath: entry.modulePath, difference: difference) }
    }
    for (attribute, copy) in attributes {
      guard let now = attribute.owner.attribute(attribute.name) else { continue }
      let difference = try ValueDifference(copy, now)
      if difference != .none {
        found[attribute.key] = Change(modulePath: attribute.modulePath, difference: difference)
      }
    }
    return found
  }

  /// The current tensor: code may have replaced it.
  private func present(_ entry: StateEntry) -> Tensor {
    entry.owner?.attribute(entry.name)?.tensor ?? entry.tensor
  }

  /// Restores the state. Unchanged tensors are not touched.
  ///
  /// - Throws: the errors of operators.
  package func restore() throws {
    try TensorRuntime.withGradients(false) {
      for (entry, copy) in entries {
        if let owner = entry.owner, present(entry).identity != entry.tensor.identity {
          try owner.setAttribute(entry.name, to: .tensor(entry.tensor))
        }
        switch try ValueDifference(.tensor(copy), .tensor(entry.tensor)) {
        case .none: continue
        case .elements:
          _ = try TensorOperator.call("aten::copy_", [.tensor(entry.tensor), .tensor(copy), .bool(false)])
        case .structure:
          _ = try TensorOperator.call(
            "aten::set_", overload: "source_Tensor", [.tensor(entry.tensor), .tensor(try Self.copy(of: copy))])
        }
      }
    }
    for (attribute, copy) in attributes {
      guard let now = attribute.owner.attribute(attribute.name), try ValueDifference(copy, now) != .none else {
        continue
      }
      try attribute.owner.setAttribute(attribute.name, to: try copy.cloned())
    }
    try TensorRuntime.setRandomState(randomState)
  }
}
