internal import CXylem
internal import XylemErrors

/// The tensors that a leaf has for the time of a call, and what it may give: one of them, or memory of its own.
///
/// The views lie where the caller has room for them, and are good as long as this.
@safe struct LentTensors<Tensor: CallTensor>: Sendable {
  typealias View = UnsafeMutablePointer<DLManagedTensorVersioned>
  /// Makes an error of what is wrong with a tensor, after "which" or its like.
  typealias Refusal = (_ reason: String, _ cause: (any Error)?) -> XylemError

  /// What the leaf does with a tensor.
  enum Access {
    case reads
    /// An argument that is written in place.
    case writes
    /// A module's own tensor, which the leaf may write, and whose gradients it gives itself.
    case updates
  }

  @safe private struct Entry: @unchecked Sendable {
    let view: View
    /// What the view shows: the tensor that was lent, or a plain copy of it.
    let tensor: Tensor
    /// The name of a module's own tensor.
    let name: String?
  }

  private var entries: [Entry] = []
  private var written: [Tensor] = []

  /// What the views show, in the order of lending.
  var tensors: [Tensor] { entries.map(\.tensor) }

  /// The tensor that a module has under a name.
  func tensor(named name: String) -> Tensor? { entries.first { $0.name == name }?.tensor }

  /// The tensor that was lent at an address.
  func tensor(at address: UnsafePointer<DLManagedTensorVersioned>) -> Tensor? {
    unsafe entry(at: address)?.tensor
  }

  private func entry(at address: UnsafePointer<DLManagedTensorVersioned>) -> Entry? {
    entries.first { unsafe UnsafePointer($0.view) == address }
  }

  /// Counts the tensors that were lent beside these as lent too.
  mutating func add(_ others: LentTensors) {
    entries += others.entries
    written += others.written
  }

  // MARK: Lending

  /// Lends a tensor: as it is, or a copy where its elements do not lie in memory as they are and are only read.
  ///
  /// - Parameters:
  ///   - view: where the leaf finds it; uninitialised.
  ///   - name: of a module's own tensor.
  /// - Returns: whether it is a copy.
  /// - Throws: what `refuse` makes; `trace.concrete-value`.
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
      } catch { throw refuse("whose elements do not lie in memory", error) }
      isCopy = true
    }
    guard unsafe lending.dl_tensor.data != nil || lending.dl_tensor.isEmpty else {
      throw refuse("whose elements do not lie in memory", nil)
    }
    if access == .writes {
      guard unsafe !MemoryExtent.overlapsItself(lending.dl_tensor) else {
        throw refuse("several of whose elements share memory: it can't be written in place", nil)
      }
      guard try !tensor.isRecorded() else {
        throw refuse("for which gradients are recorded: it can't be written in place", nil)
      }
      written.append(tensor)
    }
    unsafe lending.flags = access == .reads || isCopy ? UInt64(XYLEM_TENSOR_READ_ONLY) : 0
    unsafe view.initialize(to: lending)
    entries.append(unsafe Entry(view: view, tensor: shown, name: name))
    return isCopy
  }

  /// Tells the owner which tensors the leaf may have written.
  ///
  /// - Throws: `runtime.tensor`; every tensor is told of all the same.
  func recordWrites() throws(XylemError) {
    var fault: XylemError?
    for tensor in written {
      do { try tensor.recordWrite() } catch { fault = fault ?? error }
    }
    if let fault { throw fault }
  }

  // MARK: Taking

  /// What is wrong with a tensor that a leaf gave.
  struct Fault: Error {
    /// Among those that were given together.
    let position: Int
    let reason: String
    var cause: (any Error)?
  }

  /// Takes over tensors that a leaf gave together: all of them, or none, and then each is given back once. One that was lent is itself.
  ///
  /// - Parameter allowsNone: whether null is "none".
  /// - Throws: what is wrong with the first one that is wrong.
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
        throw Fault(position: position, reason: "the tensor can't be taken over", cause: error)
      }
    }
    return taken
  }

  /// Calls the deleters of tensors that are the leaf's own, each once: nobody takes them.
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
        return Fault(position: position, reason: "the same tensor is given twice")
      }
      // Of another version nothing but the deleter is known.
      guard unsafe tensor.pointee.version.major == 1 else {
        return Fault(
          position: position,
          reason: unsafe "the tensor is of DLPack \(tensor.pointee.version.major).x; this host reads 1.x")
      }
      fresh.append(position)
    }
    return fresh.isEmpty ? nil : unsafe sharing(given, fresh)
  }

  /// The first tensor whose memory is not its own.
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
            ?? "the tensor shares an argument's memory; give the argument itself, or a copy"
          return Fault(position: position, reason: reason)
        }
        own.append((position, extent))
      } catch { return Fault(position: position, reason: "the tensor is malformed: \(error.reason)") }
    }
    own.sort { $0.extent.lower < $1.extent.lower }
    for (one, next) in zip(own, own.dropFirst()) where one.extent.overlaps(next.extent) {
      return Fault(position: max(one.position, next.position), reason: "two tensors that are given share memory")
    }
    return nil
  }

  /// A lent tensor is well formed; nil where it has no elements.
  private static func extent(_ view: View) -> MemoryExtent? { unsafe try? MemoryExtent(view.pointee.dl_tensor) }
}

extension DLTensor {
  /// Whether the tensor has no elements.
  fileprivate var isEmpty: Bool { unsafe (0..<Int(ndim)).contains { unsafe shape[$0] == 0 } }
}
