package import XylemErrors

/// Reads pickles of tensors as data: nothing that a pickle names is imported or called.
///
/// libtorch has its own reader for TorchScript's pickles. It refuses every ordinary `model.state_dict()` of Python (a
/// dictionary with an attribute), and it drops the flags of conjugated tensors.
///
/// Memory grows only with the pickle's length, whatever sizes it claims. The format: PEP 3154 and Python's
/// `pickletools`; protocols 2 to 5, without the instructions of text pickles.
package struct PickleReader {
  /// The part of the file read so far.
  private var bytes: [UInt8]
  /// The file for further reads, and its size.
  private let file: InputFileBox?
  private let byteCount: Int
  package let path: String
  /// The start of the next instruction.
  package private(set) var position = 0
  /// The start of the current instruction.
  package private(set) var start = 0
  package private(set) var nodes: [PickleNode] = []
  private var stack: [Int] = []
  private var marks: [Int] = []
  private var memo: [Int: Int] = [:]

  /// Reads a pickle.
  ///
  /// - Parameter path: the file that errors name.
  /// - Throws: `file.malformed`.
  package static func read(_ bytes: [UInt8], path: String) throws(XylemError) -> Pickle {
    var reader = PickleReader(bytes: bytes, path: path)
    return try reader.pickle()
  }

  private init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
    file = nil
    byteCount = bytes.count
  }

  /// Creates a reader of the pickles at the start of a regular file. It reads little more of the file than they occupy.
  package init(reading file: InputFileBox, path: String) {
    bytes = []
    self.path = path
    self.file = file
    byteCount = file.file.size ?? 0
  }

  /// Reads the next pickle.
  ///
  /// - Throws: `file.malformed`, `file.unreadable`.
  package mutating func pickle() throws(XylemError) -> Pickle {
    (nodes, stack, marks, memo) = ([], [], [], [:])
    while try step() {}
    let root = try pop()
    return Pickle(nodes: nodes, root: root)
  }

  package func fault(_ fault: PickleFault) -> XylemError { .malformed(path, fault, at: start) }

  /// Executes one instruction. Returns false for the last one.
  private mutating func step() throws(XylemError) -> Bool {
    start = position
    let code = try byte()
    switch code {
    case UInt8(ascii: "."): return false
    case 0x80:  // PROTO
      guard (2...5).contains(try byte()) else { throw fault(.protocolVersion) }
    case 0x95: _ = try number(8)  // FRAME
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "1"): _ = try popToMark()
    default:
      if try value(code) { return true }
      if try container(code) { return true }
      if try reference(code) { return true }
      throw fault(.instruction(code))
    }
    return true
  }

  /// Instructions that create plain values.
  private mutating func value(_ code: UInt8) throws(XylemError) -> Bool {
    switch code {
    case UInt8(ascii: "N"): push(.none)
    case 0x88: push(.bool(true))
    case 0x89: push(.bool(false))
    case UInt8(ascii: "K"): push(.int(Int(try number(1))))
    case UInt8(ascii: "M"): push(.int(Int(try number(2))))
    case UInt8(ascii: "J"): push(.int(Int(Int32(truncatingIfNeeded: try number(4)))))
    case 0x8A: push(try long(try number(1)))
    case 0x8B: push(try long(try number(4)))
    case UInt8(ascii: "G"): push(.float(Double(bitPattern: UInt64(try number(8)).byteSwapped)))
    case UInt8(ascii: "X"): push(.text(try text(try number(4))))
    case UInt8(ascii: "U"): push(oldText(try take(try number(1))))  // SHORT_BINSTRING, Python 2's text
    case UInt8(ascii: "T"): push(oldText(try take(try number(4))))
    case 0x8C: push(.text(try text(try number(1))))
    case 0x8D: push(.text(try text(try number(8))))
    case UInt8(ascii: "C"): try skipBytes(try number(1))
    case UInt8(ascii: "B"): try skipBytes(try number(4))
    case 0x8E: try skipBytes(try number(8))
    case 0x96: try skipBytes(try number(8))  // BYTEARRAY8
    default: return false
    }
    return true
  }

  /// Instructions that create and fill containers.
  private mutating func container(_ code: UInt8) throws(XylemError) -> Bool {
    switch code {
    case UInt8(ascii: ")"): push(.tuple([]))
    case UInt8(ascii: "]"): push(.list([]))
    case UInt8(ascii: "}"): push(.dictionary([]))
    case 0x8F: push(.object("set"))
    case 0x85...0x87: push(.tuple(try pop(Int(code - 0x84))))
    case UInt8(ascii: "t"): push(.tuple(try popToMark()))
    case UInt8(ascii: "l"): push(.list(try popToMark()))
    case UInt8(ascii: "d"): push(.dictionary(try pairs(try popToMark())))
    case 0x91:  // FROZENSET
      _ = try popToMark()
      push(.object("frozenset"))
    case UInt8(ascii: "a"): try append([try pop()])
    case UInt8(ascii: "e"): try append(try popToMark())
    case UInt8(ascii: "s"): try insert(try pairs(try pop(2)))
    case UInt8(ascii: "u"): try insert(try pairs(try popToMark()))
    case 0x90: _ = try popToMark()  // ADDITEMS, to a set
    default: return false
    }
    return true
  }

  /// Instructions that refer to values, classes and functions, or would call them.
  private mutating func reference(_ code: UInt8) throws(XylemError) -> Bool {
    switch code {
    case UInt8(ascii: "q"): memo[Int(try number(1))] = try top()
    case UInt8(ascii: "r"): memo[Int(try number(4))] = try top()
    case 0x94: memo[memo.count] = try top()
    case UInt8(ascii: "h"): try recall(try number(1))
    case UInt8(ascii: "j"): try recall(try number(4))
    case UInt8(ascii: "2"): stack.append(try top())
    case UInt8(ascii: "c"): push(.global(try line() + "." + line()))
    case 0x93:  // STACK_GLOBAL
      let names = try pop(2)
      guard case .text(let module) = nodes[names[0]], case .text(let name) = nodes[names[1]] else {
        throw fault(.operands)
      }
      push(.global(module + "." + name))
    case UInt8(ascii: "R"), 0x81:  // REDUCE, NEWOBJ
      let operands = try pop(2)
      push(try call(operands[0], arguments: operands[1]))
    case 0x92: push(.object(nodes[try pop(3)[0]].typeName))  // NEWOBJ_EX
    case UInt8(ascii: "b"): _ = try pop()  // BUILD: attributes, such as the versions of a state dict's modules
    case UInt8(ascii: "Q"): push(try persistent(try pop()))
    default: return false
    }
    return true
  }

  // MARK: - The stack

  private mutating func push(_ node: PickleNode) {
    stack.append(nodes.count)
    nodes.append(node)
  }

  private func top() throws(XylemError) -> Int {
    guard let last = stack.last, stack.count > marks.last ?? 0 else { throw fault(.operands) }
    return last
  }

  private mutating func pop() throws(XylemError) -> Int {
    let last = try top()
    stack.removeLast()
    return last
  }

  private mutating func pop(_ count: Int) throws(XylemError) -> [Int] {
    guard stack.count - (marks.last ?? 0) >= count else { throw fault(.operands) }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(XylemError) -> [Int] {
    guard let mark = marks.popLast() else { throw fault(.operands) }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  private mutating func recall(_ number: UInt64) throws(XylemError) {
    guard let index = memo[Int(number)] else { throw fault(.operands) }
    stack.append(index)
  }

  private func pairs(_ elements: [Int]) throws(XylemError) -> [(key: Int, value: Int)] {
    guard elements.count.isMultiple(of: 2) else { throw fault(.operands) }
    return stride(from: 0, to: elements.count, by: 2).map { (elements[$0], elements[$0 + 1]) }
  }

  private mutating func append(_ elements: [Int]) throws(XylemError) {
    let target = try top()
    switch nodes[target] {
    case .list(var list):
      nodes[target] = .none  // Drops the stored copy first, so that appending does not copy.
      list += elements
      nodes[target] = .list(list)
    case .object: break
    default: throw fault(.operands)
    }
  }

  private mutating func insert(_ pairs: [(key: Int, value: Int)]) throws(XylemError) {
    let target = try top()
    switch nodes[target] {
    case .dictionary(var entries):
      nodes[target] = .none  // As above.
      entries += pairs
      nodes[target] = .dictionary(entries)
    case .object: break
    default: throw fault(.operands)
    }
  }

  // MARK: - Bytes

  /// The maximum number of bytes to read ahead.
  private static let pieceBytes = 1 << 16

  /// Ensures that `count` bytes are available.
  private mutating func need(_ count: UInt64) throws(XylemError) {
    guard count > UInt64(bytes.count - position) else { return }
    guard let file, count <= UInt64(byteCount - position) else { throw fault(.ended) }
    let end = min(byteCount, max(position + Int(count), bytes.count + Self.pieceBytes))
    bytes += try file.file.read(end - bytes.count, at: bytes.count, "a pickle")
  }

  private mutating func byte() throws(XylemError) -> UInt8 {
    try need(1)
    defer { position += 1 }
    return bytes[position]
  }

  /// An unsigned number of at most 8 bytes, little-endian.
  private mutating func number(_ count: Int) throws(XylemError) -> UInt64 {
    try take(UInt64(count)).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private mutating func take(_ count: UInt64) throws(XylemError) -> ArraySlice<UInt8> {
    try need(count)
    defer { position += Int(count) }
    return bytes[position..<position + Int(count)]
  }

  /// A signed number of any length.
  private mutating func long(_ count: UInt64) throws(XylemError) -> PickleNode {
    let digits = try take(count)
    guard digits.count <= 8 else { return .object("int") }
    let sign: UInt64 = digits.last.map { $0 >= 0x80 } == true ? .max : 0
    return .int(Int(truncatingIfNeeded: digits.reversed().reduce(sign) { $0 << 8 | UInt64($1) }))
  }

  private mutating func text(_ count: UInt64) throws(XylemError) -> String {
    guard let text = String(validating: try take(count), as: UTF8.self) else { throw fault(.text) }
    return text
  }

  /// A string of Python 2, which may also be bytes.
  private func oldText(_ bytes: ArraySlice<UInt8>) -> PickleNode {
    String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .object("bytes")
  }

  private mutating func skipBytes(_ count: UInt64) throws(XylemError) {
    _ = try take(count)
    push(.object("bytes"))
  }

  private mutating func line() throws(XylemError) -> String {
    let first = position
    while try byte() != UInt8(ascii: "\n") {}
    guard let text = String(validating: bytes[first..<position - 1], as: UTF8.self) else { throw fault(.text) }
    return text
  }
}
