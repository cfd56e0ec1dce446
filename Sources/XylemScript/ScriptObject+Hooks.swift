internal import CXylem
internal import XylemTensor

extension ScriptObject {
  /// Scripted hooks that run before `forward` at each call of the module, in order.
  package var forwardPreHooks: [ScriptFunction] { hooks(before: true) }

  /// Scripted hooks that run after `forward` at each call of the module, in order.
  package var forwardHooks: [ScriptFunction] { hooks(before: false) }

  private func hooks(before: Bool) -> [ScriptFunction] {
    var found: [ScriptFunction] = []
    while let hook = unsafe object.library.table.pointee.object_hook(&object.raw, before ? 1 : 0, found.count) {
      unsafe found.append(ScriptFunction(handle: hook, archive: archive))
    }
    return found
  }
}
