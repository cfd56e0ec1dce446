/// A value with a literal form in code: a number, a string, a device, a Boolean or Python's `None`.
///
/// Arguments of nodes, values of the runtime and values while tracing hold a literal as one of their cases.
public enum Literal: Sendable {
  /// Python's `None`.
  case none
  /// A Boolean.
  case bool(Bool)
  /// An integer; enumerations of the runtime (dtypes, layouts, memory formats) are integers too.
  case int(Int)
  /// A double-precision number.
  case float(Double)
  /// A complex number as real and imaginary part.
  case complex(Double, Double)
  /// A string.
  case string(String)
  /// A device, as in `cpu` or `cuda:1`.
  case device(String)
}

extension Literal {
  /// The value of an integer or a floating-point number. Nil for any other literal.
  public var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .float(let value): value
    default: nil
    }
  }

  /// The kind of literal in words, as in `an integer`.
  package var kindDescription: String {
    switch self {
    case .none: "None"
    case .bool: "a Boolean"
    case .int: "an integer"
    case .float, .complex: "a number"
    case .string: "a string"
    case .device: "a device"
    }
  }
}

extension Literal: Hashable {
  /// Whether both are the same value, bit for bit: `0.0` and `-0.0` differ, a NaN equals itself, and strings are not normalized.
  public static func == (a: Literal, b: Literal) -> Bool {
    switch (a, b) {
    case (.none, .none): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.float(let a), .float(let b)): a.bitPattern == b.bitPattern
    case (.complex(let a, let ai), .complex(let b, let bi)):
      a.bitPattern == b.bitPattern && ai.bitPattern == bi.bitPattern
    case (.string(let a), .string(let b)), (.device(let a), .device(let b)): a.utf8.elementsEqual(b.utf8)
    default: false
    }
  }

  /// Hashes the parts that ``==(_:_:)`` compares.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .none: hasher.combine(0)
    case .bool(let value):
      hasher.combine(1)
      hasher.combine(value)
    case .int(let value):
      hasher.combine(2)
      hasher.combine(value)
    case .float(let value):
      hasher.combine(3)
      hasher.combine(value.bitPattern)
    case .complex(let real, let imaginary):
      hasher.combine(4)
      hasher.combine(real.bitPattern)
      hasher.combine(imaginary.bitPattern)
    case .string(let text):
      hasher.combine(5)
      hasher.combine(text)
    case .device(let text):
      hasher.combine(6)
      hasher.combine(text)
    }
  }
}

extension Literal: CustomStringConvertible {
  /// The literal in Python syntax: `None`, `True`, `1e-05`, `(1+2j)`, `'text'`, `device(type='cuda', index=1)`.
  public var description: String {
    switch self {
    case .none: "None"
    case .bool(let value): pythonLiteral(value)
    case .int(let value): String(value)
    case .float(let value): pythonLiteral(value)
    case .complex(let real, let imaginary): pythonLiteral(real: real, imaginary: imaginary)
    case .string(let text): pythonLiteral(text)
    case .device(let text): Self.deviceLiteral(text)
    }
  }

  private static func deviceLiteral(_ text: String) -> String {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    if parts.count == 2, let index = Int(parts[1]) {
      return "device(type=\(pythonLiteral(String(parts[0]))), index=\(index))"
    }
    return "device(type=\(pythonLiteral(text)))"
  }
}
