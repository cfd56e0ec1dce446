/// Damages pickles so that most of them can still be read to the damage and beyond.
enum PickleMutator {
  /// Numbers that somebody may have forgotten.
  private static let extremes = [
    0, 1, -1, 2, 3, 7, 64, 127, 128, 255, 256, 4096, 65_535, 65_536, 1 << 20, 1 << 24, 1 << 30, Int(Int32.max),
    Int(Int32.min), 1 << 31, 1 << 40, Int.max, Int.min,
  ]

  private static let globals = [
    "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_tensor", "torch._utils _rebuild_qtensor",
    "torch._utils _rebuild_sparse_tensor", "torch._utils _rebuild_meta_tensor_no_storage",
    "torch._utils _rebuild_parameter", "torch._utils _rebuild_device_tensor_from_numpy",
    "torch._tensor _rebuild_from_type_v2", "torch FloatStorage", "torch DoubleStorage", "torch LongStorage",
    "torch BoolStorage", "torch ByteStorage", "torch HalfStorage", "torch QInt8Storage", "torch QUInt4x2Storage",
    "torch ComplexFloatStorage", "torch BFloat16Storage", "torch NoStorage", "torch UntypedStorage",
    "torch.jit._pickle build_intlist", "torch.jit._pickle build_tensorlist", "torch.jit._pickle build_doublelist",
    "torch.jit._pickle build_boollist", "torch.jit._pickle build_tensor_from_id",
    "torch.jit._pickle restore_type_tag", "collections OrderedDict", "builtins complex", "builtins list",
    "torch device", "torch.serialization _get_layout", "torch.distributed.rpc rref", "torch per_tensor_affine",
    "torch per_channel_affine", "torch Size", "torch Tensor", "torch._C Generator", "torch.nn Module", "os system",
    "__torch__ Root", "__torch__.torch.classes.quantized LinearPackedParamsBase", "int int", "", "a",
  ]

  private static let words = [
    "", "storage", "cpu", "cuda:0", "meta", "xpu:99999999999", "0", "1", "../0", "data/0", "training", "weight",
    "List[int]",
    "Dict[str, int]", "Optional[Tensor]", "Tuple[int, int]", "List[List[List[Tensor]]]", "Any", "__torch__.Root",
    "Dict[Tensor, int]", "List[", "FORMAT_WITH_STRING_TABLE", "\u{1B}[31m", "größe", "\0",
  ]

  /// Damages a pickle in a few places.
  static func mutate(_ bytes: [UInt8], _ numbers: inout SeededNumbers) -> [UInt8] {
    guard !bytes.isEmpty else { return bytes }
    if numbers.chance(5) { return flipped(bytes, &numbers) }
    var pickle = PickleTokens(bytes)
    for _ in 0..<numbers.count(upTo: 8) where !pickle.tokens.isEmpty { step(&pickle.tokens, &numbers) }
    return pickle.bytes
  }

