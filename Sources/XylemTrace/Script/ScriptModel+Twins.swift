internal import OrderedCollections
internal import XylemGraph
internal import XylemTensor

/// Modules with several paths.
///
/// An archive shows some of them: one object is reached twice. Scripting and tracing, however, create one object for
/// each path, and of a module that the author used twice only the tensors are shared. Modules of one type with equal
/// attributes, all of whose tensors share their memory, are treated as one module.
struct ModuleTwins: Sendable {
  /// The first path in the module tree of the same module, by the path of a module. Paths below it are left out.
  private(set) var firstPaths: [String: String] = [:]

  private var numbers: [Contents: Int] = [:]
  private var firstByNumber: [Int: String] = [:]
  private var numbersByIdentity: [UInt64: (number: Int, hasTensors: Bool)] = [:]

  init(_ model: ScriptModel) {
    // In the order of the tree a module precedes its submodules, so that whole duplicates are found before their parts.
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

  /// The first path of the object at a path.
  func first(_ path: String) -> String { firstPaths.isEmpty ? path : Self.first(path, firstPaths) }

  /// The first path, according to ``firstPaths`` of the module or of one that contains it.
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

  // MARK: - The contents of modules

  private struct Contents: Hashable {
    let type: String
    let parts: [Part]
  }

  private enum Part: Hashable {
    case tensor(String, address: UInt, sizes: [Int], strides: [Int])
    case module(String, Int)
    case value(String, NodeInput?)
  }

  /// A number shared by modules with the same contents.
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
        // Unknown memory, or memory of a constant expansion, does not identify a tensor.
        guard let range = tensor.addressRange, let sizes = tensor.knownSizes, let strides = try? tensor.strides,
          sizes.allSatisfy({ $0 == 1 }) || strides.contains(where: { $0 != 0 })
        else {
          isUnique = true
          continue
        }
        hasTensors = true
        parts.append(.tensor(name, address: range.lowerBound, sizes: sizes, strides: strides))
      case .value(let value): parts.append(.value(name, NodeInput(literal: value)))
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
