internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

extension TracedValue {
  /// The value of a literal argument. Nodes become symbols.
  ///
  /// - Parameter origin: the attribute that the value was read from. Nested containers are its parts.
  init(_ argument: NodeInput, origin: String? = nil) {
    func traced(_ elements: [NodeInput]) -> [TracedValue] { elements.map { TracedValue($0, origin: origin) } }
    switch argument {
    case .literal(let literal): self = .literal(literal)
    case .node(let id): self = .symbol(id)
    case .list(let elements): self = .list(TracedList(traced(elements), origin: origin))
    case .tuple(let elements, let names): self = .tuple(traced(elements), names: names ?? [])
    case .dictionary(let entries):
      let values = zip(traced(entries.map(\.key)), traced(entries.map(\.value)))
      self = .dictionary(TracedDictionary(values.map { (key: $0, value: $1) }, origin: origin))
    case .module, .constant: self = .none
    }
  }

  /// The traced form of a value that the runtime returned, if it is entirely literal. Otherwise nil.
  init?(literal value: Value, origin: String? = nil) {
    guard let argument = NodeInput(literal: value) else { return nil }
    self.init(argument, origin: origin)
  }
}

extension ScriptTracer {
  /// The argument of a node for a traced value. Attributes become nodes if they are not yet.
  ///
  /// - Throws: `trace.unsupported` for values that can't be passed, also for containers that contain themselves;
  ///   `trace.limit`.
  func argument(from value: TracedValue) throws -> NodeInput {
    if case .literal(let literal) = value { return .literal(literal) }
    var conversion = ArgumentConversion(self)
    return try conversion.argument(from: value, depth: 0)
  }

  /// The runtime's value for a literal, including containers of literals. Nil for values that are not known now.
  ///
  /// - Throws: for containers, the errors of ``argument(from:)``.
  func literalValue(of value: TracedValue) throws -> Value? {
    value.isLiteral ? Value(literal: try argument(from: value)) : nil
  }

  /// The node that reads an attribute, created on first use.
  func attributeNode(_ attribute: TracedAttribute) -> NodeID {
    core.attributeNode(
      path: attribute.path, isParameter: attribute.isParameter,
      isDynamic: dynamicAttributes.contains(attribute.path), readBy: currentModule.path,
      otherReader: currentModule.otherPath, type: attribute.type,
      at: currentLocation)
  }
}

/// Converts a traced value to an argument. A container is converted once, however often it occurs; its elements count as
/// elements of the argument each time.
private struct ArgumentConversion {
  private struct Known {
    let argument: NodeInput
    /// The number of elements, including those of nested containers.
    let count: Int
    /// The number of levels of values below it.
    let height: Int
  }

  private let tracer: ScriptTracer
  private var known: [ObjectIdentifier: Known] = [:]
  /// The number of elements so far.
  private var count = 0
  /// The greatest depth so far.
  private var deepest = 0

  init(_ tracer: ScriptTracer) { self.tracer = tracer }

  mutating func argument(from value: TracedValue, depth: Int) throws -> NodeInput {
    try reach(depth)
    switch value {
    case .literal(let literal): return .literal(literal)
    case .symbol(let id): return .node(id)
    case .attribute(let attribute): return .node(tracer.attributeNode(attribute))
    case .module(let module): return .module(module.path)
    case .constant(let reference, _): return .constant(reference)
    case .list(let list):
      if list.isLost { throw TraceErrors.lostContainer("list", at: tracer.place) }
      if let symbol = list.symbol { return .node(symbol) }
      return try container(list, list.elements, depth: depth) { .list($0) }
    case .tuple(let tuple):
      let names = tuple.names.isEmpty ? nil : tuple.names
      return try container(tuple, tuple.elements, depth: depth) { .tuple($0, names: names) }
    case .dictionary(let dictionary):
      if dictionary.isLost { throw TraceErrors.lostContainer("dictionary", at: tracer.place) }
      if let symbol = dictionary.symbol { return .node(symbol) }
      return try container(dictionary, dictionary.entries.flatMap { [$0.key, $0.value] }, depth: depth) { flat in
        .dictionary(stride(from: 0, to: flat.count, by: 2).map { .init(key: flat[$0], value: flat[$0 + 1]) })
      }
    case .future(let value): return try argument(from: value, depth: depth + 1)
    case .uninitialized: return .none
    case .message(_, let node): return .node(node)
    case .number(let number): return .node(try tracer.tensorNode(of: number))
    case .object, .function:
      throw TraceErrors.unsupported("\(value.kindDescription) can't be passed to an operation", at: tracer.place)
    }
  }

  private mutating func container(
    _ container: AnyObject, _ elements: [TracedValue], depth: Int, _ make: ([NodeInput]) -> NodeInput
  ) throws -> NodeInput {
    if let known = known[ObjectIdentifier(container)] {
      try reach(depth + known.height)
      try add(known.count)
      return known.argument
    }
    let (countBefore, deepestBefore) = (count, deepest)
    deepest = depth
    try add(elements.count)
    var arguments: [NodeInput] = []
    for element in elements { arguments.append(try argument(from: element, depth: depth + 1)) }
    let argument = make(arguments)
    known[ObjectIdentifier(container)] = Known(argument: argument, count: count - countBefore, height: deepest - depth)
    deepest = max(deepest, deepestBefore)
    return argument
  }

  private mutating func reach(_ depth: Int) throws {
    deepest = max(deepest, depth)
    guard depth <= NodeInput.maximumDepth else {
      throw TraceErrors.unsupported(
        "a container that contains itself, or is nested deeper than \(NodeInput.maximumDepth), can't be passed to an operation",
        at: tracer.place)
    }
  }

  private mutating func add(_ elements: Int) throws {
    try tracer.spend(elements: elements)
    let (sum, overflows) = count.addingReportingOverflow(elements)
    count = overflows ? Int.max : sum
  }
}
