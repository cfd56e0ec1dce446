internal import XylemErrors
internal import XylemFiles
internal import XylemGraph

extension ExportedProgram {
  /// The major version of the schema that this reader knows.
  static let schema = 8

  /// Reads a model's JSON.
  ///
  /// - Throws: `file.malformed`; `archive.schema` for another major version; `archive.unreadable` for JSON of another
  ///   form.
  init(_ json: ExportedJSON, name: String, path: String) throws(XylemError) {
    let version = try json.member("schema_version").member("major").int()
    guard version == Self.schema else {
      throw ExportedErrors.schema(
        path, found: "\(version)", writer: try json.optional("torch_version")?.string())
    }
    let module = try json.member("graph_module")
    var fields: [String: [String]] = [:]
    for (type, definition) in try module.optional("treespec_namedtuple_fields")?.members() ?? [] {
      fields[type] = try definition.member("field_names").strings()
    }
    self.name = name
    graph = try ExportedGraph(module.member("graph"))
    let signature = try module.member("signature")
    var inputs: [ExportedInput] = []
    for input in try signature.member("input_specs").array() { inputs.append(try ExportedInput(input)) }
    var outputs: [ExportedOutput] = []
    for output in try signature.member("output_specs").array() { outputs.append(try ExportedOutput(output)) }
    var calls: [ExportedCall] = []
    for call in try module.member("module_call_graph").array() { calls.append(try ExportedCall(call, fields)) }
    var ranges: [String: ClosedRange<Int>] = [:]
    for (symbol, range) in try json.optional("range_constraints")?.members() ?? [] {
      ranges[symbol] = try range.bounds()
    }
    (self.inputs, self.outputs, self.calls, self.ranges) = (inputs, outputs, calls, ranges)
    guard inputs.count == graph.inputs.count, outputs.count == graph.outputs.count else {
      throw signature.fault("meaning for each input and output")
    }
    guard calls.first?.call == "", calls[0].signature != nil else {
      throw try module.member("module_call_graph").fault("signature of the root module")
    }
  }
}

extension ExportedGraph {
  init(_ json: ExportedJSON) throws(XylemError) {
    inputs = try json.member("inputs").arguments()
    outputs = try json.member("outputs").arguments()
    var nodes: [ExportedNode] = []
    for node in try json.member("nodes").array() { nodes.append(try ExportedNode(node)) }
    self.nodes = nodes
    var tensors: [String: ExportedTensor] = [:]
    for (name, tensor) in try json.member("tensor_values").members() { tensors[name] = try ExportedTensor(tensor) }
    self.tensors = tensors
    var numbers: [String: String] = [:]
    for (member, type) in [("sym_int_values", "int"), ("sym_float_values", "float"), ("sym_bool_values", "bool")] {
      for (name, _) in try json.optional(member)?.members() ?? [] { numbers[name] = type }
    }
    self.numbers = numbers
  }
}

extension ExportedTensor {
  init(_ json: ExportedJSON) throws(XylemError) {
    dtype = ExportedCodes.dtype(try json.member("dtype").int())
    var sizes: [ExportedSize] = []
    for size in try json.member("sizes").array() { sizes.append(try ExportedSize(size)) }
    self.sizes = sizes
  }
}

extension ExportedSize {
  init(_ json: ExportedJSON) throws(XylemError) {
    let (name, content) = try json.form()
    switch name {
    case "as_int": self = .fixed(try content.int())
    case "as_expr": self = .symbolic(SizeExpression(parsing: try content.member("expr_str").string()))
    default: throw json.fault("size")
    }
  }
}

extension ExportedNode {
  init(_ json: ExportedJSON) throws(XylemError) {
    target = try json.member("target").string()
    var inputs: [Input] = []
    for input in try json.member("inputs").array() {
      inputs.append(
        Input(
          name: try input.member("name").string(), argument: try ExportedArgument(input.member("arg")),
          isKeyword: try input.optional("kind")?.int() == 2))
    }
    self.inputs = inputs
    outputs = try json.member("outputs").arguments()
    let metadata = try json.member("metadata")
    let stack = Self.frames(try metadata.optional("nn_module_stack")?.string() ?? "")
    (frames, rootType) = (stack?.frames, stack?.rootType)
    function = try metadata.optional("torch_fn")?.string() ?? ""
    location = Self.location(try metadata.optional("stack_trace")?.string() ?? "")
  }

