/// The names of classes and functions in archives, and in readable form.
enum TypeName {
  /// A name without the archive's additions: `__torch__.net.___torch_mangle_3.Net` becomes `net.Net`.
  static func readable(_ qualified: String) -> String {
    guard qualified.contains("__torch") else { return qualified }
    return qualified.split(separator: ".")
      .filter { $0 != "__torch__" && !$0.hasPrefix("___torch_mangle_") }
      .joined(separator: ".")
  }

  /// The last component of a dotted name.
  static func unqualified(_ name: String) -> String {
    guard let dot = name.lastIndex(of: ".") else { return name }
    return String(name[name.index(after: dot)...])
  }
}
