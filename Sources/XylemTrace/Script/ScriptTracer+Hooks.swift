internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// Scripted hooks. They are part of every call of their module, as in PyTorch: a module's path means the result after
/// its hooks.
extension ScriptTracer {
  /// The module whose hook a function is. Nil for any other function.
  ///
  /// Callers run a module's hooks themselves, in code that scripting writes around the call of `forward`: functions in
  /// the namespace of the module's class that get the module as an argument.
  func hooked(by code: ScriptCode, _ arguments: [TracedValue]) -> ScriptModule? {
    guard case .module(let module)? = arguments.first, (2...3).contains(arguments.count),
      code.qualifiedName.hasPrefix(module.object.type.name + ".")
    else { return nil }
    return module
  }

  /// Runs a hook. One that runs after `forward` gets the arguments and the result, and may return a different result.
  func runHook(_ code: ScriptCode, _ arguments: [TracedValue], of module: ScriptModule) throws -> TracedValue {
    let result = try run(code, arguments)
    guard arguments.count == 3 else { return result }
    if case .literal(.none) = result {
      core.setHookedResult(ofLastCallAt: namingPath(of: module), to: nil)
    } else if let returned = try? argument(from: result) {
      core.setHookedResult(ofLastCallAt: namingPath(of: module), to: returned)
    }
    return result
  }

  /// The arguments of `forward` after the root's own hooks. The runtime calls these hooks, not the model's code.
  func runPreHooks(of root: ScriptModule, _ arguments: [TracedValue]) throws -> [TracedValue] {
    var arguments = arguments
    for hook in root.object.forwardPreHooks {
      switch try run(try model.code(of: hook), [.module(root), .tuple(arguments, names: [])]) {
      case .literal(.none): continue
      case .tuple(let replaced): arguments = replaced.elements
      case let replaced: arguments = [replaced]
      }
    }
    return arguments
  }

  /// The result of `forward` after the root's own hooks.
  func runHooks(of root: ScriptModule, _ arguments: [TracedValue], _ result: TracedValue) throws -> TracedValue {
    let hooks = root.object.forwardHooks
    guard !hooks.isEmpty else { return result }
    var result = result
    for hook in hooks {
      let given = try run(try model.code(of: hook), [.module(root), .tuple(arguments, names: []), result])
      if case .literal(.none) = given { continue }
      result = given
    }
    // A root that is a leaf has its own node.
    core.setHookedResult(ofLastCallAt: root.path, to: try? argument(from: result))
    return result
  }
}
