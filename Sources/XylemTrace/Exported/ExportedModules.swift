internal import OrderedCollections
internal import XylemScript

/// The modules of a model of torch.export, as far as the archive names them.
struct ExportedModules: Sendable {
  /// The paths, in the order in which the archive has them. The root is first.
  private let ordered: OrderedSet<String>
  /// The qualified type names of the modules whose operators are in the graph, by path.
  let types: [String: String]
  /// The root's type name.
  let rootType: String

  /// - Parameter keys: the keys of the state dict.
  init(_ programs: [ExportedProgram], keys: [String]) {
    var paths: OrderedSet<String> = [""]
    var types: [String: String] = [:]
    var rootType: String?
    func visit(_ graph: ExportedGraph) {
      for node in graph.nodes {
        if rootType == nil { rootType = node.rootType }
        for frame in node.frames ?? [] {
          paths.append(frame.path)
          types[frame.path] = frame.type
        }
        for case .graph(let inner) in node.inputs.map(\.argument) { visit(inner) }
      }
    }
    for program in programs {
      for call in program.calls { paths.append(call.path) }
      visit(program.graph)
    }
    for key in keys {
      var path = key[...]
      while let dot = path.lastIndex(of: ".") {
        path = path[..<dot]
        paths.append(String(path))
      }
    }
    ordered = paths
    self.types = types
    self.rootType = rootType ?? "torch.nn.modules.module.Module"
  }

  /// The paths of all modules.
  var all: Set<String> { Set(ordered) }

  /// The path itself and the paths below it. Empty if there is no such module.
  func paths(below path: String) -> [String] {
    guard ordered.contains(path) else { return [] }
    return [path] + ordered.filter { $0 != path && (path.isEmpty || $0.hasPrefix(path + ".")) }
  }
}
