internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// Operators on values that the tracer holds itself: containers, which may hold symbols, and plain comparisons.
extension ScriptTracer {
  /// Runs an operator whose first argument is known to the tracer. Returns false if it needs the runtime or a node.
  func runNatively(_ statement: ScriptCode.Statement, _ inputs: [TracedValue], _ frame: CallFrame) throws -> Bool {
    switch statement.name {
    case "aten::__is__": return try identity(statement, inputs, frame, wanted: true)
    case "aten::__isnot__": return try identity(statement, inputs, frame, wanted: false)
    case "aten::__not__":
      guard case .literal(.bool(let flag)) = inputs[0] else { return false }
      frame.setOutput(.bool(!flag), of: statement)
      return true
    case "aten::wait":
      guard case .future(let value) = inputs[0] else { return false }
      frame.setOutput(value, of: statement)
      return true
    default: break
    }
    switch inputs.first {
    case .list(let list): return try listOperator(statement, list, inputs, frame)
    case .dictionary(let dictionary): return try dictionaryOperator(statement, dictionary, inputs, frame)
    case .tuple(let tuple): return try tupleOperator(statement, tuple.elements, inputs, frame)
    default: return false
    }
  }

  private func identity(
    _ statement: ScriptCode.Statement, _ inputs: [TracedValue], _ frame: CallFrame, wanted: Bool
  ) throws -> Bool {
    func give(_ same: Bool) -> Bool {
      frame.setOutput(.bool(same == wanted), of: statement)
      return true
    }
    switch (inputs[0], inputs[1]) {
    case (.literal(.none), .literal(.none)): return give(true)
    case (.literal(.none), .symbol(let id)), (.symbol(let id), .literal(.none)):
      // Only a value that may be None leaves this open until run time.
      return core.graph[id].valueType.allowsNone ? false : give(false)
    case (.literal(.none), _), (_, .literal(.none)): return give(false)
    case (.literal(.bool(let a)), .literal(.bool(let b))): return give(a == b)
    case (.literal(.int(let a)), .literal(.int(let b))): return give(a == b)
    default: return false
    }
  }

  private func listOperator(
    _ statement: ScriptCode.Statement, _ list: TracedList, _ inputs: [TracedValue], _ frame: CallFrame
  ) throws -> Bool {
    guard list.symbol == nil else { return false }
    func give(_ value: TracedValue) -> Bool {
      frame.setOutput(value, of: statement)
      return true
    }
    func write(adding count: Int = 0, _ change: () -> Void) throws -> Bool {
      try willChange(origin: list.origin)
      try spend(elements: count)
      change()
      return give(inputs[0])
    }
    switch statement.name {
    case "aten::len": return give(.int(list.elements.count))
    case "aten::__getitem__":
      guard case .literal(.int) = inputs[1] else { return false }
      return give(try item(inputs[1], of: inputs[0], statement, frame))
    case "aten::append": return try write(adding: 1) { list.elements.append(inputs[1]) }
    case "aten::extend":
      guard case .list(let other) = inputs[1], other.symbol == nil else { return false }
      return try write(adding: other.elements.count) { list.elements += other.elements }
    case "aten::insert":
      guard case .literal(.int(let at)) = inputs[1] else { return false }
      let count = list.elements.count
      return try write(adding: 1) { list.elements.insert(inputs[2], at: min(max(at < 0 ? at + count : at, 0), count)) }
    case "aten::_set_item":
      guard case .literal(.int(let at)) = inputs[1] else { return false }
      return try replace(at: at, list) { list.elements[$0] = inputs[2] } && give(inputs[0])
    case "aten::Delete":
      guard case .literal(.int(let at)) = inputs[1] else { return false }
      return try replace(at: at, list) { list.elements.remove(at: $0) }
    case "aten::pop":
      let at: Int
      if inputs.count > 1 {
        guard case .literal(.int(let given)) = inputs[1] else { return false }
        at = given
      } else {
        at = -1
      }
      var popped = TracedValue.none
      _ = try replace(at: at, list) { popped = list.elements.remove(at: $0) }
      return give(popped)
    case "aten::clear": return try write { list.elements.removeAll() }
    case "aten::reverse": return try write { list.elements.reverse() }
    case "aten::copy", "aten::list":
      try spend(elements: list.elements.count)
      return give(.list(TracedList(list.elements, type: list.type)))
    case "aten::add", "aten::add_":
      guard case .list(let other) = inputs[1], other.symbol == nil else { return false }
      if statement.name == "aten::add_" {
        return try write(adding: other.elements.count) { list.elements += other.elements }
      }
      try spend(elements: list.elements.count + other.elements.count)
      return give(.list(TracedList(list.elements + other.elements, type: list.type)))
    case "aten::mul":
      guard case .literal(.int(let times)) = try decided(inputs[1]) else { return false }
      try spend(elements: list.elements.count, times: max(0, times))
      return give(.list(TracedList((0..<max(0, times)).flatMap { _ in list.elements }, type: list.type)))
    case "aten::slice":
      return try slice(inputs, list.elements).map { give(.list(TracedList($0, type: list.type))) } ?? false
    case "aten::__contains__":
      guard let wanted = inputs[1].literalKey, list.elements.allSatisfy({ $0.literalKey != nil }) else { return false }
      return give(.bool(list.elements.contains { $0.literalKey == wanted }))
    default: return false
    }
  }

