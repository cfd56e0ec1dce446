internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemPlugins
internal import XylemScript
internal import XylemTensor
internal import XylemTrace

/// Writes one plan of an extractor as an ONNX graph.
///
/// Nodes are taken in the order in which they run. A value that ONNX can't express is an error only once something that is
/// needed reads it: sizes that only an assumption looks at cost nothing.
final class ONNXConverter {
  /// What is known about the inputs besides the trace.
  struct Assumptions {
    /// The ranks of inputs, by name.
    var ranks: [String: Int] = [:]
    /// The element types of inputs, by name.
    var dtypes: [String: DType] = [:]
    /// Whether all known sizes are fixed, the first ones included.
    var fixesShapes = false
  }

  let model: any TracedModel
  let trace: Trace
  let options: ONNXOptions
  let assumptions: Assumptions
  let builder = ONNXBuilder()
  let sizes: ONNXSizes
  private var linker: any Linker
  private let written: Set<String>
  /// The references of the model's tensors, by path.
  private var attributes: [String: ONNXReference] = [:]
  /// The sizes that symbols had while the model was traced.
  private var tracedSizes: [String: Int] = [:]
  /// What the model checks and the graph does not, by node.
  private(set) var notes: [String] = []
  private(set) var inputs: [ONNXValueInfo] = []

  init(
    _ model: any TracedModel, _ trace: Trace, _ options: ONNXOptions, _ assumptions: Assumptions
  ) throws {
    (self.model, self.trace, self.options, self.assumptions) = (model, trace, options, assumptions)
    sizes = ONNXSizes(builder)
    linker = try PlanBuilder.linker(model, trace)
    var graph = trace.graph
    try linker.resolve(&graph, upTo: graph.count)
    written = Set(
      graph.nodes.compactMap { if case .setAttribute(let path) = $0.operation { path } else { nil } })
  }

  // MARK: - A plan

  /// Converts a plan.
  ///
  /// - Throws: `extract.unsavable`; ``ONNXRestart``.
  func convert(_ plan: Plan) throws -> ONNXGraph {
    for node in plan.graph.nodes {
      if case .placeholder(let placeholder) = node.operation { builder.reserve([placeholder.name]) }
    }
    var frame = ONNXFrame(graph: plan.graph, linker: linker, builder: builder)
    var outputs: [(key: String, value: ONNXTensor)] = []
    var pending = Dictionary(grouping: plan.resolved.indices) { plan.resolved[$0].moment }
    var results: [Int: [(key: String, value: ONNXTensor)]] = [:]
    func take(_ moment: NodeID?) throws {
      for index in pending.removeValue(forKey: moment) ?? [] {
        results[index] = try parts(of: plan, index, frame)
      }
    }
    for node in plan.graph.nodes {
      try convert(node, in: &frame)
      try take(node.id)
    }
    for moment in Array(pending.keys) { try take(moment) }
    for index in plan.resolved.indices { outputs += results[index] ?? [] }
    var infos: [ONNXValueInfo] = []
    for output in outputs {
      let value = builder.current(output.value.name)
      if value != output.key { try builder.copy(value, as: output.key) }
      infos.append(ONNXValueInfo(name: output.key, dtype: output.value.dtype, shape: output.value.shape))
    }
    return builder.graph(inputs: inputs, outputs: infos)
  }

  /// The tensors of a feature, each with its key, as they are now.
  private func parts(of plan: Plan, _ index: Int, _ frame: ONNXFrame) throws -> [(key: String, value: ONNXTensor)] {
    let request = plan.resolved[index]
    var value = frame.value(of: request.value)
    for step in request.steps {
      guard let part = Self.part(step, of: value) else {
        throw ExtractErrors.unaddressable(plan.keys[index], "the value has a different structure")
      }
      value = part
    }
    var found: [(key: String, value: ONNXTensor)] = []
    func add(_ value: ONNXValue, _ key: String) throws {
      switch value {
      case .tensor(let reference): found.append((key, try reference.read()))
      case .list(let elements):
        for (position, element) in elements.enumerated() { try add(element, "\(key).\(position)") }
      case .tuple(let elements, let names):
        for (position, element) in elements.enumerated() {
          try add(element, "\(key).\(names?[position] ?? String(position))")
        }
      case .dictionary(let entries):
        for entry in entries {
          guard case .literal(let name) = entry.key else {
            throw ExtractErrors.onnx("the feature '\(key)' is a dictionary whose keys are not known")
          }
          let text = if case .string(let text) = name { text } else { name.description }
          try add(entry.value, "\(key).\(text)")
        }
      case .failed(let error): throw error
      case .literal, .number, .module:
        throw ExtractErrors.onnx("the feature '\(key)' is \(value.kindDescription), not a tensor")
      }
    }
    try add(value, plan.keys[index])
    guard !found.isEmpty else { throw ExtractErrors.onnx("the feature '\(plan.keys[index])' holds no tensor") }
    return found
  }

