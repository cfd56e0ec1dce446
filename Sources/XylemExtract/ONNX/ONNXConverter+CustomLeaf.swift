internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemPlugins
internal import XylemTensor
internal import XylemTrace

extension ONNXConverter {
  /// The domain of leaves that are written as operators of their own.
  static let leafDomain = "xylem.leaf"

  /// Writes a leaf as an operator of a domain of its own.
  ///
  /// The operator has the name of the module's type, or of the function. Its inputs are the tensors among the leaf's
  /// arguments, followed by the module's own tensors. Its attributes are the module's plain attributes, and `xylem_path`,
  /// `xylem_type`, `xylem_plugin`, `xylem_arguments` (each argument: `tensor`, or a literal), and `xylem_state` (the names
  /// of the module's own tensors).
  func customLeaf(_ node: Node, _ frame: ONNXFrame) throws -> ONNXValue {
    guard options.customLeaves else {
      let plugin = node.operation.provider.map { " of the plugin \($0.plugin)" } ?? ""
      throw ExtractErrors.onnx("it calls code\(plugin) that can't be taken apart into operators")
    }
    let effects = node.effects ?? .unknown(inputs: node.inputs.count)
    guard effects.writes.isEmpty, !effects.writesModel, !effects.usesRandomState else {
      throw ExtractErrors.onnx("the leaf may write its inputs or the model, or draw random numbers")
    }
    guard node.valueType.unwrapped == .tensor else {
      throw ExtractErrors.onnx("the leaf returns \(node.type): only leaves that return one tensor can be operators")
    }
    var inputs: [ONNXTensor] = []
    var arguments: [String] = []
    for input in node.inputs {
      let value = frame.value(of: input)
      switch value {
      case .tensor(let reference):
        inputs.append(try reference.read())
        arguments.append("tensor")
      case .literal(let literal): arguments.append(literal.description)
      case .failed(let error): throw error
      default: throw ExtractErrors.onnx("an argument of the leaf is \(value.kindDescription)")
      }
    }
    guard let first = inputs.first else { throw ExtractErrors.onnx("the leaf has no tensor among its arguments") }
    var attributes: [String: ONNXAttribute] = ["xylem_arguments": .strings(arguments)]
    if let provider = node.operation.provider { attributes["xylem_plugin"] = .string(provider.plugin) }
    var type: String
    switch node.operation {
    case .leafModule(let leaf):
      type = leaf.type
      attributes["xylem_path"] = .string(leaf.path)
      inputs += try state(of: leaf, &attributes)
    case .leafFunction(let leaf): type = leaf.name
    default: throw ExtractErrors.onnx("the node is not a leaf")
    }
    attributes["xylem_type"] = .string(type)
    type = type.split(separator: ".").last.map(String.init) ?? type
    let result = builder.emit(type, inputs.map(\.name), attributes, domain: Self.leafDomain)[0]
    return .tensor(ONNXTensor(name: result, dtype: first.dtype, shape: nil))
  }

  /// A module's own tensors. Adds its plain attributes.
  private func state(of leaf: LeafModule, _ attributes: inout [String: ONNXAttribute]) throws -> [ONNXTensor] {
    guard let contents = model.leafContents(at: leaf.path) else {
      throw ExtractErrors.onnx("the model has no module '\(leaf.path)'")
    }
    for (name, value) in contents.attributes { attributes[name] = ONNXAttribute(value) }
    var names: [String] = []
    var found: [ONNXTensor] = []
    for (name, tensor) in contents.tensors() {
      names.append(name)
      found.append(try builder.initializer(leaf.path.isEmpty ? name : leaf.path + "." + name, tensor))
    }
    attributes["xylem_state"] = .strings(names)
    return found
  }
}

extension ONNXAttribute {
  /// An attribute for a plain value. Nil for a value without such a form, such as None or a nested list.
  init?(_ value: Value) {
    switch value {
    case .literal(.bool(let flag)): self = .int(flag ? 1 : 0)
    case .literal(.int(let number)): self = .int(number)
    case .literal(.float(let number)): self = .float(Float(number))
    case .literal(.string(let text)): self = .string(text)
    case .object, .list, .tuple:
      let elements: [Value]
      switch try? value.unpacked() {
      case .list(let found)?, .tuple(let found, _)?: elements = found
      default: return nil
      }
      let ints = elements.compactMap { if case .literal(.int(let number)) = $0 { number } else { nil } }
      let numbers = elements.compactMap { $0.literal?.number }
      let strings = elements.compactMap { if case .literal(.string(let text)) = $0 { text } else { nil } }
      if ints.count == elements.count {
        self = .ints(ints)
      } else if numbers.count == elements.count {
        self = .floats(numbers.map { Float($0) })
      } else if strings.count == elements.count {
        self = .strings(strings)
      } else {
        return nil
      }
    default: return nil
    }
  }
}
