internal import XylemErrors
internal import XylemFiles
internal import XylemGraph

extension ONNXLowerings {
  static var creation: [String: ONNXLowering] {
    var table: [String: ONNXLowering] = [
      "aten::full": { call in
        try filled(call, try call.list("size"), try call.double("fill_value"), like: nil)
      },
      "aten::new_full": { call in
        try filled(call, try call.list("size"), try call.double("fill_value"), like: try call.tensor("self"))
      },
      "aten::full_like": { call in
        let input = try call.tensor("self")
        return try filledLike(call, input, try call.double("fill_value"))
      },
      "aten::arange": arange, "aten::copy": copied,
      "aten::fill": { call in
        switch try call.value("value") {
        case .tensor(let reference): try spread(call, try reference.read())
        default:
          try filledLike(call, try call.tensor("self"), try call.double("value"), keepsType: true)
        }
      },
      "aten::zero": { call in try filledLike(call, try call.tensor("self"), 0, keepsType: true) },
    ]
    for (name, value) in [("zeros", 0.0), ("ones", 1.0)] {
      table["aten::" + name] = { call in try filled(call, try call.list("size"), value, like: nil) }
      table["aten::new_" + name] = { call in
        try filled(call, try call.list("size"), value, like: try call.tensor("self"))
      }
      table["aten::\(name)_like"] = { call in try filledLike(call, try call.tensor("self"), value) }
    }
    return table
  }

  private static func dtype(_ call: ONNXCall, _ fallback: DType) throws -> DType {
    call.ignore("layout", "device", "pin_memory", "memory_format", "names")
    return try call.optionalDType("dtype") ?? fallback
  }

  private static func filled(
    _ call: ONNXCall, _ sizes: [ONNXValue], _ value: Double, like input: ONNXTensor?
  ) throws -> ONNXValue {
    if call.name == "aten::full", case .literal(.none) = try call.value("dtype") {
      throw ExtractErrors.onnx("full without an element type is not supported")
    }
    let dtype = try dtype(call, input?.dtype ?? .float32)
    return call.result(
      "Expand", [try call.builder.constant([value], dtype), try call.sizes.vector(of: sizes)], dtype,
      sizes.map { call.sizes.dimension($0) })
  }

  /// What `copy_` writes.
  private static func copied(_ call: ONNXCall) throws -> ONNXValue {
    call.ignore("non_blocking")
    return try spread(call, try call.tensor("src"))
  }

  /// A tensor in the shape and type of the one that is written.
  private static func spread(_ call: ONNXCall, _ source: ONNXTensor) throws -> ONNXValue {
    let target = try call.tensor("self")
    let other = call.cast(source, to: target.dtype)
    return call.result(
      "Expand", [other.name, try call.sizes.shape(of: target)], target.dtype, target.shape, like: target)
  }

  private static func filledLike(
    _ call: ONNXCall, _ input: ONNXTensor, _ value: Double, keepsType: Bool = false
  ) throws -> ONNXValue {
    let dtype = keepsType ? input.dtype : try dtype(call, input.dtype)
    return call.result(
      "Expand", [try call.builder.constant([value], dtype), try call.sizes.shape(of: input)], dtype, input.shape,
      like: input)
  }

  private static func arange(_ call: ONNXCall) throws -> ONNXValue {
    func bound(_ name: String, _ missing: Int) throws -> ONNXValue {
      guard call.has(name) else { return .literal(.int(missing)) }
      return try call.value(name)
    }
    let values = [try bound("start", 0), try bound("end", 0), try bound("step", 1)]
    let isInteger = values.allSatisfy { value in
      if case .literal(.int) = value { return true }
      if case .number(let number) = value { return number.kind == .int }
      return false
    }
    guard isInteger else { throw ExtractErrors.onnx("arange of fractions whose limits are not known is not supported") }
    let dtype = try dtype(call, .int64)
    let limits = try values.map {
      call.emit("Reshape", [try call.sizes.vector($0), try call.builder.constant([Int]())])
    }
    let range = ONNXTensor(name: call.emit("Range", limits), dtype: .int64, shape: [.unknown])
    return call.cast(range, to: dtype).value
  }
}
