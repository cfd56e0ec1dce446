package import CXylem
package import XylemErrors
package import XylemScript
package import XylemTensor

/// A flat list of instructions over numbered slots, ready to run: the lowest form of a plan.
///
/// Immutable. Several threads may run it at once, each with its own slots. Running involves no lookup by name. A slot
/// is freed right after the last instruction that reads it.
@safe
package final class Program: @unchecked Sendable {
  /// The source of an instruction's argument.
  package indirect enum Operand: Sendable {
    case slot(Int)
    /// A value that is the same in every run.
    case constant(Value)
    case list([Operand], ScriptType?)
    case tuple([Operand], ScriptType?)
    /// Keys and values, alternating.
    case dictionary([Operand], ScriptType?)
  }

  /// The action of an instruction.
  package enum Action: Sendable {
    case callOperator(TensorOperator)
    case call(Callable)
    /// Calls Swift code.
    case host(HostFunction)
    /// Returns the operand itself.
    case copy
    /// Reads one element of a tuple.
    case element(Int)
    case field(String)
    case readAttribute(ScriptObject, String)
    case writeAttribute(ScriptObject, String)
    /// Fails unless the operand is the expected Boolean.
    case check(expected: Bool)
  }

  /// A step of the program.
  package struct Instruction: Sendable {
    package var action: Action
    package var operands: [Operand]
    /// The slots of the results, in order.
    package var results: [Int]
    /// Operands whose final value is a result too, after the others: containers that a region modifies.
    package var changed: [Int] = []
    /// Operands whose storage is written.
    package var writes: [Int] = []
    /// Whether buffers or attributes of the model may be written.
    package var writesModel = false
    /// Positions in ``protected`` of requested values that this instruction might overwrite.
    package var mayOverwrite: [Int] = []
    /// Slots that are not read after this instruction.
    package var releases: [Int] = []
    /// The node of the instruction, for errors.
    package var origin: Int

    package init(_ action: Action, _ operands: [Operand], results: [Int], origin: Int) {
      self.action = action
      self.operands = operands
      self.results = results
      self.origin = origin
    }
  }

  /// A requested value that a later instruction may overwrite. It is copied right before that instruction if they share
  /// storage.
  package struct Protected: Sendable {
    package var operand: Operand
    /// Whether it may share storage with the model's own tensors.
    package var aliasesModel: Bool

    package init(operand: Operand, aliasesModel: Bool) {
      self.operand = operand
      self.aliasesModel = aliasesModel
    }
  }

  /// A position between two instructions at which a value can be observed.
  package struct Stop: Sendable {
    /// The number of instructions before it.
    package var position: Int
    /// The value.
    package var operand: Operand
    /// Slots that the observer must fill before the instructions that lead here. May be empty.
    package var filled: [Int] = []

    package init(after position: Int, _ operand: Operand, filled: [Int] = []) {
      self.position = position
      self.operand = operand
      self.filled = filled
    }
  }

  /// A failure of a run, with the origin of the instruction.
  package struct Failure: Error {
    package let origin: Int
    package let error: XylemError
    /// Whether a check found a value other than the expected one.
    package let isCheck: Bool
  }

  package let instructions: [CompiledInstruction]
  package let protected: [CompiledProtected]
  package let results: [(operand: CompiledOperand, protected: Int?)]
  package let stops: [(position: Int, operand: CompiledOperand, filled: [Int])]
  package let slotCount: Int
  package let inputCount: Int
  /// The maximum number of operands of an instruction.
  let operandCount: Int
  package let library: RuntimeLibrary
  /// Keeps constants alive.
  private let constants: ConstantPool

  /// The number of instructions.
  package var count: Int { instructions.count }

  /// Compiles instructions.
  ///
  /// - Parameters:
  ///   - inputCount: the caller fills the slots 0 to inputCount - 1.
  ///   - results: the results of a run; for a protected value, its position in `protected`.
  ///   - stops: the positions at which an observed run stops, in order.
  /// - Throws: `runtime.not-found`, `runtime.tensor` for a constant that can't be passed.
  package init(
    _ instructions: [Instruction], slotCount: Int, inputCount: Int, protected: [Protected],
    results: [(operand: Operand, protected: Int?)], stops: [Stop] = []
  ) throws(XylemError) {
    let library = try RuntimeLibrary.shared()
    let pool = ConstantPool(library)
    var compiled: [CompiledInstruction] = []
    for instruction in instructions { compiled.append(try CompiledInstruction(instruction, pool)) }
    var guarded: [CompiledProtected] = []
    for value in protected {
      guarded.append(
        CompiledProtected(
          operand: try CompiledOperand(value.operand, type: nil, pool), aliasesModel: value.aliasesModel))
    }
    var outputs: [(operand: CompiledOperand, protected: Int?)] = []
    for result in results {
      outputs.append((try CompiledOperand(result.operand, type: nil, pool), result.protected))
    }
    var moments: [(position: Int, operand: CompiledOperand, filled: [Int])] = []
    for stop in stops {
      moments.append((stop.position, try CompiledOperand(stop.operand, type: nil, pool), stop.filled))
    }
    self.instructions = compiled
    self.stops = moments
    self.protected = guarded
    self.results = outputs
    self.slotCount = slotCount
    self.inputCount = inputCount
    operandCount = compiled.map(\.operands.count).max() ?? 0
    self.library = library
    constants = pool
  }
}

