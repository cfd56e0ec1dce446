internal import CXylem
internal import CXylemGuard
internal import Glibc
internal import Synchronization
internal import XylemErrors
internal import XylemGraph

/// Runs one test of one leaf, in the process created for it.
struct LeafTrial {
  /// How a test ended without a finding.
  enum Ending {
    case passed(String?)
    case notTried(String)
  }

  private let request: ScanRequest
  private let manifest: PluginManifest
  private let leaves: LoadedLibrary.Leaves

  init(_ request: ScanRequest, _ manifest: PluginManifest, _ leaves: LoadedLibrary.Leaves) {
    self.request = request
    self.manifest = manifest
    self.leaves = leaves
  }

  /// Runs a test.
  ///
  /// - Throws: the finding.
  func run(_ test: CheckTest) throws(XylemError) -> Ending {
    guard let name = request.leaf else { return .passed(nil) }
    do {
      guard let subject = try subject(name) else { return .notTried("its code does not replace forward") }
      switch test {
      case .bareHost: return try call(subject)
      case .nan: return try notNumbers(subject)
      case .lifecycle: return try lifecycle(subject)
      case .threads: return try ThreadTrial(subject: subject).run()
      case .tensorForms: return try tensorForms(subject)
      case .readOnlyInputs: return try readOnlyInputs(subject)
      case .deterministic: return try deterministic(subject)
      case .modes: return try ModeTrial(subject: subject).run()
      case .noteAgrees, .unknownExtensions, .prints: return .passed(nil)
      }
    } catch let declined as Declined {
      return .notTried(declined.reason)
    } catch let error as XylemError {
      throw error
    } catch {
      throw CheckErrors.result(name, "can't be read: \(error)")
    }
  }

  private func subject(_ name: String) throws -> (any TrialSubject)? {
    if let declared = manifest.modules.first(where: { $0.type == name }) {
      guard declared.replacesForward else { return nil }
      let plugin = PluginIdentity(id: manifest.id, digest: request.digest)
      let raw = unsafe leaves.modules.first { unsafe String(cString: $0.pointee.type_name) == name }
      return try unsafe raw.map { try unsafe ModuleSubject($0, plugin: plugin, sample: request.sample) }
    }
    let raw = unsafe leaves.functions.first { unsafe String(cString: $0.pointee.name) == name }
    return try unsafe raw.map {
      try unsafe FunctionSubject(
        $0, plugin: manifest.id, sample: request.sample, isHostBare: request.test == .bareHost)
    }
  }

  private func call(_ subject: any TrialSubject) throws -> Ending {
    _ = try subject.make().call(try ordinary(subject), TrialMode())
    return .passed(nil)
  }

  private func ordinary(_ subject: any TrialSubject) throws -> TrialArguments {
    try subject.arguments(layout: .compact, fill: .ordinary, isEmpty: false)
  }

  private func notNumbers(_ subject: any TrialSubject) throws -> Ending {
    // A leaf that can't be called at all does not refuse NaN.
    _ = try call(subject)
    let arguments = try subject.arguments(layout: .compact, fill: .nan, isEmpty: false)
    let result = try unlessRefused { try subject.make().call(arguments, TrialMode()) }
    return .passed(result == nil ? "refuses them" : nil)
  }

  private func lifecycle(_ subject: any TrialSubject) throws -> Ending {
    let arguments = try ordinary(subject)
    func once() throws { _ = try subject.make().call(arguments, TrialMode()) }
    // What is created once and kept is not a leak.
    let (warm, counted) = (100, 900)
    for _ in 0..<warm { try once() }
    let before = Int(xylem_bytes_in_use())
    for _ in 0..<counted { try once() }
    let growth = Int(xylem_bytes_in_use()) - before
    guard growth < 16 * counted else { throw CheckErrors.leaks(subject.name, bytes: growth, calls: counted) }
    return .passed(nil)
  }

  private func tensorForms(_ subject: any TrialSubject) throws -> Ending {
    let compact = try ordinary(subject)
    guard !compact.tensors.isEmpty else { return .notTried("it takes no tensors") }
    let expected = try subject.make().call(compact, TrialMode())
    var refused: [String] = []
    for layout in PlainTensor.Layout.allCases where layout != .compact {
      let arguments = try subject.arguments(layout: layout, fill: .ordinary, isEmpty: false)
      guard let result = try unlessRefused({ try subject.make().call(arguments, TrialMode()) }) else {
        refused.append(layout.rawValue)
        continue
      }
      if subject.isDeterministic, !result.isClose(to: expected) {
        throw CheckErrors.formDiffers(subject.name, layout.rawValue)
      }
    }
    let empty = try subject.arguments(layout: .compact, fill: .ordinary, isEmpty: true)
    if try unlessRefused({ try subject.make().call(empty, TrialMode()) }) == nil { refused.append("no elements") }
    return .passed(refused.isEmpty ? nil : "refuses tensors with " + refused.joined(separator: ", "))
  }

  /// Returns nil if the leaf reports that it can't: a valid answer.
  private func unlessRefused(_ body: () throws -> PlainResult) throws -> PlainResult? {
    do {
      return try body()
    } catch is Declined {
      return nil
    } catch let error as XylemError where error.id == .pluginCallFailed {
      return nil
    }
  }

