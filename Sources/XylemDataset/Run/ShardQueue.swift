internal import Foundation
internal import Synchronization
internal import XylemErrors
internal import XylemFiles

/// A shard that a process computes.
struct ShardJob: Sendable {
  let shard: Shard
  /// The rows to compute. Nil for all.
  let rows: [Int]?
  let lease: Lease
}

/// Hands out the shards of a run to its processes, and takes them back when they are complete. Any thread may use it.
///
/// A process takes a shard by a lease, a file in the folder `.leases`. The manifest says which shards are complete. Both
/// are changed under the lock of the run's folder, where its file system has one. Without one, and when a process is
/// taken for dead that is not, a shard may be computed twice: that gives the same bytes.
final class ShardQueue: Sendable {
  private struct State {
    var manifest: Manifest
    /// Shards whose files were found to be there.
    var done: Set<Int> = []
    /// Shards to compute again, at most once each.
    var retries: [Int]
    /// The leases that this process has, by shard.
    var held: [Int: Lease] = [:]
    var isEnded = false
  }

  static let leaseFolder = ".leases"
  /// How often leases are renewed, and how often a process looks for shards that another one has given up.
  private static let renewal: TimeInterval = 10
  private static let pause: TimeInterval = 0.2

  let folder: String
  private let plan: ShardPlan
  private let patience: Int
  private let state: Mutex<State>
  private let renewer: NSCondition = NSCondition()

  /// Creates the queue of a run whose folder exists.
  ///
  /// - Parameter retriesErrors: whether shards with failed rows are handed out again.
  /// - Throws: `file.unwritable`, `file.unreadable`, `dataset.damaged`.
  init(_ plan: ShardPlan, in folder: String, retriesErrors: Bool, patience: Int) throws {
    (self.plan, self.folder, self.patience) = (plan, folder, patience)
    var state = State(manifest: try Manifest(in: folder), retries: [])
    Self.lookForFiles(&state, plan, folder)
    if retriesErrors { state.retries = state.done.filter { state.manifest.lines[$0]?.bad != 0 }.sorted() }
    self.state = Mutex(state)
  }

  /// Reads what other processes have completed.
  private func refresh(_ state: inout State) throws {
    state.manifest = try Manifest(in: folder)
    Self.lookForFiles(&state, plan, folder)
  }

  /// Finds the shards of the manifest whose files are there.
  private static func lookForFiles(_ state: inout State, _ plan: ShardPlan, _ folder: String) {
    for line in state.manifest.lines.values where plan.indices.contains(line.shard) && !state.done.contains(line.shard)
    {
      guard line.rows == plan[line.shard].rowCount, state.manifest.isComplete(line, in: folder) else { continue }
      state.done.insert(line.shard)
    }
  }

  /// The rows of complete shards, and the failed ones among them that are not to be computed again.
  var finished: (rows: Int, failed: Int) {
    state.withLock { state in
      let lines = state.manifest.lines.values.filter { state.done.contains($0.shard) }
      return (
        lines.reduce(0) { $0 + $1.rows },
        lines.reduce(0) { $0 + (state.retries.contains($1.shard) ? 0 : $1.bad) }
      )
    }
  }

  /// Takes the next shard. Waits while other processes have all that are left, in case they give them up.
  ///
  /// - Parameter isStopped: whether to give up.
  /// - Returns: nil if all shards are complete, or about to be in this process.
  /// - Throws: `file.unwritable`, `file.unreadable`, `dataset.damaged`.
  func next(isStopped: () -> Bool) throws -> ShardJob? {
    while !isStopped() {
      switch try locked({ isLocked in try take(isLocked) }) {
      case .job(let job): return job
      case .done: return nil
      case .wait: Thread.sleep(forTimeInterval: Self.pause)
      }
    }
    return nil
  }

  private enum Taken { case job(ShardJob), done, wait }