  private func replace(at position: Int, _ list: TracedList, _ change: (Int) -> Void) throws -> Bool {
    try willChange(origin: list.origin)
    let index = position < 0 ? position + list.elements.count : position
    guard list.elements.indices.contains(index) else {
      throw raised("IndexError: list index out of range")
    }
    change(index)
    return true
  }

  /// Python's `elements[start:stop:step]`. Nil if a bound is unknown.
  private func slice(_ inputs: [TracedValue], _ elements: [TracedValue]) throws -> [TracedValue]? {
    func bound(_ position: Int, _ absent: Int) -> Int? {
      guard position < inputs.count else { return absent }
      switch inputs[position] {
      case .literal(.none): return absent
      case .literal(.int(let value)): return value
      default: return nil
      }
    }
    let count = elements.count
    try spend(elements: count)
    guard let step = bound(3, 1), step > 0, var start = bound(1, 0), var stop = bound(2, count) else { return nil }
    if start < 0 { start += count }
    if stop < 0 { stop += count }
    start = min(max(start, 0), count)
    stop = min(max(stop, start), count)
    return stride(from: start, to: stop, by: step).map { elements[$0] }
  }

  private func tupleOperator(
    _ statement: ScriptCode.Statement, _ elements: [TracedValue], _ inputs: [TracedValue], _ frame: CallFrame
  ) throws -> Bool {
    switch statement.name {
    case "aten::len": frame.setOutput(.int(elements.count), of: statement)
    case "aten::__getitem__":
      guard case .literal(.int) = inputs[1] else { return false }
      frame.setOutput(try item(inputs[1], of: inputs[0], statement, frame), of: statement)
    default: return false
    }
    return true
  }

  private func dictionaryOperator(
    _ statement: ScriptCode.Statement, _ dictionary: TracedDictionary, _ inputs: [TracedValue], _ frame: CallFrame
  ) throws -> Bool {
    guard dictionary.symbol == nil else { return false }
    var inputs = inputs
    // A key that is made of the input's type or device.
    if inputs.count > 1, case .message(_, let node) = inputs[1] {
      inputs[1] = if case .literal(let key) = try decided(.symbol(node)) { .literal(key) } else { inputs[1] }
    }
    var madeType: ScriptType { frame.code.types[statement.outputs.lowerBound] }
    func give(_ value: TracedValue) -> Bool {
      frame.setOutput(value, of: statement)
      return true
    }
    func found() -> Int?? {
      guard inputs.count > 1, inputs[1].literalKey != nil else { return nil }
      return .some(dictionary.index(of: inputs[1]))
    }
    switch statement.name {
    case "aten::len": return give(.int(dictionary.entries.count))
    case "aten::keys", "aten::values", "aten::items": try spend(elements: dictionary.entries.count)
    default: break
    }
    switch statement.name {
    case "aten::keys": return give(.list(TracedList(dictionary.entries.map(\.key), type: madeType)))
    case "aten::values": return give(.list(TracedList(dictionary.entries.map(\.value), type: madeType)))
    case "aten::items":
      return give(.list(TracedList(dictionary.entries.map { .tuple([$0.key, $0.value], names: []) }, type: madeType)))
    case "aten::copy", "aten::dict":
      return give(.dictionary(TracedDictionary(dictionary.entries, type: dictionary.type)))
    case "aten::__contains__":
      guard let position = found() else { return false }
      return give(.bool(position != nil))
    case "aten::__getitem__":
      guard found() != nil else { return false }
      return give(try item(inputs[1], of: inputs[0], statement, frame))
    case "aten::get":
      guard let position = found() else { return false }
      let absent = inputs.count > 2 ? inputs[2] : .none
      return give(position.map { dictionary.entries[$0].value } ?? absent)
    case "aten::_set_item":
      guard let position = found() else { return false }
      if try fold(inputs[2], at: inputs[1], into: dictionary, isNew: position == nil) { return true }
      try willChange(origin: dictionary.origin)
      try spend(elements: 2)
      if let position {
        dictionary.entries[position].value = inputs[2]
      } else {
        dictionary.entries.append((inputs[1], inputs[2]))
      }
      return true
    case "aten::setdefault":
      guard let position = found() else { return false }
      if let position { return give(dictionary.entries[position].value) }
      try willChange(origin: dictionary.origin)
      dictionary.entries.append((inputs[1], inputs[2]))
      return give(inputs[2])
    case "aten::Delete", "aten::pop":
      guard let position = found() else { return false }
      guard let position else {
        if inputs.count > 2 { return give(inputs[2]) }
        throw raised("KeyError: \(inputs[1].literal?.description ?? describe(inputs[1]))")
      }
      try willChange(origin: dictionary.origin)
      return give(dictionary.entries.remove(at: position).value)
    case "aten::popitem":
      try willChange(origin: dictionary.origin)
      // The first entry, unlike Python, which takes the last.
      guard !dictionary.entries.isEmpty else {
        throw raised("KeyError: the dictionary is empty")
      }
      let first = dictionary.entries.removeFirst()
      return give(.tuple([first.key, first.value], names: []))
    case "aten::clear":
      try willChange(origin: dictionary.origin)
      dictionary.entries.removeAll()
      return true
    case "aten::update":
      guard case .dictionary(let other) = inputs[1], other.symbol == nil else { return false }
      try willChange(origin: dictionary.origin)
      for entry in other.entries {
        if let position = dictionary.index(of: entry.key) {
          dictionary.entries[position].value = entry.value
        } else {
          dictionary.entries.append(entry)
        }
      }
      return true
    default: return false
    }
  }
}
