internal import XylemGraph

/// Gives nodes their names. A lookup takes constant time.
package struct NodeNamer: Sendable {
  private let naming: Naming
  /// Paths of real modules, which no other node may take with exact naming.
  private let modulePaths: Set<String>
  private var names: [String: Use] = [:]
  private var hiddenCount = 0
  /// The module whose path the latest name would have been, with exact naming.
  package private(set) var skippedModule: String?

  /// The state of a name so far. Hashing names is most of the namer's work, so each name is looked up as rarely as
  /// possible.
  private struct Use {
    /// Whether a node has exactly this name.
    var isTaken = false
    /// The number for the next node that would have this name, if there was one before.
    var next: Int?

    /// Whether the name was free.
    mutating func take() -> Bool {
      defer { isTaken = true }
      return !isTaken
    }

    /// Gives the name itself to the first node that requests it, and a numbered name to later ones.
    mutating func give() -> Given {
      if let number = next {
        next = number + 1
        return .number(number)
      }
      defer { isTaken = true }
      next = 1
      return isTaken ? .taken : .itself
    }
  }

  private enum Given {
    case itself
    case number(Int)
    case taken
  }

  package init(naming: Naming, modulePaths: Set<String>) {
    self.naming = naming
    self.modulePaths = modulePaths
  }

  /// A name for a call of a leaf module at a path.
  package mutating func name(forModule path: String, rootType: @autoclosure () -> String) -> String {
    let path = path.isEmpty ? rootType() : path
    return naming == .exact ? exactName(path, isModule: true) : numberedName(path)
  }

  /// A name for an operation in a module.
  package mutating func name(forOperation operation: String, in path: String) -> String {
    let base = path.isEmpty ? operation : path + "." + operation
    return naming == .exact ? exactName(base, isModule: false) : numberedName(base)
  }

  /// A name for a parameter, a buffer or another attribute that is read in a module.
  package mutating func name(forAttribute attribute: String, in path: String) -> String {
    guard naming == .torchvision else { return exactName(attribute, isModule: false) }
    var flat = attribute.split(separator: ".").joined(separator: "_")
    if flat.first?.isNumber == true { flat = "_" + flat }
    return numberedName(path.isEmpty ? flat : path + "." + flat)
  }

  /// A name for a node that name lists leave out.
  package mutating func name(forHidden operation: String, in path: String) -> String {
    hiddenCount += 1
    return (path.isEmpty ? "" : path + ".") + operation + "'\(hiddenCount)"
  }

  private mutating func exactName(_ base: String, isModule: Bool) -> String {
    let isFree = isModule || !modulePaths.contains(base)
    skippedModule = isFree ? nil : base
    if isFree, take(base) { return base }
    var number = names[base]?.next ?? 1
    while true {
      let candidate = "\(base)_\(number)"
      number += 1
      if modulePaths.contains(candidate) {
        skippedModule = candidate
      } else if take(candidate) {
        names[base, default: Use()].next = number
        return candidate
      }
    }
  }

  /// Whether the name was free.
  private mutating func take(_ name: String) -> Bool { names[name, default: Use()].take() }

  /// torchvision's rule: a trailing number is stripped. If a node with the same remaining name exists, the number after
  /// that of the latest such node is added.
  private mutating func numberedName(_ full: String) -> String {
    let base = Self.splitNumber(full)?.base ?? full
    switch names[base, default: Use()].give() {
    case .itself:
      // The numbering of the remaining name continues from there.
      if let (rest, number) = Self.splitNumber(base) { names[rest, default: Use()].next = number + 1 }
      return base
    case .taken:
      return primed(base)
    case .number(let number):
      let name = "\(base)_\(number)"
      let use = names.updateValue(Use(isTaken: true, next: 1), forKey: name)
      return use?.isTaken == true ? primed(name) : name
    }
  }

  /// An unused name, for one that is taken.
  private mutating func primed(_ taken: String) -> String {
    var name = taken
    repeat { name += "'" } while !take(name)
    return name
  }

  /// `("conv", 1)` for `conv_1`. Nil for a name without a number.
  private static func splitNumber(_ name: String) -> (base: String, number: Int)? {
    // Works on bytes, not characters: most names don't end in a digit, and every name is checked.
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
