extension LeafPolicy {
  /// The policy with the modules of an archive that a predicate selects as leaves.
  ///
  ///     let policy = try LeafPolicy().leaf(in: model) { $0.type.hasSuffix("Block") && $0.path != "stem" }
  ///
  /// The predicate is called once for each module. The policy has a rule for each selected path and no closure, so it
  /// can be compared and saved.
  ///
  /// - Throws: the errors of the predicate.
  public func leaf(in model: ScriptModel, where isLeaf: (ScriptModule) throws -> Bool) rethrows -> LeafPolicy {
    try model.modules.filter(isLeaf).reduce(self) { $0.leaf(path: Self.literal($1.path)) }
  }

  /// A glob that matches only a given path.
  package static func literal(_ path: String) -> String {
    path.reduce(into: "") { glob, character in
      if "*?[]{}\\".contains(character) { glob.append("\\") }
      glob.append(character)
    }
  }
}
