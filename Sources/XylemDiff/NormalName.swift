/// Names without the additions of an archive.
enum NormalName {
  /// A qualified name without `__torch__` and mangled parts, which differ between archives.
  static func function(_ name: String) -> String {
    guard name.contains("__torch") else { return name }
    return name.split(separator: ".").filter { $0 != "__torch__" && !$0.hasPrefix("___torch_mangle_") }
      .joined(separator: ".")
  }

  /// The last component of a dotted name.
  static func last(_ name: String) -> String {
    name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? name
  }

  /// A module's path without its last component. Nil for the root.
  static func parent(_ path: String) -> String? {
    if path.isEmpty { return nil }
    return path.lastIndex(of: ".").map { String(path[..<$0]) } ?? ""
  }

  /// A module's path and the paths that contain it, up to the root's.
  static func ancestry(_ path: String) -> some Sequence<String> { sequence(first: path, next: parent) }

  /// Whether a module is the other module or below it.
  static func isWithin(_ path: String, _ ancestor: String) -> Bool {
    ancestor.isEmpty || path == ancestor || path.hasPrefix(ancestor + ".")
  }

  /// The longest path that contains all of them.
  static func commonAncestor(_ paths: [String]) -> String {
    guard var common = paths.first else { return "" }
    for path in paths {
      while !isWithin(path, common) { common = parent(common) ?? "" }
    }
    return common
  }
}
