internal import XylemErrors
internal import XylemFiles
public import XylemNN
internal import XylemScript
public import XylemTensor
internal import XylemTrace

/// An exponential moving average of a model's parameters, PyTorch's `AveragedModel` with `get_ema_multi_avg_fn`: often
/// better than the parameters of the last step.
///
///     let average = try MovingAverage(of: model, decay: 0.999)
///     for (images, labels) in batches {
///       try F.crossEntropy(model(images), labels).backward()
///       try optimizer.step()
///       try average.update()
///     }
///     let classes = try average.applied { try model(x).argmax(dim: 1) }
///
/// It holds a copy of the tensors and shares the model, which is never copied.
public final class MovingAverage {
  private let model: Module
  private let decay: Double
  private let averagesBuffers: Bool
  private var entries: [(key: String, isAveraged: Bool, average: Tensor)] = []
  /// The number of updates.
  public private(set) var count = 0

  /// Creates an average with the current values of a model's state dict.
  ///
  /// - Parameters:
  ///   - decay: the share of the average that an update keeps.
  ///   - averagesBuffers: whether buffers are averaged, such as the statistics of batch norm. Otherwise they are those of
  ///     the last update.
  /// - Throws: `training.argument` for a decay that is not between 0 and 1; as `Module.namedModules()`.
  public init(of model: Module, decay: Double = 0.999, averagesBuffers: Bool = false) throws {
    try TrainingErrors.require((0...1).contains(decay), "decay is \(decay)", "it must be between 0 and 1")
    self.model = model
    self.decay = decay
    self.averagesBuffers = averagesBuffers
    for entry in try model.state() {
      let copy = try entry.tensor.detach().clone()
      entries.append((entry.key, averagesBuffers || entry.kind == .parameter, copy))
    }
  }

  /// The averages by the model's keys.
  public var state: [(key: String, tensor: Tensor)] { entries.map { ($0.key, $0.average) } }

  /// Moves the average towards the model's current values. The first update takes them as they are.
  ///
  /// - Throws: `training.state` if the model's state dict has changed; `runtime.operator`.
  public func update() throws {
    let current = try currentTensors()
    try TensorRuntime.withGradients(false) {
      var floats: [String: (averages: [Tensor], current: [Tensor])] = [:]
      for (entry, tensor) in zip(entries, current) {
        guard count > 0, entry.isAveraged, let dtype = tensor.dtype else {
          try entry.average.copy_(tensor)
          continue
        }
        guard !dtype.isIntegral else {
          try entry.average.copy_(entry.average * decay + tensor * (1 - decay))
          continue
        }
        floats[dtype.rawValue, default: ([], [])].averages.append(entry.average)
        floats[dtype.rawValue, default: ([], [])].current.append(tensor)
      }
      for (_, lists) in floats {
        try Foreach.run(Foreach.lerp_, lists.averages, Foreach.list(lists.current), .float(1 - decay))
      }
    }
    count += 1
  }

  private func currentTensors() throws -> [Tensor] {
    let state = try model.state()
    guard state.map(\.key) == entries.map(\.key) else {
      throw TrainingErrors.state(
        "the model's state dict is not the one that is averaged", "it had \(entries.count) keys and has \(state.count)",
        remedies: ["make the MovingAverage after the model is complete"])
    }
    return state.map(\.tensor)
  }

  /// Runs `body` while the model has the averages, and restores its own values afterwards, also if `body` fails.
  ///
  /// - Throws: the errors of `body`; as ``update()``.
  public func applied<Result>(_ body: () throws -> Result) throws -> Result {
    let current = try currentTensors()
    let kept = try current.map { try $0.detach().clone() }
    try Self.copy(entries.map(\.average), into: current)
    let result: Swift.Result<Result, any Error>
    do { result = .success(try body()) } catch { result = .failure(error) }
    try Self.copy(kept, into: current)
    return try result.get()
  }

  /// Copies the averages into the model.
  ///
  /// - Throws: as ``update()``.
  public func apply() throws { try Self.copy(entries.map(\.average), into: currentTensors()) }

  /// Restores averages that ``state`` had, and their number of updates.
  ///
  /// - Throws: `training.state` for other keys or shapes; then nothing is changed.
  public func load(_ state: [(key: String, tensor: Tensor)], count: Int) throws {
    let given = Dictionary(state.map { ($0.key, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    var sources: [Tensor] = []
    for entry in entries {
      guard let tensor = given[entry.key], try tensor.sizes == entry.average.sizes else {
        throw TrainingErrors.state("the averages have no tensor '\(entry.key)' of the model's shape")
      }
      sources.append(tensor)
    }
    try Self.copy(sources, into: entries.map(\.average))
    self.count = count
  }

  /// Writes the averages as a state dict of the model.
  ///
  /// - Throws: `file.unwritable`, `file.unsupported`.
  public func save(to path: String) throws { try StateDictFile.write(state, to: path) }

  private static func copy(_ sources: [Tensor], into targets: [Tensor]) throws {
    try TensorRuntime.withGradients(false) {
      for (source, target) in zip(sources, targets) { try target.copy_(source) }
    }
  }
}
