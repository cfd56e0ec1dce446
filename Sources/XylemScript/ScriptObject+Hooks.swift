internal import CXylem
internal import XylemTensor

extension ScriptObject {
  /// Scripted hooks that run before `forward` wherever the module is called, in their order.
  package var forwardPreHooks: [ScriptFunction] { hooks(before: true) }

  /// Scripted hooks that run after `forward` wherever the module is called, in their order.
  package var forwardHooks: [ScriptFunction] { hooks(before: false) }

  private func hooks(before: Bool) -> [ScriptFunction] {
    var found: [ScriptFunction] = []
    while let hook = unsafe object.library.table.pointee.object_hook(&object.raw, before ? 1 : 0, found.count) {
      unsafe found.append(ScriptFunction(handle: hook, archive: archive))
    }
    return found
  }
}