  private static func part(_ step: Projection, of value: ONNXValue) -> ONNXValue? {
    switch (value, step) {
    case (.list(let elements), .index(let index)), (.tuple(let elements, _), .index(let index)):
      let position = index < 0 ? index + elements.count : index
      return elements.indices.contains(position) ? elements[position] : nil
    case (.tuple(let elements, let names?), .key(let name)):
      return names.firstIndex(of: name).map { elements[$0] }
    case (.dictionary(let entries), _):
      return entries.first { entry in
        switch (entry.key, step) {
        case (.literal(.string(let key)), .key(let name)): key == name
        case (.literal(.string(let key)), .index(let index)): key == String(index)
        case (.literal(.int(let key)), .index(let index)): key == index
        default: false
        }
      }?.value
    case (.failed, _): return value
    default: return nil
    }
  }

  // MARK: - Nodes

  /// Converts a node, and gives its value the node's name.
  func convert(_ node: Node, in frame: inout ONNXFrame) throws {
    let start = builder.count
    let outer = builder.scope
    let name = frame.prefix.isEmpty ? node.name : frame.prefix + "/" + (node.name.split(separator: ".").last ?? "")
    builder.scope = name
    defer { builder.scope = outer }
    let value: ONNXValue
    do {
      value = try self.value(of: node, in: &frame)
    } catch let restart as ONNXRestart {
      throw restart
    } catch let stop as ONNXStop {
      throw stop.error
    } catch {
      let failure = ExtractErrors.onnx(at: frame.leaf ?? node, error)
      try fail(node, failure, frame)
      frame.values[node.id] = .failed(failure)
      return
    }
    frame.values[node.id] = value
    guard case .tensor(let reference) = value, !node.isFixed, reference.known == nil else { return }
    var tensor: ONNXTensor
    do { tensor = try reference.read() } catch { return }
    tensor.name = builder.name(tensor.name, name, since: start)
    reference.rename(to: tensor)
  }

  /// Marks what a node that can't be written may have changed.
  private func fail(_ node: Node, _ error: any Error, _ frame: ONNXFrame) throws {
    guard let effects = node.effects, !effects.writesModel else {
      if case .guard = node.operation { return }
      if case .leafFunction = node.operation, node.effects == nil, node.type == "bool" { return }
      throw error
    }
    guard !effects.changesContext else { throw error }
    for position in effects.writes where node.inputs.indices.contains(position) {
      var isOfModel = false
      frame.value(of: node.inputs[position]).forEachReference { reference in
        isOfModel = isOfModel || reference.storage.isOfModel
        reference.fail(error)
      }
      if isOfModel { throw error }
    }
  }

  private func value(of node: Node, in frame: inout ONNXFrame) throws -> ONNXValue {
    switch node.operation {
    case .placeholder(let placeholder): return try input(placeholder, node, frame)
    case .attribute(let path): return try attribute(path, frame)
    case .setAttribute(let path):
      throw ONNXStop(
        error: ExtractErrors.onnx(at: node, ExtractErrors.onnx("it writes '\(path)', and an ONNX graph keeps no state"))
      )
    case .operator(let name): return try call(name, node.inputs.map(frame.value), node)
    case .getItem: return try item(node, frame)
    case .getField(let field):
      guard let part = Self.part(.key(field), of: frame.value(of: node.inputs[0])) else {
        throw ExtractErrors.onnx("the field '\(field)' of an object is not supported")
      }
      return part
    case .guard(let assumption):
      try check(assumption, frame.value(of: node.inputs[0]), node)
      return .literal(.none)
    case .output: return .literal(.none)
    case .region:
      throw ExtractErrors.onnx("it is control flow that depends on the input: ONNX export has no form for it")
    case .leafModule, .leafFunction: return try leaf(node, &frame)
    }
  }