  /// The modules of a stack: `key,path,type`, separated by semicolons; nil for another form, as of a stand-in that a
  /// pass of PyTorch put there. The root's path is empty.
  private static func frames(_ stack: String) -> (frames: [Frame], rootType: String?)? {
    guard !stack.isEmpty else { return nil }
    var frames: [Frame] = []
    var rootType: String?
    for part in stack.split(separator: ";") {
      let fields = part.split(separator: ",", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3, !fields[2].isEmpty, !fields[2].hasPrefix("_empty_nn_module_stack") else { return nil }
      guard !fields[1].isEmpty else {
        rootType = String(fields[2])
        continue
      }
      var call = String(fields[1])
      if let at = fields[0].lastIndex(of: "@"), Int(fields[0][fields[0].index(after: at)...]) != nil {
        call += fields[0][at...]
      }
      frames.append(Frame(call: call, path: String(fields[1]), type: String(fields[2])))
    }
    return (frames, rootType)
  }

  /// The innermost line of a stack trace that is not PyTorch's own, or else the innermost one.
  private static func location(_ trace: String) -> SourceLocation? {
    var found: SourceLocation?
    var foreign: SourceLocation?
    for line in trace.split(separator: "\n") {
      guard let start = line.firstRange(of: "File \"")?.upperBound, let end = line[start...].firstIndex(of: "\""),
        let number = line[end...].firstRange(of: ", line ")?.upperBound,
        let parsed = Int(line[number...].prefix { $0.isNumber })
      else { continue }
      let location = SourceLocation(file: String(line[start..<end]), line: parsed)
      if location.file.hasPrefix("<") { continue }
      if location.file.contains("/torch/") { foreign = location } else { found = location }
    }
    return found ?? foreign
  }
}

extension ExportedArgument {
  init(_ json: ExportedJSON) throws(XylemError) {
    let (form, content) = try json.form()
    switch form {
    case "as_none": self = .literal(.none)
    case "as_int": self = .literal(.int(try content.int()))
    case "as_bool": self = .literal(.bool(try content.bool()))
    case "as_float": self = .literal(.float(try content.float()))
    case "as_string": self = .literal(.string(try content.string()))
    case "as_complex":
      self = .literal(.complex(try content.member("real").float(), try content.member("imag").float()))
    case "as_device": self = .literal(.device(try content.device()))
    case "as_scalar_type": self = .literal(.int(try content.code(ExportedCodes.scalarType, "element type")))
    case "as_layout": self = .literal(.int(try content.code(ExportedCodes.layout, "layout")))
    case "as_memory_format": self = .literal(.int(try content.code(ExportedCodes.memoryFormat, "memory format")))
    case "as_tensor", "as_optional_tensor", "as_sym_int", "as_sym_float", "as_sym_bool":
      self = try Self.value(content)
    case "as_tensors", "as_optional_tensors", "as_sym_ints", "as_sym_floats", "as_sym_bools":
      self = try Self.list(content, Self.value)
    case "as_ints": self = try Self.list(content) { (json) throws(XylemError) in .literal(.int(try json.int())) }
    case "as_floats": self = try Self.list(content) { (json) throws(XylemError) in .literal(.float(try json.float())) }
    case "as_bools": self = try Self.list(content) { (json) throws(XylemError) in .literal(.bool(try json.bool())) }
    case "as_strings":
      self = try Self.list(content) { (json) throws(XylemError) in .literal(.string(try json.string())) }
    case "as_nested_tensors":
      self = try Self.list(content) { (json) throws(XylemError) in try Self.list(json, Self.value) }
    case "as_int_lists":
      self = try Self.list(content) { (json) throws(XylemError) in
        try Self.list(json) { (json) throws(XylemError) in .literal(.int(try json.int())) }
      }
    case "as_float_lists":
      self = try Self.list(content) { (json) throws(XylemError) in
        try Self.list(json) { (json) throws(XylemError) in .literal(.float(try json.float())) }
      }
    case "as_string_to_argument":
      var entries: [(key: String, value: ExportedArgument)] = []
      for (key, value) in try content.members() { entries.append((key, try ExportedArgument(value))) }
      self = .dictionary(entries)
    case "as_graph": self = .graph(try ExportedGraph(content.member("graph")))
    case "as_custom_obj": self = .other("an object of \(try content.member("class_fqn").string().printable)")
    default: self = .other("a value of the form '\(form.printable)'")
    }
  }

