/// The module under whose name nodes are folded: the outermost one below the root that has few enough nodes to be read
/// at once.
struct ModuleFolders {
  /// The maximum number of nodes folded under one name, if there are names below it.
  private static let most = 120

  private var counts: [Substring: Int] = [:]

  /// - Parameter paths: the module of each node.
  init(_ paths: [String]) {
    for path in paths {
      for end in Self.ends(of: path) { counts[path[..<end], default: 0] += 1 }
    }
  }

  /// The name for a node of a module. Empty for the root.
  func folder(of path: String) -> String {
    for end in Self.ends(of: path) where counts[path[..<end], default: 0] <= Self.most { return String(path[..<end]) }
    return path
  }

  /// The ends of each module name in a path, outermost first.
  private static func ends(of path: String) -> [String.Index] {
    path.isEmpty ? [] : path.indices.filter { path[$0] == "." } + [path.endIndex]
  }
}
