internal import OrderedCollections
internal import Synchronization
internal import XylemScript
internal import XylemTensor

/// Methods that are calls of the module itself: `module(x)` in the model's source.
extension ScriptModel {
  /// Whether calling a method is a call of the module, and not of one of its other methods.
  ///
  /// These are `forward`; its overloads, which scripting names `forward__0`, `forward__1`, …; and in code written by
  /// `torch.jit.trace` also `forward1`, `forward2`, …: a traced module has one method for each call.
  func isForward(_ method: String, _ function: ScriptFunction, of module: ScriptModule) -> Bool {
    if method == "forward" { return true }
    guard method.hasPrefix("forward") else { return false }
    if Self.recurrentOverloads.contains(method) { return module.object.method("forward") == nil }
    let suffix = method.dropFirst("forward".count)
    if suffix.hasPrefix("__") { return Self.number(suffix.dropFirst(2)) != nil }
    guard let ordinal = Self.number(suffix), ordinal > 0 else { return false }
    return isTraced(function, ordinal, of: module)
  }

  /// The methods that PyTorch's recurrent layers declare as overloads of `forward`, with different names.
  private static let recurrentOverloads: Set<String> = ["forward_tensor", "forward_packed"]

  private static func number(_ text: Substring) -> Int? {
    guard let number = Int(text), String(number) == text else { return nil }
    return number
  }

  /// Whether the method was written by tracing. The author of a scripted module may also name a method `forward1`.
  ///
  /// The source ranges of an archive decide: in traced code they are stack traces. If an archive has no ranges, the
  /// class must look like one that tracing creates, and have the methods that precede this one.
  private func isTraced(_ function: ScriptFunction, _ ordinal: Int, of module: ScriptModule) -> Bool {
    if let known = tracedFunctions.withLock({ $0[function] }) { return known }
    let isTraced = hasStackTraces(function) ?? (module.looksTraced && hasCalls(before: ordinal, module))
    tracedFunctions.withLock { $0[function] = isTraced }
    return isTraced
  }

  /// Nil if the archive has no ranges of the original source.
  private func hasStackTraces(_ function: ScriptFunction) -> Bool? {
    guard let code = try? code(of: function) else { return nil }
    for index in code.statements.indices {
      let source = function.source(of: index)
      guard source.line > 0, !source.text.isEmpty, !source.file.hasPrefix("code/"), !source.file.hasPrefix("<") else {
        continue
      }
      // `net.py(12): forward`, the innermost call first.
      return source.text.split(separator: "\n").first?.contains("(\(source.line)): ") == true
    }
    return nil
  }

  private func hasCalls(before ordinal: Int, _ module: ScriptModule) -> Bool {
    // A name may contain any number: no more methods are looked up than a class has.
    guard ordinal < 10_000, module.object.method("forward") != nil else { return false }
    return (1..<max(ordinal, 1)).allSatisfy { module.object.method("forward\($0)") != nil }
  }
}

extension ScriptModule {
  /// Whether the class has only what tracing writes: tensors, modules and two flags, and no constants.
  fileprivate var looksTraced: Bool {
    guard object.constants.isEmpty else { return false }
    return attributes.allSatisfy { name, attribute in
      switch attribute.content {
      case .module, .value(.tensor): true
      case .value: name == "training" || name == "_is_full_backward_hook"
      }
    }
  }
}
