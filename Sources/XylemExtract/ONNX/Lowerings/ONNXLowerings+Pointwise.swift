internal import XylemErrors
internal import XylemFiles
internal import XylemGraph

extension ONNXLowerings {
  static var pointwise: [String: ONNXLowering] {
    var table: [String: ONNXLowering] = [
      "aten::add": sum, "aten::sub": sum, "aten::rsub": reversedDifference,
      "aten::mul": { call in call.binary("Mul", try call.operands("self", "other")) },
      "aten::div": quotient, "aten::true_divide": quotient, "aten::floor_divide": { try divided($0, "floor") },
      "aten::remainder": remainder, "aten::pow": power,
      "aten::maximum": { call in call.binary("Max", try call.operands("self", "other")) },
      "aten::minimum": { call in call.binary("Min", try call.operands("self", "other")) },
      "aten::relu6": { call in try clipped(call, from: 0, to: 6) },
      "aten::hardtanh": { call in try clipped(call, from: try call.double("min_val"), to: try call.double("max_val")) },
      "aten::clamp": { call in
        try clipped(call, from: try call.optionalDouble("min"), to: try call.optionalDouble("max"))
      },
      "aten::clamp_min": { call in try clipped(call, from: try call.double("min"), to: nil) },
      "aten::clamp_max": { call in try clipped(call, from: nil, to: try call.double("max")) },
      "aten::silu": swish, "aten::gelu": gelu, "aten::elu": elu, "aten::prelu": prelu, "aten::softplus": softplus,
      "aten::rsqrt": { call in
        try mapped(call) { call.emit("Reciprocal", [call.emit("Sqrt", [$0])]) }
      },
      "aten::square": { call in
        let input = try call.tensor("self")
        return call.like(input, call.emit("Mul", [input.name, input.name]))
      },
      "aten::leaky_relu": { call in
        let slope = try call.double("negative_slope")
        return try mapped(call) { call.emit("LeakyRelu", [$0], ["alpha": .float(Float(slope))]) }
      },
      "aten::hardsigmoid": { call in
        try mapped(call) { call.emit("HardSigmoid", [$0], ["alpha": .float(1 / 6), "beta": .float(0.5)]) }
      },
      "aten::hardswish": { call in try mapped(call) { call.emit("HardSwish", [$0]) } },
      "aten::log_sigmoid": { call in
        try mapped(call) { call.emit("Neg", [call.emit("Softplus", [call.emit("Neg", [$0])])]) }
      },
      "aten::celu": { call in
        let alpha = try call.double("alpha")
        return try mapped(call) { call.emit("Celu", [$0], ["alpha": .float(Float(alpha))]) }
      },
      "aten::log1p": { call in
        try mapped(call) { call.emit("Log", [call.emit("Add", [$0, try call.builder.constant([1], .float32)])]) }
      },
    ]
    for (name, operation) in exact { table["aten::" + name] = { try elementwise($0, operation) } }
    for (name, operation) in floating {
      table["aten::" + name] = { call in try mapped(call) { call.emit(operation, [$0]) } }
    }
    return table
  }

  /// Operators that keep the element type.
  private static let exact = [
    "relu": "Relu", "neg": "Neg", "abs": "Abs", "sign": "Sign", "floor": "Floor", "ceil": "Ceil", "round": "Round",
  ]

  /// Operators on floating-point numbers. Integers are converted.
  private static let floating = [
    "sigmoid": "Sigmoid", "tanh": "Tanh", "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "sin": "Sin", "cos": "Cos",
    "tan": "Tan", "asin": "Asin", "acos": "Acos", "atan": "Atan", "sinh": "Sinh", "cosh": "Cosh", "erf": "Erf",
    "reciprocal": "Reciprocal", "selu": "Selu", "mish": "Mish", "softsign": "Softsign",
  ]

  private static func elementwise(_ call: ONNXCall, _ operation: String) throws -> ONNXValue {
    let input = try call.tensor("self")
    if input.dtype.isIntegral, ["Floor", "Ceil", "Round"].contains(operation) { return .tensor(input) }
    if call.has("decimals"), try call.int("decimals") != 0 {
      throw ExtractErrors.onnx("rounding to decimals is not supported")
    }
    return call.like(input, call.emit(operation, [input.name]))
  }

  /// An operator on floating-point numbers.
  static func mapped(_ call: ONNXCall, _ body: (String) throws -> String) throws -> ONNXValue {
    let input = call.floating(try call.tensor("self"))
    return call.like(input, try body(input.name))
  }

  private static func sum(_ call: ONNXCall) throws -> ONNXValue {
    var operands = try call.operands("self", "other")
    if case .literal(.int(1)) = try call.value("alpha") {
    } else {
      let alpha = try call.double("alpha")
      operands.names[1] = call.emit("Mul", [operands.names[1], try call.builder.constant([alpha], operands.dtype)])
    }
    if operands.dtype == .bool {
      throw ExtractErrors.onnx("\(call.name) of Booleans is not supported")
    }
    return call.binary(call.name == "aten::add" ? "Add" : "Sub", operands)
  }

