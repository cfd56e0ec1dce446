internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
internal import XylemTensor

/// Values as Swift code writes them.
enum SwiftLiterals {
  /// The largest tensor that is written as its elements.
  static let mostElements = 256

  /// A literal as an argument of an operator.
  static func argument(_ literal: Literal) -> String {
    switch literal {
    case .none: "nil"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .float(let value): number(value)
    case .string(let text): string(text)
    case .complex, .device: value(literal)
    }
  }

  /// A literal as a ``Value``.
  static func value(_ literal: Literal) -> String {
    switch literal {
    case .none: "Value.none"
    case .bool(let value): "Value.bool(\(value))"
    case .int(let value): "Value.int(\(value))"
    case .float(let value): "Value.float(\(number(value)))"
    case .string(let text): "Value.string(\(string(text)))"
    case .complex(let real, let imaginary): "Value.complex(\(number(real)), \(number(imaginary)))"
    case .device(let name): "Value.device(\(string(name)))"
    }
  }

  /// The shortest text that reads back as the same number.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "Double.nan" }
    if value.isInfinite { return value < 0 ? "-Double.infinity" : "Double.infinity" }
    return "\(value)"
  }

  /// A text in quotes.
  static func string(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case _
      where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
        || scalar.value >= 0x2028 && scalar.value <= 0x202E:
        quoted += "\\u{\(String(scalar.value, radix: 16))}"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  /// A small tensor by its elements. Nil for one that is too large, or whose type has no such form.
  static func tensor(_ tensor: Tensor) throws -> String? {
    let host = try tensor.dense().to(device: "cpu").hostArray()
    let count = host.shape.reduce(1, *)
    guard count <= mostElements, !host.dtype.isComplex else { return nil }
    let numbers = try host.doubles()
    // Integers beyond this have no exact form as a number.
    guard numbers.allSatisfy({ !host.dtype.isIntegral || abs($0) < 9e15 }) else { return nil }
    let elements = numbers.map(number).joined(separator: ", ")
    return "Tensor([\(elements)] as [Double], dtype: .\(host.dtype)).reshape(\(host.shape))"
  }
}
