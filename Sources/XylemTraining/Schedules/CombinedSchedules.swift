public import XylemErrors

/// Runs schedules one after another, PyTorch's `SequentialLR`.
///
///     let schedule = try SequentialLR(
///       optimizer, [LinearLR(optimizer, startFactor: 0.01, totalIters: 5), CosineAnnealingLR(optimizer, tMax: 85)],
///       milestones: [5])
public final class SequentialLR: LRScheduler {
  private let schedules: [LRScheduler]
  private let milestones: [Int]

  /// Creates a schedule.
  ///
  /// - Parameters:
  ///   - schedules: schedules of this optimizer.
  ///   - milestones: the steps at which the second and later ones begin.
  /// - Throws: `training.argument` if there is not one milestone between two schedules, or for a schedule of another
  ///   optimizer.
  public init(_ optimizer: any Optimizer, _ schedules: [LRScheduler], milestones: [Int]) throws(XylemError) {
    try CombinedCheck.schedules(schedules, optimizer)
    try TrainingErrors.require(
      milestones.count == schedules.count - 1,
      "\(milestones.count) milestones were given for \(schedules.count) schedules",
      "there must be one between two schedules")
    try TrainingErrors.require(
      milestones == milestones.sorted(), "the milestones are \(milestones)", "they must be in order")
    self.schedules = schedules
    self.milestones = milestones
    try super.init(optimizer)
  }

  override var parts: [LRScheduler] { schedules }

  private var current: Int { milestones.count(where: { $0 <= epoch }) }

  /// Takes back the first steps of the schedules, except for that of the one which begins.
  override func start() throws(XylemError) {
    optimizer.learningRates = optimizer.initialLearningRates ?? optimizer.learningRates
    Self.undo(schedules)
    epoch = 0
    try schedules[current].start()
  }

  private static func undo(_ schedules: [LRScheduler]) {
    for schedule in schedules {
      if schedule.parts.isEmpty { schedule.epoch -= 1 } else { undo(schedule.parts) }
    }
  }

  /// Sets the learning rates of the next step.
  ///
  /// - Throws: as ``LRScheduler/step()``.
  public override func step() throws(XylemError) {
    epoch += 1
    let index = current
    if index > 0, milestones[index - 1] == epoch {
      try schedules[index].restart()
    } else {
      try schedules[index].step()
    }
  }
}

/// Runs schedules at the same time: the factors of all multiply, PyTorch's `ChainedScheduler`.
public final class ChainedScheduler: LRScheduler {
  private let schedules: [LRScheduler]

  /// Creates a schedule.
  ///
  /// - Throws: `training.argument` without schedules, and for schedules of several optimizers.
  public init(_ schedules: [LRScheduler]) throws(XylemError) {
    guard let optimizer = schedules.first?.optimizer else {
      throw TrainingErrors.argument("no schedule was given", "there must be at least one")
    }
    try CombinedCheck.schedules(schedules, optimizer)
    self.schedules = schedules
    try super.init(optimizer)
  }

  override var parts: [LRScheduler] { schedules }

  /// They have set the first rate themselves.
  override func start() { epoch = 0 }

  /// Sets the learning rates of the next step.
  ///
  /// - Throws: as ``LRScheduler/step()``.
  public override func step() throws(XylemError) {
    epoch += 1
    for schedule in schedules { try schedule.step() }
  }
}

private enum CombinedCheck {
  static func schedules(_ schedules: [LRScheduler], _ optimizer: any Optimizer) throws(XylemError) {
    try TrainingErrors.require(!schedules.isEmpty, "no schedule was given", "there must be at least one")
    for (index, schedule) in schedules.enumerated() {
      try TrainingErrors.require(
        schedule.optimizer === optimizer, "schedule \(index) belongs to another optimizer",
        "all schedules must be of one optimizer")
    }
  }
}

