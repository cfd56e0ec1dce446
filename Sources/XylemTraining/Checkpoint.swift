internal import XylemErrors
internal import XylemFiles
public import XylemNN
internal import XylemTensor
internal import XylemTrace

/// Everything that a training run changes, saved to one file from which it resumes bit for bit.
///
///     let schedule = try StepLR(optimizer, stepSize: 30)
///     let checkpoint = Checkpoint(of: model, optimizers: [optimizer], schedules: [schedule])
///     try checkpoint.save(to: "run.safetensors", notes: ["step": "1000"])
///     let notes = try checkpoint.resume(from: "run.safetensors")  // in a new process, with the same parts
///
/// The file has the model's state dict, the state of optimizers, schedules and averages, the positions of the loaders,
/// and the runtime's random state. It is a safetensors file, written completely or not at all. It does not have the code:
/// the parts are made again and then filled. Which parameters are frozen, and the mode of the model, are part of the code
/// too.
public struct Checkpoint {
  private let model: Module
  private let optimizers: [any Optimizer]
  private let schedules: [any Schedule]
  private let average: MovingAverage?
  private let loaders: [any LoaderPosition]

  /// Names the parts of a run.
  public init(
    of model: Module, optimizers: [any Optimizer], schedules: [any Schedule] = [], average: MovingAverage? = nil,
    loaders: [any LoaderPosition] = []
  ) {
    self.model = model
    self.optimizers = optimizers
    self.schedules = schedules
    self.average = average
    self.loaders = loaders
  }

  private static let format = "xylem.checkpoint"
  private static let schema = 1

  /// What the file has besides tensors.
  private struct Description: Codable {
    var optimizers: [[OptimizerState.Group]] = []
    var schedules: [ScheduleState] = []
    var averageCount: Int?
    var loaders: [LoaderState] = []
    var notes: [String: String] = [:]
    /// SHA-256 of each tensor's bytes, by its name.
    var digests: [String: String] = [:]
  }

  // MARK: - Saving

  /// Writes the state of all parts to a file.
  ///
  /// While writing, the tensors are in memory twice.
  ///
  /// - Parameter notes: strings of your own, such as the number of steps.
  /// - Throws: `file.unwritable`, `file.unsupported`; `runtime.tensor`; as `Module.namedModules()`.
  public func save(to path: String, notes: [String: String] = [:]) throws {
    var description = Description(notes: notes)
    var tensors: [(name: String, tensor: Tensor)] = try model.state().map { ("model." + $0.key, $0.tensor) }
    for (number, optimizer) in optimizers.enumerated() {
      let state = try optimizer.state()
      description.optimizers.append(state.groups)
      for (position, own) in state.tensors.sorted(by: { $0.key < $1.key }) {
        for (name, tensor) in own.sorted(by: { $0.key < $1.key }) {
          tensors.append(("optimizer.\(number).state.\(position).\(name)", tensor))
        }
      }
    }
    description.schedules = schedules.map(\.state)
    if let average {
      description.averageCount = average.count
      for (key, tensor) in average.state { tensors.append(("average." + key, tensor)) }
    }
    description.loaders = loaders.map(\.state)
    tensors.append(("random", try TensorRuntime.randomState()))
    var arrays: [(name: String, array: HostArray)] = []
    for (name, tensor) in tensors {
      let array = try tensor.detach().hostArray()
      description.digests[name] = Self.digest(array)
      arrays.append((name, array))
    }
    let text = try JSONText.sorted(description)
    try SafetensorsWriter.write(
      arrays,
      metadata: [
        "format": Self.format, "schema": String(Self.schema), "description": text, "digest": ContentDigest.of(text),
      ], to: path)
  }

  private static func digest(_ array: HostArray) -> String {
    var digest = ContentDigest()
    digest.add(Array("\(array.dtype.rawValue) \(array.shape)".utf8))
    digest.add(array.bytes)
    return digest.finish()
  }

  // MARK: - Resuming

  /// Restores the state of all parts from a file that ``save(to:notes:)`` wrote for the same parts.
  ///
  /// The file is read and compared with the parts before any is changed.
  ///
  /// - Returns: the notes.
  /// - Throws: `file.not-found`, `file.unreadable`, `file.malformed`; `training.state` for another kind of file, a damaged
  ///   one, and one of other parts, with what differs.
  @discardableResult
  public func resume(from path: String) throws -> [String: String] {
    do { return try restored(from: path) } catch var error as XylemError {
      if error.place.file == nil { error.place.file = path }
      throw error
    }
  }

