import Foundation
import Synchronization
import Testing

@testable import XylemDataset

@Suite struct StageTests {
  @Test func `results come in the order of the elements, whatever takes longer`() {
    let stage = OrderedStage<Int, Int>(workers: 4, capacity: 8) { number in
      if number % 5 == 0 { Thread.sleep(forTimeInterval: 0.002) }
      return number * number
    }
    let feeder = WorkerThread("test") {
      for number in 0..<300 { stage.submit(number) }
      stage.close()
    }
    var found: [Int] = []
    while let next = stage.next() { found.append(next) }
    feeder.join()
    stage.join()
    #expect(found == (0..<300).map { $0 * $0 })
  }

  @Test func `no more elements are under way than allowed`() {
    let current = Mutex(0)
    let most = Mutex(0)
    let stage = OrderedStage<Int, Int>(workers: 8, capacity: 5) { number in
      let now = current.withLock { count in
        count += 1
        return count
      }
      most.withLock { $0 = max($0, now) }
      return number
    }
    let feeder = WorkerThread("test") {
      for number in 0..<200 { stage.submit(number) }
      stage.close()
    }
    var count = 0
    while stage.next() != nil {
      current.withLock { $0 -= 1 }
      count += 1
    }
    feeder.join()
    // One more may be counted between its taking and the test's own counting.
    #expect(count == 200 && most.withLock { $0 } <= 6)
  }

  @Test func `a stopped stage lets everyone go`() {
    let stage = OrderedStage<Int, Int>(workers: 2, capacity: 2) { $0 }
    let queue = StageQueue<Int>(capacity: 1)
    let feeder = WorkerThread("test") { while stage.submit(1) {} }
    let pusher = WorkerThread("test") { while queue.push(1) {} }
    Thread.sleep(forTimeInterval: 0.01)
    stage.stop()
    queue.stop()
    feeder.join()
    pusher.join()
    stage.join()
    #expect(stage.next() == nil && queue.pop() == nil)
  }

  @Test func `a closed queue hands out what it has`() {
    let queue = StageQueue<Int>(capacity: 3)
    for number in 0..<3 { queue.push(number) }
    queue.close()
    #expect([queue.pop(), queue.pop(), queue.pop(), queue.pop()] == [0, 1, 2, nil])
  }
}
