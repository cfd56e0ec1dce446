internal import CXylem
internal import XylemErrors
internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// What a slot holds, in terms of a capture.
indirect enum SlotState: Sendable {
  /// A tensor that depends on the inputs.
  case computed(UInt32)
  /// A value that is the same in every run with these shapes.
  case constant(Value)
  /// A list or tuple of such.
  case container(isList: Bool, [SlotState])
  /// Anything else.
  case other

  /// Calls `body` with the number of every computed tensor.
  func forEachNumber(_ body: (UInt32) -> Void) {
    switch self {
    case .computed(let number): body(number)
    case .container(_, let elements): for element in elements { element.forEachNumber(body) }
    case .constant, .other: break
    }
  }
}

/// A run of a program in which all operators were recorded.
struct CapturedRun: Sendable {
  let capture: OperatorCapture
  /// The results, as libtorch computed them.
  let result: ProgramResult
  /// By slot, what it held after instructions, in order: the entry of the input slots is at -1.
  private(set) var states: [[(after: Int, state: SlotState)]]
  /// By position of a protected value, the instruction before which it was copied and what the copy is.
  private(set) var copies: [Int: (before: Int, state: SlotState)] = [:]
  /// By instruction that can't be a part of a compiled graph, the reason.
  private(set) var cuts: [Int: String] = [:]
  /// By instruction that must not run again to check a compiled part, its results: it draws random numbers, writes what
  /// others see, or is code that is not known.
  private(set) var frozen: [Int: [Value]] = [:]

  /// Runs a program and records it.
  ///
  /// - Throws: `Program.Failure`, as the program's own run; `engine.failed` with an origin of -1.
  init(_ program: Program, _ inputs: [Value], expanded: Set<String>) throws(Program.Failure) {
    var recorder = Recorder(program)
    let started: OperatorCapture
    do { started = try OperatorCapture(inputs: inputs, expanded: expanded) } catch {
      throw Program.Failure(origin: -1, error: error, isCheck: false)
    }
    var found: ProgramResult
    do throws(Program.Failure) {
      found = try program.withRun(inputs) { run throws(Program.Failure) in
        try recorder.record(&run, started)
        return try run.finish()
      }
    } catch {
      try? started.end()
      throw error
    }
    do { try started.end() } catch { throw Program.Failure(origin: -1, error: error, isCheck: false) }
    capture = started
    result = found
    (states, copies, cuts) = (recorder.states, recorder.copies, recorder.cuts)
    frozen = recorder.frozen
    writesShared =
      capture.nodes.contains { $0.flags.contains(.overwrites) } || program.instructions.contains(where: \.writesModel)
    for section in capture.readingSections { cuts[section] = cuts[section] ?? "its code reads elements" }
    for node in capture.nodes {
      guard let reason = node.flags.reason(node.name) else { continue }
      cuts[node.section] = cuts[node.section] ?? reason
    }
  }

  /// Whether an operator writes memory that the inputs, the model's own tensors or other values share, or an instruction
  /// writes the model's attributes.
  let writesShared: Bool

  /// What a slot holds right before an instruction. Nil if nothing.
  func state(of slot: Int, before position: Int) -> SlotState? {
    states[slot].last { $0.after < position }?.state
  }
}

extension OperatorCapture.Flags {
  /// Why a node with these flags stays in libtorch. Nil if it need not.
  fileprivate func reason(_ name: String) -> String? {
    if contains(.random) { return "\(name) draws random numbers" }
    if contains(.depends) { return "\(name) depends on values" }
    if contains(.overwrites) { return "\(name) writes memory that other values share" }
    if contains(.opaque) { return "\(name) is not one of PyTorch's own operators on plain tensors" }
    return nil
  }
}

/// Runs instructions one by one and writes down what the slots hold.
private struct Recorder {
  let program: Program
  var states: [[(after: Int, state: SlotState)]]
  var copies: [Int: (before: Int, state: SlotState)] = [:]
  var cuts: [Int: String] = [:]
  var frozen: [Int: [Value]] = [:]

  /// Operators that switch how the following ones compute.
  private static let contexts: Set<String> = [
    "aten::set_grad_enabled", "xylem::enter_autocast", "xylem::exit_autocast", "aten::manual_seed", "aten::seed",
  ]

  init(_ program: Program) {
    self.program = program
    states = Array(repeating: [], count: program.slotCount)
  }

  mutating func record(_ run: inout ProgramRun, _ capture: OperatorCapture) throws(Program.Failure) {
    for slot in 0..<program.inputCount {
      try observing(-1) { () throws(XylemError) in
        states[slot].append((-1, try state(run, slot, capture, isKnown: true)))
      }
    }
    for (index, instruction) in program.instructions.enumerated() {
      capture.enter(section: index)
      cuts[index] = cut(instruction, run)
      try run.execute(instruction)
      try observing(instruction.origin) { () throws(XylemError) in
        try note(instruction, index, run, capture)
        try freeze(instruction, index, run, capture)
      }
    }
  }

