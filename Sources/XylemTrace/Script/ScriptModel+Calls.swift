internal import OrderedCollections
internal import Synchronization
internal import XylemScript
internal import XylemTensor

/// Which methods are calls of the module itself: `module(x)` in the model's source.
extension ScriptModel {
  /// Whether calling a method is a call of the module, and not of one of its other methods.
  ///
  /// That is `forward`; its overloads, which scripting calls `forward__0`, `forward__1`, …; and in code that was written by
  /// `torch.jit.trace` also `forward1`, `forward2`, …: a traced module has a method of its own for every call.
  func isForward(_ method: String, _ function: ScriptFunction, of module: ScriptModule) -> Bool {
    if method == "forward" { return true }
    guard method.hasPrefix("forward") else { return false }
    if Self.recurrentOverloads.contains(method) { return module.object.method("forward") == nil }
    let suffix = method.dropFirst("forward".count)
    if suffix.hasPrefix("__") { return Self.number(suffix.dropFirst(2)) != nil }
    guard let ordinal = Self.number(suffix), ordinal > 0 else { return false }
    return isTraced(function, ordinal, of: module)
  }

  /// What PyTorch's recurrent layers declare as overloads of `forward`, with names of their own.
  private static let recurrentOverloads: Set<String> = ["forward_tensor", "forward_packed"]

  private static func number(_ text: Substring) -> Int? {
    guard let number = Int(text), String(number) == text else { return nil }
    return number
  }

  /// Whether the method was written by tracing. A scripted module may have a method that is called `forward1` by its author.
  ///
  /// The source ranges of an archive tell: those of traced code are stack traces. An archive without them tells less: its
  /// class must look like those that tracing makes, and have the methods that come before this one.
  private func isTraced(_ function: ScriptFunction, _ ordinal: Int, of module: ScriptModule) -> Bool {
    if let known = tracedFunctions.withLock({ $0[function] }) { return known }
    let isTraced = hasStackTraces(function) ?? (module.looksTraced && hasCalls(before: ordinal, module))
    tracedFunctions.withLock { $0[function] = isTraced }
    return isTraced
  }

  /// Nil where the archive has no ranges of the original source.
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
    // A name may claim any number: no more is looked for than a class has methods.
    guard ordinal < 10_000, module.object.method("forward") != nil else { return false }
    return (1..<max(ordinal, 1)).allSatisfy { module.object.method("forward\($0)") != nil }
  }
}

extension ScriptModule {
  /// Whether the class has nothing but what tracing writes into one: tensors, modules and two flags, and no constants.
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
