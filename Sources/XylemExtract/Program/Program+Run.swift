internal import CXylem
internal import XylemErrors
internal import XylemGraph
internal import XylemScript
package import XylemTensor

/// The results of a run.
package struct ProgramResult: Sendable {
  /// The requested values, in order.
  package var values: [Value]
  /// The protected values that were copied.
  package var copied: [Int]
}

extension Program {
  /// Runs the instructions.
  ///
  /// - Parameter inputs: one value for each input slot.
  /// - Throws: `Program.Failure`.
  package func run(_ inputs: [Value]) throws(Failure) -> ProgramResult {
    try withRun(inputs) { run throws(Failure) in
      let report = RunProgress.report
      for (index, instruction) in instructions.enumerated() {
        try run.execute(instruction)
        report?(index + 1, instructions.count)
      }
      return try run.finish()
    }
  }

  /// A run with its inputs in their slots. The thread's settings are restored afterwards.
  func withRun<Result>(
    _ inputs: [Value], _ body: (inout ProgramRun) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(inputs.count == inputCount, "a program runs with one value for each input slot")
    var run = ProgramRun(self)
    defer { run.deallocate() }
    for (slot, input) in inputs.enumerated() {
      do { unsafe run.slots[slot] = unsafe try input.makeRaw(library) } catch {
        throw Failure(origin: -1, error: error, isCheck: false)
      }
    }
    let gradients = unsafe library.table.pointee.grad_enabled()
    let casts = unsafe library.table.pointee.autocast_depth()
    // The model's own code may switch gradients off, or autocast on, and fail before it switches them back.
    defer {
      unsafe library.table.pointee.set_grad_enabled(gradients)
      unsafe library.table.pointee.autocast_unwind(casts)
    }
    return try body(&run)
  }
}

/// The state of one run: slots, and scratch space for arguments. Positions come from the program, which was checked
/// when it was compiled.
@safe
struct ProgramRun {
  let program: Program
  let table: UnsafePointer<xylem_tensor_runtime>
  let slots: UnsafeMutablePointer<xylem_value>
  /// The copies of protected values. Nil for a value that was not copied.
  let copies: UnsafeMutablePointer<xylem_value>
  let scratch: UnsafeMutablePointer<xylem_value>
  static let scratchCount = 64

  init(_ program: Program) {
    self.program = program
    unsafe table = unsafe program.library.table
    unsafe slots = unsafe Self.allocate(program.slotCount)
    unsafe copies = unsafe Self.allocate(program.protected.count)
    unsafe scratch = unsafe Self.allocate(max(program.operandCount, Self.scratchCount))
  }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<xylem_value> {
    let pointer = UnsafeMutablePointer<xylem_value>.allocate(capacity: max(count, 1))
    unsafe pointer.initialize(repeating: xylem_value(), count: max(count, 1))
    return unsafe pointer
  }

  mutating func deallocate() {
    for slot in 0..<program.slotCount { unsafe table.pointee.value_release(slots + slot) }
    for copy in program.protected.indices { unsafe table.pointee.value_release(copies + copy) }
    unsafe slots.deallocate()
    unsafe copies.deallocate()
    unsafe scratch.deallocate()
  }

  /// The value of an operand. The caller owns it if it is a container; otherwise it is borrowed.
  func load(_ operand: CompiledOperand) throws(XylemError) -> (value: xylem_value, isOwned: Bool) {
    switch operand {
    case .slot(let slot): return (unsafe slots[slot], false)
    case .constant(let value): return (unsafe value, false)
    case .container(let tag, let elements, let type):
      var values: [xylem_value] = unsafe []
      var owned: [Int] = []
      defer { for index in owned { unsafe table.pointee.value_release(&values[index]) } }
      for element in elements {
        let (value, isOwned) = try unsafe load(element)
        if isOwned { unsafe owned.append(values.count) }
        unsafe values.append(value)
      }
      var out = unsafe xylem_value()
      try unsafe check(.runtimeTensor, "a container can't be made") {
        unsafe table.pointee.container_make(Int32(tag.rawValue), type?.handle, values, values.count, &out, $0)
      }
      return (unsafe out, true)
    }
  }

  mutating func execute(_ instruction: CompiledInstruction) throws(Program.Failure) {
    let count = instruction.operands.count
    var owned: [Int] = []
    defer { for index in owned { unsafe table.pointee.value_release(scratch + index) } }
    do throws(XylemError) {
      for index in 0..<count {
        let (value, isOwned) = try unsafe load(instruction.operands[index])
        unsafe scratch[index] = unsafe value
        if isOwned { owned.append(index) }
      }
      if !instruction.mayOverwrite.isEmpty { try protect(instruction) }
      try perform(instruction, count)
    } catch {
      let isCheck = if case .check = instruction.action { error.id == .extractGuard } else { false }
      throw Program.Failure(origin: instruction.origin, error: error, isCheck: isCheck)
    }
    for slot in instruction.releases { unsafe table.pointee.value_release(slots + slot) }
  }

  /// Copies requested values that would be overwritten.
  private func protect(_ instruction: CompiledInstruction) throws(XylemError) {
    for position in instruction.mayOverwrite where unsafe copies[position].tag == 0 {
      let protected = program.protected[position]
      var (value, isOwned) = try unsafe load(protected.operand)
      defer { if isOwned { unsafe table.pointee.value_release(&value) } }
      let isHit =
        instruction.writesModel && protected.aliasesModel
        || instruction.writes.contains { unsafe table.pointee.shares_storage(scratch + $0, &value) != 0 }
      guard isHit else { continue }
      try unsafe check(.runtimeTensor, "a value can't be copied before it is overwritten") {
        unsafe table.pointee.value_clone(&value, copies + position, $0)
      }
    }
  }

