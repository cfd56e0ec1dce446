package import XylemErrors

/// The tensors in a pickle's dictionaries.
///
/// Each dictionary is visited once, by the first path that leads to it, so that a small pickle can't cause much work.
package struct StateDictPickle {
  /// Deeper dictionaries are listed without visiting them.
  private static let depthLimit = 16

  /// The tensors with their paths, in the pickle's order.
  package private(set) var tensors: [(key: String, tensor: PickleTensor)] = []
  /// The paths of the dictionaries in the outermost one.
  package private(set) var dictionaries: [String] = []
  /// Everything else in those dictionaries.
  package private(set) var others: [(key: String, type: String)] = []

  private let pickle: Pickle
  private let path: String
  private var visited: Set<Int> = []
  private var seen: Set<ExactText> = []

  /// Visits the dictionaries.
  ///
  /// - Throws: `file.unsupported` if the pickle is not a dictionary, or has other values but no tensor;
  ///   `file.malformed` for a duplicate path.
  package init(_ pickle: Pickle, path: String) throws(XylemError) {
    self.pickle = pickle
    self.path = path
    switch pickle.nodes[pickle.root] {
    case .dictionary(let entries):
      visited.insert(pickle.root)
      try add(entries, prefix: "", depth: 1)
    case .object(let name): throw XylemError.unsupported(path, .module(name))
    case let other: throw XylemError.unsupported(path, .notDictionary(other.typeName))
    }
    if tensors.isEmpty, let first = others.first {
      throw XylemError.unsupported(path, .noTensor(key: first.key, type: first.type))
    }
  }

  private mutating func add(
    _ entries: [(key: Int, value: Int)], prefix: String, depth: Int
  ) throws(XylemError) {
    for (key, value) in entries {
      guard case .text(let name) = pickle.nodes[key] else {
        others.append((prefix + pickle.nodes[key].printableKey, pickle.nodes[value].typeName))
        continue
      }
      guard seen.insert(ExactText(prefix + name)).inserted else {
        throw XylemError.malformed(path, .keyTwice(prefix + name))
      }
      switch pickle.nodes[value] {
      case .tensor(let tensor): tensors.append((prefix + name, tensor))
      case .dictionary(let inner) where depth < Self.depthLimit && visited.insert(value).inserted:
        dictionaries.append(prefix + name)
        try add(inner, prefix: prefix + name + ".", depth: depth + 1)
      case let other: others.append((prefix + name, other.typeName))
      }
    }
  }
}

extension PickleNode {
  /// The printed form of a dictionary key that is not a string.
  fileprivate var printableKey: String {
    switch self {
    case .int(let number): "[\(number)]"
    case let other: "[\(other.typeName)]"
    }
  }
}
