package import XylemGraph

/// The names that a trace's nodes would have under the other naming, so that one trace shows what a request means under
/// both.
package struct OtherNames: Sendable {
  /// The other naming.
  package let naming: Naming
  private var namer: NodeNamer
  /// The names of the nodes that name lists would have.
  package private(set) var names: [NodeID: String] = [:]

  init(than naming: Naming, modulePaths: Set<String>) {
    self.naming = naming.other
    namer = NodeNamer(naming: self.naming, modulePaths: modulePaths)
  }

  /// Names an operation, or an argument of `forward`. torch.fx lists an operation only if it reads a listed node.
  mutating func nameOperation(_ id: NodeID, _ base: String, in path: String, reading inputs: [NodeInput]? = nil) {
    if naming == .torchvision, let inputs {
      var isListed = false
      for input in inputs { input.forEachNode { isListed = isListed || names[$0] != nil } }
      guard isListed else { return }
    }
    names[id] = namer.name(forOperation: base, in: path)
  }

  /// Uses up the name of an argument that is a node under the other naming only.
  mutating func skipPlaceholder(_ name: String) {
    if naming == .torchvision { _ = namer.name(forOperation: name, in: "") }
  }

  /// Leaves a node out of name lists.
  mutating func hide(_ id: NodeID) { names[id] = nil }

  /// Names a call of a leaf module.
  mutating func nameModule(_ id: NodeID, at path: String, type: String) {
    names[id] = namer.name(forModule: path, rootType: TypeName.unqualified(type))
  }

  /// Names a node that reads an attribute.
  mutating func nameAttribute(_ id: NodeID, _ attribute: String, isParameter: Bool, in path: String) {
    guard naming == .exact || isParameter else { return }
    names[id] = namer.name(forAttribute: attribute, in: path)
  }
}
