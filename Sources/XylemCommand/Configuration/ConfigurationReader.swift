internal import Foundation
internal import XylemErrors
internal import XylemTrace
internal import Yams

/// Reads the YAML of a configuration strictly.
struct ConfigurationReader {
  private static let keys = [
    "leaf", "wrap", "no-default-leaves", "auto-leaf", "naming", "concrete", "symbolic", "shape", "plugins",
    "wrap-symbol",
    "allow-asserted",
    "weights", "expectations",
  ]
  private static let pluginKeys = ["path", "sha256", "prefer"]

  let file: String

  func read(_ text: String) throws(XylemError) -> Configuration {
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      throw ConfigurationErrors.yaml(error, of: file, text: text)
    }
    var configuration = Configuration(file: file)
    guard let root, kind(of: root) != .null else { return configuration }
    for (key, value) in try entries(of: root, "the configuration", keys: Self.keys) {
      try set(key, value, in: &configuration)
    }
    return configuration
  }

  private func set(_ key: String, _ value: Node, in configuration: inout Configuration) throws(XylemError) {
    let what = "'\(key)'"
    switch key {
    case "leaf":
      configuration.leaves = try texts(value, what)
      if let index = configuration.leaves.firstIndex(where: { $0.isEmpty || $0 == "path:" }) {
        throw malformed("element \(index + 1) of 'leaf' needs a type, or a path after 'path:'", value)
      }
    case "wrap": configuration.wrapped = try texts(value, what)
    case "no-default-leaves": configuration.noDefaultLeaves = try truth(value, what)
    case "auto-leaf": configuration.autoLeaf = try truth(value, what)
    case "naming": configuration.naming = try naming(value, what)
    case "concrete": configuration.concrete = try concrete(value, what)
    case "symbolic": configuration.symbolic = try texts(value, what)
    case "shape":
      for (index, text) in try texts(value, what).enumerated() {
        configuration.shapes.append(try shape(text, index, value))
      }
    case "plugins": configuration.plugins = try plugins(value, what)
    case "wrap-symbol": configuration.wrapSymbols = try texts(value, what).map(resolvedSymbol)
    case "allow-asserted": configuration.allowAsserted = try truth(value, what)
    case "weights": configuration.weights = resolved(try text(value, what))
    default: configuration.expectations = try expectations(value, what)
    }
  }

  // MARK: - Values with a meaning

  private func naming(_ value: Node, _ what: String) throws(XylemError) -> Naming {
    let name = try text(value, what)
    let names = Naming.allCases.map(\.rawValue)
    guard let naming = Naming(rawValue: name) else {
      throw ConfigurationErrors.malformed(
        "\(what) is '\(name)'; \(names.map { "'\($0)'" }.joined(separator: " or ")) is expected", at: value.mark,
        of: file,
        remedies: nearMisses(of: name, among: names).map { "naming: \($0)" })
    }
    return naming
  }

  private func concrete(_ value: Node, _ what: String) throws(XylemError) -> [ConcreteValue] {
    var values: [ConcreteValue] = []
    for (name, value) in try entries(of: value, what, keys: nil) {
      values.append(try concreteValue(value, name))
    }
    return values
  }

  private func concreteValue(_ value: Node, _ name: String) throws(XylemError) -> ConcreteValue {
    if case .scalar(let scalar) = value {
      if kind(of: value) == .text { return ConcreteValue(name, string: scalar.string) }
      let text = scalar.string == "~" ? "null" : scalar.string.lowercased()
      // YAML treats some words, such as `yes`, as Booleans. They are not Booleans here.
      if scalar.style == .plain, let fixed = ConcreteValue(argument: "\(name)=\(text)"), !fixed.isString {
        return fixed
      }
    }
    throw malformed("'\(name)' is \(describe(value)); a number, true, false, null or a string is expected", value)
  }

  private func shape(_ text: String, _ index: Int, _ value: Node) throws(XylemError) -> ShapeOption {
    guard let shape = ShapeOption(argument: text) else {
      throw malformed(
        "element \(index + 1) of 'shape' is '\(text)'; \(ShapeOption.allValueStrings[0]) is expected", value)
    }
    return shape
  }

  private func plugins(_ value: Node, _ what: String) throws(XylemError) -> [Configuration.Plugin] {
    guard case .sequence(let list) = value, kind(of: value) == .list else {
      throw malformed("\(what) is \(describe(value)); a list of plugins is expected", value)
    }
    var plugins: [Configuration.Plugin] = []
    for (index, value) in list.enumerated() {
      let plugin = try plugin(value, "element \(index + 1) of 'plugins'")
      if plugins.contains(where: { $0.path == plugin.path }) {
        throw malformed("the plugin '\(plugin.path)' is given twice", value)
      }
      plugins.append(plugin)
    }
    return plugins
  }

  private func plugin(_ value: Node, _ what: String) throws(XylemError) -> Configuration.Plugin {
    var path: String?
    var digest: String?
    var prefer: [String] = []
    for (key, value) in try entries(of: value, what, keys: Self.pluginKeys) {
      switch key {
      case "path": path = resolved(try text(value, "'path'"))
      case "sha256":
        let text = try text(value, "'sha256'", quoteless: true).lowercased()
        guard text.utf8.count == 64, text.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) else {
          throw malformed("'sha256' is '\(text)'; 64 hexadecimal digits are expected", value)
        }
        digest = text
      default: prefer = try texts(value, "'prefer'")
      }
    }
    guard let path else { throw malformed("\(what) has no 'path'", value) }
    guard let digest else { throw ConfigurationErrors.noDigest(of: path, at: value.mark, of: file) }
    return Configuration.Plugin(path: path, sha256: digest, prefer: prefer)
  }

  // MARK: - Paths

  /// Paths are joined, not normalised: only the file system knows where ".." leads.
  private func resolved(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    var rest = path[...]
    while rest.hasPrefix("./") { rest = rest.dropFirst(2).drop { $0 == "/" } }
    return URL(fileURLWithPath: file).deletingLastPathComponent().path + "/" + rest
  }

  /// A library name without a slash is resolved by the dynamic loader.
  private func resolvedSymbol(_ symbol: String) -> String {
    guard let colon = symbol.firstIndex(of: ":"), symbol[..<colon].contains("/") else { return symbol }
    return resolved(String(symbol[..<colon])) + symbol[colon...]
  }

  // MARK: - Plain values

  func malformed(_ message: String, _ node: Node) -> XylemError {
    ConfigurationErrors.malformed(message, at: node.mark, of: file)
  }

  /// The entries of a mapping, in order. Any key is allowed if `keys` is nil.
  func entries(
    of node: Node, _ what: String, keys: [String]?
  ) throws(XylemError) -> [(key: String, value: Node)] {
    guard case .mapping(let mapping) = node, kind(of: node) == .mapping else {
      throw malformed("\(what) is \(describe(node)); a mapping is expected", node)
    }
    var entries: [(String, Node)] = []
    for (key, value) in mapping {
      guard case .scalar(let name) = key else { throw malformed("a key of \(what) is \(describe(key))", key) }
      if let keys, !keys.contains(name.string) {
        throw ConfigurationErrors.unknownKey(name.string, among: keys, at: key.mark, of: file)
      }
      entries.append((name.string, value))
    }
    return entries
  }

  func text(_ node: Node, _ what: String, quoteless: Bool = false) throws(XylemError) -> String {
    guard case .scalar(let scalar) = node, kind(of: node) == .text || quoteless else {
      var remedies: [String] = []
      if case .scalar(let scalar) = node, kind(of: node) != .null {
        remedies = ["put it in quotes: \"\(scalar.string)\""]
      }
      throw ConfigurationErrors.malformed(
        "\(what) is \(describe(node)); a string is expected", at: node.mark, of: file, remedies: remedies)
    }
    guard !scalar.string.isEmpty else { throw malformed("\(what) is empty", node) }
    return scalar.string
  }

  func texts(_ node: Node, _ what: String) throws(XylemError) -> [String] {
    guard case .sequence(let list) = node, kind(of: node) == .list else {
      var remedies: [String] = []
      if case .scalar(let scalar) = node, kind(of: node) == .text { remedies = ["[\"\(scalar.string)\"]"] }
      throw ConfigurationErrors.malformed(
        "\(what) is \(describe(node)); a list of strings is expected", at: node.mark, of: file, remedies: remedies)
    }
    var texts: [String] = []
    for (index, element) in list.enumerated() { texts.append(try text(element, "element \(index + 1) of \(what)")) }
    return texts
  }

  private func truth(_ node: Node, _ what: String) throws(XylemError) -> Bool {
    if case .scalar(let scalar) = node, scalar.style == .plain, let truth = Bool(scalar.string) { return truth }
    throw malformed("\(what) is \(describe(node)); true or false is expected", node)
  }

  enum Kind: Equatable { case text, null, mapping, list, other(String) }

  /// How YAML interprets a node; `no` is a Boolean.
  func kind(of node: Node) -> Kind {
    switch node {
    case .mapping: return node.tag.shortName == "map" ? .mapping : .other("of the type '\(node.tag.shortName)'")
    case .sequence: return node.tag.shortName == "seq" ? .list : .other("of the type '\(node.tag.shortName)'")
    case .alias: return .other("an alias")
    case .scalar(let scalar):
      switch node.tag.shortName {
      case "str": return .text
      case "null": return .null
      case "bool": return .other("the Boolean '\(scalar.string)'")
      case "int", "float": return .other("the number \(scalar.string)")
      case let other: return .other("of the type '\(other)'")
      }
    }
  }

  func describe(_ node: Node) -> String {
    switch kind(of: node) {
    case .text: "the string '\(node.scalar?.string ?? "")'"
    case .null: "null"
    case .mapping: "a mapping"
    case .list: "a list"
    case .other(let words): words
    }
  }
}

extension Tag {
  /// Without the names of YAML's own types.
  fileprivate var shortName: String {
    let name = description
    return name.hasPrefix("tag:yaml.org,2002:") ? String(name.dropFirst(18)) : name
  }
}
