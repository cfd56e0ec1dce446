internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

extension TracedValue {
  /// The value of a literal argument; nodes become symbols.
  init(_ argument: Argument) {
    switch argument {
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .float(let value): self = .float(value)
    case .complex(let real, let imaginary): self = .complex(real, imaginary)
    case .string(let value): self = .string(value)
    case .device(let value): self = .device(value)
    case .node(let id): self = .symbol(id)
    case .list(let elements): self = .list(TracedList(elements.map(TracedValue.init)))
    case .tuple(let elements, let names): self = .tuple(elements.map(TracedValue.init), names: names ?? [])
    case .dictionary(let entries):
      self = .dictionary(TracedDictionary(entries.map { (TracedValue($0.key), TracedValue($0.value)) }))
    case .none, .module, .constant: self = .none
    }
  }

  /// The traced form of a value that the runtime gave, where it is a literal through and through; nil otherwise.
  ///
  /// - Parameter origin: the attribute that the value was read from. Containers within are its parts.
  init?(literal value: Value, origin: String? = nil) {
    switch value {
    case .none: self = .none
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .float(let value): self = .float(value)
    case .complex(let real, let imaginary): self = .complex(real, imaginary)
    case .string(let value): self = .string(value)
    case .device(let value): self = .device(value)
    case .tensor, .standIn: return nil
    case .list(let elements):
      let traced = elements.compactMap { TracedValue(literal: $0, origin: origin) }
      guard traced.count == elements.count else { return nil }
      self = .list(TracedList(traced, origin: origin))
    case .tuple(let elements, let names):
      let traced = elements.compactMap { TracedValue(literal: $0, origin: origin) }
      guard traced.count == elements.count else { return nil }
      self = .tuple(traced, names: names)
    case .dictionary(let entries):
      var traced: [(key: TracedValue, value: TracedValue)] = []
      for entry in entries {
        guard let key = TracedValue(literal: entry.key), let value = TracedValue(literal: entry.value, origin: origin)
        else {
          return nil
        }
        traced.append((key, value))
      }
      self = .dictionary(TracedDictionary(traced, origin: origin))
    case .object(let object):
      guard [.list, .tuple, .dictionary].contains(object.kind), let unpacked = try? value.unpacked() else { return nil }
      if case .object = unpacked { return nil }
      self.init(literal: unpacked, origin: origin)
    }
  }
}

extension Argument {
  /// The argument of a literal; nil for tensors and objects.
  init?(literal value: Value) {
    guard let traced = TracedValue(literal: value), let argument = traced.literalArgument else { return nil }
    self = argument
  }
}

extension TracedValue {
  /// The argument of a literal; nil for what is none.
  var literalArgument: Argument? {
    switch self {
    case .none: return Argument.none
    case .bool(let value): return .bool(value)
    case .int(let value): return .int(value)
    case .float(let value): return .float(value)
    case .complex(let real, let imaginary): return .complex(real, imaginary)
    case .string(let value): return .string(value)
    case .device(let value): return .device(value)
    case .list(let list) where list.symbol == nil:
      let elements = list.elements.compactMap(\.literalArgument)
      return elements.count == list.elements.count ? .list(elements) : nil
    case .tuple(let elements, let names):
      let arguments = elements.compactMap(\.literalArgument)
      return arguments.count == elements.count ? .tuple(arguments, names: names.isEmpty ? nil : names) : nil
    case .dictionary(let dictionary) where dictionary.symbol == nil:
      var entries: [Argument.Entry] = []
      for entry in dictionary.entries {
        guard let key = entry.key.literalArgument, let value = entry.value.literalArgument else { return nil }
        entries.append(.init(key: key, value: value))
      }
      return .dictionary(entries)
    default: return nil
    }
  }
}

extension ScriptTracer {
  /// What a node is given for a traced value; attributes become nodes where they were not yet.
  ///
  /// - Throws: `trace.unsupported` for what can't be passed, also for containers within themselves; `trace.limit`.
  func argument(from value: TracedValue) throws -> Argument { try argument(from: value, depth: 0) }

  private func argument(from value: TracedValue, depth: Int) throws -> Argument {
    guard depth <= Argument.maximumDepth else {
      throw TraceErrors.unsupported(
        "a container that holds itself, or nests deeper than \(Argument.maximumDepth), can't be passed to an operation",
        at: place)
    }
    func inner(_ value: TracedValue) throws -> Argument { try argument(from: value, depth: depth + 1) }
    switch value {
    case .symbol(let id): return .node(id)
    case .attribute(let attribute): return .node(attributeNode(attribute))
    case .module(let module): return .module(module.path)
    case .constant(let reference, _): return .constant(reference)
    case .list(let list):
      if list.isLost { throw TraceErrors.lostContainer("list", at: place) }
      if let symbol = list.symbol { return .node(symbol) }
      try spend(elements: list.elements.count)
      return .list(try list.elements.map(inner))
    case .tuple(let elements, let names):
      // Tuples within tuples, each twice, are many values.
      try spend(elements: elements.count)
      return .tuple(try elements.map(inner), names: names.isEmpty ? nil : names)
    case .dictionary(let dictionary):
      if dictionary.isLost { throw TraceErrors.lostContainer("dictionary", at: place) }
      if let symbol = dictionary.symbol { return .node(symbol) }
      try spend(elements: dictionary.entries.count, times: 2)
      return .dictionary(try dictionary.entries.map { .init(key: try inner($0.key), value: try inner($0.value)) })
    case .future(let value): return try inner(value)
    case .uninitialized: return .none
    case .message(_, let node): return .node(node)
    case .number(let number): return .node(try tensorNode(of: number))
    case .object, .function:
      throw TraceErrors.unsupported("\(value.kindDescription) can't be passed to an operation", at: place)
    default:
      guard let literal = value.literalArgument else {
        throw TraceErrors.unsupported("\(value.kindDescription) can't be passed to an operation", at: place)
      }
      return literal
    }
  }

  /// The node that reads an attribute, made at the first need.
  func attributeNode(_ attribute: TracedAttribute) -> NodeID {
    core.attributeNode(
      path: attribute.path, isParameter: attribute.isParameter,
      isDynamic: dynamicAttributes.contains(attribute.path), readBy: currentModule.path, type: attribute.type,
      at: currentLocation)
  }
}
