internal import XylemExtract
internal import Foundation
internal import XylemGraph

/// Reports long work to a person at a terminal, and to a supervisor; prints nothing anywhere else.
enum Progress {
  /// Runs `body`, and shows `what` if it takes more than half a second.
  static func during<Result>(_ what: String, _ body: () throws -> Result) rethrows -> Result {
    SupervisedProcess.stage(what)
    let terminal = Terminal.current
    guard terminal.isInteractive else { return try body() }
    let timer = DispatchSource.makeTimerSource(queue: .global())
    let line = ProgressLine(terminal)
    timer.schedule(deadline: .now() + .milliseconds(500))
    timer.setEventHandler { line.show("\(what) …") }
    timer.resume()
    defer {
      timer.cancel()
      line.finish()
    }
    return try body()
  }

  /// Calls `body` with each number below `count`, and shows a progress bar.
  static func each(_ what: String, count: Int, _ body: (Int) throws -> Void) rethrows {
    SupervisedProcess.stage(what)
    let line = ProgressLine(Terminal.current)
    defer { line.finish() }
    for index in 0..<count {
      if count > 1 { line.show(bar(what, done: index, of: count)) }
      try body(index)
    }
  }

  /// Runs `body`, which runs a model, and shows a progress bar of its operations.
  static func running<Result>(_ what: String, _ body: () throws -> Result) rethrows -> Result {
    SupervisedProcess.stage(what)
    let terminal = Terminal.current
    guard terminal.isInteractive else { return try body() }
    let line = ProgressLine(terminal, every: .milliseconds(100))
    defer { line.finish() }
    let report: @Sendable (Int, Int) -> Void = { done, count in line.show(bar(what, done: done, of: count)) }
    return try RunProgress.$report.withValue(report, operation: body)
  }

  /// Runs `body`, which shows lines of its own, each in place of the one before.
  static func showing<Result>(_ what: String, _ body: (@escaping @Sendable (String) -> Void) throws -> Result) rethrows
    -> Result
  {
    SupervisedProcess.stage(what)
    let line = ProgressLine(Terminal.current)
    defer { line.finish() }
    return try body { line.show($0) }
  }

  /// One line with a bar of twenty cells.
  static func bar(_ what: String, done: Int, of count: Int) -> String {
    let filled = count > 0 ? done * 20 / count : 20
    let cells = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
    return "\(what) \(cells) \(done)/\(count)"
  }
}

/// One terminal line, overwritten until it is finished.
private final class ProgressLine: Sendable {
  private let terminal: Terminal
  private let state = NSLock()
  nonisolated(unsafe) private var isFinished = false
  nonisolated(unsafe) private var isShown = false

  nonisolated(unsafe) private var next: ContinuousClock.Instant
  private let pause: Duration

  /// A line that is overwritten only at intervals, the first time after one interval.
  init(_ terminal: Terminal, every pause: Duration = .zero) {
    self.terminal = terminal
    self.pause = pause
    next = .now + pause
  }

  func show(_ text: String) {
    state.withLock {
      guard terminal.isInteractive, !isFinished, ContinuousClock.now >= next else { return }
      isShown = true
      next = .now + pause
      terminal.writeError("\r\u{1B}[K" + printable(text))
    }
  }

  func finish() {
    state.withLock {
      if isShown { terminal.writeError("\r\u{1B}[K") }
      isFinished = true
    }
  }
}