  private static func reversedDifference(_ call: ONNXCall) throws -> ONNXValue {
    var operands = try call.operands("self", "other")
    let alpha = try call.double("alpha")
    if alpha != 1 {
      operands.names[0] = call.emit("Mul", [operands.names[0], try call.builder.constant([alpha], operands.dtype)])
    }
    operands.names.reverse()
    return call.binary("Sub", operands)
  }

  private static func quotient(_ call: ONNXCall) throws -> ONNXValue {
    try divided(call, call.has("rounding_mode") ? try call.optionalString("rounding_mode") : nil)
  }

  private static func divided(_ call: ONNXCall, _ rounding: String?) throws -> ONNXValue {
    var operands = try call.operands("self", "other", floats: rounding == nil)
    guard let rounding else { return call.binary("Div", operands) }
    if operands.dtype.isIntegral {
      guard rounding == "floor" else { return call.binary("Div", operands) }
      operands.names = [floorQuotient(call, operands.names[0], operands.names[1], operands.dtype)]
      return call.binary("Identity", operands)
    }
    let whole = call.emit("Div", operands.names)
    operands.names = [whole]
    guard rounding != "floor" else { return call.binary("Floor", operands) }
    operands.names = [call.emit("Sign", [whole]), call.emit("Floor", [call.emit("Abs", [whole])])]
    return call.binary("Mul", operands)
  }

  /// Integer division that rounds down. ONNX's rounds toward zero.
  static func floorQuotient(_ call: ONNXCall, _ a: String, _ b: String, _ dtype: DType) -> String {
    // Mod has the sign of the divisor, so what remains divides exactly.
    let rest = call.emit("Mod", [a, b])
    return call.emit("Div", [call.emit("Sub", [a, rest]), b])
  }

  private static func remainder(_ call: ONNXCall) throws -> ONNXValue {
    var operands = try call.operands("self", "other")
    if operands.dtype.isIntegral { return call.binary("Mod", operands) }
    let (a, b) = (operands.names[0], operands.names[1])
    operands.names = [a, call.emit("Mul", [call.emit("Floor", [call.emit("Div", [a, b])]), b])]
    return call.binary("Sub", operands)
  }

  private static func power(_ call: ONNXCall) throws -> ONNXValue {
    let operands = try call.operands("self", "exponent")
    return call.binary("Pow", operands)
  }

  private static func clipped(_ call: ONNXCall, from low: Double?, to high: Double?) throws -> ONNXValue {
    let input = try call.tensor("self")
    if input.dtype.isIntegral, low.map({ $0 != $0.rounded() }) == true || high.map({ $0 != $0.rounded() }) == true {
      throw ExtractErrors.onnx("\(call.name) of integers with a fraction as limit is not supported")
    }
    let inputs = [
      input.name, try low.map { try call.builder.constant([$0], input.dtype) } ?? "",
      try high.map { try call.builder.constant([$0], input.dtype) } ?? "",
    ]
    return call.like(input, call.emit("Clip", high == nil ? Array(inputs.dropLast()) : inputs))
  }

  private static func swish(_ call: ONNXCall) throws -> ONNXValue {
    try mapped(call) { call.emit("Mul", [$0, call.emit("Sigmoid", [$0])]) }
  }

  private static func gelu(_ call: ONNXCall) throws -> ONNXValue {
    let approximation = try call.optionalString("approximate") ?? "none"
    return try mapped(call) { call.emit("Gelu", [$0], ["approximate": .string(approximation)]) }
  }

  private static func elu(_ call: ONNXCall) throws -> ONNXValue {
    guard try call.double("scale") == 1, try call.double("input_scale") == 1 else {
      throw ExtractErrors.onnx("elu with scales is not supported")
    }
    let alpha = try call.double("alpha")
    return try mapped(call) { call.emit("Elu", [$0], ["alpha": .float(Float(alpha))]) }
  }

  private static func prelu(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    var weight = try call.tensor("weight")
    let rank = try call.rank(of: input)
    if weight.sizes != [1], rank > 2 {
      weight.name = call.emit(
        "Reshape", [weight.name, try call.builder.constant([-1] + Array(repeating: 1, count: rank - 2))])
    }
    return call.like(input, call.emit("PRelu", [input.name, weight.name]))
  }

  private static func softplus(_ call: ONNXCall) throws -> ONNXValue {
    let beta = try call.double("beta")
    // Above the threshold PyTorch returns the input, from which the exact value then differs by less than rounding.
    guard try call.double("threshold") >= 20 else {
      throw ExtractErrors.onnx("softplus with a threshold below 20 is not supported")
    }
    guard beta != 1 else { return try mapped(call) { call.emit("Softplus", [$0]) } }
    let scale = try call.builder.constant([beta], .float32)
    return try mapped(call) { call.emit("Div", [call.emit("Softplus", [call.emit("Mul", [$0, scale])]), scale]) }
  }
}
