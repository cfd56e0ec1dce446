internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// Scripted hooks. They are part of every call of their module, as in PyTorch: what a module's path means is what came out of
/// its hooks.
extension ScriptTracer {
  /// The module whose hook a function is; nil for any other function.
  ///
  /// Callers run the hooks of a module themselves, in code that scripting wrote around the call of `forward`: functions in the
  /// namespace of the module's class that are handed the module.
  func hooked(by code: ScriptCode, _ arguments: [TracedValue]) -> ScriptModule? {
    guard case .module(let module)? = arguments.first, (2...3).contains(arguments.count),
      code.qualifiedName.hasPrefix(module.object.type.name + ".")
    else { return nil }
    return module
  }

  /// Runs a hook. One that runs after `forward` gets the arguments and the result, and may give another result.
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

  /// What the root's own hooks make of the arguments of `forward`: no code calls them, the runtime does.
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

  /// What the root's own hooks make of what `forward` returned.
  func runHooks(of root: ScriptModule, _ arguments: [TracedValue], _ result: TracedValue) throws -> TracedValue {
    let hooks = root.object.forwardHooks
    guard !hooks.isEmpty else { return result }
    var result = result
    for hook in hooks {
      let given = try run(try model.code(of: hook), [.module(root), .tuple(arguments, names: []), result])
      if case .literal(.none) = given { continue }
      result = given
    }
    // A root that is a leaf has a node of its own.
    core.setHookedResult(ofLastCallAt: root.path, to: try? argument(from: result))
    return result
  }
}