  private func input(_ placeholder: Placeholder, _ node: Node, _ frame: ONNXFrame) throws -> ONNXValue {
    let name = placeholder.name
    if let value = frame.values[node.id] { return value }
    guard node.valueType.unwrapped == .tensor else {
      throw ExtractErrors.onnx("the input '\(name)' is \(node.type): only tensors can be inputs")
    }
    let known = trace.knownShapes[name]
    let rank = known?.sizes.count ?? assumptions.ranks[name]
    let shape = rank.map { rank in
      (0..<rank).map { dimension -> ONNXDimension in
        if let known, dimension > 0 || assumptions.fixesShapes { return .fixed(known.sizes[dimension]) }
        let symbol = dimension == 0 ? "batch" : "\(name)_\(dimension)"
        let own = dimension == 0 && sizes.origins[symbol] != nil ? "\(name)_0" : symbol
        sizes.declare(own, input: name, dimension: dimension)
        if let known { tracedSizes[own] = known.sizes[dimension] }
        return .symbol(own)
      }
    }
    let dtype = assumptions.dtypes[name] ?? known?.dtype ?? .float32
    inputs.append(ONNXValueInfo(name: name, dtype: dtype, shape: shape))
    return .tensor(ONNXTensor(name: name, dtype: dtype, shape: shape, rankSource: name))
  }

  private func attribute(_ path: String, _ frame: ONNXFrame) throws -> ONNXValue {
    if let known = attributes[path] { return .tensor(known) }
    let value: Value? =
      switch try frame.linker.attribute(path) {
      case .tensor(let tensor): .tensor(tensor)
      case .field(let owner, let name): owner.attribute(name)
      }
    guard case .tensor(let tensor)? = value else {
      guard let value, let literal = ONNXCall.value(of: value) else {
        throw ExtractErrors.onnx("the attribute '\(path)' is neither a tensor nor a number")
      }
      return literal
    }
    let reference = ONNXReference(try builder.initializer(path, tensor), storage: ONNXStorage(isOfModel: true))
    attributes[path] = reference
    return .tensor(reference)
  }

  /// Checks an assumption of the trace now, if it can be.
  private func check(_ assumption: Guard, _ condition: ONNXValue, _ node: Node) throws {
    if case .literal(.bool(let found)) = condition {
      guard found != assumption.expected else { return }
      throw ONNXStop(
        error: ExtractErrors.onnx(at: node, ExtractErrors.onnx("the model raises an error here: \(assumption.message)"))
      )
    }
    if assumption.isOfShapes {
      guard !assumptions.fixesShapes else {
        throw ONNXStop(
          error: ExtractErrors.onnx(
            at: node,
            condition.failure
              ?? ExtractErrors.onnx("what the trace takes for granted can't be checked: \(assumption.message)")))
      }
      throw ONNXRestart.fixedShapes(reason: assumption.message)
    }
    notes.append("\(node.name): \(assumption.message)")
  }

  private func item(_ node: Node, _ frame: ONNXFrame) throws -> ONNXValue {
    let container = frame.value(of: node.inputs[0])
    let index = frame.value(of: node.inputs[1])
    switch (container, index) {
    case (.failed(let error), _), (_, .failed(let error)): throw error
    case (.tensor, .list(let steps)):
      var current = container
      for case .tuple(let parts, _) in steps {
        guard case .literal(.string(let kind))? = parts.first, let (name, overload) = Subscripts.step(kind) else {
          throw ExtractErrors.onnx("a subscript has an unknown step")
        }
        current = try call(name + (overload.isEmpty ? "" : "." + overload), [current] + parts.dropFirst(), node)
      }
      return current
    case (_, .literal(.int(let position))):
      if let part = Self.part(.index(position), of: container) { return part }
    case (.dictionary(let entries), .literal(let key)):
      let found = entries.first { if case .literal(let own) = $0.key { own == key } else { false } }
      if let found { return found.value }
    default: break
    }
    throw ExtractErrors.onnx("an element of \(container.kindDescription) is not known")
  }

