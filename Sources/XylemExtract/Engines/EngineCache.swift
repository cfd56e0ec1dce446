internal import CXylem
internal import Synchronization
internal import XylemErrors
internal import XylemGraph
internal import XylemTensor
internal import XylemTrace

/// The specialised programs of an extractor, by plan and input shapes. Any thread may use it.
final class EngineCache: Sendable {
  private struct Key: Hashable {
    let program: ObjectIdentifier
    let shapes: [ShapeKey]
    let threads: Int
  }

  private struct State {
    var options = EngineOptions()
    /// The most recently used last. The programs are kept alive, so that their identities stay theirs.
    var programs: [(key: Key, program: SpecialisedProgram)] = []
    var report: EngineReport?
    /// The number of specialised programs that were dropped since the model had changed.
    var staleCount = 0
  }

  private let state = Mutex(State())
  /// Held while a program is specialised, so that two threads do not do the same work.
  private let specialising = Mutex<Void>(())

  /// How often a model may change before it is left to libtorch: each time everything is compiled again.
  private static let mostChanges = 16

  var options: EngineOptions {
    get { state.withLock { $0.options } }
    set {
      state.withLock {
        if $0.options != newValue { ($0.programs, $0.report, $0.staleCount) = ([], nil, 0) }
        $0.options = newValue
      }
    }
  }

  /// Sets what a saved extractor was saved with.
  func restore(_ options: EngineOptions, _ report: EngineReport?) {
    state.withLock { ($0.options, $0.report) = (options, report) }
  }

  /// What the last call computed with which engine. Nil before a call, and with ``Engine/torch``.
  var report: EngineReport? { state.withLock { $0.report } }

  /// Runs a program with the engine that the options want.
  func run(_ program: Program, _ inputs: [Value], mode: Mode, origins: [Node]) throws(Program.Failure)
    -> ProgramResult
  {
    let options = options
    guard options.engine != .torch else { return try program.run(inputs) }
    if let reason = Self.obstacle(program, mode) {
      state.withLock { $0.report = EngineReport(parts: [], compileMilliseconds: 0, note: reason) }
      return try program.run(inputs)
    }
    let shapes = try Self.failing { () throws(XylemError) in try ShapeKey.of(inputs) }
    guard let shapes else {
      state.withLock {
        $0.report = EngineReport(
          parts: [], compileMilliseconds: 0,
          note: "an input is not a plain tensor on the CPU, a number or a list of such")
      }
      return try program.run(inputs)
    }
    let threads = try Self.failing { () throws(XylemError) in try TensorRuntime.load().threads }
    let key = Key(program: ObjectIdentifier(program), shapes: shapes, threads: threads)
    if let known = find(key) { return try run(known, key, inputs) }
    // Another thread may have made it meanwhile.
    let made: Result<ProgramResult?, Program.Failure> = specialising.withLock { _ in
      if find(key) != nil { return .success(nil) }
      do throws(Program.Failure) { return .success(try specialise(program, key, inputs, origins, options)) } catch {
        return .failure(error)
      }
    }
    if let result = try made.get() { return result }
    guard let known = find(key) else { return try program.run(inputs) }
    return try run(known, key, inputs)
  }

  private static func failing<Result>(_ body: () throws(XylemError) -> Result) throws(Program.Failure) -> Result {
    do { return try body() } catch { throw Program.Failure(origin: -1, error: error, isCheck: false) }
  }

  /// Why no engine may run a program now. Nil if one may.
  private static func obstacle(_ program: Program, _ mode: Mode) -> String? {
    let table = unsafe program.library.table
    if mode == .train { return "the extractor is in train mode" }
    if unsafe table.pointee.grad_enabled() != 0 {
      return "gradients are recorded: TensorRuntime.withGradients(false) { … } switches that off"
    }
    if unsafe table.pointee.autocast_depth() > 0 { return "autocast is on" }
    return nil
  }

  /// A specialised program that is current.
  private func find(_ key: Key) -> SpecialisedProgram? {
    let known = state.withLock { $0.programs.last { $0.key == key }?.program }
    guard let known else { return nil }
    let isCurrent = known.isCurrent
    return state.withLock { state in
      guard let position = state.programs.firstIndex(where: { $0.key == key }) else { return nil }
      guard isCurrent else {
        state.programs.remove(at: position)
        state.staleCount += 1
        return nil
      }
      state.programs.append(state.programs.remove(at: position))
      state.report = known.report
      return known
    }
  }

  private func specialise(
    _ program: Program, _ key: Key, _ inputs: [Value], _ origins: [Node], _ options: EngineOptions
  ) throws(Program.Failure) -> ProgramResult {
    let made: (program: SpecialisedProgram, result: ProgramResult)
    if let crash = EngineActivity.earlierCrash {
      made = (SpecialisedProgram(program, note: "the engine crashed: \(crash)"), try program.run(inputs))
    } else if state.withLock({ $0.staleCount }) > Self.mostChanges {
      made = (SpecialisedProgram(program, note: "the model keeps changing"), try program.run(inputs))
    } else {
      let engine: EngineLibrary
      do throws(XylemError) {
        engine = try EngineActivity.during { () throws(XylemError) in
          try EngineLibrary.shared(path: options.library)
        }
      } catch {
        guard options.engine == .auto else { throw Program.Failure(origin: -1, error: error, isCheck: false) }
        let note = error.message + (error.cause.map { ": \($0)" } ?? "")
        state.withLock { $0.report = EngineReport(parts: [], compileMilliseconds: 0, note: note) }
        return try program.run(inputs)
      }
      let specialiser = Specialiser(
        program: program, origins: origins, options: options, engine: engine, threads: key.threads)
      do throws(Program.Failure) {
        made = try EngineActivity.during { () throws(Program.Failure) in try specialiser.specialise(for: inputs) }
      } catch {
        // Within another extractor's first call, whose operators this thread records.
        guard error.origin == -1, error.error.id == .engineFailed else { throw error }
        let note = error.error.message + (error.error.cause.map { ": \($0)" } ?? "")
        state.withLock { $0.report = EngineReport(parts: [], compileMilliseconds: 0, note: note) }
        return try program.run(inputs)
      }
    }
    state.withLock { state in
      guard state.options == options else { return }
      state.programs.append((key, made.program))
      if state.programs.count > options.keptShapes { state.programs.removeFirst() }
      state.report = made.program.report
    }
    return made.result
  }

  /// Runs a specialised program. If the engine fails, libtorch computes what the engine would have.
  private func run(_ known: SpecialisedProgram, _ key: Key, _ inputs: [Value]) throws(Program.Failure) -> ProgramResult
  {
    do throws(Program.Failure) { return try known.run(inputs) } catch {
      // What libtorch ran before is run again: parts that write the model are run once.
      guard error.error.id == .engineFailed, !known.program.instructions.contains(where: \.writesModel) else {
        throw error
      }
      let note = "an engine failed, and libtorch computes the features: " + (error.error.cause.map { "\($0)" } ?? "")
      state.withLock { state in
        state.programs.removeAll { $0.key == key }
        state.programs.append((key, SpecialisedProgram(known.program, note: note)))
        state.report = EngineReport(parts: [], compileMilliseconds: 0, note: note)
      }
      return try known.program.run(inputs)
    }
  }
}