  private func readOnlyInputs(_ subject: any TrialSubject) throws -> Ending {
    let arguments = try ordinary(subject)
    // What the loader binds and a first call sets up does not count.
    let instance = try subject.make()
    _ = try instance.call(try ordinary(subject), TrialMode())
    guard !arguments.tensors.isEmpty || !subject.parameters.isEmpty else { return .notTried("it takes no tensors") }
    xylem_guard_install(3)
    defer { xylem_guard_clear() }
    for (index, value) in arguments.values.enumerated() where !subject.writes.contains(index) {
      for tensor in value.tensors where !tensor.protect(as: UInt32(index)) {
        return .notTried("memory can't be protected here")
      }
    }
    for (index, parameter) in subject.parameters.enumerated() {
      guard parameter.tensor.protect(as: UInt32(CheckErrors.parameterNames + index)) else {
        return .notTried("memory can't be protected here")
      }
    }
    _ = try instance.call(arguments, TrialMode())
    if let mode = subject.mode, mode == .none || mode == .readsMode || mode == .random {
      _ = try instance.call(arguments, TrialMode(isTraining: true, seed: 1))
    }
    return .passed(nil)
  }

  private func deterministic(_ subject: any TrialSubject) throws -> Ending {
    guard subject.isDeterministic else { return .notTried("it does not declare that it is") }
    let instance = try subject.make()
    func result(_ instance: any TrialInstance) throws -> PlainResult {
      try instance.call(try ordinary(subject), TrialMode())
    }
    let first = try result(instance)
    guard try result(instance) == first else { throw CheckErrors.notDeterministic(subject.name, "in two calls") }
    guard try result(try subject.make()) == first else {
      throw CheckErrors.notDeterministic(subject.name, "in two instances")
    }
    return .passed(nil)
  }
}

/// Compares train and eval mode with the leaf's declaration.
struct ModeTrial {
  let subject: any TrialSubject

  func run() throws -> LeafTrial.Ending {
    guard let declared = subject.mode else { return .notTried("functions have no mode") }
    guard declared != .unknown else { return .notTried("it declares nothing") }
    let instance = try subject.make()
    let eval = try call(instance, TrialMode(), mayWrite: false, declared)
    let train = try call(instance, TrialMode(isTraining: true, seed: 7), mayWrite: declared == .updatesState, declared)
    switch declared {
    case .none:
      guard subject.isDeterministic else { return .notTried("it does not declare that it is deterministic") }
      guard eval == train else { throw CheckErrors.modesDiffer(subject.name) }
    case .random:
      let again = try call(instance, TrialMode(seed: 8), mayWrite: false, declared)
      guard again == eval else { throw CheckErrors.seedInEval(subject.name) }
      if subject.isDeterministic {
        let repeated = try call(instance, TrialMode(isTraining: true, seed: 7), mayWrite: false, declared)
        guard repeated == train else { throw CheckErrors.notDeterministic(subject.name, "with one seed") }
      }
    case .readsMode, .updatesState, .unknown: break
    }
    return .passed(nil)
  }

  private func call(
    _ instance: any TrialInstance, _ mode: TrialMode, mayWrite: Bool, _ declared: ModeTrait
  ) throws -> PlainResult {
    let before = subject.parameters.map(\.tensor.elements)
    let result = try instance.call(
      try subject.arguments(layout: .compact, fill: .ordinary, isEmpty: false), mode)
    guard !mayWrite else { return result }
    for (index, parameter) in subject.parameters.enumerated() where parameter.tensor.elements != before[index] {
      throw CheckErrors.changesTensor(
        subject.name, parameter.name, mode: mode.isTraining ? "train" : "eval", declared: declared)
    }
    return result
  }
}

/// Calls a leaf on two threads, as far as the leaf allows it.
struct ThreadTrial {
  let subject: any TrialSubject
  private static let calls = 200

  /// The part of one thread.
  private struct Work: @unchecked Sendable {
    let subject: any TrialSubject
    let instance: any TrialInstance
    let arguments: TrialArguments
    let expected: PlainResult?

    func run() -> (any Error)? {
      do {
        for _ in 0..<ThreadTrial.calls {
          let result = try instance.call(arguments, TrialMode())
          if let expected, result != expected {
            return CheckErrors.threadsDiffer(subject.name, subject.threading)
          }
        }
        return nil
      } catch { return error }
    }
  }

  func run() throws -> LeafTrial.Ending {
    let first = try subject.make()
    func arguments() throws -> TrialArguments {
      try subject.arguments(layout: .compact, fill: .ordinary, isEmpty: false)
    }
    let expected = try first.call(try arguments(), TrialMode())
    // The calls themselves wait for each other. A function has no instances: one call of it at a time.
    let isLocked = subject.threading == .serial || (subject.threading == .perInstance && subject.mode == nil)
    let second = subject.threading == .reentrant ? first : try subject.make()
    let works = try [first, second].map {
      Work(
        subject: subject, instance: $0, arguments: try arguments(),
        expected: subject.isDeterministic ? expected : nil)
    }
    let failures = Mutex<[any Error]>([])
    let threads = try works.map { work in
      try RunningThread {
        if let error = work.run() { failures.withLock { $0.append(error) } }
      }
    }
    for thread in threads { thread.join() }
    if let failure = failures.withLock({ $0.first }) { throw failure }
    return .passed(isLocked ? "one call at a time, as declared" : nil)
  }
}

/// A thread that runs a closure.
@safe private struct RunningThread {
  private let thread: pthread_t

  private final class Body {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
  }

  init(_ run: @escaping @Sendable () -> Void) throws {
    let body = unsafe Unmanaged.passRetained(Body(run))
    var thread = pthread_t()
    let status = unsafe pthread_create(
      &thread, nil,
      { context in
        if let context = unsafe context { unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, body.toOpaque())
    guard status == 0 else {
      unsafe body.release()
      throw Declined(reason: "a thread can't be started: \(systemText(status))")
    }
    self.thread = thread
  }

  func join() { _ = pthread_join(thread, nil) }
}
