internal import Foundation
public import XylemErrors

/// Lowers the learning rates along half a cosine, PyTorch's `CosineAnnealingLR`: Loshchilov and Hutter, arXiv:1608.03983,
/// without restarts.
public final class CosineAnnealingLR: LRScheduler {
  private let tMax: Double
  private let period: Int
  private let etaMin: Double

  /// Creates a schedule.
  ///
  /// - Parameters:
  ///   - tMax: the number of steps to the lowest rate.
  ///   - etaMin: the lowest rate.
  /// - Throws: `training.argument` for less than one step.
  public init(_ optimizer: any Optimizer, tMax: Int, etaMin: Double = 0) throws(XylemError) {
    try TrainingErrors.require(tMax > 0, "tMax is \(tMax)", "it must be at least 1")
    self.tMax = Double(tMax)
    period = tMax
    self.etaMin = etaMin
    try super.init(optimizer)
  }

  override func rates() -> [Double] {
    let current = optimizer.learningRates
    if isInitial { return current }
    if stepCount == 1, epoch > 0 {
      return baseRates.map { etaMin + ($0 - etaMin) * (1 + cos(Double(epoch) * .pi / tMax)) / 2 }
    }
    let position = (epoch - 1 - period) % (2 * period)
    if position == 0 {
      return zip(baseRates, current).map { $1 + ($0 - etaMin) * (1 - cos(.pi / tMax)) / 2 }
    }
    return current.map {
      (1 + cos(.pi * Double(epoch) / tMax)) / (1 + cos(.pi * Double(epoch - 1) / tMax)) * ($0 - etaMin) + etaMin
    }
  }

  override func closedRates() -> [Double]? {
    baseRates.map { etaMin + ($0 - etaMin) * (1 + cos(.pi * Double(epoch) / tMax)) / 2 }
  }
}

/// Lowers the learning rates along half a cosine again and again, PyTorch's `CosineAnnealingWarmRestarts`: Loshchilov and
/// Hutter, arXiv:1608.03983.
public final class CosineAnnealingWarmRestarts: LRScheduler {
  private let t0: Int
  private let tMult: Int
  private let etaMin: Double
  private var length: Int
  private var position = -1

  /// Creates a schedule.
  ///
  /// - Parameters:
  ///   - t0: the number of steps to the first restart.
  ///   - tMult: the factor of the number of steps at each restart.
  ///   - etaMin: the lowest rate.
  /// - Throws: `training.argument` for numbers below 1.
  public init(_ optimizer: any Optimizer, t0: Int, tMult: Int = 1, etaMin: Double = 0) throws(XylemError) {
    try TrainingErrors.require(t0 > 0, "t0 is \(t0)", "it must be at least 1")
    try TrainingErrors.require(tMult > 0, "tMult is \(tMult)", "it must be at least 1")
    self.t0 = t0
    self.tMult = tMult
    self.etaMin = etaMin
    length = t0
    try super.init(optimizer)
  }

  override func rates() -> [Double] {
    baseRates.map { etaMin + ($0 - etaMin) * (1 + cos(.pi * Double(position) / Double(length))) / 2 }
  }

  /// Sets the learning rates of the next step.
  public override func step() throws(XylemError) {
    position += 1
    if position >= length {
      position %= length
      length *= tMult
    }
    try super.step()
  }

  override func restart() throws(XylemError) {
    (position, length) = (0, t0)
    try super.restart()
  }

  override var numbers: [String: Double] {
    get { ["position": Double(position), "length": Double(length)] }
    set {
      position = newValue["position"].map { Int($0) } ?? position
      length = newValue["length"].map { Int($0) } ?? length
    }
  }
}

/// Raises the learning rates to a maximum and lowers them to far below the first ones, and cycles the momentum the other
/// way, PyTorch's `OneCycleLR`: Smith and Topin, arXiv:1708.07120.
///
/// Counts batches: call ``LRScheduler/step()`` after each.
public final class OneCycleLR: LRScheduler {
  /// How rates change within a phase.
  public enum Strategy: Sendable { case cosine, linear }

  private let maxRates: [Double]
  private let totalSteps: Int
  private let strategy: Strategy
  private let firstRates: [Double]
  private let lastRates: [Double]
  private let momentum: (base: Double, max: Double)?
  private let phases: [Phase]

  private enum Level { case first, max, last }

  private struct Phase {
    let end: Double
    let rates: (from: Level, to: Level)
    /// Whether the momentum goes from its maximum to its base.
    let momentum: (from: Level, to: Level)
  }