  // MARK: - Operators

  /// Writes a call of an operator.
  func call(_ fullName: String, _ inputs: [ONNXValue], _ node: Node) throws -> ONNXValue {
    let op = try TensorOperator(fullName: fullName)
    let facts = OperatorFacts.of(op)
    let effects = facts.effects(of: inputs.map { if case .literal(let value) = $0 { .literal(value) } else { .none } })
    if fullName.hasPrefix("aten::set_grad_enabled") { return .literal(.none) }
    guard let effects, !effects.changesContext else {
      throw ONNXStop(
        error: ExtractErrors.onnx(at: node, ExtractErrors.onnx("\(fullName) changes how later operators compute")))
    }
    if !effects.usesRandomState, !facts.reachesOutside, effects.writes.allSatisfy({ inputs[$0].isKnownTensor }),
      let found = try folded(op, facts, inputs)
    {
      return found
    }
    guard !effects.usesRandomState else { throw ExtractErrors.onnx("\(fullName) draws random numbers") }
    for input in inputs { if let error = input.firstFailure { throw error } }
    let call = try ONNXCall(op, isInPlace: facts.isInPlace, inputs, builder, sizes)
    if let number = try ONNXLowerings.ofNumbers(call) {
      try call.checkArguments()
      return number
    }
    guard let lowering = ONNXLowerings.table[call.name] else {
      throw ExtractErrors.onnx("the operator \(fullName) has no ONNX form")
    }
    guard effects.writes.isEmpty || facts.isInPlace && effects.writes == [0] else {
      throw ExtractErrors.onnx("\(fullName) writes its arguments")
    }
    let result = try lowering(call)
    try call.checkArguments()
    if facts.isInPlace {
      guard case .tensor(let target)? = inputs.first, case .tensor(let found) = result else {
        throw ExtractErrors.onnx("\(fullName) writes a value that is not a tensor")
      }
      guard !target.storage.isOfModel else {
        throw ONNXStop(
          error: ExtractErrors.onnx(
            at: node, ExtractErrors.onnx("it writes a tensor of the model, and an ONNX graph keeps no state")))
      }
      try write(call.cast(try found.read(), to: try target.read().dtype), to: target, call)
      return .tensor(target)
    }
    return sharing(result, with: inputs, effects.aliases)
  }

  /// Writes a tensor in place, and the tensors that it is a part of.
  private func write(_ tensor: ONNXTensor, to target: ONNXReference, _ call: ONNXCall) throws {
    var whole: [(reference: ONNXReference, tensor: ONNXTensor)] = []
    var current = tensor
    var part = target.part
    while let place = part {
      var base = try place.base.read()
      if place.dropsAxis { current.name = call.emit("Unsqueeze", [current.name, try builder.constant([place.axis])]) }
      let axis = try builder.constant([place.axis])
      let before = call.emit(
        "Slice", [base.name, try builder.constant([0]), try builder.constant([place.range.lowerBound]), axis])
      let after = call.emit(
        "Slice", [base.name, try builder.constant([place.range.upperBound]), try builder.constant([Int.max]), axis])
      base.name = call.emit("Concat", [before, current.name, after], ["axis": .int(place.axis)])
      whole.append((place.base, base))
      current = base
      part = place.base.part
    }
    target.write(tensor)
    for (reference, tensor) in whole { reference.follow(tensor) }
  }

  /// The result of an operator that may share memory with its arguments.
  private func sharing(_ result: ONNXValue, with inputs: [ONNXValue], _ aliases: [Int]) -> ONNXValue {
    var storages: [ONNXStorage] = []
    for position in aliases where inputs.indices.contains(position) {
      inputs[position].forEachReference { storages.append($0.storage) }
    }
    func shared(_ value: ONNXValue) -> ONNXValue {
      switch value {
      case .tensor(let reference):
        guard let tensor = try? reference.read() else { return value }
        var storage = storages.first
        // An operator that returns what it got, whatever its schema says.
        for input in inputs {
          input.forEachReference { other in
            if storage == nil, let own = try? other.read(), builder.current(own.name) == builder.current(tensor.name) {
              storage = other.storage
            }
          }
        }
        return storage.map { .tensor(ONNXReference(tensor, storage: $0, part: reference.part)) } ?? value
      case .list(let elements): return .list(elements.map(shared))
      case .tuple(let elements, let names): return .tuple(elements.map(shared), names: names)
      default: return value
      }
    }
    return shared(result)
  }

