internal import CXylem
internal import XylemErrors

/// The tensors that are lent to a leaf during a call. The leaf may return one of them, or memory of its own.
///
/// The views lie in memory of the caller, and are valid as long as this object.
@safe struct LentTensors<Tensor: CallTensor>: Sendable {
  typealias View = UnsafeMutablePointer<DLManagedTensorVersioned>
  /// Creates an error from a description of what is wrong with a tensor.
  typealias Refusal = (_ reason: String, _ cause: (any Error)?) -> XylemError

  /// How the leaf accesses a tensor.
  enum Access {
    case reads
    /// An argument that is written in place.
    case writes
    /// A module's own tensor. The leaf may write it, and computes its gradients itself.
    case updates
  }

  @safe private struct Entry: @unchecked Sendable {
    let view: View
    /// What the view shows: the lent tensor, or a plain copy of it.
    let tensor: Tensor
    /// The name of a module's own tensor.
    let name: String?
  }

  private var entries: [Entry] = []
  private var written: [Tensor] = []

  /// The tensors that the views show, in the order of lending.
  var tensors: [Tensor] { entries.map(\.tensor) }

  /// Returns the tensor that a module has under a name.
  func tensor(named name: String) -> Tensor? { entries.first { $0.name == name }?.tensor }

  /// Returns the tensor that was lent at an address.
  func tensor(at address: UnsafePointer<DLManagedTensorVersioned>) -> Tensor? {
    unsafe entry(at: address)?.tensor
  }

  private func entry(at address: UnsafePointer<DLManagedTensorVersioned>) -> Entry? {
    entries.first { unsafe UnsafePointer($0.view) == address }
  }

  /// Treats the tensors that were lent elsewhere as lent here too.
  mutating func add(_ others: LentTensors) {
    entries += others.entries
    written += others.written
  }

  // MARK: Lending

  /// Lends a tensor, or a copy if its elements can't be accessed directly in memory and are only read.
  ///
  /// - Parameters:
  ///   - view: where the leaf finds it; uninitialised.
  ///   - name: the name of a module's own tensor.
  /// - Returns: whether it is a copy.
  /// - Throws: the error that `refuse` creates; `trace.concrete-value`.
  @discardableResult
  mutating func lend(
    _ tensor: Tensor, for access: Access, at view: View, name: String? = nil, _ refuse: Refusal
  ) throws(XylemError) -> Bool {
    var shown = tensor
    var isCopy = false
    var lending: DLManagedTensorVersioned
    do { unsafe lending = try tensor.borrowedView() } catch {
      if error.id == .traceConcreteValue { throw error }
      guard access != .writes else { throw refuse("which can't be written in place", error) }
      do {
        shown = try tensor.plain()
        unsafe lending = try unsafe shown.borrowedView()
      } catch { throw refuse("whose elements can't be accessed in memory", error) }
      isCopy = true
    }
    guard unsafe lending.dl_tensor.data != nil || lending.dl_tensor.isEmpty else {
      throw refuse("whose elements can't be accessed in memory", nil)
    }
    if access == .writes {
      guard unsafe !MemoryExtent.overlapsItself(lending.dl_tensor) else {
        throw refuse("several of whose elements share memory, so it can't be written in place", nil)
      }
      guard try !tensor.isRecorded() else {
        throw refuse("for which gradients are recorded, so it can't be written in place", nil)
      }
      written.append(tensor)
    }
    unsafe lending.flags = access == .reads || isCopy ? UInt64(XYLEM_TENSOR_READ_ONLY) : 0
    unsafe view.initialize(to: lending)
    entries.append(unsafe Entry(view: view, tensor: shown, name: name))
    return isCopy
  }

  /// Reports to the owner which tensors the leaf may have written.
  ///
  /// - Throws: `runtime.tensor`; every tensor is reported nevertheless.
  func recordWrites() throws(XylemError) {
    var fault: XylemError?
    for tensor in written {
      do { try tensor.recordWrite() } catch { fault = fault ?? error }
    }
    if let fault { throw fault }
  }

  // MARK: Results

  /// What is wrong with a tensor that a leaf returned.
  struct Fault: Error {
    /// Its position among the tensors that were returned together.
    let position: Int
    let reason: String
    var cause: (any Error)?
  }

