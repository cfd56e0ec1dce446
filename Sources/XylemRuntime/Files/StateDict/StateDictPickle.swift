import XylemErrors

/// Finds the state dict in a pickle.
struct StateDictPickle {
  private let pickle: Pickle
  private let path: String

  /// Where training scripts keep the state dict beside an optimizer's and numbers.
  private static let wrappers = ["state_dict", "model", "model_state_dict"]

  /// The tensors by key, in the pickle's order.
  ///
  /// - Throws: `file.unsupported` where it is of something else, `file.malformed` for a key that is there twice.
  static func entries(_ pickle: Pickle, path: String) throws(XylemError) -> [(key: String, tensor: PickleTensor)] {
    let dict = StateDictPickle(pickle: pickle, path: path)
    return try dict.tensors(in: dict.find())
  }

  /// The dictionary's keys with the numbers of their values.
  private func find() throws(XylemError) -> [(key: String, value: Int)] {
    let entries: [(key: String, value: Int)]
    switch pickle.nodes[pickle.root] {
    case .dictionary(let found): entries = try named(found)
    case .object(let name): throw XylemError.unsupported(path, .module(name))
    case let other: throw XylemError.unsupported(path, .notDictionary(other.typeName))
    }
    var wrapped: [(key: String, entries: [(key: Int, value: Int)])] = []
    for (key, value) in entries where Self.wrappers.contains(key) {
      if case .dictionary(let inner) = pickle.nodes[value] { wrapped.append((key, inner)) }
    }
    guard wrapped.count < 2 else {
      throw XylemError.unsupported(path, .twoDictionaries(wrapped[0].key, wrapped[1].key))
    }
    guard let found = wrapped.first else { return entries }
    return try named(found.entries)
  }

  private func named(_ entries: [(key: Int, value: Int)]) throws(XylemError) -> [(key: String, value: Int)] {
    var seen: Set<ExactText> = []
    var result: [(key: String, value: Int)] = []
    for (key, value) in entries {
      guard case .text(let name) = pickle.nodes[key] else {
        throw XylemError.unsupported(path, .keyIsNoText(pickle.nodes[key].typeName))
      }
      guard seen.insert(ExactText(name)).inserted else { throw XylemError.malformed(path, .keyTwice(name)) }
      result.append((name, value))
    }
    return result
  }

  private func tensors(
    in entries: [(key: String, value: Int)]
  ) throws(XylemError) -> [(key: String, tensor: PickleTensor)] {
    var result: [(key: String, tensor: PickleTensor)] = []
    for (key, value) in entries {
      guard case .tensor(let tensor) = pickle.nodes[value] else {
        throw XylemError.unsupported(path, .notTensor(key: key, type: pickle.nodes[value].typeName))
      }
      result.append((key, tensor))
    }
    return result
  }
}