  private func take(_ isLocked: Bool) throws -> Taken {
    try Folder.make(folder + "/" + Self.leaseFolder)
    return try state.withLock { state in
      try refresh(&state)
      var isWaiting = false
      for index in plan.indices where !state.done.contains(index) && state.held[index] == nil {
        guard let lease = try lease(index, isLocked) else {
          isWaiting = true
          continue
        }
        state.held[index] = lease
        return .job(ShardJob(shard: plan[index], rows: nil, lease: lease))
      }
      if isWaiting { return .wait }
      while let index = state.retries.first {
        guard state.held[index] == nil, let lease = try lease(index, isLocked) else { return .wait }
        state.retries.removeFirst()
        let labels = try plan.format.makeReader(for: plan[index], fields: plan.fields, in: folder).labels
        let rows = labels.indices.filter { labels[$0].failure != nil }
        // Another process has done it.
        if rows.isEmpty { continue }
        state.held[index] = lease
        return .job(ShardJob(shard: plan[index], rows: rows, lease: lease))
      }
      return .done
    }
  }

  private func lease(_ index: Int, _ isLocked: Bool) throws -> Lease? {
    try Lease.take(folder + "/\(Self.leaseFolder)/\(plan[index].name)", isLocked: isLocked, patience: patience)
  }

  /// Puts a shard's files in their places, and notes that in the manifest.
  ///
  /// - Throws: `file.unwritable`.
  func commit(_ job: ShardJob, _ files: [ShardFile], failed: Int) throws {
    let line = ManifestLine(
      bad: failed, files: try files.map { try $0.finish() }, rows: job.shard.rowCount, shard: job.shard.index)
    try locked { _ in
      try state.withLock { state in
        try refresh(&state)
        let isKnown = state.manifest.lines[line.shard] == line && state.manifest.isComplete(line, in: folder)
        if !isKnown {
          for file in files { try file.commit() }
          try state.manifest.append(line)
          state.done.insert(line.shard)
        }
        state.held[line.shard] = nil
      }
      job.lease.release()
    }
  }

  /// Whether every shard is complete; if so, sorts the manifest and removes the leases' folder.
  ///
  /// - Throws: `file.unwritable`, `file.unreadable`, `dataset.damaged`.
  func finish() throws -> Bool {
    try locked { _ in
      try state.withLock { state in
        try refresh(&state)
        guard state.done.count == plan.count else { return false }
        try state.manifest.sort()
        removeLeftovers(state.manifest)
        return true
      }
    }
  }

  /// Removes what processes that were killed have left, while the folder is locked.
  private func removeLeftovers(_ manifest: Manifest) {
    let leases = folder + "/" + Self.leaseFolder
    var folders: Set = [folder, leases]
    for file in manifest.lines.values.flatMap(\.files) {
      if let slash = file.name.lastIndex(of: "/") { folders.insert(folder + "/" + file.name[..<slash]) }
    }
    for folder in folders { Folder.removeAbandonedFiles(in: folder) }
    // A process that is killed right after it has completed a shard leaves its lease.
    for entry in (try? Folder.entries(of: PathBytes(leases))) ?? [] {
      let path = PathBytes(leases).appending(entry.name).text
      if let lease = try? Lease.take(path, isLocked: true, patience: patience) { lease.release() }
    }
    Folder.removeIfEmpty(leases)
  }

  private func locked<Result>(_ body: (Bool) throws -> Result) throws -> Result {
    try FolderLock.withLock(on: folder + "/" + RunRecord.name, body)
  }

  /// Starts to renew leases.
  func startRenewing() -> WorkerThread {
    WorkerThread("xylem.leases") { [self] in
      renewer.withLock {
        while !state.withLock({ $0.isEnded }) {
          _ = renewer.wait(until: Date(timeIntervalSinceNow: Self.renewal))
          for lease in state.withLock({ Array($0.held.values) }) { lease.renew() }
        }
      }
    }
  }

  /// Gives all leases back, and ends their renewal.
  func end() {
    let leases = state.withLock { state in
      state.isEnded = true
      defer { state.held = [:] }
      return Array(state.held.values)
    }
    for lease in leases { lease.release() }
    renewer.withLock { renewer.broadcast() }
  }
}
