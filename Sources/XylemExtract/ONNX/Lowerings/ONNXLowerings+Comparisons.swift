internal import XylemErrors
internal import XylemFiles
internal import XylemGraph

extension ONNXLowerings {
  static var comparisons: [String: ONNXLowering] {
    var table: [String: ONNXLowering] = [
      "aten::ne": { call in
        let operands = try call.operands("self", "other")
        return call.like(
          ONNXTensor(name: "", dtype: .bool, shape: operands.shape, rankSource: operands.source.rankSource),
          call.emit("Not", [call.emit("Equal", operands.names)]))
      },
      "aten::logical_not": { call in
        let input = call.cast(try call.tensor("self"), to: .bool)
        return call.like(input, call.emit("Not", [input.name]))
      },
      "aten::bitwise_not": { call in
        let input = try call.tensor("self")
        return call.like(input, call.emit(input.dtype == .bool ? "Not" : "BitwiseNot", [input.name]))
      },
      "aten::where": choice, "aten::masked_fill": maskedFill,
      "aten::isnan": { call in
        let input = try call.tensor("self")
        return call.like(input, call.emit("IsNaN", [input.name]), .bool)
      },
    ]
    for (name, operation) in [
      ("eq", "Equal"), ("lt", "Less"), ("le", "LessOrEqual"), ("gt", "Greater"), ("ge", "GreaterOrEqual"),
    ] {
      table["aten::" + name] = { call in call.binary(operation, try call.operands("self", "other"), dtype: .bool) }
    }
    for (name, logical, bitwise) in [
      ("and", "And", "BitwiseAnd"), ("or", "Or", "BitwiseOr"), ("xor", "Xor", "BitwiseXor"),
    ] {
      table["aten::logical_" + name] = { call in
        let (a, b) = (call.cast(try call.tensor("self"), to: .bool), call.cast(try call.tensor("other"), to: .bool))
        return call.binary(logical, try call.operands([.tensor(a), .tensor(b)]))
      }
      let own: ONNXLowering = { call in
        let operands = try call.operands("self", "other")
        return call.binary(operands.dtype == .bool ? logical : bitwise, operands)
      }
      table["aten::bitwise_" + name] = own
      table["aten::__\(name)__"] = own
    }
    return table
  }

  private static func choice(_ call: ONNXCall) throws -> ONNXValue {
    guard call.has("other") else { throw ExtractErrors.onnx("where with one argument is not supported") }
    let condition = call.cast(try call.tensor("condition"), to: .bool)
    let operands = try call.operands("self", "other")
    return call.result(
      "Where", [condition.name] + operands.names, operands.dtype,
      ONNXTypes.broadcast(condition.shape, operands.shape))
  }

  private static func maskedFill(_ call: ONNXCall) throws -> ONNXValue {
    let input = try call.tensor("self")
    let mask = call.cast(try call.tensor("mask"), to: .bool)
    let value: String
    switch try call.value("value") {
    case .tensor(let reference): value = call.cast(try reference.read(), to: input.dtype).name
    case .literal(let literal):
      guard let number = literal.numberOrFlag else { throw ExtractErrors.onnx("masked_fill with an unknown value") }
      value = try call.builder.constant([number], input.dtype)
    default: throw ExtractErrors.onnx("masked_fill with an unknown value")
    }
    return call.result(
      "Where", [mask.name, value, input.name], input.dtype, ONNXTypes.broadcast(mask.shape, input.shape))
  }
}