  /// Takes ownership of tensors that a leaf returned together: of all of them, or of none, in which case each is given
  /// back once. A lent tensor is returned as itself.
  ///
  /// - Parameter allowsNone: whether null means "none".
  /// - Throws: the fault of the first invalid tensor.
  func take(_ given: [View?], allowsNone: Bool = false) throws(Fault) -> [Tensor?] {
    if let fault = unsafe fault(in: given, allowsNone: allowsNone) {
      unsafe giveBack(given)
      throw fault
    }
    var taken: [Tensor?] = []
    for position in unsafe given.indices {
      guard let tensor = unsafe given[position] else {
        taken.append(nil)
        continue
      }
      if let lent = unsafe self.tensor(at: tensor) {
        taken.append(lent)
        continue
      }
      do { taken.append(try unsafe Tensor(adopting: tensor)) } catch {
        unsafe giveBack(Array(given[(position + 1)...]))
        throw Fault(position: position, reason: "the tensor can't be imported", cause: error)
      }
    }
    return taken
  }

  /// Calls the deleters of the leaf's own tensors, each once, if nobody takes them.
  func giveBack(_ given: [View?]) {
    var done: Set<UInt> = []
    for index in unsafe given.indices {
      guard let tensor = unsafe given[index], unsafe self.tensor(at: tensor) == nil,
        done.insert(UInt(bitPattern: tensor)).inserted
      else { continue }
      unsafe tensor.pointee.deleter?(tensor)
    }
  }

  private func fault(in given: [View?], allowsNone: Bool) -> Fault? {
    var fresh: [Int] = []
    for position in unsafe given.indices {
      guard let tensor = unsafe given[position] else {
        if allowsNone { continue }
        return Fault(position: position, reason: "the tensor is null")
      }
      if let entry = unsafe entry(at: tensor) {
        guard let name = entry.name else { continue }
        return Fault(
          position: position, reason: "it is the module's own tensor '\(name)', not memory of its own")
      }
      if fresh.contains(where: { unsafe given[$0] == tensor }) {
        return Fault(position: position, reason: "the same tensor is returned twice")
      }
      // Of a tensor of another version, only the deleter is known.
      guard unsafe tensor.pointee.version.major == 1 else {
        return Fault(
          position: position,
          reason: unsafe "the tensor uses DLPack \(tensor.pointee.version.major).x; this host reads 1.x")
      }
      fresh.append(position)
    }
    return fresh.isEmpty ? nil : unsafe sharing(given, fresh)
  }

  /// Returns the first tensor whose memory is not its own.
  private func sharing(_ given: [View?], _ fresh: [Int]) -> Fault? {
    let lent = entries.map { entry in unsafe Self.extent(entry.view) }
    var own: [(position: Int, extent: MemoryExtent)] = []
    for position in fresh {
      guard let tensor = unsafe given[position] else { continue }
      do {
        guard let extent = unsafe try MemoryExtent(tensor.pointee.dl_tensor) else { continue }
        if let index = lent.firstIndex(where: { $0?.overlaps(extent) == true }) {
          let reason =
            entries[index].name.map { "the tensor shares the memory of the module's own tensor '\($0)'" }
            ?? "the tensor shares an argument's memory; return the argument itself, or a copy"
          return Fault(position: position, reason: reason)
        }
        own.append((position, extent))
      } catch { return Fault(position: position, reason: "the tensor is malformed: \(error.reason)") }
    }
    own.sort { $0.extent.lower < $1.extent.lower }
    for (one, next) in zip(own, own.dropFirst()) where one.extent.overlaps(next.extent) {
      return Fault(position: max(one.position, next.position), reason: "two returned tensors share memory")
    }
    return nil
  }

  /// The memory of a lent tensor, which is well formed; nil if it has no elements.
  private static func extent(_ view: View) -> MemoryExtent? { unsafe try? MemoryExtent(view.pointee.dl_tensor) }
}

extension DLTensor {
  /// Whether the tensor has no elements.
  fileprivate var isEmpty: Bool { unsafe (0..<Int(ndim)).contains { unsafe shape[$0] == 0 } }
}
