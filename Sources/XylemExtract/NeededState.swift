internal import XylemGraph
internal import XylemTrace

/// The model's tensors that a graph reads or writes.
struct NeededState {
  private let model: any TracedModel
  /// Paths of attributes that nodes themselves read or write.
  private var attributes: Set<String> = []
  /// First paths of modules that are called, and of all modules below them.
  private var modules: Set<String> = []
  /// First paths of modules whose code runs.
  private var running: Set<String> = []

  init(_ model: any TracedModel, graphs: [Graph]) {
    self.model = model
    for graph in graphs {
      for node in graph.nodes { add(node) }
    }
  }

  private mutating func add(_ node: Node) {
    running.insert(node.modulePath)
    switch node.operation {
    case .leafModule(let leaf): addModule(leaf.path)
    case .leafFunction(let function): if let path = function.modulePath { addModule(path) }
    case .region(let region): region.hiddenModules.forEach { addModule($0) }
    case .attribute(let path), .setAttribute(let path): attributes.insert(canonical(path))
    default: break
    }
    for input in node.inputs { if case .module(let path) = input { addModule(path) } }
  }

  private mutating func addModule(_ path: String) {
    let below = model.modulePaths(below: path)
    guard let first = below.first, !modules.contains(first) else { return }
    modules.formUnion(below)
  }

  private func canonical(_ attribute: String) -> String {
    guard let dot = attribute.lastIndex(of: ".") else { return attribute }
    let path = model.modulePaths(below: String(attribute[..<dot])).first ?? String(attribute[..<dot])
    return path.isEmpty ? String(attribute[attribute.index(after: dot)...]) : path + attribute[dot...]
  }

  func contains(_ entry: StateEntry) -> Bool { contains(entry.name, of: entry.modulePath) }

  /// Whether a tensor is needed, by its name and the first path of its module.
  func contains(_ name: String, of path: String) -> Bool {
    modules.contains(path) || attributes.contains(path.isEmpty ? name : path + "." + name)
  }

  /// Whether code of the module with a first path runs.
  func runs(_ path: String) -> Bool { running.contains(path) || modules.contains(path) }
}
