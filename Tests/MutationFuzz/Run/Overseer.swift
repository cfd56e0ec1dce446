import Foundation
import Glibc

/// Has a range of inputs tried by workers, one after another, and survives what becomes of them.
struct Overseer {
  let plan: FuzzPlan
  let kind: FuzzKind
  let tally: Tally
  /// Where the worker works.
  let folder: String

  /// What a command may take, but while it loads a file; as the brief of the fuzzer has it.
  private static let mostSeconds = 20.0
  private static let mostBytes = 4 << 30
  /// What the command line allows while it loads a small file.
  private static let loadingSeconds = 5.1
  private static let loadingBytes = 1 << 30

  /// The input that is being tried.
  private struct Current {
    var index: Int
    var command: String
    var stage = ""
    var startSeconds: Double
    var startBytes: Int
    var began = ContinuousClock.now
    var crash: String?

    var isLoading: Bool { stage.hasPrefix("loading ") }
    var isRunning: Bool { stage.hasPrefix("running ") }
  }

  /// Tries every input of a range.
  func run(_ range: Range<Int>) throws {
    var next = range.lowerBound
    while next < range.upperBound {
      next = try runOneProcess(next..<range.upperBound) { outcome, index, command, details in
        var outcome = outcome
        if case .wrong(let words) = outcome, try !isRepeated(index) { outcome = .unrepeated(words) }
        tally.add(outcome, kind, index, command, folder, details: details)
      }
    }
  }

  /// Whether an input shows a fault in a process of its own.
  private func isRepeated(_ index: Int) throws -> Bool {
    var isFault = false
    _ = try runOneProcess(index..<index + 1) { outcome, _, _, _ in isFault = outcome.isFault }
    return isFault
  }

  /// Tries inputs until the process ends, and tells of each; returns the first that was not tried.
  private func runOneProcess(
    _ range: Range<Int>, _ tell: (Outcome, _ index: Int, _ command: String, _ details: String) throws -> Void
  ) throws -> Int {
    guard var worker = WorkerProcess(kind, seed: plan.seed, range: range, folder: folder) else {
      throw FuzzFailure(description: "no process can be started")
    }
    var next = range.lowerBound
    var current: Current?
    var excess: WorkerProcess.Excess?
    var fault: (outcome: Outcome, input: Current)?
    while let messages = worker.messages(waiting: 50) {
      for message in messages {
        switch message {
        case .begin(let index, let command):
          current = Current(
            index: index, command: command, startSeconds: ProcessMemory.seconds(of: worker.process),
            startBytes: ProcessMemory.bytes(of: worker.process))
          next = index + 1
        case .end(let outcome):
          guard let ended = current else { break }
          // After a fault the worker ends, so that the file is still there.
          if outcome.isFault { fault = (outcome, ended) } else { try tell(outcome, ended.index, ended.command, "") }
          current = nil
        case .stage(let words):
          current?.stage = words
          current?.startSeconds = ProcessMemory.seconds(of: worker.process)
        case .crash(let frames): current?.crash = frames
        case .failure(let words):
          _ = worker.finish()
          throw FuzzFailure(description: words)
        }
      }
      if excess == nil, let current, let found = look(at: worker, current) {
        excess = found
        kill(worker.process, SIGKILL)
      }
    }
    let (signal, code) = worker.finish()
    if let fault {
      try tell(fault.outcome, fault.input.index, fault.input.command, "")
    } else if let current {
      try tell(
        outcome(of: current, excess, signal: signal, code: code), current.index, current.command, current.crash ?? "")
    } else if signal != 0, excess == nil {
      try tell(.wrong("a worker ended between inputs by signal \(signal)"), next, "", "")
      next += 1
    }
    return next
  }

  private func look(at worker: WorkerProcess, _ current: Current) -> WorkerProcess.Excess? {
    let seconds = ProcessMemory.seconds(of: worker.process) - current.startSeconds
    let bytes = ProcessMemory.bytes(of: worker.process) - current.startBytes
    if bytes > (current.isLoading ? Self.loadingBytes : Self.mostBytes) { return .memory }
    if seconds > (current.isLoading ? Self.loadingSeconds : Self.mostSeconds) { return .time }
    // Who waits for what never comes takes no time; on a busy machine others take it.
    return ContinuousClock.now - current.began > .seconds(60) && seconds < 1 ? .time : nil
  }

  private func outcome(
    of current: Current, _ excess: WorkerProcess.Excess?, signal: CInt, code: CInt
  ) -> Outcome {
    if let excess {
      if current.isLoading { return .overloaded }
      if current.isRunning { return .heavyModel }
      let what = excess == .time ? "more than \(Int(Self.mostSeconds)) s" : "more than \(Self.mostBytes >> 30) GB"
      return .wrong("\(what) while \(current.stage.prefix { $0 != "/" })")
    }
    guard signal != 0 else { return .wrong("the process ended with code \(code) in the middle") }
    guard let text = current.crash, let crash = Crash(text) else { return .wrong("signal \(signal)") }
    return crash.isOurs ? .wrong(crash.place) : .runtimeCrash(crash.place)
  }
}

/// The fuzzer itself can't go on.
struct FuzzFailure: Error, CustomStringConvertible { let description: String }

/// Where a process crashed.
struct Crash {
  /// As in `signal 11: libtorch_cpu.so name`.
  let place: String
  /// Whether the code that crashed is not libtorch's.
  let isOurs: Bool

  private static let system = [
    "libc.so", "libm.so", "libstdc++", "libgcc_s", "ld-linux", "libswift", "libFoundation", "lib_Foundation",
    "libdispatch",
    "libBlocksRuntime", "libpthread", "linux-vdso", "lib_Internal",
  ]
  /// Xylem generates no code at run time; libtorch's libraries of kernels do.
  private static let runtime = ["libtorch", "libc10", "libgomp", "libmkl", "libdnnl", "libshm", "generated"]

  /// What the handler of signals wrote.
  init?(_ text: String) {
    let lines = text.split(separator: "\n").map(String.init)
    guard let head = lines.first?.split(separator: " "), head.count == 2 else { return nil }
    let frames = lines.dropFirst().filter { line in !Self.system.contains { line.hasPrefix($0) } }
    func isRuntimes(_ frame: String) -> Bool { Self.runtime.contains { frame.hasPrefix($0) } }
    let isOverflow = head[1] == "1"
    // Where the stack runs out is chance; whose frames fill it is not.
    let ours = frames.filter { !isRuntimes($0) }
    isOurs = isOverflow ? ours.count * 3 > frames.count : frames.first.map { !isRuntimes($0) } ?? true
    let shown = isOurs && isOverflow ? ours.first : frames.first
    let name = shown.map { String($0.prefix(160)) } ?? lines.dropFirst().first ?? "?"
    place = "signal \(head[0])\(isOverflow ? ", stack overflow" : ""): \(name)"
  }
}
