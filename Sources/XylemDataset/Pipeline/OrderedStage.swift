internal import Foundation

/// Transforms elements on several threads, and hands the results out in the order of the elements.
///
/// A limited number of elements is under way, those that wait to be taken included. Any thread may use it.
final class OrderedStage<Input: Sendable, Output: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private let capacity: Int
  private let transform: @Sendable (Input) -> Output
  private var inputs: [Int: Input] = [:]
  private var outputs: [Int: Output] = [:]
  /// The numbers of elements that were put in, taken by a worker, and handed out.
  private var (submitted, begun, handedOut) = (0, 0, 0)
  private var isClosed = false
  private var isStopped = false
  private var waited = (working: Duration.zero, taking: Duration.zero)
  private var workers: [WorkerThread] = []

  /// Creates a stage, and starts its threads.
  ///
  /// - Parameter capacity: the largest number of elements under way, at least 1.
  init(workers count: Int, capacity: Int, _ transform: @escaping @Sendable (Input) -> Output) {
    (self.capacity, self.transform) = (capacity, transform)
    workers = (0..<count).map { _ in WorkerThread("xylem.decode") { [self] in work() } }
  }

  private func work() {
    while let (number, input) = begin() {
      let output = transform(input)
      condition.withLock {
        outputs[number] = output
        condition.broadcast()
      }
    }
  }

  private func begin() -> (number: Int, input: Input)? {
    condition.withLock {
      let start = ContinuousClock.now
      while begun == submitted, !isClosed, !isStopped { condition.wait() }
      waited.working += .now - start
      guard !isStopped, let input = inputs.removeValue(forKey: begun) else { return nil }
      begun += 1
      return (begun - 1, input)
    }
  }

  /// Puts an element in; waits while too many are under way.
  ///
  /// - Returns: false if the pipeline was stopped: the element is dropped.
  @discardableResult
  func submit(_ input: Input) -> Bool {
    condition.withLock {
      while submitted - handedOut >= capacity, !isStopped { condition.wait() }
      guard !isStopped else { return false }
      inputs[submitted] = input
      submitted += 1
      condition.broadcast()
      return true
    }
  }

  /// The result of the next element; waits for it.
  ///
  /// - Returns: nil once all were handed out and the stage was closed, or if the pipeline was stopped.
  func next() -> Output? {
    condition.withLock {
      let start = ContinuousClock.now
      defer { waited.taking += .now - start }
      while !isStopped {
        if let output = outputs.removeValue(forKey: handedOut) {
          handedOut += 1
          condition.broadcast()
          return output
        }
        if isClosed, handedOut == submitted { return nil }
        condition.wait()
      }
      return nil
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
      (inputs, outputs) = ([:], [:])
      condition.broadcast()
    }
  }

  /// Waits for the threads, once the stage was closed or stopped.
  func join() { for worker in workers { worker.join() } }

  /// How long workers have waited for room, in total, and how long the taker has waited for results.
  var waiting: (working: Duration, taking: Duration) { condition.withLock { waited } }
}
