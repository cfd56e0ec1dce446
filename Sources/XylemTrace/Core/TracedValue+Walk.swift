internal import XylemGraph

/// Questions about a value and everything in it. Each container is visited once, however often it is shared and however
/// deeply it is nested.
extension TracedValue {
  /// Whether the value, or anything in its containers, satisfies a condition. Containers that are known only at run time are
  /// not inspected.
  ///
  /// - Parameter inObjects: whether fields of objects count.
  func contains(inObjects: Bool = false, where condition: (TracedValue) -> Bool) -> Bool {
    if case .literal = self { return condition(self) }
    var pending = [self]
    var seen: Set<ObjectIdentifier> = []
    while let value = pending.popLast() {
      if condition(value) { return true }
      switch value {
      case .list(let list) where list.symbol == nil && seen.insert(ObjectIdentifier(list)).inserted:
        pending += list.elements
      case .dictionary(let dictionary)
      where dictionary.symbol == nil && seen.insert(ObjectIdentifier(dictionary)).inserted:
        for entry in dictionary.entries { pending += [entry.key, entry.value] }
      case .tuple(let tuple) where seen.insert(ObjectIdentifier(tuple)).inserted: pending += tuple.elements
      case .object(let object) where inObjects && seen.insert(ObjectIdentifier(object)).inserted:
        pending += object.fields.values
      case .future(let inner): pending.append(inner)
      default: break
      }
    }
    return false
  }

  /// Whether the value, with all its parts, is known now and needs no tensor.
  var isLiteral: Bool {
    !contains { part in
      switch part {
      case .literal, .tuple: false
      case .list(let list): list.symbol != nil
      case .dictionary(let dictionary): dictionary.symbol != nil
      default: true
      }
    }
  }

  /// Whether any part of the value is known only at run time.
  var isSymbolic: Bool { contains(inObjects: true) { $0.symbolizes } }

  /// Whether any part of the value is known only at run time, or is a tensor or another object of the model.
  var readsTensor: Bool {
    contains(inObjects: true) { part in
      switch part {
      case .attribute, .constant: true
      default: part.symbolizes
      }
    }
  }

  private var symbolizes: Bool {
    switch self {
    case .symbol, .message, .number: true
    case .list(let list): list.symbol != nil
    case .dictionary(let dictionary): dictionary.symbol != nil
    default: false
    }
  }

  /// Whether the value contains a list or dictionary that the tracer holds.
  var holdsContainers: Bool {
    contains { part in
      switch part {
      case .list(let list): list.symbol == nil
      case .dictionary(let dictionary): dictionary.symbol == nil
      default: false
      }
    }
  }

  /// Whether it is or contains an empty list or dictionary.
  var hasEmptyContainer: Bool {
    contains { part in
      switch part {
      case .list(let list): list.elements.isEmpty
      case .dictionary(let dictionary): dictionary.entries.isEmpty
      default: false
      }
    }
  }

  /// Whether a container contains a container.
  var nestsContainers: Bool {
    switch self {
    case .list(let list): list.symbol == nil && list.elements.contains(where: \.holdsContainers)
    case .dictionary(let dictionary):
      dictionary.symbol == nil && dictionary.entries.contains { $0.value.holdsContainers }
    case .tuple: holdsContainers
    default: false
    }
  }
}

/// Visits the lists, dictionaries and objects reachable from values, each once, however deeply they are nested.
struct ContainerWalk {
  private var pending: [TracedValue]
  private var seen: Set<ObjectIdentifier> = []
  /// Whether a container was reached a second time.
  private(set) var meetsTwice = false

  init(_ values: [TracedValue]) { pending = values }

  /// The next container. Nil if all were visited.
  mutating func next() -> TracedValue? {
    while let value = pending.popLast() {
      switch value {
      case .list(let list):
        guard isNew(list) else { continue }
        pending += list.elements.filter(\.mayHoldContainers)
        return value
      case .dictionary(let dictionary):
        guard isNew(dictionary) else { continue }
        for entry in dictionary.entries {
          if entry.key.mayHoldContainers { pending.append(entry.key) }
          if entry.value.mayHoldContainers { pending.append(entry.value) }
        }
        return value
      case .object(let object):
        guard isNew(object) else { continue }
        pending += object.fields.values.filter(\.mayHoldContainers)
        return value
      case .tuple(let tuple):
        if seen.insert(ObjectIdentifier(tuple)).inserted {
          pending += tuple.elements.filter(\.mayHoldContainers)
        } else if !meetsTwice {
          meetsTwice = value.contains(inObjects: true, where: \.isContainer)
        }
      case .future(let inner): pending.append(inner)
      default: continue
      }
    }
    return nil
  }

  private mutating func isNew(_ container: AnyObject) -> Bool {
    let isNew = seen.insert(ObjectIdentifier(container)).inserted
    meetsTwice = meetsTwice || !isNew
    return isNew
  }
}

extension TracedValue {
  fileprivate var isContainer: Bool {
    switch self {
    case .list, .dictionary, .object: true
    default: false
    }
  }

  fileprivate var mayHoldContainers: Bool {
    switch self {
    case .tuple, .future: true
    default: isContainer
    }
  }
}
