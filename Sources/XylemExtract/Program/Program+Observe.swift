internal import CXylem
package import XylemErrors
package import XylemTensor

/// Observes a run at its stops.
package protocol ProgramObserver {
  /// Called before the instructions that lead to a stop.
  ///
  /// - Returns: the values of the slots that the stop needs filled, in order; nil to skip its instructions and the
  ///   stop. For other stops the result is ignored.
  mutating func willRun(to stop: Int) throws(XylemError) -> [Value]?

  /// Called at a stop with the value there.
  ///
  /// - Returns: the value to continue with; nil to keep the value.
  mutating func didRun(to stop: Int, value: Value) throws(XylemError) -> Value?
}

extension Program {
  /// Runs the instructions up to the last stop, and passes the value at each stop to an observer.
  ///
  /// - Throws: `Program.Failure`, also for errors that the observer throws.
  package func run(_ inputs: [Value], observer: inout some ProgramObserver) throws(Failure) {
    try withRun(inputs) { run throws(Failure) in
      var next = 0
      for (number, stop) in stops.enumerated() {
        let origin = next < instructions.count ? instructions[next].origin : -1
        var isLeftOut = false
        try Self.observing(origin) { () throws(XylemError) in
          let values = try observer.willRun(to: number)
          guard !stop.filled.isEmpty else { return }
          guard let values, values.count == stop.filled.count else {
            isLeftOut = true
            return
          }
          for (slot, value) in zip(stop.filled, values) { try run.put(value, in: .slot(slot)) }
        }
        if isLeftOut {
          next = stop.position
          continue
        }
        while next < stop.position {
          try run.execute(instructions[next])
          next += 1
        }
        try Self.observing(origin) { () throws(XylemError) in
          let value = try run.value(of: stop.operand)
          if let other = try observer.didRun(to: number, value: value) { try run.put(other, in: stop.operand) }
        }
      }
    }
  }

  private static func observing(_ origin: Int, _ body: () throws(XylemError) -> Void) throws(Failure) {
    do { try body() } catch { throw Failure(origin: origin, error: error, isCheck: false) }
  }
}

extension ProgramRun {
  /// The current value of an operand.
  fileprivate func value(of operand: CompiledOperand) throws(XylemError) -> Value {
    var (value, isOwned) = try unsafe load(operand)
    return unsafe isOwned
      ? Value(adopting: value, library: program.library) : Value(borrowing: &value, library: program.library)
  }

  /// Replaces a value in its slot, or in the slots of its parts.
  fileprivate func put(_ value: Value, in operand: CompiledOperand) throws(XylemError) {
    switch operand {
    case .slot(let slot):
      var raw = unsafe try value.makeRaw(program.library)
      unsafe swap(&slots[slot], &raw)
      unsafe table.pointee.value_release(&raw)
    case .container(_, let elements, _):
      let parts: [Value]
      switch try value.unpacked() {
      case .tuple(let values, _): parts = values
      case .list(let values): parts = values
      default: parts = []
      }
      guard parts.count == elements.count else { return }
      for (element, part) in zip(elements, parts) { try put(part, in: element) }
    case .constant: break
    }
  }
}