  private func restored(from path: String) throws -> [String: String] {
    let (description, tensors) = try Self.read(path)
    try checkCounts(description)
    let state = try modelState(tensors)
    let random = try Self.found("random", in: tensors)
    var states: [OptimizerState] = []
    for (number, groups) in description.optimizers.enumerated() {
      states.append(Self.optimizerState(number, groups, tensors))
    }
    let averages = try average.map { try $0.state.map { ($0.key, try Self.found("average." + $0.key, in: tensors)) } }
    // Each of these is checked as a whole before it changes anything. The first is restored if a later one is refused.
    let before = try (optimizers.map { try Self.copy($0.state()) }, schedules.map(\.state), loaders.map(\.state))
    do {
      for (optimizer, state) in zip(optimizers, states) { try optimizer.load(state) }
      for (schedule, state) in zip(schedules, description.schedules) { try schedule.load(state) }
      for (loader, state) in zip(loaders, description.loaders) { try loader.load(state) }
      if let average, let averages { try average.load(averages, count: description.averageCount ?? 0) }
    } catch {
      for (optimizer, state) in zip(optimizers, before.0) { try optimizer.load(state) }
      for (schedule, state) in zip(schedules, before.1) { try schedule.load(state) }
      for (loader, state) in zip(loaders, before.2) { try loader.load(state) }
      throw error
    }
    try TensorRuntime.withGradients(false) {
      for (target, source) in state { try target.copy_(source) }
    }
    try TensorRuntime.setRandomState(random)
    return description.notes
  }

  private static func copy(_ state: OptimizerState) throws -> OptimizerState {
    var state = state
    state.tensors = try state.tensors.mapValues { try $0.mapValues { try $0.detach().clone() } }
    return state
  }

  private static func read(_ path: String) throws -> (Description, [String: Tensor]) {
    let file = try SafetensorsFile(path)
    guard file.metadata["format"] == format else {
      throw TrainingErrors.state(
        "the file is not a checkpoint of a training run", "it is a safetensors file of another kind",
        remedies: ["try model.load(\"\(path)\")  // if it is a state dict"])
    }
    guard file.metadata["schema"] == String(schema) else {
      throw TrainingErrors.state(
        "the checkpoint was written by another version",
        "its schema is \(file.metadata["schema"] ?? "missing"); this version reads \(schema)")
    }
    let text = file.metadata["description"] ?? ""
    guard ContentDigest.of(text) == file.metadata["digest"] else {
      throw TrainingErrors.state(
        "the checkpoint is damaged", "its description was changed", remedies: ["copy it again"])
    }
    let description: Description
    do { description = try BoundedJSON.decode(Description.self, from: Array(text.utf8)) } catch {
      throw TrainingErrors.state("the checkpoint's description can't be read", "it has another structure")
    }
    var tensors: [String: Tensor] = [:]
    for name in file.names {
      let array = try file.array(name)
      guard digest(array) == description.digests[name] else {
        throw TrainingErrors.state(
          "the checkpoint is damaged", "the tensor '\(name)' was changed", remedies: ["copy it again"])
      }
      tensors[name] = try Tensor(array)
    }
    return (description, tensors)
  }

  private func checkCounts(_ description: Description) throws(XylemError) {
    for (what, own, given) in [
      ("optimizers", optimizers.count, description.optimizers.count),
      ("schedules", schedules.count, description.schedules.count),
      ("moving averages", average == nil ? 0 : 1, description.averageCount == nil ? 0 : 1),
      ("loaders", loaders.count, description.loaders.count),
    ] where own != given {
      throw TrainingErrors.state(
        "the checkpoint has \(given) \(what) and the run has \(own)",
        "a run resumes with the parts that it was saved with")
    }
  }

  /// The model's tensors with those of the file.
  private func modelState(_ tensors: [String: Tensor]) throws -> [(target: Tensor, source: Tensor)] {
    let own = try model.state()
    let prefix = "model."
    let given = tensors.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    let unknown = Set(given).subtracting(own.map(\.key)).sorted()
    let missing = own.map(\.key).filter { tensors[prefix + $0] == nil }
    guard unknown.isEmpty, missing.isEmpty else {
      throw TrainingErrors.state(
        "the checkpoint is that of another model",
        ([
          "missing: \(missing.prefix(6).joined(separator: ", "))",
          "unknown: \(unknown.prefix(6).joined(separator: ", "))",
        ])
        .joined(separator: "\n"))
    }
    var pairs: [(target: Tensor, source: Tensor)] = []
    for entry in own {
      let source = try Self.found(prefix + entry.key, in: tensors)
      guard try source.sizes == entry.tensor.sizes, source.dtype == entry.tensor.dtype else {
        throw TrainingErrors.state(
          "the checkpoint is that of another model",
          "'\(entry.key)' is \(try entry.tensor.sizes) \(entry.tensor.dtype?.rawValue ?? "") in the model and "
            + "\(try source.sizes) \(source.dtype?.rawValue ?? "") in the file")
      }
      pairs.append((entry.tensor, source))
    }
    return pairs
  }

  private static func optimizerState(
    _ number: Int, _ groups: [OptimizerState.Group], _ tensors: [String: Tensor]
  ) -> OptimizerState {
    let prefix = "optimizer.\(number).state."
    var state = OptimizerState(tensors: [:], groups: groups)
    for (key, tensor) in tensors where key.hasPrefix(prefix) {
      let parts = key.dropFirst(prefix.count).split(separator: ".", maxSplits: 1)
      guard parts.count == 2, let position = Int(parts[0]) else { continue }
      state.tensors[position, default: [:]][String(parts[1])] = tensor
    }
    return state
  }

  private static func found(_ name: String, in tensors: [String: Tensor]) throws(XylemError) -> Tensor {
    guard let tensor = tensors[name] else {
      throw TrainingErrors.state(
        "the checkpoint has no tensor '\(name)'", "a part of the run was added after it was saved")
    }
    return tensor
  }
}
