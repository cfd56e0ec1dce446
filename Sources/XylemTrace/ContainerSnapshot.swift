internal import XylemGraph

/// What the containers reachable from values hold, to be put back.
struct ContainerSnapshot {
  private var lists: [(TracedList, [TracedValue], NodeID?)] = []
  private var dictionaries: [(TracedDictionary, [(key: TracedValue, value: TracedValue)], NodeID?)] = []
  private var objects: [(TracedObject, [String: TracedValue])] = []
  private var seen: Set<ObjectIdentifier> = []

  init(_ values: [TracedValue]) { for value in values { add(value) } }

  private mutating func add(_ value: TracedValue) {
    switch value {
    case .list(let list):
      guard seen.insert(ObjectIdentifier(list)).inserted else { return }
      lists.append((list, list.elements, list.symbol))
      for element in list.elements { add(element) }
    case .tuple(let elements, _): for element in elements { add(element) }
    case .dictionary(let dictionary):
      guard seen.insert(ObjectIdentifier(dictionary)).inserted else { return }
      dictionaries.append((dictionary, dictionary.entries, dictionary.symbol))
      for entry in dictionary.entries { add(entry.value) }
    case .object(let object):
      guard seen.insert(ObjectIdentifier(object)).inserted else { return }
      objects.append((object, object.fields))
      for field in object.fields.values { add(field) }
    default: break
    }
  }

  func restore() {
    for (list, elements, symbol) in lists { (list.elements, list.symbol) = (elements, symbol) }
    for (dictionary, entries, symbol) in dictionaries { (dictionary.entries, dictionary.symbol) = (entries, symbol) }
    for (object, fields) in objects { object.fields = fields }
  }
}