  /// The result of an operator whose arguments are all known. Nil if one is not.
  private func folded(_ op: TensorOperator, _ facts: OperatorFacts, _ inputs: [ONNXValue]) throws -> ONNXValue? {
    var inputs = inputs
    // These read only the type of their first argument.
    if ["new_zeros", "new_ones", "new_full", "new_empty"].contains(facts.shortName),
      case .tensor(let reference)? = inputs.first, reference.known == nil
    {
      inputs[0] = .tensor(ONNXReference(known: try Tensor.empty(of: try reference.read().dtype), builder))
    }
    let values = inputs.compactMap(\.constant)
    guard values.count == inputs.count else { return nil }
    let effects = facts.effects(of: [])
    var storage = ONNXStorage()
    for position in effects?.writes ?? [] { inputs[position].forEachReference { $0.storage.version += 1 } }
    for position in effects?.aliases ?? [] where inputs.indices.contains(position) {
      inputs[position].forEachReference { storage = $0.storage }
    }
    let results = try op(values).map { value -> ONNXValue in
      if let tensor = value.tensor {
        return .tensor(ONNXReference(known: tensor, builder, storage: storage))
      }
      guard let literal = ONNXCall.value(of: value) else {
        throw ExtractErrors.onnx("\(op.schema.fullName) returns a value that ONNX can't express")
      }
      return literal
    }
    return results.count == 1 ? results[0] : .tuple(results, names: nil)
  }

  // MARK: - Leaves

  private func leaf(_ node: Node, _ frame: inout ONNXFrame) throws -> ONNXValue {
    if trace.replacements[node.id] != nil, frame.prefix.isEmpty {
      throw ExtractErrors.onnx("its value is replaced by code that ONNX has no form for")
    }
    for input in node.inputs { if let error = frame.value(of: input).failure { throw error } }
    guard node.operation.provider?.replaces != true else { return try customLeaf(node, frame) }
    let expansion: (graph: Graph, inputs: [NodeID: NodeID], result: NodeInput, linker: any Linker)?
    do {
      expansion = try self.expansion(of: node, frame)
    } catch let error as XylemError where error.isAboutTracing {
      guard !options.customLeaves else { return try customLeaf(node, frame) }
      let shapes = Audience.remedies(
        program: ["FeatureExtractor(of: model, returning: […], shapes: [\"x\": [1, 3, 224, 224]])"],
        commandLine: ["--shape 1,3,224,224  # with the sizes of the model's input"])
      throw XylemError(
        .extractUnsavable, error.message, cause: error.cause, remedies: trace.knownShapes.isEmpty ? shapes : [])
    }
    guard let expansion else { return try customLeaf(node, frame) }
    var inner = ONNXFrame(graph: expansion.graph, linker: expansion.linker, builder: builder)
    inner.prefix = builder.scope
    inner.leaf = frame.leaf ?? node
    for (own, outer) in expansion.inputs { inner.values[own] = frame.values[outer] }
    for part in expansion.graph.nodes {
      if case .placeholder = part.operation { continue }
      try convert(part, in: &inner)
    }
    let result = inner.value(of: expansion.result)
    if options.customLeaves, node.effects?.writes.isEmpty == true, result.failure != nil {
      return try customLeaf(node, frame)
    }
    return result
  }

