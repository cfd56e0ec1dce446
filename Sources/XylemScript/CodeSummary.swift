internal import Synchronization
internal import XylemTensor

/// What code may do according to its statements, in any mode and for any input.
///
/// One walk over the code answers this for all users. Two questions need more than a walk, and have analyses of their
/// own: what code does in one mode, given its constants (`CodeReader`), and which values share storage while it runs
/// (``Callable/effects()``, where the runtime sees the code with calls inlined and modes compiled in).
package struct CodeSummary: Sendable {
  /// Names of the attributes that it assigns.
  package private(set) var assigned: Set<String> = []
  /// Names of the attributes that it reads and that may hold lists or dictionaries, also in a tuple. Nothing is known
  /// about where such a container goes from there: it may be changed as soon as it is read.
  package private(set) var containers: Set<String> = []
  /// Whether it reads a module's `training`, or passes a module to an operator or to code that is not read.
  package private(set) var readsMode = false
  /// The functions and methods that it calls.
  package private(set) var callees: Set<ScriptFunction> = []
  /// Whether it calls code that is known only at run time.
  package private(set) var callsUnknown = false
  /// The names of the methods among that code.
  package private(set) var unknownMethods: Set<String> = []

  /// The summary of code that does nothing.
  package init() {}

  /// Whether it may find out a module's mode.
  package var mayReadMode: Bool { readsMode || callsUnknown }

  /// Whether an attribute with this name may get a new value or new contents. Tensors that are written in place are not
  /// considered: every reader of such an attribute holds the same tensor.
  package func mayChange(_ attribute: String) -> Bool {
    callsUnknown || assigned.contains(attribute) || containers.contains(attribute)
  }

  /// Adds what other code may do.
  package mutating func formUnion(_ other: CodeSummary) {
    assigned.formUnion(other.assigned)
    containers.formUnion(other.containers)
    readsMode = readsMode || other.readsMode
    callees.formUnion(other.callees)
    callsUnknown = callsUnknown || other.callsUnknown
    unknownMethods.formUnion(other.unknownMethods)
  }

  /// Adds one statement, without the statements in its blocks.
  fileprivate mutating func add(_ statement: ScriptCode.Statement, of code: ScriptCode) {
    switch statement.kind {
    case .setAttribute: assigned.insert(statement.name)
    case .getAttribute:
      if code.types[statement.outputs.lowerBound].holdsContainers { containers.insert(statement.name) }
      if statement.name == "training" { readsMode = true }
    case .callMethod:
      if let function = statement.function {
        callees.insert(function)
      } else {
        callsUnknown = true
        unknownMethods.insert(statement.name)
      }
    case .callFunction:
      // The function is a constant, which may be outside of a statement that is read alone.
      if let function = code.definition(of: code.input(0, of: statement))?.function {
        callees.insert(function)
      } else {
        callsUnknown = true
      }
    // An operator knows only the mode that it is given.
    case .operator:
      if code.operands[statement.inputs].contains(where: { code.typeKinds[$0] == .module }) { readsMode = true }
    case .fork, .other: readsMode = true
    case .constant, .if, .loop, .list, .tuple, .dictionary, .listUnpack, .tupleUnpack, .tupleIndex, .tupleSlice, .raise,
      .cast, .uninitialized, .createObject, .isInstance, .enter, .exit:
      break
    }
  }
}

/// What one statement does, with the statements in its blocks, and its connections to the surrounding code.
package struct StatementSummary: Sendable {
  /// What its code does, without callees.
  package private(set) var code = CodeSummary()
  /// Numbers of the values that it reads from the surrounding code, in the order of their first use. Constants are not
  /// among them: code that is compiled alone gets copies.
  package private(set) var captures: [Int] = []
  /// Whether it may put values into containers or take them out, or returns containers that may be captured ones: a
  /// value that is later put into one is then in the other.
  package private(set) var changesContainers = false
  /// The modules whose `forward` it calls, each as a value of the surrounding code and names of attributes from there.
  package private(set) var moduleCalls: [(root: Int, path: [String])] = []

  private var defined: Set<Int> = []
  private var captured: Set<Int> = []
  /// Values that are attributes of values of the surrounding code.
  private var origins: [Int: (root: Int, path: [String])] = [:]

  fileprivate init(_ statement: ScriptCode.Statement, of source: ScriptCode) {
    visit(statement, source)
    changesContainers = changesContainers || statement.outputs.contains { source.types[$0].holdsContainers }
    (defined, captured, origins) = ([], [], [:])
  }

  private mutating func visit(_ statement: ScriptCode.Statement, _ source: ScriptCode) {
    for number in source.operands[statement.inputs] { read(number, source) }
    for number in statement.blocks {
      let block = source.blocks[number]
      defined.formUnion(block.inputs)
      for index in block.statements { visit(source.statements[index], source) }
      for number in source.operands[block.outputs] { read(number, source) }
    }
    defined.formUnion(statement.outputs)
    code.add(statement, of: source)
    switch statement.kind {
    case .getAttribute:
      var origin = origin(of: source.input(0, of: statement))
      origin?.path.append(statement.name)
      origins[statement.outputs.lowerBound] = origin
    case .callMethod:
      changesContainers = true
      if statement.name == "forward", let module = origin(of: source.input(0, of: statement)) {
        moduleCalls.append(module)
      }
    case .callFunction, .enter, .exit, .fork, .other: changesContainers = true
    case .operator: changesContainers = changesContainers || writesContainer(statement, source)
    default: break
    }
  }

  private mutating func read(_ number: Int, _ source: ScriptCode) {
    guard !defined.contains(number), source.definition(of: number)?.kind != .constant,
      captured.insert(number).inserted
    else { return }
    captures.append(number)
  }

  private func origin(of number: Int) -> (root: Int, path: [String])? {
    origins[number] ?? (captured.contains(number) ? (number, []) : nil)
  }

  private func writesContainer(_ statement: ScriptCode.Statement, _ source: ScriptCode) -> Bool {
    guard let schema = statement.operator?.schema, schema.isKnown else { return false }
    return zip(schema.arguments, source.operands[statement.inputs]).contains { argument, number in
      argument.isWritten && source.typeKinds[number] != .tensor
    }
  }
}

extension ScriptType {
  /// Whether it is a list or a dictionary, or may have one in it.
  fileprivate var holdsContainers: Bool {
    switch kind {
    case .list, .dictionary: true
    // The other types are unions, and types that contain none.
    case .optional, .tuple, .other: contained.contains(where: \.holdsContainers)
    default: false
    }
  }
}

extension ScriptCode {
  /// The summaries that were requested so far.
  struct Summaries {
    fileprivate var whole: CodeSummary?
    fileprivate var statements: [Int: StatementSummary] = [:]
  }

  /// What the function does, without its callees. Computed once.
  package var summary: CodeSummary {
    summaries.withLock { known in
      if let whole = known.whole { return whole }
      let fresh = statements.reduce(into: CodeSummary()) { $0.add($1, of: self) }
      known.whole = fresh
      return fresh
    }
  }

  /// What one statement does. Computed once. The walk is as deep as blocks are nested: see ``nesting``.
  package func summary(of statement: Int) -> StatementSummary {
    summaries.withLock { known in
      if let found = known.statements[statement] { return found }
      let fresh = StatementSummary(statements[statement], of: self)
      known.statements[statement] = fresh
      return fresh
    }
  }
}
