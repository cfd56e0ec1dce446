internal import XylemTrace

/// The modules and tensors of a model that a part of it needs, in the model's order.
final class PartTree {
  let module: Module
  let type: String
  let tensors: [ModuleTree.Slot]
  let children: [(key: String, tree: PartTree)]
  /// Whether the part needs everything that the module holds.
  let isComplete: Bool

  private init(
    _ module: Module, type: String, tensors: [ModuleTree.Slot], children: [(key: String, tree: PartTree)],
    isComplete: Bool
  ) {
    (self.module, self.type, self.tensors, self.children) = (module, type, tensors, children)
    self.isComplete = isComplete
  }

  // MARK: - Models written in Swift

  /// The needed part of a model's tree.
  convenience init(_ root: ModuleTree.Entry, of part: any ModelPart) {
    var known: [ObjectIdentifier: PartTree?] = [:]
    let contents = Self.contents(of: root, part, &known)
    self.init(
      root.module, type: root.type, tensors: contents.tensors, children: contents.children,
      isComplete: contents.isComplete)
  }

  private static func contents(
    of entry: ModuleTree.Entry, _ part: any ModelPart, _ known: inout [ObjectIdentifier: PartTree?]
  ) -> (tensors: [ModuleTree.Slot], children: [(key: String, tree: PartTree)], isComplete: Bool) {
    let tensors = entry.tensors.filter { part.needs(tensor: $0.key, of: entry.path) }
    var children: [(key: String, tree: PartTree)] = []
    for (key, child) in entry.children {
      if let tree = needed(child, part, &known) { children.append((key, tree)) }
    }
    return (
      tensors, children,
      tensors.count == entry.tensors.count && children.count == entry.children.count
        && children.allSatisfy(\.tree.isComplete)
    )
  }

  /// The needed part of a module. Nil if nothing of it is needed.
  private static func needed(
    _ entry: ModuleTree.Entry, _ part: any ModelPart, _ known: inout [ObjectIdentifier: PartTree?]
  ) -> PartTree? {
    if let found = known[ObjectIdentifier(entry)] { return found }
    let (tensors, children, isComplete) = contents(of: entry, part, &known)
    var tree: PartTree?
    if !tensors.isEmpty || !children.isEmpty || part.needs(module: entry.path) {
      tree = PartTree(entry.module, type: entry.type, tensors: tensors, children: children, isComplete: isComplete)
    }
    known[ObjectIdentifier(entry)] = .some(tree)
    return tree
  }

  // MARK: - Archives

  /// A module of an archive. It holds tensors and a flag; its code is the archive's.
  private final class ArchiveModule: Module {
    override class var typeName: String { "ArchiveModule" }
  }

  /// The modules below, with their paths.
  var modules: [(path: String, module: Module)] {
    children.flatMap { key, tree in
      [(key, tree.module)] + tree.modules.map { ("\(key).\($0.path)", $0.module) }
    }
  }

  /// The needed tensors of an archive, with a module for each component of their keys.
  convenience init(archive part: any ModelPart) {
    let entries = part.model.tensors.filter { part.needs(tensor: $0.name, of: $0.modulePath) }
    let tree = Self.made(entries.map { ($0.key.split(separator: ".")[...], $0) })
    self.init(tree.module, type: tree.type, tensors: tree.tensors, children: tree.children, isComplete: false)
  }

  private static func made(_ entries: [(key: ArraySlice<Substring>, entry: StateEntry)]) -> PartTree {
    var tensors: [ModuleTree.Slot] = []
    var names: [Substring] = []
    var below: [Substring: [(key: ArraySlice<Substring>, entry: StateEntry)]] = [:]
    for (key, entry) in entries {
      guard let first = key.first else { continue }
      guard key.count > 1 else {
        tensors.append(
          ModuleTree.Slot(
            key: String(first), kind: entry.kind, tensor: entry.tensor,
            parameter: entry.kind == .parameter ? Parameter(sharing: entry.tensor) : nil))
        continue
      }
      if below[first] == nil { names.append(first) }
      below[first, default: []].append((key.dropFirst(), entry))
    }
    let module = ArchiveModule()
    return PartTree(
      module, type: ArchiveModule.typeName, tensors: tensors,
      children: names.map { (String($0), made(below[$0] ?? [])) }, isComplete: false)
  }
}
