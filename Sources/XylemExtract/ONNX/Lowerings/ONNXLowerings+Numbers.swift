internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemTensor

/// Numbers of the model's code that depend on sizes. Known ones are computed while the graph is written.
extension ONNXLowerings {
  static var numbers: [String: ONNXLowering] {
    var table = ofSizes
    // What is true of every tensor of an ONNX graph.
    for name in ["is_nested", "is_sparse", "is_quantized", "is_mkldnn", "is_meta", "requires_grad", "is_complex"] {
      for namespace in ["prim::", "aten::"] { table[namespace + name] = { call in fact(call, .bool(false)) } }
    }
    table["prim::device"] = { call in fact(call, .device("cpu")) }
    return table
  }

  private static func fact(_ call: ONNXCall, _ literal: Literal) -> ONNXValue {
    call.ignore("a", "self")
    return .literal(literal)
  }

  private static var ofSizes: [String: ONNXLowering] {
    [
      "aten::floordiv": { call in
        try combined(call) { floorQuotient(call, $0, $1, .int64) }
      },
      "aten::len": length, "aten::__getitem__": element, "prim::NumToTensor": { call in try tensor(call) },
      "aten::scalar_tensor": { call in try tensor(call) },
      "aten::Int": integer, "aten::ScalarImplicit": integer, "aten::item": integer, "aten::IntImplicit": integer,
      "prim::min": { call in try combined(call) { call.emit("Min", [$0, $1]) } },
      "prim::max": { call in try combined(call) { call.emit("Max", [$0, $1]) } },
      "prim::dtype": { call in .literal(.int(Int(try call.tensor("a").dtype.runtimeCode))) },
      "aten::is_floating_point": { call in .literal(.bool(!(try call.tensor("self")).dtype.isIntegral)) },
      "aten::__isnot__": { call in try identity(call, isNegated: true) },
      "aten::__is__": { call in try identity(call, isNegated: false) },
      "aten::__not__": { call in
        throw ExtractErrors.onnx("a decision that depends on the input has no ONNX form")
      },
    ]
  }

  /// Operators on two integers of the model's code that share a name with an operator on tensors. Nil for other calls.
  static func ofNumbers(_ call: ONNXCall) throws -> ONNXValue? {
    guard call.has("a"), call.has("b") else { return nil }
    let operations = ["aten::add": "Add", "aten::sub": "Sub", "aten::mul": "Mul", "aten::remainder": "Mod"]
    if let operation = operations[call.name] { return try combined(call) { call.emit(operation, [$0, $1]) } }
    switch call.name {
    case "aten::eq", "aten::ne", "aten::le", "aten::ge", "aten::lt", "aten::gt":
      let (a, b) = (try call.sizes.vector(try call.value("a")), try call.sizes.vector(try call.value("b")))
      if a == b { return .literal(.bool(["aten::eq", "aten::le", "aten::ge"].contains(call.name))) }
      let names = ["eq": "Equal", "le": "LessOrEqual", "ge": "GreaterOrEqual", "lt": "Less", "gt": "Greater"]
      let own = String(call.name.dropFirst("aten::".count))
      let found = names[own].map { call.emit($0, [a, b]) } ?? call.emit("Not", [call.emit("Equal", [a, b])])
      return .number(ONNXNumber(name: found, kind: .bool))
    default: return nil
    }
  }

  private static func combined(_ call: ONNXCall, _ body: (String, String) -> String) throws -> ONNXValue {
    let (first, second) = (try call.value("a"), try call.value("b"))
    // What changes nothing keeps the name of the size.
    if case .literal(.int(let number)) = second {
      if number == 0, ["aten::add", "aten::sub"].contains(call.name) { return first }
      if number == 1, ["aten::mul", "aten::floordiv"].contains(call.name) { return first }
    }
    let (a, b) = (try call.sizes.vector(first), try call.sizes.vector(second))
    return .number(ONNXNumber(name: body(a, b), kind: .int))
  }

  /// An element of a list.
  private static func element(_ call: ONNXCall) throws -> ONNXValue {
    guard call.has("idx") else { throw ExtractErrors.onnx("a lookup in a dictionary is not supported") }
    let (elements, index) = (try call.list("list"), try call.int("idx"))
    let position = index < 0 ? index + elements.count : index
    guard elements.indices.contains(position) else { throw ExtractErrors.onnx("a list has no element \(index)") }
    return elements[position]
  }

  private static func length(_ call: ONNXCall) throws -> ONNXValue {
    let value = try call.value("a")
    switch value {
    case .list(let elements), .tuple(let elements, _): return .literal(.int(elements.count))
    case .tensor(let reference): return try call.sizes.size(of: try reference.read(), 0)
    default: throw ExtractErrors.onnx("the length of \(value.kindDescription) is not known")
    }
  }

  /// A number as a tensor without dimensions.
  private static func tensor(_ call: ONNXCall) throws -> ONNXValue {
    let value = try call.value(call.has("a") ? "a" : "s")
    guard case .number(let number) = value else {
      throw ExtractErrors.onnx("\(value.kindDescription) as a tensor is not supported")
    }
    let dtype = number.tensor.dtype
    return call.result("Reshape", [number.name, try call.builder.constant([Int]())], dtype, [])
  }

  /// A tensor of one integer as a number.
  private static func integer(_ call: ONNXCall) throws -> ONNXValue {
    let value = try call.value(call.has("a") ? "a" : "self")
    if case .number(let number) = value, number.kind == .int { return value }
    return .number(ONNXNumber(name: try call.sizes.vector(value), kind: .int))
  }

  /// Whether a value is None, where that is known.
  private static func identity(_ call: ONNXCall, isNegated: Bool) throws -> ONNXValue {
    let (first, second) = (try call.value("self"), try call.value("obj"))
    if case (.tensor(let one), .tensor(let other)) = (first, second) {
      if one === other { return .literal(.bool(!isNegated)) }
      guard one.storage === other.storage else { return .literal(.bool(isNegated)) }
    }
    guard case .literal(.none) = second else { throw ExtractErrors.onnx("whether two values are one is not known") }
    if case .literal(.none) = first { return .literal(.bool(!isNegated)) }
    return .literal(.bool(isNegated))
  }
}
