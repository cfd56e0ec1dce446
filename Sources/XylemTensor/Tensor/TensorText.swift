internal import XylemFiles

/// A description of a tensor's elements: a bracket for each dimension, lines of at most 80 characters.
struct TensorText {
  /// With more elements than this, only the first and last three of each dimension are written.
  private static let mostElements = 1000
  private static let edge = 3
  private static let lineWidth = 80
  private static let prefix = "tensor("

  private let shape: [Int]
  private let isShortened: Bool
  private var texts: ArraySlice<String> = []

  /// A tensor of the runtime as PyTorch prints it.
  static func describe(_ tensor: Tensor, shape: [Int]) -> String {
    var suffixes: [String] = []
    let device = (try? tensor.device) ?? "cpu"
    if device != "cpu" { suffixes.append("device='\(device)'") }
    let elements: String
    if shape.contains(0) {
      elements = "[]"
      if shape.count != 1 { suffixes.append(size(shape)) }
      if tensor.dtype != .float32 { suffixes.append(type(tensor.dtype)) }
    } else if let written = try? TensorText(tensor, shape: shape).written() {
      elements = written
      if ![.float32, .int64, .bool, .complex64].contains(tensor.dtype) { suffixes.append(type(tensor.dtype)) }
    } else {
      // On other devices, layouts and types there may be no elements to show; printing must not fail because of that.
      elements = "..."
      suffixes += [size(shape), type(tensor.dtype)]
    }
    if tensor.requiresGrad { suffixes.append("requires_grad=True") }
    return join(elements, suffixes)
  }

  /// A tensor whose elements don't exist yet.
  static func describe(_ lazy: LazyTensor) -> String {
    var suffixes = [size(lazy.shape), type(lazy.dtype)]
    if lazy.requiresGrad { suffixes.append("requires_grad=True") }
    return join("...", suffixes)
  }

  private static func size(_ shape: [Int]) -> String {
    "size=(" + shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? ",)" : ")")
  }

  private static func type(_ dtype: DType?) -> String { "dtype=torch." + (dtype?.rawValue ?? "unknown") }

  private static func join(_ elements: String, _ suffixes: [String]) -> String {
    var text = prefix + elements
    // Two more than it has, as PyTorch counts it, so that lines break at the same places.
    var lastLine = (text.split(separator: "\n", omittingEmptySubsequences: false).last?.count ?? 0) + 2
    for suffix in suffixes {
      if lastLine + suffix.count + 2 > lineWidth {
        text += ",\n" + String(repeating: " ", count: prefix.count) + suffix
        lastLine = prefix.count + suffix.count
      } else {
        text += ", " + suffix
        lastLine += suffix.count + 2
      }
    }
    return text + ")"
  }

  private init(_ tensor: Tensor, shape: [Int]) throws {
    self.shape = shape
    isShortened = shape.reduce(1, *) > Self.mostElements
    guard isShortened else {
      texts = try Self.texts(tensor)[...]
      return
    }
    let indices = try Tensor(positions(0, 0))
    texts = try Self.texts(TensorOperator.call("aten::take", [.tensor(tensor), .tensor(indices)]))[...]
  }

  /// The elements of a small tensor, each as a string of the same width.
  private static func texts(_ tensor: Tensor) throws -> [String] {
    if tensor.dtype?.isComplex == true {
      let plain = try TensorOperator.call("aten::resolve_conj", [.tensor(tensor)])
      let parts = try TensorOperator.call("aten::view_as_real", [.tensor(plain)]).doubles()
      let reals = stride(from: 0, to: parts.count, by: 2).map { parts[$0] }
      let imaginaries = stride(from: 1, to: parts.count, by: 2).map { parts[$0] }
      let (real, imaginary) = (ElementFormat(for: reals), ElementFormat(for: imaginaries))
      return zip(reals, imaginaries).map {
        let sign = $1.sign == .minus ? "-" : "+"
        return real.text($0) + sign + imaginary.text(abs($1)).drop { $0 == " " } + "j"
      }
    }
    let array = try tensor.hostArray()
    let texts: [String]
    switch array.dtype {
    case .bool: texts = array.bytes.map { $0 == 0 ? "False" : "True" }
    case .uint64: texts = try array.elements(as: UInt64.self).map(String.init)
    case .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64: texts = try tensor.integers().map(String.init)
    default:
      let numbers = try array.doubles()
      let format = ElementFormat(for: numbers)
      return numbers.map { format.text($0) }
    }
    let width = texts.map(\.count).max() ?? 0
    return texts.map { $0.leftPadded(to: width) }
  }

  /// The positions along a dimension that are written. Nil for the dots.
  private func shown(_ size: Int) -> [Int?] {
    guard isShortened, size > 2 * Self.edge else { return Array(0..<size) }
    return Array(0..<Self.edge) + [nil] + Array(size - Self.edge..<size)
  }

  /// The flat positions of the written elements, in order.
  private func positions(_ dimension: Int, _ offset: Int) -> [Int] {
    guard dimension < shape.count else { return [offset] }
    return shown(shape[dimension]).compactMap { $0 }.flatMap {
      positions(dimension + 1, (offset * shape[dimension]) + $0)
    }
  }

  private func written() -> String {
    var rest = texts
    return written(0, &rest)
  }

  private func written(_ dimension: Int, _ rest: inout ArraySlice<String>) -> String {
    guard dimension < shape.count else { return rest.popFirst() ?? "" }
    let indent = String(repeating: " ", count: Self.prefix.count + dimension + 1)
    guard dimension < shape.count - 1 else { return "[" + lines(indent, &rest) + "]" }
    let parts = shown(shape[dimension]).map { $0 == nil ? "..." : written(dimension + 1, &rest) }
    let newLines = String(repeating: "\n", count: shape.count - dimension - 1)
    return "[" + parts.joined(separator: "," + newLines + indent) + "]"
  }

  /// The innermost dimension, on as many lines as it needs.
  private func lines(_ indent: String, _ rest: inout ArraySlice<String>) -> String {
    let width = (rest.first?.count ?? 0) + 2
    let parts = shown(shape[shape.count - 1]).map { $0 == nil ? " ..." : rest.popFirst() ?? "" }
    let inLine = max(1, (Self.lineWidth - indent.count + 1) / width)
    let lines = stride(from: 0, to: parts.count, by: inLine).map {
      parts[$0..<min($0 + inLine, parts.count)].joined(separator: ", ")
    }
    return lines.joined(separator: ",\n" + indent)
  }
}

extension Tensor: CustomStringConvertible {
  /// The elements as PyTorch prints them: four decimals; of more than 1000 elements, the first and last of each
  /// dimension.
  ///
  /// Never creates a tensor's elements, and never fails.
  ///
  ///     tensor([[-0.5000,  0.3484],
  ///             [ 0.1967,  0.0451]])
  public var description: String {
    switch storage {
    case .standIn: return "Tensor(stand-in)"
    case .object: return TensorText.describe(self, shape: knownSizes ?? [])
    case .lazy(let lazy):
      guard lazy.made == nil else { return TensorText.describe(self, shape: lazy.shape) }
      return TensorText.describe(lazy)
    }
  }
}