extension Program {
  /// Moves the tensors among the constants to a device; they remain the same objects.
  ///
  /// - Parameter assign: the operator `aten::set_data`.
  /// - Throws: `runtime.operator`.
  func moveConstants(to device: Device, _ assign: TensorOperator) throws(XylemError) {
    try constants.move(to: device, assign)
  }
}

package struct CompiledProtected {
  package let operand: CompiledOperand
  package let aliasesModel: Bool
}

/// Constants in the form that the C boundary takes.
@safe
final class ConstantPool {
  let library: RuntimeLibrary
  private var values: [RuntimeObject] = []

  init(_ library: RuntimeLibrary) { self.library = library }

  /// Moves the tensors among the constants to a device; they remain the same objects. Those in containers stay.
  ///
  /// - Parameter assign: the operator `aten::set_data`.
  /// - Throws: `runtime.operator`.
  func move(to device: Device, _ assign: TensorOperator) throws(XylemError) {
    for object in values where unsafe object.raw.tag == Int32(XYLEM_TENSOR.rawValue) {
      let value = unsafe Value(borrowing: &object.raw, library: library)
      _ = try assign([value, try value.moved(to: device)])
    }
  }

  /// A constant's raw form, valid as long as the pool.
  func raw(_ value: Value, type: ScriptType?) throws(XylemError) -> xylem_value {
    let raw = unsafe try value.makeRaw(library, type: type?.handle)
    unsafe values.append(RuntimeObject(adopting: raw, library: library))
    return unsafe raw
  }
}

/// An operand with everything resolved.
@safe
package indirect enum CompiledOperand {
  case slot(Int)
  case constant(xylem_value)
  case container(xylem_tag, [CompiledOperand], ScriptType?)

  init(_ operand: Program.Operand, type: ScriptType?, _ pool: ConstantPool) throws(XylemError) {
    switch operand {
    case .slot(let slot): self = .slot(slot)
    case .constant(let value): self = unsafe .constant(try pool.raw(value, type: type))
    case .list(let elements, let own):
      let type = own ?? type
      self = unsafe .container(XYLEM_LIST, try Self.compile(elements, type, XYLEM_LIST, pool), type)
    case .tuple(let elements, let own):
      let type = own ?? type
      self = unsafe .container(XYLEM_TUPLE, try Self.compile(elements, type, XYLEM_TUPLE, pool), type)
    case .dictionary(let elements, let own):
      let type = own ?? type
      self = unsafe .container(XYLEM_DICT, try Self.compile(elements, type, XYLEM_DICT, pool), type)
    }
  }

  private static func compile(
    _ elements: [Program.Operand], _ type: ScriptType?, _ tag: xylem_tag, _ pool: ConstantPool
  ) throws(XylemError) -> [CompiledOperand] {
    var compiled: [CompiledOperand] = []
    for (index, element) in elements.enumerated() {
      let handle = unsafe type?.elementHandle(at: index, of: tag)
      let inner = unsafe handle.map { unsafe ScriptType(handle: $0, library: pool.library) }
      compiled.append(try CompiledOperand(element, type: inner, pool))
    }
    return compiled
  }
}

/// A class, so that running an instruction copies none of its arrays.
package final class CompiledInstruction {
  let action: Program.Action
  let operands: [CompiledOperand]
  package let results: [Int]
  let changed: [Int]
  package let writes: [Int]
  package let writesModel: Bool
  let mayOverwrite: [Int]
  let releases: [Int]
  package let origin: Int

  init(_ source: Program.Instruction, _ pool: ConstantPool) throws(XylemError) {
    action = source.action
    var compiled: [CompiledOperand] = []
    let types: [ScriptType?]
    if case .callOperator(let op) = source.action {
      types = op.schema.arguments.map { $0.type }
    } else {
      types = []
    }
    for (position, operand) in source.operands.enumerated() {
      compiled.append(
        try CompiledOperand(operand, type: types.indices.contains(position) ? types[position] : nil, pool))
    }
    operands = compiled
    results = source.results
    changed = source.changed
    writes = source.writes
    writesModel = source.writesModel
    mayOverwrite = source.mayOverwrite
    releases = source.releases
    origin = source.origin
  }
}
