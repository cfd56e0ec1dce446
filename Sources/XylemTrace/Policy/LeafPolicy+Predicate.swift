extension LeafPolicy {
  /// The policy with those modules of an archive as leaves that a predicate chooses.
  ///
  ///     let policy = try LeafPolicy().leaf(in: model) { $0.type.hasSuffix("Block") && $0.path != "stem" }
  ///
  /// The predicate is asked once for each module. The policy has a rule for each path that was chosen, and no closure, so that it
  /// can be compared and saved.
  ///
  /// - Throws: what the predicate throws.
  public func leaf(in model: ScriptModel, where isLeaf: (ScriptModule) throws -> Bool) rethrows -> LeafPolicy {
    try model.modules.filter(isLeaf).reduce(self) { $0.leaf(path: Self.literal($1.path)) }
  }

  /// A glob that matches a path and nothing else.
  package static func literal(_ path: String) -> String {
    path.reduce(into: "") { glob, character in
      if "*?[]{}\\".contains(character) { glob.append("\\") }
      glob.append(character)
    }
  }
}
