/// Damages archives of torch.export: the JSON of models and weights, and what damages any archive.
struct ExportedMutator {
  let archives: ArchiveMutator

  private static let words = [
    "null", "true", "false", "0", "-1", "1", "7", "12", "99", "9223372036854775807", "9223372036854775808", "1e308",
    "1e999",
    "\"\"", "\"x\"", "\"Infinity\"", "[]", "{}", "[[]]", "{\"as_int\":-1}", "{\"as_none\":true}", "{\"as_name\":\"x\"}",
    "{\"as_tensor\":{\"name\":\"x\"}}", "{\"as_tensors\":[]}",
    "{\"as_expr\":{\"expr_str\":\"Mul(Symbol('s0'),Pow(2,99))\"}}",
    "\"torch.ops.aten.relu.default\"", "\"torch.ops.higher_order.cond\"", "\"_operator.floordiv\"",
    "\"torch.ops.aten.copy_.default\"", "\"L__self__,,M;a,b,C\"",
  ]

  /// Damages an archive, and gives its bytes.
  func mutate(_ archive: ZipImage, _ numbers: inout SeededNumbers) -> [UInt8] {
    var archive = archive
    guard numbers.chance(85) else { return archives.mutate(archive, &numbers) }
    for _ in 0...(numbers.chance(70) ? 0 : numbers.below(4)) {
      let documents = archive.positions(".json")
      guard !documents.isEmpty else { break }
      let at = numbers.pick(documents)
      archive.records[at].contents = Self.changed(archive.records[at].contents, &numbers)
    }
    return archive.bytes()
  }

  private static func changed(_ bytes: [UInt8], _ numbers: inout SeededNumbers) -> [UInt8] {
    switch numbers.below(10) {
    case 0: return PickleMutator.flipped(bytes, &numbers)
    case 1: return Array(bytes.prefix(numbers.below(bytes.count + 1)))
    case 2: return swapped(bytes, &numbers)
    default:
      // A value between two of JSON's marks becomes another one.
      guard let range = value(in: bytes, from: numbers.below(max(1, bytes.count))) else { return bytes }
      var changed = Array(bytes[..<range.lowerBound])
      changed += Array(numbers.pick(words).utf8)
      changed += bytes[range.upperBound...]
      return changed
    }
  }

  /// Exchanges two values.
  private static func swapped(_ bytes: [UInt8], _ numbers: inout SeededNumbers) -> [UInt8] {
    let count = max(1, bytes.count)
    guard let a = value(in: bytes, from: numbers.below(count)), let b = value(in: bytes, from: numbers.below(count)),
      a.upperBound <= b.lowerBound
    else { return bytes }
    var swapped = Array(bytes[..<a.lowerBound])
    swapped += bytes[b]
    swapped += bytes[a.upperBound..<b.lowerBound]
    swapped += bytes[a]
    swapped += bytes[b.upperBound...]
    return swapped
  }

  /// The scalar, array or object after the first colon from a position on.
  private static func value(in bytes: [UInt8], from start: Int) -> Range<Int>? {
    guard start < bytes.count, let colon = bytes[start...].firstIndex(of: UInt8(ascii: ":")) else { return nil }
    var begin = colon + 1
    while begin < bytes.count, bytes[begin] == UInt8(ascii: " ") { begin += 1 }
    var (depth, isInString, end) = (0, false, begin)
    while end < bytes.count {
      let byte = bytes[end]
      if byte == UInt8(ascii: "\""), end == begin || bytes[end - 1] != UInt8(ascii: "\\") { isInString.toggle() }
      if !isInString {
        if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { depth += 1 }
        if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
          if depth == 0 { break }
          depth -= 1
        }
        if byte == UInt8(ascii: ","), depth == 0 { break }
      }
      end += 1
    }
    return begin..<end
  }
}