  private mutating func freeze(
    _ instruction: CompiledInstruction, _ index: Int, _ run: ProgramRun, _ capture: OperatorCapture
  ) throws(XylemError) {
    guard cuts[index] != nil || !capture.sectionFlags.isDisjoint(with: [.random, .overwrites, .opaque]) else { return }
    if case .readAttribute = instruction.action { return }
    var values: [Value] = []
    for slot in instruction.results {
      let value = unsafe Value(borrowing: run.slots + slot, library: program.library)
      values.append(try OperatorCapture.paused { () throws(XylemError) in try value.cloned() })
    }
    frozen[index] = values
  }

  private func observing(_ origin: Int, _ body: () throws(XylemError) -> Void) throws(Program.Failure) {
    do { try body() } catch { throw Program.Failure(origin: origin, error: error, isCheck: false) }
  }

  /// Why an instruction stays in libtorch, as far as the instruction itself tells.
  private func cut(_ instruction: CompiledInstruction, _ run: ProgramRun) -> String? {
    switch instruction.action {
    // What it writes is recorded.
    case .host(let function): return function.isRecordable ? nil : "Swift or plugin code"
    case .writeAttribute: return "it writes an attribute of the model"
    case .callOperator(let op) where Self.contexts.contains(op.schema.name): return "it changes how others compute"
    default: break
    }
    if instruction.writesModel { return "it may write the model" }
    for position in instruction.writes {
      guard case .slot(let slot) = instruction.operands[position] else { continue }
      if unsafe run.slots[slot].tag != Int32(XYLEM_TENSOR.rawValue) { return "it changes a container" }
    }
    return nil
  }

  private mutating func note(
    _ instruction: CompiledInstruction, _ index: Int, _ run: ProgramRun, _ capture: OperatorCapture
  ) throws(XylemError) {
    let isRead: Bool
    if case .readAttribute(let owner, let name) = instruction.action {
      isRead = true
      if let slot = instruction.results.first, unsafe run.slots[slot].tag == Int32(XYLEM_TENSOR.rawValue) {
        unsafe try capture.watch(&owner.object.raw, name)
      } else {
        cuts[index] = cuts[index] ?? "it reads an attribute that is not a tensor"
      }
    } else {
      isRead = false
    }
    for slot in instruction.results where unsafe run.slots[slot].tag != 0 {
      if isRead, unsafe capture.known(run.slots + slot) != .constant {
        // A tensor of the model: an operator that reads it makes it known.
        states[slot].append((index, .constant(unsafe Value(borrowing: run.slots + slot, library: program.library))))
        continue
      }
      let state = try state(run, slot, capture, isKnown: cuts[index] != nil)
      if case .other = state, cuts[index] == nil { cuts[index] = "its result has a form that engines lack" }
      states[slot].append((index, state))
    }
    for position in program.protected.indices where copies[position] == nil {
      guard unsafe run.copies[position].tag != 0 else { continue }
      let copy = unsafe Value(borrowing: run.copies + position, library: program.library)
      copies[position] = (index, try self.state(copy, capture, isKnown: true))
    }
    guard !instruction.writes.isEmpty else { return }
    // A write gives tensors new numbers.
    for slot in states.indices where unsafe run.slots[slot].tag != 0 && !instruction.results.contains(slot) {
      guard let last = states[slot].last else { continue }
      var hasNumbers = false
      last.state.forEachNumber { _ in hasNumbers = true }
      if hasNumbers { states[slot].append((index, try state(run, slot, capture, isKnown: true))) }
    }
  }

  private func state(
    _ run: ProgramRun, _ slot: Int, _ capture: OperatorCapture, isKnown: Bool
  ) throws(XylemError) -> SlotState {
    try state(unsafe Value(borrowing: run.slots + slot, library: program.library), capture, isKnown: isKnown)
  }

  /// - Parameter isKnown: whether unknown tensors become results of the section.
  private func state(_ value: Value, _ capture: OperatorCapture, isKnown: Bool) throws(XylemError) -> SlotState {
    switch try value.unpacked() {
    case .tensor(let tensor):
      let handle = try tensor.handle()
      if isKnown { unsafe try capture.note(&handle.raw) }
      switch unsafe capture.known(&handle.raw) {
      case .computed(let number): return .computed(number)
      case .constant: return .constant(value)
      case .unknown: return .other
      }
    case .list(let elements):
      return elements.isEmpty ? .other : .container(isList: true, try states(elements, capture, isKnown))
    case .tuple(let elements, _): return .container(isList: false, try states(elements, capture, isKnown))
    case .literal: return .constant(value)
    default: return .other
    }
  }

  private func states(
    _ values: [Value], _ capture: OperatorCapture, _ isKnown: Bool
  ) throws(XylemError) -> [SlotState] {
    var states: [SlotState] = []
    for value in values { states.append(try state(value, capture, isKnown: isKnown)) }
    return states
  }
}
