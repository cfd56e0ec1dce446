internal import CXylemTemplates
package import XylemErrors

/// The files of a new plugin. They build, and pass `xylem plugin check`, unchanged.
package struct PluginTemplate {
  /// The language of a plugin.
  package enum Language: String, Sendable, CaseIterable {
    case c
    case swift
  }

  private let language: Language
  private let name: String
  private let package: String

  /// Creates a template with the names filled in.
  ///
  /// - Parameter package: for Swift, the location of Xylem's package: a folder, or a repository's address.
  /// - Throws: `usage` if the name is not valid in the language.
  package init(_ language: Language, name: String, package: String = "") throws(XylemError) {
    if let reason = Self.fault(in: name) { throw TemplateErrors.name(name, reason) }
    self.language = language
    self.name = name
    self.package = package
  }

  /// Paths in the plugin's folder and their contents, sorted by path.
  package var files: [(path: String, text: String)] {
    var files: [(path: String, text: String)] = []
    var index = 0
    while let file = unsafe xylem_template_file_at(index)?.pointee {
      index += 1
      guard unsafe String(cString: file.language) == language.rawValue else { continue }
      unsafe files.append((filled(String(cString: file.path)), filled(String(cString: file.text))))
    }
    return files.sorted { $0.path < $1.path }
  }

  private func filled(_ text: String) -> String {
    let isAddress = package.contains("://")
    let quoted = package.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    let last = package.split(separator: "/").last.map(String.init) ?? ""
    let identity = last.hasSuffix(".git") ? String(last.dropLast(4)) : last
    let replacements = [
      ("@NAME@", name), ("@ID@", name.lowercased().replacing("_", with: "-")),
      ("@PACKAGE@", isAddress ? identity : "xylem"),
      (
        "@XYLEM@",
        isAddress ? ".package(url: \"\(quoted)\", branch: \"main\")" : ".package(name: \"xylem\", path: \"\(quoted)\")"
      ),
    ]
    return replacements.reduce(text) { $0.replacing($1.0, with: $1.1) }
  }

  /// Returns why a name can't be used, or nil. The name becomes part of a file's name and of names in C and Swift.
  private static func fault(in name: String) -> String? {
    if name.isEmpty { return "it is empty" }
    if name.utf8.count > 64 { return "it is longer than 64 characters" }
    let scalars = Array(name.utf8)
    func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }
    if !isLetter(scalars[0]) { return "it must begin with a letter from A to Z" }
    guard scalars.allSatisfy({ isLetter($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_") }) else {
      return "only the letters A to Z, digits and underscores are allowed"
    }
    if modules.contains(name) || keywords.contains(name) { return "it is reserved in the language" }
    return nil
  }

  private static let modules: Set<String> = [
    "CXylem", "Foundation", "Glibc", "Musl", "Swift", "Synchronization", "XylemLeaf", "std",
  ]

  /// Keywords of C and of Swift, as far as one could be a name in the other.
  private static let keywords: Set<String> = [
    "actor", "any", "associatedtype", "async", "auto", "await", "bool", "break", "call", "case", "catch", "char",
    "class", "clipped", "const", "continue", "create", "default", "defer", "deinit", "destroy", "do", "double", "else",
    "enum", "extension", "extern", "fallthrough", "false", "fileprivate", "float", "for", "func", "goto", "guard", "if",
    "import", "in", "init", "inline", "inout", "int", "internal", "is", "let", "long", "main", "nil", "open",
    "operator", "package", "precedencegroup", "private", "protocol", "public", "register", "repeat", "restrict",
    "rethrows", "return", "self", "short", "signed", "sizeof", "some", "static", "struct", "subscript", "super",
    "switch", "throw", "throws", "true", "try", "typealias", "typedef", "union", "unsigned", "var", "void", "volatile",
    "where", "while", "Any", "Self", "Type",
  ]
}

/// The errors about templates.
enum TemplateErrors {
  static func name(_ name: String, _ reason: String) -> XylemError {
    XylemError(
      .usage, "'\(name)' is not a valid plugin name: \(reason)",
      remedies: ["use a name such as SamePadding or gated_unit"])
  }
}
