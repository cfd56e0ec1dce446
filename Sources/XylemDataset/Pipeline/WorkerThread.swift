internal import Foundation
internal import XylemErrors

/// A thread for work that blocks: Swift's own threads, of which there are few, must not wait for files or models.
final class WorkerThread: Sendable {
  private let group = DispatchGroup()

  /// Starts a thread. Errors of `body` have remedies for the caller's audience.
  init(_ name: String, _ body: @escaping @Sendable () -> Void) {
    let audience = Audience.current
    group.enter()
    let thread = Thread { [group] in
      Audience.$current.withValue(audience, operation: body)
      group.leave()
    }
    thread.name = name
    // Decoders and models recurse deeper than a thread's usual half mebibyte allows.
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Waits until the thread has ended.
  func join() { group.wait() }
}
