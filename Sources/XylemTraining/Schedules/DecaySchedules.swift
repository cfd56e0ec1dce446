internal import Foundation
public import XylemErrors

/// Multiplies the learning rates by a factor every few steps, PyTorch's `StepLR`.
public final class StepLR: LRScheduler {
  private let stepSize: Int
  private let gamma: Double

  /// Creates a schedule.
  ///
  /// - Parameters:
  ///   - stepSize: the number of steps between two changes.
  ///   - gamma: the factor.
  /// - Throws: `training.argument` for a step size below 1.
  public init(_ optimizer: any Optimizer, stepSize: Int, gamma: Double = 0.1) throws(XylemError) {
    try TrainingErrors.require(stepSize > 0, "stepSize is \(stepSize)", "it must be at least 1")
    self.stepSize = stepSize
    self.gamma = gamma
    try super.init(optimizer)
  }

  override func rates() -> [Double] {
    let current = optimizer.learningRates
    return epoch == 0 || epoch % stepSize != 0 ? current : current.map { $0 * gamma }
  }

  override func closedRates() -> [Double]? { baseRates.map { $0 * pow(gamma, Double(epoch / stepSize)) } }
}

/// Multiplies the learning rates by a factor at some steps, PyTorch's `MultiStepLR`.
public final class MultiStepLR: LRScheduler {
  private let milestones: [Int]
  private let gamma: Double

  /// Creates a schedule.
  ///
  /// - Parameters:
  ///   - milestones: the steps; one that is listed twice multiplies twice.
  ///   - gamma: the factor.
  public init(_ optimizer: any Optimizer, milestones: [Int], gamma: Double = 0.1) throws(XylemError) {
    self.milestones = milestones.sorted()
    self.gamma = gamma
    try super.init(optimizer)
  }

  override func rates() -> [Double] {
    let count = milestones.count(where: { $0 == epoch })
    return count == 0 ? optimizer.learningRates : optimizer.learningRates.map { $0 * pow(gamma, Double(count)) }
  }

  override func closedRates() -> [Double]? {
    let count = milestones.count(where: { $0 <= epoch })
    return baseRates.map { $0 * pow(gamma, Double(count)) }
  }
}

/// Multiplies the learning rates by a factor at every step, PyTorch's `ExponentialLR`.
public final class ExponentialLR: LRScheduler {
  private let gamma: Double

  /// Creates a schedule.
  ///
  /// - Parameter gamma: the factor.
  public init(_ optimizer: any Optimizer, gamma: Double) throws(XylemError) {
    self.gamma = gamma
    try super.init(optimizer)
  }

  override func rates() -> [Double] {
    isInitial ? optimizer.learningRates : optimizer.learningRates.map { $0 * gamma }
  }

  override func closedRates() -> [Double]? { baseRates.map { $0 * pow(gamma, Double(epoch)) } }
}

/// Multiplies the learning rates by a factor for the first steps, PyTorch's `ConstantLR`.
public final class ConstantLR: LRScheduler {
  private let factor: Double
  private let totalIters: Int

  /// Creates a schedule.
  ///
  /// - Parameters:
  ///   - factor: at most 1.
  ///   - totalIters: the number of steps after which the rates are the original ones.
  /// - Throws: `training.argument` for a factor that is not between 0 and 1.
  public init(_ optimizer: any Optimizer, factor: Double = 1.0 / 3, totalIters: Int = 5) throws(XylemError) {
    // With a factor of 0 PyTorch divides by zero at the end.
    try TrainingErrors.require(
      factor > 0 && factor <= 1, "factor is \(factor)", "it must be above 0 and at most 1")
    self.factor = factor
    self.totalIters = totalIters
    try super.init(optimizer)
  }

  override func rates() -> [Double] {
    let current = optimizer.learningRates
    if epoch == 0 { return current.map { $0 * factor } }
    return epoch == totalIters ? current.map { $0 * (1 / factor) } : current
  }

  override func closedRates() -> [Double]? {
    baseRates.map { $0 * (factor + (epoch >= totalIters ? 1 : 0) * (1 - factor)) }
  }
}

/// Changes the learning rates along a line between two factors, PyTorch's `LinearLR`: the usual warm-up.
public final class LinearLR: LRScheduler {
  private let startFactor: Double
  private let endFactor: Double
  private let totalIters: Int

  /// Creates a schedule.
  ///
  /// - Parameters:
  ///   - startFactor: the factor of the first step, above 0 and at most 1.
  ///   - endFactor: the factor after `totalIters` steps, between 0 and 1.
  ///   - totalIters: the number of steps.
  /// - Throws: `training.argument` for a number outside its range.
  public init(
    _ optimizer: any Optimizer, startFactor: Double = 1.0 / 3, endFactor: Double = 1, totalIters: Int = 5
  ) throws(XylemError) {
    try TrainingErrors.require(
      startFactor > 0 && startFactor <= 1, "startFactor is \(startFactor)", "it must be above 0 and at most 1")
    try TrainingErrors.require(
      (0...1).contains(endFactor), "endFactor is \(endFactor)", "it must be between 0 and 1")
    try TrainingErrors.require(totalIters > 0, "totalIters is \(totalIters)", "it must be at least 1")
    self.startFactor = startFactor
    self.endFactor = endFactor
    self.totalIters = totalIters
    try super.init(optimizer)
  }

  override func rates() -> [Double] {
    let current = optimizer.learningRates
    if epoch == 0 { return current.map { $0 * startFactor } }
    if isInitial || epoch > totalIters { return current }
    return current.map {
      $0
        * (1.0 + (endFactor - startFactor)
          / (Double(totalIters) * startFactor + Double(epoch - 1) * (endFactor - startFactor)))
    }
  }

  override func closedRates() -> [Double]? {
    baseRates.map {
      $0 * (startFactor + (endFactor - startFactor) * Double(min(totalIters, epoch)) / Double(totalIters))
    }
  }
}

/// Lowers the learning rates to zero along a power of the remaining share of steps, PyTorch's `PolynomialLR`.
public final class PolynomialLR: LRScheduler {
  private let totalIters: Int
  private let power: Double

  /// Creates a schedule.
  ///
  /// - Parameters:
  ///   - totalIters: the number of steps.
  ///   - power: the power.
  /// - Throws: `training.argument` for less than one step.
  public init(_ optimizer: any Optimizer, totalIters: Int = 5, power: Double = 1) throws(XylemError) {
    try TrainingErrors.require(totalIters > 0, "totalIters is \(totalIters)", "it must be at least 1")
    self.totalIters = totalIters
    self.power = power
    try super.init(optimizer)
  }

  override func rates() -> [Double] {
    let current = optimizer.learningRates
    if isInitial || epoch > totalIters { return current }
    let (now, before) = (Double(epoch) / Double(totalIters), Double(epoch - 1) / Double(totalIters))
    let factor = pow((1.0 - now) / (1.0 - before), power)
    return current.map { $0 * factor }
  }

  override func closedRates() -> [Double]? {
    baseRates.map { $0 * pow(1.0 - Double(min(totalIters, epoch)) / Double(totalIters), power) }
  }
}

/// Multiplies the base rates by a function of the step, PyTorch's `LambdaLR`.
public final class LambdaLR: LRScheduler {
  private let factor: (Int) -> Double

  /// Creates a schedule.
  ///
  /// - Parameter factor: the factor of a step, from 0.
  public init(_ optimizer: any Optimizer, _ factor: @escaping (Int) -> Double) throws(XylemError) {
    self.factor = factor
    try super.init(optimizer)
  }

  override func rates() -> [Double] { baseRates.map { $0 * factor(epoch) } }
}
