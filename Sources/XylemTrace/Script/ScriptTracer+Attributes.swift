internal import OrderedCollections
internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

extension ScriptTracer {
  func getAttribute(
    _ name: String, of owner: TracedValue, _ statement: ScriptCode.Statement, _ frame: CallFrame
  ) throws -> TracedValue {
    switch owner {
    case .module(let module): return try attribute(name, of: module)
    case .object(let object):
      guard let value = object.fields[name] else {
        throw TraceErrors.unsupported("the field '\(name)' is read before it is set", at: place)
      }
      return value
    case .attribute(let attribute):
      guard case .object(let holder) = attribute.value, holder.kind == .object,
        let value = model.archive.object(holder).attribute(name)
      else { throw TraceErrors.unsupported("the field '\(name)' of \(owner.kindDescription)", at: place) }
      let type = typeName(statement.outputs.lowerBound, frame.code)
      let path = attribute.path + "." + name
      if dynamicAttributes.contains(path) {
        return .symbol(attributeNode(TracedAttribute(path: path, value: value, isParameter: false, type: type)))
      }
      if let owner = model.owner(of: attribute.path) {
        constantReads.append(ConstantRead(module: owner, name: name, path: path))
      }
      return traced(value, path: path, isParameter: false, type: type)
    case .symbol(let node):
      let id = emit(
        .getField(name: name), named: name, [.node(node)], type: typeName(statement.outputs.lowerBound, frame.code),
        effects: Effects(aliases: [0]))
      return .symbol(id)
    default: throw TraceErrors.unsupported("the attribute '\(name)' of \(owner.kindDescription)", at: place)
    }
  }

  private func attribute(_ name: String, of module: ScriptModule) throws -> TracedValue {
    let path = module.path(of: name)
    guard let attribute = module.attributes[name] else {
      // A class constant has no slot in the object.
      guard let value = module.object.attribute(name) else {
        throw TraceErrors.unsupported("the module has no attribute '\(name)'", at: place)
      }
      return traced(value, path: path, isParameter: false, type: "Any")
    }
    switch attribute.content {
    case .module(let child): return .module(child)
    case .value(let value):
      if dynamicAttributes.contains(path) {
        let read = TracedAttribute(path: path, value: value, isParameter: false, type: attribute.type.name)
        return .symbol(attributeNode(read))
      }
      if name == "training", case .literal(.bool) = value {
        return .bool(pinned[module.identity] ?? options.mode.isTraining)
      }
      constantReads.append(ConstantRead(module: module, name: name, path: path))
      return traced(value, path: path, isParameter: attribute.isParameter, type: nil)
    }
  }

  /// An attribute's value while tracing: literals are known, containers are shared, the rest is read at run time.
  private func traced(_ value: Value, path: String, isParameter: Bool, type: String?) -> TracedValue {
    switch value {
    case .tensor:
      // The objects that an archive has for one module hold the same tensors until one of them is replaced.
      let first = model.twins.first(path)
      let path = dynamicAttributes.contains(path) || dynamicAttributes.contains(first) ? path : first
      let attribute = TracedAttribute(path: path, value: value, isParameter: isParameter, type: "Tensor")
      // torch.fx creates a parameter's node where it is read, and a buffer's where it is used.
      return isParameter ? .symbol(attributeNode(attribute)) : .attribute(attribute)
    case .object(let object):
      if let known = containers[path] { return known }
      if let literal = TracedValue(literal: value, origin: path) {
        containers[path] = literal
        return literal
      }
      let attribute = TracedAttribute(
        path: path, value: value, isParameter: false,
        type: type ?? TypeName.readable(ScriptType(of: value)?.name ?? "Any"))
      _ = object
      return .attribute(attribute)
    default: return TracedValue(literal: value) ?? .none
    }
  }

  func setAttribute(_ name: String, of owner: TracedValue, to value: TracedValue) throws {
    switch owner {
    case .object(let object): object.fields[name] = value
    case .module(let module):
      let path = module.path(of: name)
      guard dynamicAttributes.contains(path) else { throw RestartTrace(attribute: path) }
      // The container itself is stored, and its previous holder may still change it.
      if value.holdsContainers, let type = module.attributes[name]?.type { try share(value, as: type) }
      emit(
        .setAttribute(path: path), named: "setattr", [try argument(from: value)], type: "None",
        effects: Effects(writesModel: true))
    default:
      throw TraceErrors.unsupported("the attribute '\(name)' of \(owner.kindDescription) is written", at: place)
    }
  }

  /// Removes parameters from name lists if a leaf is passed its own parameters: tracing turns a module's parameters
  /// into arguments if the module has several paths.
  func hideLiftedParameters() {
    for node in core.graph.nodes {
      guard case .attribute(let path) = node.operation else { continue }
      let users = core.graph.users(of: node.id)
      let isOwn = users.allSatisfy { user in
        guard case .leafModule(let leaf) = core.graph[user].operation else { return false }
        return path.hasPrefix(model.twins.first(leaf.path) + ".")
      }
      if isOwn, !users.isEmpty { core.hide(node.id) }
    }
  }

  /// Records that a container attribute of the model changes: it is read at run time, from the start.
  func willChange(origin: String?) throws {
    if let origin, !dynamicAttributes.contains(origin) { throw RestartTrace(attribute: origin) }
  }

  /// Checks that no attribute was treated as a constant although a leaf or a region changes it, such as a counter that
  /// a leaf keeps and its parent reads.
  ///
  /// Otherwise the trace starts again, and reads it at run time.
  func checkConstantReads() throws {
    guard !constantReads.isEmpty else { return }
    for node in core.graph.nodes {
      var roots = node.inputs.compactMap { if case .module(let path) = $0 { model.module(at: path) } else { nil } }
      if case .leafModule(let leaf) = node.operation, let module = model.module(at: leaf.path) { roots.append(module) }
      let reached = Set(roots.flatMap { model.modules(below: $0) }.map(\.identity))
      let read = constantReads.filter { reached.contains($0.module.identity) }
      guard !read.isEmpty, let summary = try model.summary(of: node) else { continue }
      if let found = read.first(where: { summary.mayChange($0.name) }) { throw RestartTrace(attribute: found.path) }
    }
  }
}

/// An attribute whose value was used while tracing.
struct ConstantRead {
  /// The module that it belongs to, directly or through objects.
  let module: ScriptModule
  let name: String
  let path: String
}
