internal import CXylem
internal import Synchronization
public import XylemTensor

/// The code of a function as statements over numbered values.
public final class ScriptCode: Sendable {
  /// The kind of a statement.
  public enum Kind: UInt32, Sendable {
    case constant = 0
    case getAttribute, setAttribute, callMethod, callFunction
    case `if`, loop
    case list, tuple, dictionary, listUnpack, tupleUnpack, tupleIndex, tupleSlice
    case raise
    /// The same value with a narrower type.
    case cast
    case uninitialized
    case createObject
    case isInstance
    case enter, exit
    case fork
    case `operator`
    case other
  }

  /// One statement. A reference type, since running code passes it around at every step.
  public final class Statement: Sendable {
    /// What it does.
    public let kind: Kind
    /// The name of the attribute or method, or else of the kind of statement, as in `aten::add`.
    public let name: String
    /// Numbers of the values it reads.
    public let inputs: Range<Int>
    /// Numbers of the values it defines.
    public let outputs: Range<Int>
    /// Numbers of the blocks that it contains.
    public let blocks: Range<Int>
    /// The value of a constant.
    public let constant: Value?
    /// The operator, for `.operator`.
    public let `operator`: TensorOperator?
    /// The callee of `.callMethod` if its type determines it, and of constants that are functions.
    public let function: ScriptFunction?
    /// The first element of `.tupleSlice`.
    public let begin: Int
    /// The end of `.tupleSlice`, exclusive.
    public let end: Int

    init(
      kind: Kind, name: String, inputs: Range<Int>, outputs: Range<Int>, blocks: Range<Int>, constant: Value?,
      operator: TensorOperator?, function: ScriptFunction?, begin: Int, end: Int
    ) {
      self.kind = kind
      self.name = name
      self.inputs = inputs
      self.outputs = outputs
      self.blocks = blocks
      self.constant = constant
      self.operator = `operator`
      self.function = function
      self.begin = begin
      self.end = end
    }
  }

  /// A block of statements.
  public struct Block: Sendable {
    /// Numbers of its statements.
    public var statements: Range<Int>
    /// Numbers of the values it defines as its parameters.
    public var inputs: Range<Int>
    /// Its results, as a range of ``operands``.
    public var outputs: Range<Int>
  }

  /// The function.
  public let function: ScriptFunction
  /// The qualified name, mangling included.
  public let qualifiedName: String
  /// The statements. A statement's position is the number that references use.
  public let statements: [Statement]
  /// The blocks; the first is the function's body.
  public let blocks: [Block]
  /// Numbers of values. The inputs of statements and the outputs of blocks are ranges of it.
  public let operands: [Int]
  /// The declared type of each value.
  public let types: [ScriptType]
  /// The kind of each value's type.
  public let typeKinds: [ScriptType.Kind]
  /// The name of each value in the source. Empty for temporaries.
  public let valueNames: [String]

  let summaries = Mutex(Summaries())

  init(_ raw: xylem_ir, function: ScriptFunction) {
    let library = function.archive.library
    let archive = function.archive
    self.function = function
    qualifiedName = unsafe String(raw.qualified_name)
    let strings = unsafe UnsafeBufferPointer(start: raw.strings, count: raw.string_count).map { unsafe String($0) }
    operands = unsafe UnsafeBufferPointer(start: raw.operands, count: raw.operand_count).map { Int($0) }
    let handles = unsafe UnsafeBufferPointer(start: raw.value_types, count: raw.value_count)
    let types = unsafe handles.map { unsafe ScriptType(handle: $0, library: library) }
    self.types = types
    typeKinds = types.map(\.kind)
    valueNames = unsafe UnsafeBufferPointer(start: raw.value_names, count: raw.value_count).map { unsafe String($0) }
    blocks = unsafe UnsafeBufferPointer(start: raw.blocks, count: raw.block_count).map { block in
      Block(
        statements: range(block.first_node, block.node_count), inputs: range(block.first_input, block.input_count),
        outputs: range(block.first_output, block.output_count))
    }
    let constants = unsafe raw.constants
    statements = unsafe UnsafeBufferPointer(start: raw.nodes, count: raw.node_count).map { node in
      var constant: Value?
      if unsafe node.constant != XYLEM_IR_ABSENT, let constants = unsafe constants {
        constant = unsafe Value(borrowing: constants + Int(node.constant), library: library)
      }
      return unsafe Statement(
        kind: Kind(rawValue: node.kind) ?? .other, name: strings[Int(node.name)],
        inputs: range(node.first_input, node.input_count), outputs: range(node.first_output, node.output_count),
        blocks: range(node.first_block, node.block_count), constant: constant,
        operator: node.operator_.map { unsafe TensorOperator(handle: $0, library: library) },
        function: node.function.map { unsafe ScriptFunction(handle: $0, archive: archive) }, begin: Int(node.begin),
        end: Int(node.end))
    }
  }

  /// The number of the value at a position among a statement's inputs.
  public func input(_ position: Int, of statement: Statement) -> Int {
    operands[statement.inputs.lowerBound + position]
  }

  /// The maximum depth of nested blocks. 0 for a body without blocks.
  package var nesting: Int {
    // A block comes after the block that contains it.
    var depths = [Int](repeating: 0, count: blocks.count)
    for (number, block) in blocks.enumerated() {
      for index in block.statements {
        for inner in statements[index].blocks { depths[inner] = depths[number] + 1 }
      }
    }
    return depths.max() ?? 0
  }

  /// The statement that computes a value. Nil for block parameters.
  package func definition(of number: Int) -> Statement? {
    // Values are numbered in the order of the statements.
    var (low, high) = (0, statements.count)
    while low < high {
      let middle = (low + high) / 2
      if statements[middle].outputs.lowerBound <= number { low = middle + 1 } else { high = middle }
    }
    guard low > 0, statements[low - 1].outputs.contains(number) else { return nil }
    return statements[low - 1]
  }
}

private func range(_ first: UInt32, _ count: UInt32) -> Range<Int> { Int(first)..<Int(first) + Int(count) }

extension ScriptCode {
  /// Whether another function's code has the same statements, blocks and types with the same numbers.
  package func hasSameForm(as other: ScriptCode) -> Bool {
    guard statements.count == other.statements.count, blocks.count == other.blocks.count, operands == other.operands,
      types.map(\.name) == other.types.map(\.name)
    else { return false }
    let haveSameBlocks = zip(blocks, other.blocks).allSatisfy { a, b in
      a.statements == b.statements && a.inputs == b.inputs && a.outputs == b.outputs
    }
    return haveSameBlocks && zip(statements, other.statements).allSatisfy { $0.hasSameForm(as: $1) }
  }
}

extension ScriptCode.Statement {
  fileprivate func hasSameForm(as other: ScriptCode.Statement) -> Bool {
    guard kind == other.kind, name == other.name, begin == other.begin, end == other.end else { return false }
    guard inputs == other.inputs, outputs == other.outputs, blocks == other.blocks else { return false }
    switch (constant, other.constant) {
    case (nil, nil): return true
    case (.tensor(let a)?, .tensor(let b)?): return a.knownSizes == b.knownSizes && a.dtype == b.dtype
    case (.object?, .object?): return true
    case (let a?, let b?): return String(describing: a) == String(describing: b)
    default: return false
    }
  }
}