  private func perform(_ instruction: CompiledInstruction, _ count: Int) throws(XylemError) {
    switch instruction.action {
    case .callOperator(let op):
      try unsafe call(instruction, .runtimeOperator, { "the operator \(op.schema.fullName) failed" }) {
        unsafe table.pointee.operator_call(op.handle, scratch, count, $0, $1, $2, $3)
      }
    case .call(let callable):
      try unsafe call(instruction, .runtimeOperator, { "its code failed" }) {
        unsafe table.pointee.callable_call(callable.handle, scratch, count, $0, $1, $2, $3)
      }
    case .host(let function):
      let arguments = (0..<count).map { unsafe Value(borrowing: scratch + $0, library: program.library) }
      let value: Value
      do { value = try function.body(arguments) } catch let error as XylemError { throw error } catch {
        throw XylemError(.extractExecution, "the model's own code failed", cause: error)
      }
      var raw = unsafe try value.makeRaw(program.library)
      try unsafe store(instruction) { unsafe swap(&$0.pointee, &raw) }
    case .copy: try unsafe store(instruction) { unsafe table.pointee.value_copy(scratch, $0) }
    case .element(let index):
      var out = unsafe xylem_value()
      try unsafe check(.runtimeTensor, "an element can't be read") {
        unsafe table.pointee.container_element(scratch, index, &out, $0)
      }
      try unsafe store(instruction) { unsafe $0.pointee = unsafe out }
    case .field(let name):
      var out = unsafe xylem_value()
      try unsafe check(.runtimeTensor, "the field '\(name)' can't be read") { error in
        unsafe name.withText { unsafe table.pointee.object_get(scratch, $0, &out, error) }
      }
      try unsafe store(instruction) { unsafe $0.pointee = unsafe out }
    case .readAttribute(let owner, let name):
      var out = unsafe xylem_value()
      try unsafe check(.runtimeTensor, "the attribute '\(name)' can't be read") { error in
        unsafe name.withText { unsafe table.pointee.object_get(&owner.object.raw, $0, &out, error) }
      }
      try unsafe store(instruction) { unsafe $0.pointee = unsafe out }
    case .writeAttribute(let owner, let name):
      try unsafe check(.runtimeTensor, "the attribute '\(name)' can't be written") { error in
        unsafe name.withText { unsafe table.pointee.object_set(&owner.object.raw, $0, scratch, error) }
      }
      ScriptObject.noteWrite()
    case .check(let expected): try checkTruth(expected)
    }
  }

  private func store(
    _ instruction: CompiledInstruction, _ body: (UnsafeMutablePointer<xylem_value>) -> Void
  ) throws(XylemError) {
    guard let slot = instruction.results.first else { return }
    unsafe table.pointee.value_release(slots + slot)
    unsafe body(slots + slot)
  }

  private func call(
    _ instruction: CompiledInstruction, _ id: ErrorID, _ what: () -> String,
    _ body: (
      UnsafeMutablePointer<xylem_value>, Int, UnsafeMutablePointer<Int>, UnsafeMutablePointer<xylem_error>
    ) -> xylem_status
  ) throws(XylemError) {
    try unsafe withUnsafeTemporaryAllocation(of: xylem_value.self, capacity: ProgramRun.scratchCount) {
      buffer throws(XylemError) in
      guard let results = buffer.baseAddress else { return }
      var found = 0
      try unsafe check(id, what()) { unsafe body(results, ProgramRun.scratchCount, &found, $0) }
      let own = instruction.results.count - instruction.changed.count
      for index in 0..<found {
        if index < own {
          let slot = instruction.results[index]
          unsafe table.pointee.value_release(slots + slot)
          unsafe slots[slot] = unsafe results[index]
        } else {
          unsafe table.pointee.value_release(results + index)
        }
      }
      for (order, operand) in instruction.changed.enumerated() {
        let slot = instruction.results[own + order]
        unsafe table.pointee.value_release(slots + slot)
        unsafe table.pointee.value_copy(scratch + operand, slots + slot)
      }
    }
  }

  private func checkTruth(_ expected: Bool) throws(XylemError) {
    var truth = unsafe scratch[0].as.integer != 0
    if unsafe scratch[0].tag == Int32(XYLEM_TENSOR.rawValue) {
      let value = unsafe Value(borrowing: scratch, library: program.library)
      guard case .literal(.bool(let flag))? = try TensorOperator("aten::Bool", overload: "Tensor")([value]).first else {
        throw XylemError(.extractExecution, "a condition has no truth value")
      }
      truth = flag
    }
    guard truth == expected else {
      throw XylemError(.extractGuard, "an assumption of the trace does not hold for this input")
    }
  }

  mutating func finish() throws(Program.Failure) -> ProgramResult {
    var values: [Value] = []
    for (operand, protected) in program.results {
      if let protected, unsafe copies[protected].tag != 0 {
        values.append(unsafe Value(borrowing: copies + protected, library: program.library))
        continue
      }
      do throws(XylemError) {
        var (value, isOwned) = try unsafe load(operand)
        guard unsafe value.tag != Int32(XYLEM_UNINITIALIZED.rawValue) else {
          throw XylemError(
            .extractExecution, "a requested value is not set on this input's path through the code")
        }
        if isOwned {
          values.append(unsafe Value(adopting: value, library: program.library))
        } else {
          values.append(unsafe Value(borrowing: &value, library: program.library))
        }
      } catch { throw Program.Failure(origin: -1, error: error, isCheck: false) }
    }
    let copied = program.protected.indices.filter { unsafe copies[$0].tag != 0 }
    return ProgramResult(values: values, copied: copied)
  }
}