  /// A value by its name, a number in its place, or None: the forms within lists, and those of single values.
  private static func value(_ json: ExportedJSON) throws(XylemError) -> ExportedArgument {
    if let name = try json.optional("name") { return .value(try name.string()) }
    let (form, content) = try json.form()
    switch form {
    case "as_name": return .value(try content.string())
    case "as_tensor": return .value(try content.member("name").string())
    case "as_none": return .literal(.none)
    case "as_int": return .literal(.int(try content.int()))
    case "as_float": return .literal(.float(try content.float()))
    case "as_bool": return .literal(.bool(try content.bool()))
    default: throw json.fault("name of a value")
    }
  }

  private static func list(
    _ json: ExportedJSON, _ element: (ExportedJSON) throws(XylemError) -> ExportedArgument
  ) throws(XylemError) -> ExportedArgument {
    var elements: [ExportedArgument] = []
    for part in try json.array() { elements.append(try element(part)) }
    return .list(elements)
  }
}

extension ExportedInput {
  init(_ json: ExportedJSON) throws(XylemError) {
    let (form, content) = try json.form()
    func name() throws(XylemError) -> String { try content.member("arg").member("name").string() }
    switch form {
    case "user_input": self = .user(try ExportedArgument(content.member("arg")))
    case "constant_input":
      let value = try ExportedArgument(content.member("value"))
      guard case .literal(let literal) = value else { throw content.fault("constant") }
      self = .constant(name: try content.member("name").string(), literal)
    case "parameter": self = .parameter(name: try name(), key: try content.member("parameter_name").string())
    case "buffer":
      self = .buffer(
        name: try name(), key: try content.member("buffer_name").string(),
        isPersistent: try content.member("persistent").bool())
    case "tensor_constant": self = .tensor(name: try name(), key: try content.member("tensor_constant_name").string())
    case "custom_obj": self = .other("an object of a class of Python's or C++")
    case "token": self = .other("a token that orders effects")
    default: self = .other("an input of the form '\(form.printable)'")
    }
  }
}

extension ExportedOutput {
  init(_ json: ExportedJSON) throws(XylemError) {
    let (form, content) = try json.form()
    func name() throws(XylemError) -> String { try content.member("arg").member("name").string() }
    switch form {
    case "user_output": self = .user(try ExportedArgument(content.member("arg")))
    case "buffer_mutation": self = .state(name: try name(), key: try content.member("buffer_name").string())
    case "parameter_mutation": self = .state(name: try name(), key: try content.member("parameter_name").string())
    case "user_input_mutation": self = .input(name: try name(), input: try content.member("user_input_name").string())
    case "loss_output", "gradient_to_parameter", "gradient_to_user_input": self = .other("a gradient or a loss")
    case "token": self = .other("a token that orders effects")
    default: self = .other("an output of the form '\(form.printable)'")
    }
  }
}

extension ExportedCall {
  init(_ json: ExportedJSON, _ fields: [String: [String]]) throws(XylemError) {
    call = try json.member("fqn").string()
    guard let content = try json.optional("signature") else {
      signature = nil
      return
    }
    signature = Signature(
      inputs: try content.member("inputs").arguments(), outputs: try content.member("outputs").arguments(),
      inputTree: try ExportedTree(parsing: content.member("in_spec").string(), fields, content),
      outputTree: try ExportedTree(parsing: content.member("out_spec").string(), fields, content),
      argumentNames: try content.optional("forward_arg_names")?.strings() ?? [])
  }
}

extension ExportedJSON {
  fileprivate func arguments() throws(XylemError) -> [ExportedArgument] {
    var arguments: [ExportedArgument] = []
    for argument in try array() { arguments.append(try ExportedArgument(argument)) }
    return arguments
  }

  func strings() throws(XylemError) -> [String] {
    var strings: [String] = []
    for text in try array() { strings.append(try text.string()) }
    return strings
  }

  /// A device, as in `cpu` or `cuda:1`.
  fileprivate func device() throws(XylemError) -> String {
    let type = try member("type").string()
    return try optional("index").map { (json) throws(XylemError) in "\(type):\(try json.int())" } ?? type
  }

  /// A number of the schema as a number of the runtime.
  fileprivate func code(_ codes: [Int: Int], _ what: String) throws(XylemError) -> Int {
    guard let code = codes[try int()] else { throw fault("known \(what)") }
    return code
  }

  /// The bounds of a symbolic size. A missing one is open.
  fileprivate func bounds() throws(XylemError) -> ClosedRange<Int> {
    let low = try optional("min_val")?.int() ?? Int.min
    let high = try optional("max_val")?.int() ?? Int.max
    guard low <= high else { throw fault("range of a size") }
    return low...high
  }
}
