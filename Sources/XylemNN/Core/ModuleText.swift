internal import OrderedCollections
internal import XylemGraph

extension Module: CustomStringConvertible {
  /// The module with everything below it, as PyTorch prints it.
  ///
  ///     Sequential(
  ///       (0): Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1))
  ///       (1): ReLU()
  ///     )
  ///
  /// Never creates a parameter's elements, and never fails: parts that can't be listed are printed as three dots.
  public var description: String { ModuleText().text(of: self) }
}

/// Modules as PyTorch prints them.
struct ModuleText {
  private let kinds = PropertyKinds()
  /// The enclosing modules, to detect cycles.
  private var open: Set<ObjectIdentifier> = []

  /// The meaning of a name: a module, or a list or dictionary of modules.
  private indirect enum Part {
    case module(Module)
    case group([(key: String, part: Part)])
  }

  func text(of module: Module) -> String {
    let type = Swift.type(of: module).typeName
    let name = type.split(separator: ".").last.map(String.init) ?? type
    var inner = self
    guard inner.open.insert(ObjectIdentifier(module)).inserted else { return "\(name)(...)" }
    let own = module.extraDescription
    let lines: [String]
    if let part = module as? PartModule {
      lines = inner.lines(of: part.tree)
    } else {
      guard let members = try? ModuleMembers(of: module, path: "", type: type, kinds) else { return "\(name)(...)" }
      let parts = Self.grouped(members.children.map { ($0.key.split(separator: ".")[...], $0.1) })
      lines = parts.map { "(\($0.key)): " + Self.indented(inner.text(of: $0.part)) }
    }
    return Self.text(name, own, lines)
  }

  private static func text(_ name: String, _ own: String, _ lines: [String]) -> String {
    if lines.isEmpty, !own.contains("\n") { return "\(name)(\(own))" }
    let all = own.split(separator: "\n").map(String.init) + lines
    return "\(name)(\n  " + all.joined(separator: "\n  ") + "\n)"
  }

  /// The modules that a part of a model needs.
  private func lines(of tree: PartTree) -> [String] {
    tree.children.map { key, child in
      let name = child.type.split(separator: ".").last.map(String.init) ?? child.type
      let text =
        child.isComplete
        ? text(of: child.module) : Self.text(name, child.module.extraDescription, lines(of: child))
      return "(\(key)): " + Self.indented(text)
    }
  }

  private func text(of part: Part) -> String {
    switch part {
    case .module(let module): return text(of: module)
    case .group(let parts):
      let isList = parts.enumerated().allSatisfy { String($0.offset) == $0.element.key }
      let texts = parts.map { text(of: $0.part) }
      let lines = isList ? Self.list(texts) : zip(parts, texts).map { "(\($0.key)): " + Self.indented($1) }
      return (isList ? "ModuleList" : "ModuleDict") + "(\n  " + lines.joined(separator: "\n  ") + "\n)"
    }
  }

  /// The elements of a list; equal neighbours share a line.
  private static func list(_ texts: [String]) -> [String] {
    var lines: [String] = []
    var start = 0
    while start < texts.count {
      let end = texts[start...].firstIndex { $0 != texts[start] } ?? texts.count
      let position = end - start == 1 ? "(\(start)): " : "(\(start)-\(end - 1)): \(end - start) x "
      lines.append(indented(position + texts[start]))
      start = end
    }
    return lines
  }

  /// Children with several key components, such as modules in arrays, grouped by the first component.
  private static func grouped(_ children: [(path: ArraySlice<Substring>, module: Module)]) -> [(
    key: String, part: Part
  )] {
    var found: OrderedDictionary<String, [(path: ArraySlice<Substring>, module: Module)]> = [:]
    for (path, module) in children {
      found[path.first.map(String.init) ?? "", default: []].append((path.dropFirst(), module))
    }
    return found.map { key, below in
      if below.count == 1, below[0].path.isEmpty { return (key, .module(below[0].module)) }
      return (key, .group(grouped(below)))
    }
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  ")
  }
}

/// Values as Python writes them, for ``Module/extraDescription``.
enum Python {
  static func text(_ value: Bool) -> String { Literal.bool(value).description }
  static func text(_ value: Double) -> String { Literal.float(value).description }
  static func text(_ value: Double?) -> String { value.map { text($0) } ?? "None" }
  static func text(_ value: String) -> String { Literal.string(value).description }
  /// A tuple.
  static func text(_ values: [Int]) -> String { NodeInput.tuple(values.map { .int($0) }, names: nil).description }
  /// A number, or a tuple if there are several.
  static func text(_ sizes: Sizes) -> String { sizes.values.count == 1 ? String(sizes.values[0]) : text(sizes.values) }
  /// An argument of an operator.
  static func text(_ value: NodeInput) -> String { value.description }
}