  private func expansion(
    of node: Node, _ frame: ONNXFrame
  ) throws -> (graph: Graph, inputs: [NodeID: NodeID], result: NodeInput, linker: any Linker)? {
    let types = Dictionary(frame.graph.nodes.map { ($0.id, $0.type) }, uniquingKeysWith: { first, _ in first })
    if let host = frame.linker as? HostLinker {
      switch host.call(of: node) {
      case .operators(let expansion)?:
        return (expansion.graph, expansion.inputs, expansion.result, try Self.resolved(expansion).linker)
      case .host(let leaf)?:
        guard let found = try leaf.expand(node.inputs, types) ?? leaf.read(node.inputs, types) else { return nil }
        let resolved = try Self.resolved(found)
        return (resolved.graph, found.inputs, found.result, resolved.linker)
      default: return nil
      }
    }
    guard let script = model as? ScriptModel else { return nil }
    var shapes: [NodeID: KnownShape] = [:]
    node.forEachInputNode { id in
      guard case .tensor(let reference)? = frame.values[id], let tensor = try? reference.read(),
        let shape = tensor.shape
      else { return }
      let known = shape.compactMap { dimension -> Int? in
        switch dimension {
        case .fixed(let size): size
        case .symbol(let symbol): tracedSizes[symbol]
        case .unknown: nil
        }
      }
      if known.count == shape.count { shapes[id] = KnownShape(known, dtype: tensor.dtype) }
    }
    guard
      let found = try script.expansion(of: node, types: types, shapes: shapes, written: written, mode: trace.mode)
    else { return nil }
    var graph = found.graph
    var linker: any Linker = ScriptLinker(model: script, mode: trace.mode, replacements: [:])
    try linker.resolve(&graph, upTo: graph.count)
    return (graph, found.inputs, found.result, linker)
  }

  /// The operators of a leaf with their arguments in order.
  private static func resolved(_ expansion: HostExpansion) throws -> (graph: Graph, linker: any Linker) {
    var graph = expansion.graph
    var linker: any Linker = HostLinker(expansion.code)
    try linker.resolve(&graph, upTo: graph.count)
    return (graph, linker)
  }
}

/// An error that no later choice can avoid.
struct ONNXStop: Error {
  let error: any Error
}

/// The values of a graph, or of the code of a leaf in it.
struct ONNXFrame {
  let graph: Graph
  let linker: any Linker
  var values: [NodeID: ONNXValue] = [:]
  /// The name of the leaf whose code it is. Empty for the graph of a plan.
  var prefix = ""
  /// The outermost leaf whose code it is.
  var leaf: Node?

  private let builder: ONNXBuilder

  init(graph: Graph, linker: any Linker, builder: ONNXBuilder) {
    self.graph = graph
    self.linker = linker
    self.builder = builder
  }

  /// The value of an argument of a node.
  func value(of input: NodeInput) -> ONNXValue {
    switch input {
    case .literal(let literal): return .literal(literal)
    case .node(let id):
      return values[id] ?? .failed(ExtractErrors.onnx("a value is read that was not computed"))
    case .list(let elements): return .list(elements.map(value))
    case .tuple(let elements, let names): return .tuple(elements.map(value), names: names)
    case .dictionary(let entries): return .dictionary(entries.map { (value(of: $0.key), value(of: $0.value)) })
    case .module(let path): return .module(path)
    case .constant(let reference):
      do {
        let value = try linker.constant(reference)
        // A copy: code may write it, and the model's own constant stays.
        if let tensor = value.tensor { return .tensor(ONNXReference(known: try tensor.cloned(), builder)) }
        return ONNXCall.value(of: value) ?? .failed(ExtractErrors.onnx("a constant has no ONNX form"))
      } catch { return .failed(error) }
    }
  }
}

extension Node {
  /// Whether its value keeps its own name: an input, or a tensor of the model.
  var isFixed: Bool {
    switch operation {
    case .placeholder, .attribute: true
    default: false
    }
  }
}

extension Tensor {
  /// A tensor without elements.
  fileprivate static func empty(of dtype: DType) throws -> Tensor {
    try Tensor(HostArray(dtype: dtype, shape: [0], bytes: []))
  }

  fileprivate func cloned() throws -> Tensor { try TensorOperator.call("aten::clone", [.tensor(self), .none]) }
}

extension ONNXValue {
  /// Whether it is a tensor that is known now.
  fileprivate var isKnownTensor: Bool {
    if case .tensor(let reference) = self { return reference.known != nil }
    return false
  }

  /// The first error among a value's own parts.
  var firstFailure: (any Error)? {
    switch self {
    case .failed(let error): error
    case .list(let elements), .tuple(let elements, _): elements.lazy.compactMap(\.firstFailure).first
    default: nil
    }
  }
}
