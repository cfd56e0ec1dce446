internal import Foundation
public import XylemErrors

/// Loads the items of a dataset in batches, in the background.
///
///     let photos = ArrayDataset(["cat.jpg", "dog.jpg", "horse.jpg"])
///     let loader = try DataLoader(photos, batchSize: 2, shuffles: true, seed: 1, workers: 4)
///     while let batch = try loader.next() { print(batch) }  // one epoch
///
/// The order of the items, and the random numbers that they are loaded with, depend on the seed and the epoch alone, and
/// not on the number of workers. An item that fails is an error with its name, at its batch; the loader can go on after
/// it.
///
/// Not safe to use from several threads.
public final class DataLoader<Source: Dataset>: LoaderPosition {
  private let dataset: Source
  private let batchSize: Int
  private let shuffles: Bool
  private let seed: UInt64
  private let dropsLast: Bool
  private let workers: Int
  private let prefetch: Int
  private var queue: BatchQueue<[Source.Item]>?
  /// The number of finished epochs.
  public private(set) var epoch = 0
  /// The number of batches of this epoch that were returned.
  public private(set) var position = 0

  /// Creates a loader.
  ///
  /// - Parameters:
  ///   - batchSize: the number of items of a batch. The last one may have fewer.
  ///   - shuffles: whether each epoch has an order of its own.
  ///   - seed: the seed of the order, and of the numbers that items are loaded with.
  ///   - dropsLast: whether a last batch with fewer items is left out.
  ///   - workers: the number of threads. 0 loads each batch when it is asked for.
  ///   - prefetch: the number of batches that are loaded ahead for each worker.
  /// - Throws: `training.argument` for numbers below their minimum, and for a dataset without items.
  public init(
    _ dataset: Source, batchSize: Int, shuffles: Bool = false, seed: UInt64 = 0, dropsLast: Bool = false,
    workers: Int = 0, prefetch: Int = 2
  ) throws(XylemError) {
    try TrainingErrors.require(batchSize > 0, "batchSize is \(batchSize)", "it must be at least 1")
    try TrainingErrors.require((0...256).contains(workers), "workers is \(workers)", "it must be from 0 to 256")
    try TrainingErrors.require(prefetch > 0, "prefetch is \(prefetch)", "it must be at least 1")
    try TrainingErrors.require(dataset.count > 0, "the dataset has no items", "there must be at least one")
    self.dataset = dataset
    self.batchSize = batchSize
    self.shuffles = shuffles
    self.seed = seed
    self.dropsLast = dropsLast
    self.workers = workers
    self.prefetch = prefetch
  }

  deinit { queue?.stop() }

  /// The number of batches of an epoch.
  public var count: Int {
    dropsLast ? dataset.count / batchSize : (dataset.count + batchSize - 1) / batchSize
  }

  /// The positions of the items in an epoch, in order.
  public func order(inEpoch epoch: Int) -> [Int] {
    guard shuffles else { return Array(0..<dataset.count) }
    var random = SeededRandom(seed: seed, epoch)
    return Array(0..<dataset.count).shuffled(using: &random)
  }

  /// The next batch of the epoch. Nil at its end: the next call begins the next one.
  ///
  /// - Throws: `training.item` with the item and its own error. The batch is then passed over.
  public func next() throws(XylemError) -> [Source.Item]? {
    guard position < count else {
      queue?.stop()
      (queue, position) = (nil, 0)
      epoch += 1
      return nil
    }
    let batches = queue ?? start()
    queue = batches
    defer { position += 1 }
    return try batches.next().get()
  }

  private func start() -> BatchQueue<[Source.Item]> {
    let (dataset, seed, epoch, size) = (dataset, seed, epoch, batchSize)
    let order = order(inEpoch: epoch)
    return BatchQueue(from: position, count: count, workers: workers, ahead: workers * prefetch) { batch in
      var items: [Source.Item] = []
      for index in order[batch * size..<min((batch + 1) * size, order.count)] {
        var random = SeededRandom(seed: seed, epoch, index, 1)
        do { items.append(try dataset.item(at: index, random: &random)) } catch {
          return .failure(TrainingErrors.item(index, dataset.name(of: index), error))
        }
      }
      return .success(items)
    }
  }

  /// The position, to continue from later.
  public var state: LoaderState { LoaderState(seed: seed, epoch: epoch, position: position, itemCount: dataset.count) }

  /// Continues at a position: the next batch is the one that came after it.
  ///
  /// - Throws: `training.state` if the seed or the number of items differ.
  public func load(_ state: LoaderState) throws(XylemError) {
    guard state.seed == seed, state.itemCount == dataset.count, (0...count).contains(state.position) else {
      throw TrainingErrors.state(
        "the loader's position is that of other data",
        "it has \(state.itemCount) items with seed \(state.seed), and the loader \(dataset.count) with seed \(seed)",
        remedies: ["DataLoader(dataset, batchSize: …, shuffles: true, seed: \(state.seed))"])
    }
    queue?.stop()
    queue = nil
    (epoch, position) = (state.epoch, state.position)
  }
}

/// A position in the batches of a loader.
public struct LoaderState: Sendable, Hashable, Codable {
  /// The loader's seed.
  public var seed: UInt64
  /// The number of finished epochs.
  public var epoch: Int
  /// The number of batches of this epoch that were returned.
  public var position: Int
  /// The number of items of the dataset.
  public var itemCount: Int
}

/// A loader that can continue at a position.
public protocol LoaderPosition: AnyObject {
  /// The position.
  var state: LoaderState { get }
  /// Continues at a position.
  ///
  /// - Throws: `training.state` for the position of other data.
  func load(_ state: LoaderState) throws(XylemError)
}

/// Makes batches on threads, a few ahead, and hands them out in order.
private final class BatchQueue<Batch: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private let make: @Sendable (Int) -> Result<Batch, XylemError>
  private let count: Int
  private let ahead: Int
  private let hasWorkers: Bool
  /// The number of batches that were handed out, from the first of the epoch.
  private var handedOut: Int
  /// The next batch to make.
  private var started: Int
  private var made: [Int: Result<Batch, XylemError>] = [:]
  private var isStopped = false

  init(
    from position: Int, count: Int, workers: Int, ahead: Int,
    _ make: @escaping @Sendable (Int) -> Result<Batch, XylemError>
  ) {
    (self.count, self.ahead, self.make) = (count, ahead, make)
    (handedOut, started) = (position, position)
    hasWorkers = workers > 0
    for _ in 0..<workers {
      let thread = Thread { [self] in work() }
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  private func work() {
    while true {
      condition.lock()
      while !isStopped, started < count, started >= handedOut + ahead { condition.wait() }
      guard !isStopped, started < count else { return condition.unlock() }
      let batch = started
      started += 1
      condition.unlock()
      let result = make(batch)
      condition.lock()
      made[batch] = result
      condition.broadcast()
      condition.unlock()
    }
  }

  func next() -> Result<Batch, XylemError> {
    guard hasWorkers else {
      handedOut += 1
      return make(handedOut - 1)
    }
    condition.lock()
    defer { condition.unlock() }
    while true {
      if let result = made.removeValue(forKey: handedOut) {
        handedOut += 1
        condition.broadcast()
        return result
      }
      condition.wait()
    }
  }

  func stop() {
    condition.lock()
    isStopped = true
    condition.broadcast()
    condition.unlock()
  }
}
