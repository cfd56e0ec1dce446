import XylemScript
import XylemTensor
import XylemTrace

extension ScriptModel {
  /// The names of the arguments that are given, as options keep them inputs.
  func names(of inputs: [Value]) throws -> Set<String> {
    Set(try forwardArguments().prefix(inputs.count).map(\.name))
  }

  /// Gives each tensor memory of its own. The fixtures' weights lie over each other, so that what one batch norm writes in train
  /// mode would change the weights of others.
  func withOwnMemory() throws -> ScriptModel {
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

/// Numbers that are close: within 1e-4 of the larger, or 1e-5.
func isClose(_ a: Float, _ b: Float, relative: Float = 1e-4, absolute: Float = 1e-5) -> Bool {
  a == b || (a.isNaN && b.isNaN) || abs(a - b) <= absolute + relative * max(abs(a), abs(b))
}
