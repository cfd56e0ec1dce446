/// Formats values as Python's `repr` does.

/// `True` or `False`.
func pythonLiteral(_ value: Bool) -> String { value ? "True" : "False" }

/// The shortest decimal that reads back as the same number, in Python's form: `1.0`, `1e-05`, `inf`.
///
/// Swift's own form differs only for numbers from 1e16 to 2^54, which Python writes with an exponent.
///
/// - Parameter addsPoint: whether an integral number ends in `.0`; inside complex numbers it doesn't.
func pythonLiteral(_ value: Double, addsPoint: Bool = true) -> String {
  if value.isNaN { return "nan" }
  let sign = value.sign == .minus ? "-" : ""
  if value.isInfinite { return sign + "inf" }
  if value == 0 { return sign + (addsPoint ? "0.0" : "0") }

  // `digits` with the decimal point after the first `point` of them.
  let parts = value.magnitude.description.split(separator: "e")
  let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
  var digits = Substring(mantissa.joined())
  var point = mantissa[0].count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
  while digits.first == "0" {
    digits.removeFirst()
    point -= 1
  }
  while digits.last == "0" { digits.removeLast() }

  if point <= -4 || point > 16 {
    let exponent = point - 1
    let power = (exponent.magnitude < 10 ? "0" : "") + String(exponent.magnitude)
    let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
    return "\(sign)\(digits.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(power)"
  }
  if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
  if point >= digits.count {
    return sign + digits + String(repeating: "0", count: point - digits.count) + (addsPoint ? ".0" : "")
  }
  return "\(sign)\(digits.prefix(point)).\(digits.dropFirst(point))"
}

/// A complex number: `(1+2j)`, or `2j` if the real part is positive zero.
func pythonLiteral(real: Double, imaginary: Double) -> String {
  var second = pythonLiteral(imaginary, addsPoint: false) + "j"
  if real == 0 && real.sign == .plus { return second }
  if !second.hasPrefix("-") { second = "+" + second }
  return "(\(pythonLiteral(real, addsPoint: false))\(second))"
}

/// A string in quotes: single quotes, unless it contains single quotes and no double quotes.
func pythonLiteral(_ text: String) -> String {
  let scalars = text.unicodeScalars
  let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
  var literal = String(quote)
  for scalar in scalars {
    if scalar == quote || scalar == "\\" { literal.unicodeScalars.append("\\") }
    appendPrintable(scalar, to: &literal)
  }
  literal.unicodeScalars.append(quote)
  return literal
}

/// A string without quotes in which nothing can break a line or control a terminal.
package func printable(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars { appendPrintable(scalar, to: &result) }
  return result
}

/// Appends a scalar, or its escape if Python doesn't treat it as printable.
private func appendPrintable(_ scalar: Unicode.Scalar, to text: inout String) {
  switch scalar {
  case "\n": text += "\\n"
  case "\r": text += "\\r"
  case "\t": text += "\\t"
  case " ": text += " "
  default:
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
      let digits = String(scalar.value, radix: 16)
      let (letter, width) = digits.count <= 2 ? ("x", 2) : digits.count <= 4 ? ("u", 4) : ("U", 8)
      text += "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
    default: text.unicodeScalars.append(scalar)
    }
  }
}
