internal import XylemErrors
internal import XylemFiles
internal import XylemScript
internal import XylemTensor
internal import XylemTrace

/// The modules of a model with their paths, each once, and their tensors, found by reflection in the order of
/// declaration, depth first.
///
/// This is a snapshot: later changes of properties are not reflected.
final class ModuleTree {
  /// A tensor that a module holds.
  struct Slot {
    let key: String
    let kind: StateEntry.Kind
    let tensor: Tensor
    let parameter: Parameter?
  }

  /// A module.
  final class Entry {
    let module: Module
    /// The first path. Empty for the root.
    let path: String
    let type: String
    fileprivate(set) var tensors: [Slot] = []
    fileprivate(set) var children: [(key: String, entry: Entry)] = []
    /// What a part of a model needs of the module. Nil for a module with everything that it holds.
    fileprivate let part: PartTree?

    init(_ module: Module, path: String, part: PartTree? = nil) {
      self.module = module
      self.path = path
      self.part = part
      type = part?.type ?? Swift.type(of: module).typeName
    }

    /// Whether the code of the module, and of all modules below it, does nothing that a trace does not see.
    var isOfPackage: Bool {
      ((module as? PartModule)?.isOfPackage ?? Swift.type(of: module).isOfPackage)
        && children.allSatisfy(\.entry.isOfPackage)
    }

    /// Whether the code of the module, and of all modules below it, is known to consist only of operators.
    var runsAsOperators: Bool {
      Swift.type(of: module).runsAsOperators && children.allSatisfy(\.entry.runsAsOperators)
    }

    /// The path of a tensor or child of this module.
    func path(of key: String) -> String { path.isEmpty ? key : path + "." + key }
  }

  let root: Entry
  private let kinds = PropertyKinds()
  /// All modules, the root first.
  private(set) var entries: [Entry] = []
  /// All paths of modules.
  private(set) var paths: Set<String> = []
  private var byModule: [ObjectIdentifier: Entry] = [:]
  /// Parameters and buffers by their first paths.
  private(set) var tensorsByPath: [String: Tensor] = [:]
  /// The first path of each parameter and buffer, and whether it is a parameter.
  private(set) var tensorPaths: [ObjectIdentifier: (path: String, isParameter: Bool)] = [:]

  /// - Throws: `model.cycle`, `model.unregistered`, `model.duplicate-key`.
  init(_ module: Module) throws(XylemError) {
    root = Entry(module, path: "")
    var open: [ObjectIdentifier: String] = [:]
    try visit(root, &open)
  }

  /// The entry of a module. Nil if the module is not part of the model.
  func entry(of module: Module) -> Entry? { byModule[ObjectIdentifier(module)] }

  /// The module at a path.
  func entry(at path: String) -> Entry? {
    // A key may contain dots if modules are in arrays: children are matched by prefix.
    var current = root
    var rest = path[...]
    while !rest.isEmpty {
      guard let next = current.children.first(where: { rest == $0.key || rest.hasPrefix($0.key + ".") }) else {
        return nil
      }
      current = next.entry
      rest = rest.dropFirst(next.key.count).drop { $0 == "." }
    }
    return current
  }

  /// Each parameter once, with its first path.
  var parameters: [(path: String, parameter: Parameter)] {
    var seen: Set<ObjectIdentifier> = []
    var found: [(path: String, parameter: Parameter)] = []
    for entry in entries {
      for slot in entry.tensors {
        guard let parameter = slot.parameter, seen.insert(ObjectIdentifier(parameter)).inserted else { continue }
        found.append((entry.path(of: slot.key), parameter))
      }
    }
    return found
  }

  private func visit(_ entry: Entry, _ open: inout [ObjectIdentifier: String]) throws(XylemError) {
    let identity = ObjectIdentifier(entry.module)
    entries.append(entry)
    paths.insert(entry.path)
    if byModule[identity]?.part != nil || byModule[identity] == nil { byModule[identity] = entry }
    open[identity] = entry.path
    defer {
      open[identity] = nil
      if let part = entry.module as? PartModule { open[ObjectIdentifier(part.tree.module)] = nil }
    }
    if var fault = entry.module.fault {
      fault.place.modulePath = entry.path
      fault.place.moduleType = fault.place.moduleType ?? entry.type
      throw fault
    }
    let (tensors, children) = try contents(of: entry, &open)
    for slot in tensors {
      if let fault = slot.parameter?.fault ?? slot.tensor.lazy?.fault {
        throw ModuleErrors.faultyTensor(fault, slot.key, in: entry)
      }
      entry.tensors.append(slot)
      if tensorPaths[slot.tensor.identity] == nil {
        let path = entry.path(of: slot.key)
        tensorPaths[slot.tensor.identity] = (path, slot.kind == .parameter)
        tensorsByPath[path] = slot.tensor
      }
    }
    for (key, child, part) in children {
      let path = entry.path(of: key)
      let identity = ObjectIdentifier(child)
      if let first = open[identity] {
        throw ModuleErrors.cycle(path, type: Swift.type(of: child).typeName, first: first)
      }
      if let known = byModule[identity], known.part === part {
        addPaths(of: known, under: path)
        entry.children.append((key, known))
        continue
      }
      let next = Entry(child, path: path, part: part)
      entry.children.append((key, next))
      try visit(next, &open)
    }
  }

  /// The tensors and children of a module: those that it holds, or those that a part of its model needs.
  private func contents(
    of entry: Entry, _ open: inout [ObjectIdentifier: String]
  ) throws(XylemError) -> (tensors: [Slot], children: [(key: String, module: Module, part: PartTree?)]) {
    var part = entry.part
    if part == nil, let module = entry.module as? PartModule {
      let tree = module.tree
      if let first = open[ObjectIdentifier(tree.module)] {
        throw ModuleErrors.cycle(entry.path, type: tree.type, first: first)
      }
      open[ObjectIdentifier(tree.module)] = entry.path
      part = tree
    }
    if let part {
      return (part.tensors, part.children.map { ($0.key, $0.tree.module, $0.tree.isComplete ? nil : $0.tree) })
    }
    let members = try ModuleMembers(of: entry.module, path: entry.path, type: entry.type, kinds)
    let tensors = members.tensors.map { key, member in
      switch member {
      case .parameter(let parameter):
        Slot(key: key, kind: .parameter, tensor: parameter.tensor, parameter: parameter)
      case .buffer(let buffer):
        Slot(key: key, kind: buffer.isPersistent ? .buffer : .attribute, tensor: buffer.tensor, parameter: nil)
      }
    }
    return (tensors, members.children.map { ($0.key, $0.1, nil) })
  }

  /// The descendants of a shared module have its other paths too.
  private func addPaths(of entry: Entry, under path: String) {
    paths.insert(path)
    for (key, child) in entry.children { addPaths(of: child, under: path + "." + key) }
  }
}
