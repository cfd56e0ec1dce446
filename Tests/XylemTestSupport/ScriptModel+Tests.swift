internal import XylemScript
package import XylemTensor
package import XylemTrace

extension ScriptModel {
  /// The names of the arguments that are given, as options keep them inputs.
  package func names(of inputs: [Value]) throws -> Set<String> {
    Set(try forwardArguments().prefix(inputs.count).map(\.name))
  }

  /// Gives each tensor memory of its own. The fixtures' weights lie over each other, so that what one batch norm writes in train
  /// mode would change the weights of others.
  package func withOwnMemory() throws -> ScriptModel {
    try TensorRuntime.withGradients(false) {
      for entry in tensors {
        let dot = entry.key.lastIndex(of: ".")
        let owner = dot.map { module(at: String(entry.key[..<$0])) } ?? root
        let name = dot.map { String(entry.key[entry.key.index(after: $0)...]) } ?? entry.key
        let own = try entry.tensor.clone()
        if entry.tensor.requiresGrad { try own.setRequiresGrad(true) }
        try owner?.object.setAttribute(name, to: .tensor(own))
      }
    }
    return try ScriptModel(archive)
  }
}
