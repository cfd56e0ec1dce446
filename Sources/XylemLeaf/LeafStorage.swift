internal import CXylem
internal import Synchronization

/// The time during which the host lends tensors.
final class Lease: Sendable {
  private let ended = Atomic(false)

  func end() { ended.store(true, ordering: .releasing) }

  var isOver: Bool { ended.load(ordering: .acquiring) }
}

/// The owner of the memory of a tensor's elements.
@safe enum Lender {
  /// An argument, with the host's own struct, in which it can be returned as a result.
  case argument(UnsafePointer<DLManagedTensorVersioned>)
  /// A tensor of the module.
  case module
}

/// Memory that tensors refer to: lent by the host, or owned by the plugin and freed with the last tensor.
@safe final class LeafStorage: @unchecked Sendable {
  // Unchecked: the pointers never change, and the memory behind them is written by the creator of the tensor before it
  // is shared, or through a WritableLeafTensor, for which the host takes a lock.
  let start: UnsafeMutableRawPointer?
  let lease: Lease?
  let lender: Lender?
  private let given = Atomic(false)

  init(lent start: UnsafeMutableRawPointer?, for lease: Lease, by lender: Lender) {
    unsafe self.start = unsafe start
    self.lease = lease
    self.lender = lender
  }

  /// Zeroed bytes.
  init?(bytes: Int) {
    guard let memory = unsafe Memory.allocate(bytes) else { return nil }
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    unsafe start = unsafe memory
    lease = nil
    lender = nil
  }

  deinit {
    if lease == nil { unsafe Memory.release(start) }
  }

  /// Whether it can be returned to the host as a result. True only once, since each result must have its own memory.
  func give() -> Bool { lease == nil && !given.exchange(true, ordering: .relaxed) }

  func requireLent() throws(LeafError) {
    if let lease, lease.isOver { throw LeafError.expired() }
  }
}
