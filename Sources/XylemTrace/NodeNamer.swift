internal import XylemGraph

/// Gives nodes their names. Looking a name up takes constant time.
struct NodeNamer: Sendable {
  private let naming: Naming
  /// Paths of real modules, which no other node may take under exact naming.
  private let modulePaths: Set<String>
  private var taken: Set<String> = []
  /// For each name without its number: the number that the next one gets.
  private var next: [String: Int] = [:]
  private var hiddenCount = 0

  init(naming: Naming, modulePaths: Set<String>) {
    self.naming = naming
    self.modulePaths = modulePaths
  }

  /// A name for a call of a leaf module at a path.
  mutating func name(forModule path: String, rootType: @autoclosure () -> String) -> String {
    let path = path.isEmpty ? rootType() : path
    return naming == .exact ? exactName(path, isModule: true) : numberedName(path)
  }

  /// A name for an operation in a module.
  mutating func name(forOperation operation: String, in path: String) -> String {
    let base = path.isEmpty ? operation : path + "." + operation
    return naming == .exact ? exactName(base, isModule: false) : numberedName(base)
  }

  /// A name for a parameter, a buffer or another attribute that is read in a module.
  mutating func name(forAttribute attribute: String, in path: String) -> String {
    guard naming == .torchvision else { return exactName(attribute, isModule: false) }
    var flat = attribute.split(separator: ".").joined(separator: "_")
    if flat.first?.isNumber == true { flat = "_" + flat }
    return numberedName(path.isEmpty ? flat : path + "." + flat)
  }

  /// A name for a node that lists of names leave out.
  mutating func name(forHidden operation: String, in path: String) -> String {
    hiddenCount += 1
    return (path.isEmpty ? "" : path + ".") + operation + "'\(hiddenCount)"
  }

  private mutating func exactName(_ base: String, isModule: Bool) -> String {
    if (isModule || !modulePaths.contains(base)), taken.insert(base).inserted { return base }
    var number = next[base] ?? 1
    while true {
      let candidate = "\(base)_\(number)"
      number += 1
      if !modulePaths.contains(candidate), taken.insert(candidate).inserted {
        next[base] = number
        return candidate
      }
    }
  }

  /// torchvision's rule: a trailing number is stripped, then one more than that of the latest node with the same rest is
  /// added, where there is such a node.
  private mutating func numberedName(_ full: String) -> String {
    let base = Self.splitNumber(full)?.base ?? full
    var name = base
    if let number = next[base] { name = "\(base)_\(number)" }
    // Later searches for this very name start after it, as do those for what is left of it without its number.
    next[name] = 1
    if let (rest, number) = Self.splitNumber(name) { next[rest] = number + 1 }
    while !taken.insert(name).inserted { name += "'" }
    return name
  }

  /// `("conv", 1)` for `conv_1`; nil for a name without a number.
  private static func splitNumber(_ name: String) -> (base: String, number: Int)? {
    // Bytes, not characters: most names end in no digit, and this is asked of every name.
    let bytes = name.utf8
    var start = bytes.endIndex
    while start > bytes.startIndex {
      let before = bytes.index(before: start)
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[before]) else { break }
      start = before
    }
    guard start < bytes.endIndex, start > bytes.startIndex else { return nil }
    let underscore = bytes.index(before: start)
    guard bytes[underscore] == UInt8(ascii: "_"), underscore > bytes.startIndex, let number = Int(name[start...]) else {
      return nil
    }
    return (String(name[..<underscore]), number)
  }
}
