internal import XylemFiles
internal import XylemTensor

/// A value of an attribute of an ONNX node.
enum ONNXAttribute: Hashable {
  case int(Int)
  case float(Float)
  case string(String)
  case ints([Int])
  case floats([Float])
  case strings([String])
}

/// A call of an ONNX operator.
struct ONNXNode: Hashable {
  var name: String
  var operation: String
  /// The domain of the operator. Empty for ONNX's own.
  var domain = ""
  /// Names of values. An empty name leaves out an optional input.
  var inputs: [String]
  var outputs: [String]
  var attributes: [String: ONNXAttribute] = [:]
}

/// A size of a tensor in an ONNX graph.
enum ONNXDimension: Hashable {
  case fixed(Int)
  /// A size that is known when the graph runs. Sizes with one name are equal.
  case symbol(String)
  case unknown

  /// The size, if it is fixed.
  var known: Int? {
    if case .fixed(let size) = self { return size }
    return nil
  }
}

/// An input or output of an ONNX graph.
struct ONNXValueInfo: Hashable {
  var name: String
  var dtype: DType
  /// The sizes. Nil if not even their number is known, which inputs can't have.
  var shape: [ONNXDimension]?
}

/// A constant tensor of an ONNX graph.
struct ONNXInitializer {
  var name: String
  var dtype: DType
  var shape: [Int]
  /// The elements.
  var contents: Contents

  enum Contents {
    case tensor(Tensor)
    case array(HostArray)
  }

  /// The size of the elements in bytes.
  var byteCount: Int { shape.reduce(dtype.byteCount, *) }

  /// The elements, row-major and little-endian.
  func array() throws -> HostArray {
    switch contents {
    case .tensor(let tensor): try tensor.hostArray()
    case .array(let array): array
    }
  }
}

/// An ONNX graph with its constants.
struct ONNXGraph {
  var nodes: [ONNXNode] = []
  var initializers: [ONNXInitializer] = []
  var inputs: [ONNXValueInfo] = []
  var outputs: [ONNXValueInfo] = []
}

extension DType {
  /// The number of the type in `TensorProto.DataType`. Nil for a type that this version of ONNX lacks.
  var onnxCode: Int? {
    switch self {
    case .float32: 1
    case .uint8: 2
    case .int8: 3
    case .uint16: 4
    case .int16: 5
    case .int32: 6
    case .int64: 7
    case .bool: 9
    case .float16: 10
    case .float64: 11
    case .uint32: 12
    case .uint64: 13
    case .complex64: 14
    case .complex128: 15
    case .bfloat16: 16
    case .float8e4m3fn: 17
    case .float8e5m2: 19
    }
  }
}
