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

    init(_ module: Module, path: String) {
      self.module = module
      self.path = path
      type = Swift.type(of: module).typeName
    }

    /// Whether the code of the module, and of all modules below it, does nothing that a trace does not see.
    var isOfPackage: Bool { Swift.type(of: module).isOfPackage && children.allSatisfy(\.entry.isOfPackage) }

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
    byModule[identity] = entry
    open[identity] = entry.path
    defer { open[identity] = nil }
    if var fault = entry.module.fault {
      fault.place.modulePath = entry.path
      fault.place.moduleType = fault.place.moduleType ?? entry.type
      throw fault
    }
    let members = try ModuleMembers(of: entry.module, path: entry.path, type: entry.type, kinds)
    for (key, member) in members.tensors {
      let slot =
        switch member {
        case .parameter(let parameter):
          Slot(key: key, kind: .parameter, tensor: parameter.tensor, parameter: parameter)
        case .buffer(let buffer):
          Slot(key: key, kind: buffer.isPersistent ? .buffer : .attribute, tensor: buffer.tensor, parameter: nil)
        }
      if let fault = slot.parameter?.fault ?? slot.tensor.lazy?.fault {
        throw ModuleErrors.faultyTensor(fault, key, in: entry)
      }
      entry.tensors.append(slot)
      if tensorPaths[slot.tensor.identity] == nil {
        let path = entry.path(of: key)
        tensorPaths[slot.tensor.identity] = (path, slot.kind == .parameter)
        tensorsByPath[path] = slot.tensor
      }
    }
    for (key, child) in members.children {
      let path = entry.path(of: key)
      let identity = ObjectIdentifier(child)
      if let first = open[identity] {
        throw ModuleErrors.cycle(path, type: Swift.type(of: child).typeName, first: first)
      }
      if let known = byModule[identity] {
        addPaths(of: known, under: path)
        entry.children.append((key, known))
        continue
      }
      let next = Entry(child, path: path)
      entry.children.append((key, next))
      try visit(next, &open)
    }
  }

  /// The descendants of a shared module have its other paths too.
  private func addPaths(of entry: Entry, under path: String) {
    paths.insert(path)
    for (key, child) in entry.children { addPaths(of: child, under: path + "." + key) }
  }
}