  /// Creates a schedule.
  ///
  /// - Parameters:
  ///   - maxRate: the highest rate of every group.
  ///   - totalSteps: the number of steps: epochs times batches.
  ///   - pctStart: the share of the steps in which rates rise.
  ///   - strategy: how they change.
  ///   - cyclesMomentum: whether the optimizer's momentum is cycled too.
  ///   - baseMomentum: the momentum at the highest rate.
  ///   - maxMomentum: the momentum at the lowest rates.
  ///   - divFactor: the highest rate divided by the first.
  ///   - finalDivFactor: the first rate divided by the last.
  ///   - hasThreePhases: whether rates fall to the first one before they fall to the last.
  /// - Throws: `training.argument` for a number outside its range, and if momentum is to be cycled and the optimizer has
  ///   none.
  public init(
    _ optimizer: any Optimizer, maxRate: Double, totalSteps: Int, pctStart: Double = 0.3,
    strategy: Strategy = .cosine, cyclesMomentum: Bool = true, baseMomentum: Double = 0.85, maxMomentum: Double = 0.95,
    divFactor: Double = 25, finalDivFactor: Double = 1e4, hasThreePhases: Bool = false
  ) throws(XylemError) {
    try TrainingErrors.require(totalSteps > 0, "totalSteps is \(totalSteps)", "it must be at least 1")
    try TrainingErrors.require((0...1).contains(pctStart), "pctStart is \(pctStart)", "it must be between 0 and 1")
    try TrainingErrors.require(
      divFactor > 0 && finalDivFactor > 0, "divFactor is \(divFactor) and finalDivFactor \(finalDivFactor)",
      "they must be above 0")
    try TrainingErrors.require(
      !cyclesMomentum || optimizer.momenta != nil, "the optimizer has no momentum to cycle",
      "cyclesMomentum needs an optimizer with a momentum, or with betas")
    maxRates = optimizer.learningRates.map { _ in maxRate }
    self.totalSteps = totalSteps
    self.strategy = strategy
    firstRates = maxRates.map { $0 / divFactor }
    lastRates = firstRates.map { $0 / finalDivFactor }
    momentum = cyclesMomentum ? (baseMomentum, maxMomentum) : nil
    let steps = Double(totalSteps)
    if hasThreePhases {
      phases = [
        Phase(end: pctStart * steps - 1, rates: (.first, .max), momentum: (.max, .first)),
        Phase(end: 2 * pctStart * steps - 2, rates: (.max, .first), momentum: (.first, .max)),
        Phase(end: steps - 1, rates: (.first, .last), momentum: (.max, .max)),
      ]
    } else {
      phases = [
        Phase(end: pctStart * steps - 1, rates: (.first, .max), momentum: (.max, .first)),
        Phase(end: steps - 1, rates: (.max, .last), momentum: (.first, .max)),
      ]
    }
    optimizer.initialLearningRates = firstRates
    if cyclesMomentum { optimizer.momenta = optimizer.learningRates.map { _ in maxMomentum } }
    try super.init(optimizer)
  }

  override func rates() throws(XylemError) -> [Double] {
    guard epoch <= totalSteps else {
      throw TrainingErrors.argument(
        "the schedule has \(totalSteps) steps and was to take step \(epoch)", "it ends after them",
        remedies: ["totalSteps: epochs * loader.count"])
    }
    var start = 0.0
    for (index, phase) in phases.enumerated() {
      guard Double(epoch) <= phase.end || index == phases.count - 1 else {
        start = phase.end
        continue
      }
      try TrainingErrors.require(
        phase.end != start, "a phase of the schedule has no steps", "totalSteps is \(totalSteps)")
      let share = (Double(epoch) - start) / (phase.end - start)
      if let momentum {
        let (from, to) = (
          phase.momentum.from == .max ? momentum.max : momentum.base,
          phase.momentum.to == .max ? momentum.max : momentum.base
        )
        optimizer.momenta = baseRates.map { _ in between(from, to, share) }
      }
      return baseRates.indices.map { between(rate(phase.rates.from, $0), rate(phase.rates.to, $0), share) }
    }
    return optimizer.learningRates
  }

  private func rate(_ level: Level, _ group: Int) -> Double {
    switch level {
    case .first: firstRates[group]
    case .max: maxRates[group]
    case .last: lastRates[group]
    }
  }

  private func between(_ from: Double, _ to: Double, _ share: Double) -> Double {
    switch strategy {
    case .cosine: to + (from - to) / 2 * (cos(.pi * share) + 1)
    case .linear: (to - from) * share + from
    }
  }
}
