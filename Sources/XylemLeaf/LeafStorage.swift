internal import CXylem
internal import Synchronization

/// The time for which the host lends tensors.
final class Lease: Sendable {
  private let ended = Atomic(false)

  func end() { ended.store(true, ordering: .releasing) }

  var isOver: Bool { ended.load(ordering: .acquiring) }
}

/// Whose memory a tensor's elements are in.
@safe enum Lender {
  /// An argument, with the host's own struct, in which it can be given back as a result.
  case argument(UnsafePointer<DLManagedTensorVersioned>)
  /// A tensor of the module.
  case module
}

/// Memory that tensors look into: lent by the host, or the plugin's own, which is freed with the last tensor.
@safe final class LeafStorage: @unchecked Sendable {
  // Unchecked: the pointers never change, and what is behind them is written by whoever makes the tensor, before anyone else has it,
  // or through a WritableLeafTensor, for which the host takes a lock.
  let start: UnsafeMutableRawPointer?
  let lease: Lease?
  let lender: Lender?
  private let given = Atomic(false)

  init(lent start: UnsafeMutableRawPointer?, for lease: Lease, by lender: Lender) {
    unsafe self.start = unsafe start
    self.lease = lease
    self.lender = lender
  }

  /// Bytes that are zero.
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

  /// Whether the host may have it as a result: true once, since each of its results is memory of its own.
  func give() -> Bool { lease == nil && !given.exchange(true, ordering: .relaxed) }

  func requireLent() throws(LeafError) {
    if let lease, lease.isOver { throw LeafError.expired() }
  }
}
