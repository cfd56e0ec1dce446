internal import Foundation
public import XylemErrors

/// Changes an optimizer's learning rates from step to step, as PyTorch's schedulers do: number for number, from the
/// current rates of the groups and not from a formula of the step.
///
/// Creating a schedule sets the first rate. Call ``step()`` after the optimizer's steps, once for each epoch, or for each
/// batch if the schedule counts batches.
///
///     let schedule = try CosineAnnealingLR(optimizer, tMax: 90)
///     for epoch in 0..<90 {
///       print("epoch \(epoch): \(optimizer.learningRates)")
///       try optimizer.step()  // once for each batch
///       try schedule.step()
///     }
public class LRScheduler: Schedule {
  /// The optimizer.
  public let optimizer: any Optimizer
  /// The number of steps so far, from 0: PyTorch's `last_epoch`.
  public internal(set) var epoch = -1
  /// The learning rates that the groups had before the first schedule.
  public private(set) var baseRates: [Double]
  /// The number of calls of ``step()``, with the one that sets the first rate.
  var stepCount = 0
  /// Whether the first rate is being set.
  private(set) var isInitial = false

  init(_ optimizer: any Optimizer) throws(XylemError) {
    self.optimizer = optimizer
    baseRates = optimizer.initialLearningRates ?? optimizer.learningRates
    optimizer.initialLearningRates = baseRates
    try start()
  }

  /// Sets the rate of the first step.
  func start() throws(XylemError) {
    stepCount = 0
    isInitial = true
    defer { isInitial = false }
    try step()
  }

  /// The learning rates for ``epoch``, by the current ones.
  func rates() throws(XylemError) -> [Double] { optimizer.learningRates }

  /// The learning rates for ``epoch``, by the base rates. Nil for schedules without such a formula.
  func closedRates() -> [Double]? { nil }

  /// Sets the learning rates of the next step.
  ///
  /// - Throws: `training.argument` if groups were added to the optimizer, and for a step after the last one of a schedule
  ///   that has an end.
  public func step() throws(XylemError) {
    stepCount += 1
    epoch += 1
    try set(rates())
  }

  /// Starts a schedule at its first step, whatever the current rates are.
  func restart() throws(XylemError) {
    epoch = 0
    if let closed = closedRates() { return try set(closed) }
    try set(rates())
  }

  private func set(_ rates: [Double]) throws(XylemError) {
    guard optimizer.learningRates.count == baseRates.count, rates.count == baseRates.count else {
      throw TrainingErrors.argument(
        "the schedule was made for \(baseRates.count) groups and the optimizer has \(optimizer.learningRates.count)",
        "groups were added after the schedule was made", remedies: ["make the schedule after the groups"])
    }
    optimizer.learningRates = rates
  }

  // MARK: - State

  /// The position of the schedule. The learning rates are in the optimizer's state.
  public final var state: ScheduleState {
    ScheduleState(
      kind: String(describing: type(of: self)), epoch: epoch, stepCount: stepCount, baseRates: baseRates,
      numbers: numbers, parts: parts.map(\.state))
  }

  /// Restores a position that ``state`` returned. Load the optimizer's state as well: it has the learning rates.
  ///
  /// - Throws: `training.state` for the state of another kind of schedule.
  public final func load(_ state: ScheduleState) throws(XylemError) {
    try check(state)
    apply(state)
  }

  private func check(_ state: ScheduleState) throws(XylemError) {
    let kind = String(describing: type(of: self))
    guard state.kind == kind, state.parts.count == parts.count, state.baseRates.count == baseRates.count else {
      throw TrainingErrors.state(
        "the schedule's state is that of another schedule",
        "it is a \(state.kind) of \(state.baseRates.count) groups with \(state.parts.count) parts, and not a \(kind) of "
          + "\(baseRates.count) groups with \(parts.count) parts")
    }
    for (part, saved) in zip(parts, state.parts) { try part.check(saved) }
  }

  private func apply(_ state: ScheduleState) {
    (epoch, stepCount, baseRates) = (state.epoch, state.stepCount, state.baseRates)
    optimizer.initialLearningRates = baseRates
    numbers = state.numbers
    for (part, saved) in zip(parts, state.parts) { part.apply(saved) }
  }

  /// The schedules that this one consists of.
  var parts: [LRScheduler] { [] }

  /// Other numbers that change from step to step.
  var numbers: [String: Double] {
    get { [:] }
    set {}
  }
}

/// A schedule of learning rates.
public protocol Schedule: AnyObject {
  /// The position of the schedule.
  var state: ScheduleState { get }
  /// Restores a position.
  ///
  /// - Throws: `training.state` for the state of another kind of schedule.
  func load(_ state: ScheduleState) throws(XylemError)
}

/// The position of a schedule.
public struct ScheduleState: Sendable, Hashable, Codable {
  /// The type of the schedule.
  public var kind: String
  /// The number of steps so far, from 0.
  public var epoch: Int
  var stepCount: Int
  /// The learning rates that the groups had before the first schedule.
  public var baseRates: [Double]
  var numbers: [String: Double]
  /// The states of the schedules that it consists of.
  public var parts: [ScheduleState]
}