  /// Changes bytes without looking at what they mean.
  static func flipped(_ bytes: [UInt8], _ numbers: inout SeededNumbers) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<numbers.count(upTo: 16) where !bytes.isEmpty {
      let at = numbers.below(bytes.count)
      switch numbers.below(6) {
      case 0: bytes[at] ^= 1 << UInt8(numbers.below(8))
      case 1: bytes[at] = UInt8(numbers.below(256))
      case 2: bytes.remove(at: at)
      case 3: bytes.insert(UInt8(numbers.below(256)), at: at)
      case 4: bytes.removeLast(numbers.chance(80) ? 1 : numbers.below(bytes.count))
      default: bytes[at] = numbers.pick([0, 1, 0x7F, 0x80, 0xFF])
      }
    }
    return bytes
  }

  private typealias Token = PickleTokens.Token

  private static func step(_ tokens: inout [Token], _ numbers: inout SeededNumbers) {
    let at = numbers.below(tokens.count)
    switch numbers.below(14) {
    case 0, 1, 2: changeNumber(&tokens, &numbers)
    case 3: tokens[at] = Token(numbers.pick(PickleTokens.codes), tokens[at].payload)
    case 4: tokens.remove(at: at)
    case 5: tokens.insert(tokens[at], at: at)
    case 6: tokens.swapAt(at, numbers.below(tokens.count))
    case 7:
      // A piece of it once more, elsewhere.
      let count = min(1 + numbers.below(12), tokens.count - at)
      let piece = Array(tokens[at..<at + count])
      if numbers.chance(50) { tokens.removeSubrange(at..<at + count) }
      tokens.insert(contentsOf: piece, at: numbers.below(tokens.count + 1))
    case 8, 9: changeText(&tokens, &numbers)
    case 10: changeGlobal(&tokens, &numbers)
    case 11: tokens.insert(contentsOf: snippet(&numbers), at: at)
    case 12:
      let values = tokens.indices.filter { tokens[$0].isValue }
      guard !values.isEmpty else { return }
      tokens[numbers.pick(values)] = value(&numbers)
    default:
      let containers = tokens.indices.filter {
        "tle)]}\u{85}\u{86}\u{87}".unicodeScalars.map(\.value).contains(UInt32(tokens[$0].code))
      }
      guard !containers.isEmpty else { return }
      tokens[numbers.pick(containers)] = Token(numbers.pick(Array("tle)]}asub".utf8) + [0x85, 0x86, 0x87]))
    }
  }

  private static func changeNumber(_ tokens: inout [Token], _ numbers: inout SeededNumbers) {
    let positions = tokens.indices.filter {
      if case .number = tokens[$0].form { true } else { tokens[$0].code == 0x8A }
    }
    guard !positions.isEmpty else { return }
    let at = numbers.pick(positions)
    let count = max(1, tokens[at].payload.count)
    var number = tokens[at].payload.reversed().reduce(0) { $0 << 8 | Int($1) }
    switch numbers.below(4) {
    case 0: number &+= numbers.pick([-1, 1, 2, -4, 16])
    case 1:
      let other = tokens[numbers.pick(positions)].payload
      number = other.reversed().reduce(0) { $0 << 8 | Int($1) }
    default: number = numbers.pick(extremes)
    }
    // A byte becomes four where the number needs them.
    if tokens[at].code == UInt8(ascii: "K") || tokens[at].code == UInt8(ascii: "M"), !(0..<256).contains(number) {
      tokens[at] =
        (Int(Int32.min)...Int(Int32.max)).contains(number)
        ? Token(number: number) : Token(0x8A, (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
      return
    }
    tokens[at].payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 < 8 ? number >> (8 * $0) : 0) }
  }

  private static func changeText(_ tokens: inout [Token], _ numbers: inout SeededNumbers) {
    let positions = tokens.indices.filter { if case .counted = tokens[$0].form { true } else { false } }
    guard !positions.isEmpty else { return }
    let at = numbers.pick(positions)
    switch numbers.below(8) {
    case 0: tokens[at].claimed = UInt64(truncatingIfNeeded: numbers.pick(extremes))
    case 1: tokens[at].payload = flipped(tokens[at].payload + [0x61], &numbers)
    case 2: tokens[at].payload = [UInt8](repeating: UInt8(ascii: "a"), count: numbers.pick([300, 70_000]))
    case 3, 4: tokens[at].payload = tokens[numbers.pick(positions)].payload
    default: tokens[at].payload = Array(numbers.pick(words).utf8)
    }
  }

  private static func changeGlobal(_ tokens: inout [Token], _ numbers: inout SeededNumbers) {
    let positions = tokens.indices.filter { tokens[$0].code == UInt8(ascii: "c") }
    guard !positions.isEmpty else { return }
    let at = numbers.pick(positions)
    if numbers.chance(40) {
      tokens[at].payload = tokens[numbers.pick(positions)].payload
    } else {
      tokens[at] = Token(global: numbers.pick(globals))
    }
  }

  private static func value(_ numbers: inout SeededNumbers) -> Token {
    switch numbers.below(9) {
    case 0: Token("N")
    case 1: Token(numbers.pick([0x88, 0x89]))
    case 2: Token(number: numbers.pick(extremes))
    case 3: Token(0x8A, (0..<numbers.pick([0, 1, 8, 9, 200])).map { _ in UInt8(numbers.below(256)) })
    case 4:
      Token(
        "G",
        numbers.pick([
          [0x7F, 0xF8, 0, 0, 0, 0, 0, 0], [0x7F, 0xF0, 0, 0, 0, 0, 0, 0], [0x3F, 0xF0, 0, 0, 0, 0, 0, 0],
        ]))
    case 5: Token(text: numbers.pick(words))
    case 6: Token(numbers.pick(Array(")]}".utf8)))
    case 7: Token("h", [UInt8(numbers.below(24))])
    default: Token(global: numbers.pick(globals))
    }
  }

  private static func snippet(_ numbers: inout SeededNumbers) -> [Token] {
    switch numbers.below(9) {
    case 0: return [Token("]"), Token("q", [250]), Token("h", [250]), Token("a")]
    case 1: return [Token("}"), Token("q", [250]), Token(text: "a"), Token("h", [250]), Token("s")]
    case 2:
      let depth = numbers.pick([3, 100, 1000, 1100, 20_000])
      let open = [Token](repeating: Token("("), count: depth)
      return open + [Token](repeating: Token("t"), count: depth)
    case 3:
      // Each holds the one before twice.
      let one = [Token("q", [251]), Token("h", [251]), Token(0x86)]
      return [Token(")")] + (0..<numbers.pick([3, 20, 40])).flatMap { _ in one }
    case 4: return [Token("q", [UInt8(numbers.below(24))])]
    case 5: return [Token(numbers.pick(Array("(0Rbsua.Q".utf8) + [0x81, 0x85, 0x86, 0x87]))]
    case 6: return [Token("r", (0..<4).map { _ in UInt8(numbers.below(256)) })]
    case 7: return [Token(global: numbers.pick(globals)), Token(")"), Token(numbers.pick([0x52, 0x81]))]
    default: return [value(&numbers)]
    }
  }
}