/// Multiplies the learning rates by a factor if a metric has stopped improving, PyTorch's `ReduceLROnPlateau`.
///
///     let schedule = try ReduceLROnPlateau(optimizer, patience: 3)
///     schedule.step(0.25)  // the loss on data that is not trained on
public final class ReduceLROnPlateau: Schedule {
  /// Whether a smaller or a larger metric is better.
  public enum Mode: Sendable { case min, max }
  /// Whether the threshold is a share of the best metric or a difference to it.
  public enum ThresholdMode: Sendable { case relative, absolute }

  /// The optimizer.
  public let optimizer: any Optimizer
  /// The best metric so far. Nil before the first step.
  public private(set) var best: Double?
  private let mode: Mode
  private let factor: Double
  private let patience: Int
  private let threshold: Double
  private let thresholdMode: ThresholdMode
  private let cooldown: Int
  private let minRate: Double
  private let eps: Double
  private var epoch = 0
  private var badCount = 0
  private var cooldownCount = 0

  /// Creates a schedule.
  ///
  /// - Parameters:
  ///   - mode: whether a smaller or a larger metric is better.
  ///   - factor: less than 1.
  ///   - patience: the number of steps without improvement that are waited for.
  ///   - threshold: how much better a metric must be.
  ///   - thresholdMode: the meaning of the threshold.
  ///   - cooldown: the number of steps after a change in which nothing is counted.
  ///   - minRate: the lowest rate.
  ///   - eps: smaller changes of a rate are not made.
  /// - Throws: `training.argument` for a factor of 1 or more.
  public init(
    _ optimizer: any Optimizer, mode: Mode = .min, factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4,
    thresholdMode: ThresholdMode = .relative, cooldown: Int = 0, minRate: Double = 0, eps: Double = 1e-8
  ) throws(XylemError) {
    try TrainingErrors.require(factor < 1, "factor is \(factor)", "it must be less than 1")
    self.optimizer = optimizer
    self.mode = mode
    self.factor = factor
    self.patience = patience
    self.threshold = threshold
    self.thresholdMode = thresholdMode
    self.cooldown = cooldown
    self.minRate = minRate
    self.eps = eps
  }

  /// Counts a metric, and lowers the learning rates if it has not improved for too long. A metric that is not a number
  /// is no improvement.
  public func step(_ metric: Double) {
    epoch += 1
    if isBetter(metric) {
      best = metric
      badCount = 0
    } else {
      badCount += 1
    }
    if cooldownCount > 0 {
      cooldownCount -= 1
      badCount = 0
    }
    guard badCount > patience else { return }
    optimizer.learningRates = optimizer.learningRates.map { rate in
      let lower = max(rate * factor, minRate)
      return rate - lower > eps ? lower : rate
    }
    cooldownCount = cooldown
    badCount = 0
  }

  private func isBetter(_ metric: Double) -> Bool {
    let best = best ?? (mode == .min ? .infinity : -.infinity)
    return switch (mode, thresholdMode) {
    case (.min, .relative): metric < best * (1 - threshold)
    case (.min, .absolute): metric < best - threshold
    case (.max, .relative): metric > best * (threshold + 1)
    case (.max, .absolute): metric > best + threshold
    }
  }

  /// The position of the schedule.
  public var state: ScheduleState {
    var numbers = ["bad": Double(badCount), "cooldown": Double(cooldownCount)]
    numbers["best"] = best
    return ScheduleState(
      kind: "ReduceLROnPlateau", epoch: epoch, stepCount: 0, baseRates: [], numbers: numbers, parts: [])
  }

  /// Restores a position that ``state`` returned.
  ///
  /// - Throws: `training.state` for the state of another kind of schedule.
  public func load(_ state: ScheduleState) throws(XylemError) {
    guard state.kind == "ReduceLROnPlateau" else {
      throw TrainingErrors.state(
        "the schedule's state is that of another schedule", "it is a \(state.kind) and not a ReduceLROnPlateau")
    }
    epoch = state.epoch
    best = state.numbers["best"]
    badCount = Int(state.numbers["bad"] ?? 0)
    cooldownCount = Int(state.numbers["cooldown"] ?? 0)
  }
}
