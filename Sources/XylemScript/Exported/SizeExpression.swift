/// A size that depends on sizes of inputs, as torch.export writes it: `Mul(Integer(2), Symbol('s0', integer=True))`.
package indirect enum SizeExpression: Sendable, Hashable {
  /// A function of integers.
  package enum Function: String, Sendable {
    case add = "Add"
    case multiply = "Mul"
    case power = "Pow"
    case modulo = "Mod"
    case floorDivision = "FloorDiv"
    case maximum = "Max"
    case minimum = "Min"
  }

  case number(Int)
  case symbol(String)
  case call(Function, [SizeExpression])
  /// Text that is not one of these forms.
  case unknown(String)

  /// The value for known sizes. Nil if one is missing, if it overflows, and for an unknown form.
  package func value(_ symbols: [String: Int]) -> Int? {
    switch self {
    case .number(let number): return number
    case .symbol(let name): return symbols[name]
    case .unknown: return nil
    case .call(let function, let parts):
      var values: [Int] = []
      for part in parts {
        guard let value = part.value(symbols) else { return nil }
        values.append(value)
      }
      return function.applied(to: values)
    }
  }

  /// The names of the sizes that it depends on, in order. Nil if it has an unknown form.
  package var symbols: [String]? {
    switch self {
    case .number: return []
    case .symbol(let name): return [name]
    case .unknown: return nil
    case .call(_, let parts):
      var found: [String] = []
      for part in parts {
        guard let symbols = part.symbols else { return nil }
        found += symbols
      }
      return found
    }
  }
}

extension SizeExpression.Function {
  fileprivate func applied(to values: [Int]) -> Int? {
    func folded(_ step: (Int, Int) -> (partialValue: Int, overflow: Bool)) -> Int? {
      guard var result = values.first else { return nil }
      for value in values.dropFirst() {
        let (next, overflows) = step(result, value)
        if overflows { return nil }
        result = next
      }
      return result
    }
    switch self {
    case .add: return folded { $0.addingReportingOverflow($1) }
    case .multiply: return folded { $0.multipliedReportingOverflow(by: $1) }
    case .maximum: return values.max()
    case .minimum: return values.min()
    case .modulo, .floorDivision:
      guard values.count == 2, values[1] > 0 else { return nil }
      let (quotient, remainder) = values[0].quotientAndRemainder(dividingBy: values[1])
      if self == .modulo { return remainder < 0 ? remainder + values[1] : remainder }
      return remainder < 0 ? quotient - 1 : quotient
    case .power:
      guard values.count == 2, (0...64).contains(values[1]) else { return nil }
      var result = 1
      for _ in 0..<values[1] {
        let (next, overflows) = result.multipliedReportingOverflow(by: values[0])
        if overflows { return nil }
        result = next
      }
      return result
    }
  }
}

extension SizeExpression: CustomStringConvertible {
  /// The expression as a person writes it: `2 * s0`.
  package var description: String {
    switch self {
    case .number(let number): return String(number)
    case .symbol(let name): return name
    case .unknown(let text): return text
    case .call(let function, let parts):
      let texts = parts.map { part in
        if case .call = part { return "(\(part))" }
        return part.description
      }
      switch function {
      case .add: return texts.joined(separator: " + ")
      case .multiply: return texts.joined(separator: " * ")
      case .power: return texts.joined(separator: "**")
      case .modulo: return texts.joined(separator: " % ")
      case .floorDivision: return texts.joined(separator: " // ")
      case .maximum: return "max(\(parts.map(\.description).joined(separator: ", ")))"
      case .minimum: return "min(\(parts.map(\.description).joined(separator: ", ")))"
      }
    }
  }
}

extension SizeExpression {
  /// The greatest depth of nested calls.
  private static let deepest = 64

  /// Parses the form that SymPy's `srepr` writes, or a name. Text of another form is ``unknown(_:)``.
  package init(parsing text: String) {
    var reader = Reader(text)
    if let found = reader.expression(depth: 0), reader.isAtEnd { self = found } else { self = .unknown(text) }
  }

  private struct Reader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { position == bytes.count }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
      while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
      guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
      position += 1
      return true
    }

    /// Letters, digits, underscores and dots; a minus before a number.
    private mutating func word() -> String {
      while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
      let start = position
      while position < bytes.count {
        let byte = bytes[position]
        let isPart =
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
          || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") && position == start
        guard isPart else { break }
        position += 1
      }
      return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    mutating func expression(depth: Int) -> SizeExpression? {
      guard depth < SizeExpression.deepest else { return nil }
      let name = word()
      guard !name.isEmpty else { return nil }
      guard skip("(") else {
        if let number = Int(name) { return .number(number) }
        return name.first?.isLetter == true || name.first == "_" ? .symbol(name) : nil
      }
      if name == "Symbol" { return symbol() }
      if name == "Integer" {
        guard let number = Int(word()), skip(")") else { return nil }
        return .number(number)
      }
      let short = String(name.split(separator: ".").last ?? "")
      let known = ["PythonMod": "Mod", "CleanDiv": "FloorDiv"][short] ?? short
      guard let function = SizeExpression.Function(rawValue: known) else { return nil }
      var parts: [SizeExpression] = []
      repeat {
        guard let part = expression(depth: depth + 1) else { return nil }
        // `evaluate=False` is no part of the value.
        if skip("=") { _ = word() } else { parts.append(part) }
      } while skip(",")
      return skip(")") ? .call(function, parts) : nil
    }

    /// The rest of `Symbol('s0', positive=True)`.
    private mutating func symbol() -> SizeExpression? {
      guard skip("'") || skip("\"") else { return nil }
      let name = word()
      guard !name.isEmpty, skip("'") || skip("\"") else { return nil }
      while skip(",") {
        guard !word().isEmpty, skip("="), !word().isEmpty else { return nil }
      }
      return skip(")") ? .symbol(name) : nil
    }
  }
}
