internal import Foundation

/// A queue of limited length between two stages of a pipeline. Any thread may use it.
final class StageQueue<Element: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private let capacity: Int
  private var elements: [Element] = []
  private var isClosed = false
  private var isStopped = false
  private var waited = (pushing: Duration.zero, popping: Duration.zero)

  init(capacity: Int) { self.capacity = capacity }

  /// Adds an element; waits while the queue is full.
  ///
  /// - Returns: false if the pipeline was stopped: the element is dropped.
  @discardableResult
  func push(_ element: Element) -> Bool {
    condition.withLock {
      let start = ContinuousClock.now
      while elements.count >= capacity, !isStopped { condition.wait() }
      waited.pushing += .now - start
      guard !isStopped else { return false }
      elements.append(element)
      condition.broadcast()
      return true
    }
  }

  /// The next element; waits while there is none.
  ///
  /// - Returns: nil once the queue was closed and is empty, or if the pipeline was stopped.
  func pop() -> Element? {
    condition.withLock {
      let start = ContinuousClock.now
      while elements.isEmpty, !isClosed, !isStopped { condition.wait() }
      waited.popping += .now - start
      guard !isStopped, !elements.isEmpty else { return nil }
      condition.broadcast()
      return elements.removeFirst()
    }
  }

  /// Says that no element follows.
  func close() {
    condition.withLock {
      isClosed = true
      condition.broadcast()
    }
  }

  /// Ends all waiting, now and later.
  func stop() {
    condition.withLock {
      isStopped = true
      elements = []
      condition.broadcast()
    }
  }

  /// How long callers have waited, in total.
  var waiting: (pushing: Duration, popping: Duration) { condition.withLock { waited } }
}
