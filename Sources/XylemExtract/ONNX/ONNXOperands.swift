internal import XylemErrors
internal import XylemFiles
internal import XylemGraph

/// Arguments of an elementwise operator, converted to one element type as PyTorch converts them.
struct ONNXOperands {
  var names: [String]
  var dtype: DType
  var shape: [ONNXDimension]?
  var source: ONNXTensor
}

extension ONNXCall {
  /// The arguments of an elementwise operator.
  ///
  /// - Parameter floats: whether integers are converted to floating-point numbers.
  /// - Throws: `extract.unsavable` if PyTorch's rules for the types need a rank that is not known.
  func operands(_ arguments: String..., floats: Bool = false) throws -> ONNXOperands {
    let values = try arguments.map { try value($0) }
    return try operands(values, floats: floats)
  }

  func operands(_ values: [ONNXValue], floats: Bool = false) throws -> ONNXOperands {
    var tensors: [ONNXTensor] = []
    for case .tensor(let reference) in values { tensors.append(try reference.read()) }
    guard var source = tensors.first else { throw ExtractErrors.onnx("\(name) gets no tensor") }
    var dtype = try ONNXTypes.promoted(tensors, in: self)
    for case .literal(let literal) in values { dtype = ONNXTypes.promoted(dtype, with: literal) }
    for case .number(let number) in values {
      dtype = ONNXTypes.promoted(
        dtype, with: number.kind == .int ? .int(0) : number.kind == .float ? .float(0) : .bool(false))
    }
    if floats, dtype.isIntegral { dtype = .float32 }
    var names: [String] = []
    for value in values {
      switch value {
      case .tensor(let reference): names.append(cast(try reference.read(), to: dtype).name)
      case .literal(let literal):
        guard let number = literal.numberOrFlag else {
          throw ExtractErrors.onnx("an argument of \(name) is \(literal.kindDescription)")
        }
        names.append(try builder.constant([number], dtype))
      case .number(let number):
        let scalar = emit("Reshape", [number.name, try builder.constant([Int]())])
        names.append(emit("Cast", [scalar], ["to": .int(dtype.onnxCode ?? 1)]))
      case .failed(let error): throw error
      default: throw ExtractErrors.onnx("an argument of \(name) is \(value.kindDescription)")
      }
    }
    var shape = tensors[0].shape
    for tensor in tensors.dropFirst() {
      if tensor.shape == nil, shape?.isEmpty == true { source = tensor }
      shape = ONNXTypes.broadcast(shape, tensor.shape)
    }
    // A tensor of unknown rank may have fewer dimensions than the others.
    if tensors.filter({ $0.rank != 0 }).count > 1, shape == nil { source.rankSource = nil }
    return ONNXOperands(names: names, dtype: dtype, shape: shape, source: source)
  }

  /// An elementwise operator with two arguments.
  func binary(
    _ operation: String, _ operands: ONNXOperands, dtype: DType? = nil, _ attributes: [String: ONNXAttribute] = [:]
  ) -> ONNXValue {
    result(operation, operands.names, attributes, dtype ?? operands.dtype, operands.shape, like: operands.source)
  }

  /// A tensor with the shape of another.
  func like(_ tensor: ONNXTensor, _ name: String, _ dtype: DType? = nil) -> ONNXValue {
    var other = tensor
    other.name = name
    other.dtype = dtype ?? tensor.dtype
    return .tensor(other)
  }
}

extension Literal {
  /// The value of a number, and 0 or 1 for a Boolean.
  var numberOrFlag: Double? {
    if case .bool(let flag) = self { return flag ? 1 : 0 }
    return number
  }
}

/// PyTorch's rules for the element types and sizes of elementwise operators.
enum ONNXTypes {
  private static let order: [DType] = [
    .bool, .uint8, .int8, .int16, .int32, .int64, .float16, .bfloat16, .float32, .float64,
  ]

  private static func category(_ dtype: DType) -> Int { dtype == .bool ? 0 : dtype.isIntegral ? 1 : 2 }

  private static func promoted(_ a: DType, _ b: DType) throws -> DType {
    if a == b { return a }
    let pair: Set<DType> = [a, b]
    if pair == [.uint8, .int8] { return .int16 }
    if pair == [.float16, .bfloat16] { return .float32 }
    guard let first = order.firstIndex(of: a), let second = order.firstIndex(of: b) else {
      throw ExtractErrors.onnx("tensors of \(a.rawValue) and \(b.rawValue) can't be combined")
    }
    return order[max(first, second)]
  }

  /// The type of the result for tensors. A tensor without dimensions counts only where its kind of number is higher.
  static func promoted(_ tensors: [ONNXTensor], in call: ONNXCall) throws -> DType {
    guard Set(tensors.map(\.dtype)).count > 1 else { return tensors[0].dtype }
    var whole: DType?
    var scalar: DType?
    for tensor in tensors {
      if try call.rank(of: tensor) == 0 {
        scalar = try scalar.map { try promoted($0, tensor.dtype) } ?? tensor.dtype
      } else {
        whole = try whole.map { try promoted($0, tensor.dtype) } ?? tensor.dtype
      }
    }
    guard let whole else { return scalar ?? tensors[0].dtype }
    guard let scalar, category(scalar) > category(whole) else { return whole }
    return scalar
  }

  /// The type of the result for a tensor and a number of the model's code.
  static func promoted(_ dtype: DType, with literal: Literal) -> DType {
    switch literal {
    case .float: dtype.isIntegral ? .float32 : dtype
    case .int: dtype == .bool ? .int64 : dtype
    default: dtype
    }
  }

  /// The sizes of the result for operands of some sizes. Nil if a rank is not known.
  static func broadcast(_ a: [ONNXDimension]?, _ b: [ONNXDimension]?) -> [ONNXDimension]? {
    guard let a, let b else { return a?.isEmpty == true ? b : b?.isEmpty == true ? a : nil }
    let rank = max(a.count, b.count)
    return (0..<rank).map { index in
      let first = index - (rank - a.count)
      let second = index - (rank - b.count)
      guard first >= 0 else { return b[second] }
      guard second >= 0 else { return a[first] }
      let (one, other) = (a[first], b[second])
      if one == .fixed(1) { return other }
      if other == .fixed(1) || one == other { return one }
      if one.known != nil { return one }
      if other.known != nil { return other }
      return .unknown
    }
  }
}
