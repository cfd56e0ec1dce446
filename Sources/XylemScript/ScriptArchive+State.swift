public import XylemErrors
public import XylemTensor

extension ScriptArchive {
  /// The parameters and buffers as `state_dict()` lists them: a module's parameters, its buffers, then its children's.
  /// Paths are the keys; a module with two paths is listed under both. The tensors share the model's storage and
  /// require no gradient.
  ///
  /// - Throws: `archive.unreadable` if modules contain each other in a cycle; `runtime.tensor`.
  public func stateDict() throws(XylemError) -> [(key: String, tensor: Tensor)] {
    var entries: [(key: String, tensor: Tensor)] = []
    try Self.collect(root(), prefix: "", above: [], into: &entries)
    return entries
  }

  private static func collect(
    _ module: ScriptObject, prefix: String, above: [UInt64], into entries: inout [(key: String, tensor: Tensor)]
  ) throws(XylemError) {
    guard !above.contains(module.identity) else {
      throw XylemError(
        .archiveUnreadable, "the model's modules contain each other in a cycle", at: .init(file: module.archive.path))
    }
    let attributes = try module.attributes()
    for attribute in attributes.filter(\.isParameter) + attributes.filter(\.isBuffer) {
      guard case .tensor(let tensor) = attribute.value else { continue }
      entries.append((prefix + attribute.name, try TensorOperator.call("aten::detach", [.tensor(tensor)])))
    }
    for attribute in attributes {
      guard case .object(let child) = attribute.value, child.kind == .module else { continue }
      try collect(
        module.archive.object(child), prefix: prefix + attribute.name + ".", above: above + [module.identity],
        into: &entries)
    }
  }
}
