internal import OrderedCollections
internal import XylemGraph
internal import XylemTensor

/// Modules that stand under several paths.
///
/// An archive says so of some: one object is reached twice. Scripting and tracing make an object for every path, though, and of a module
/// that the author used twice only the tensors are still one. Modules of one type with the same attributes, all of whose tensors are
/// the same memory, are taken for one module.
struct ModuleTwins: Sendable {
  /// By the path of a module: the first path in the module tree that reaches the same module. What is below is left out.
  private(set) var firstPaths: [String: String] = [:]

  private var numbers: [Contents: Int] = [:]
  private var firstByNumber: [Int: String] = [:]
  private var numbersByIdentity: [UInt64: (number: Int, hasTensors: Bool)] = [:]

  init(_ model: ScriptModel) {
    // The tree's order, in which a module comes before those in it, so that whole twins are found before their parts.
    for module in model.modules {
      for (name, attribute) in module.attributes {
        guard case .module(let child) = attribute.content else { continue }
        let path = module.path(of: name)
        if child.path != path { firstPaths[path] = child.path }
      }
      let (number, hasTensors) = number(of: module)
      guard hasTensors else { continue }
      if let first = firstByNumber[number] {
        if !isWithinTwin(module.path) { firstPaths[module.path] = first }
      } else {
        firstByNumber[number] = module.path
      }
    }
    (numbers, firstByNumber, numbersByIdentity) = ([:], [:], [:])
  }

  /// The first path that reaches what a path reaches.
  func first(_ path: String) -> String { firstPaths.isEmpty ? path : Self.first(path, firstPaths) }

  /// The first path, by what ``firstPaths`` says of the module or of one that it is in.
  static func first(_ path: String, _ firstPaths: [String: String]) -> String {
    var path = path
    // Each step leads to an earlier place in the tree.
    for _ in 0..<64 {
      guard let replaced = step(path, firstPaths) else { return path }
      path = replaced
    }
    return path
  }

  private static func step(_ path: String, _ firstPaths: [String: String]) -> String? {
    var end = path.endIndex
    while true {
      if let first = firstPaths[String(path[..<end])] { return first + path[end...] }
      guard let dot = path[..<end].lastIndex(of: ".") else { return nil }
      end = dot
    }
  }

  private func isWithinTwin(_ path: String) -> Bool { Self.step(path, firstPaths) != nil }

  // MARK: - What modules hold

  private struct Contents: Hashable {
    let type: String
    let parts: [Part]
  }

  private enum Part: Hashable {
    case tensor(String, address: UInt, sizes: [Int], strides: [Int])
    case module(String, Int)
    case value(String, Argument?)
  }

  /// A number that modules with the same contents share.
  private mutating func number(of module: ScriptModule) -> (number: Int, hasTensors: Bool) {
    if let known = numbersByIdentity[module.identity] { return known }
    var parts: [Part] = []
    var hasTensors = false
    var isUnique = false
    for (name, attribute) in module.attributes where name != "training" {
      switch attribute.content {
      case .module(let child):
        let inner = number(of: child)
        hasTensors = hasTensors || inner.hasTensors
        parts.append(.module(name, inner.number))
      case .value(.tensor(let tensor)):
        // Memory of which nothing is known, or that stands for many numbers, identifies no tensor.
        guard let range = tensor.addressRange, let sizes = tensor.knownSizes, let strides = try? tensor.strides,
          sizes.allSatisfy({ $0 == 1 }) || strides.contains(where: { $0 != 0 })
        else {
          isUnique = true
          continue
        }
        hasTensors = true
        parts.append(.tensor(name, address: range.lowerBound, sizes: sizes, strides: strides))
      case .value(let value): parts.append(.value(name, Argument(literal: value)))
      }
    }
    let contents = Contents(type: module.type, parts: parts)
    let number = isUnique ? nil : numbers[contents]
    let result = (number: number ?? numbersByIdentity.count, hasTensors: hasTensors && !isUnique)
    if number == nil, !isUnique { numbers[contents] = result.number }
    numbersByIdentity[module.identity] = result
    return result
  }
}
