internal import Foundation

/// Tells a person at a terminal that long work goes on, and a supervisor what it is; nothing is shown anywhere else.
enum Progress {
  /// Runs `body`, and shows `what` while it takes more than half a second.
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

  /// Calls `body` with each number below `count`, and shows a bar of how far it got.
  static func each(_ what: String, count: Int, _ body: (Int) throws -> Void) rethrows {
    SupervisedProcess.stage(what)
    let line = ProgressLine(Terminal.current)
    defer { line.finish() }
    for index in 0..<count {
      if count > 1 { line.show(bar(what, done: index, of: count)) }
      try body(index)
    }
  }

  /// One line of a bar, twenty cells wide.
  static func bar(_ what: String, done: Int, of count: Int) -> String {
    let filled = count > 0 ? done * 20 / count : 20
    let cells = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
    return "\(what) \(cells) \(done)/\(count)"
  }
}

/// One line of a terminal, written over until it is finished.
private final class ProgressLine: Sendable {
  private let terminal: Terminal
  private let state = NSLock()
  nonisolated(unsafe) private var isFinished = false
  nonisolated(unsafe) private var isShown = false

  init(_ terminal: Terminal) { self.terminal = terminal }

  func show(_ text: String) {
    state.withLock {
      guard terminal.isInteractive, !isFinished else { return }
      isShown = true
      terminal.writeError("\r\u{1B}[K" + text)
    }
  }

  func finish() {
    state.withLock {
      if isShown { terminal.writeError("\r\u{1B}[K") }
      isFinished = true
    }
  }
}
