import Testing
import XylemErrors
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTraining

@Suite struct ScheduleTests {
  private static let names = [
    "StepLR", "MultiStepLR", "ExponentialLR", "ConstantLR", "LinearLR", "PolynomialLR", "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts", "OneCycleLR", "OneCycleLR_linear", "LambdaLR", "SequentialLR", "SequentialLR_three",
    "ChainedScheduler",
  ]
  private static let metrics = [
    1.0, 0.9, 0.91, 0.92, 0.93, 0.5, 0.5, 0.5, 0.5, 0.5, .nan, 0.6, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4,
  ]

  private static func schedule(_ name: String, _ o: SGD) throws -> LRScheduler {
    switch name {
    case "StepLR": try StepLR(o, stepSize: 7, gamma: 0.3)
    case "MultiStepLR": try MultiStepLR(o, milestones: [5, 5, 30, 8], gamma: 0.5)
    case "ExponentialLR": try ExponentialLR(o, gamma: 0.93)
    case "ConstantLR": try ConstantLR(o, factor: 0.25, totalIters: 6)
    case "LinearLR": try LinearLR(o, startFactor: 0.1, endFactor: 0.9, totalIters: 20)
    case "PolynomialLR": try PolynomialLR(o, totalIters: 40, power: 0.9)
    case "CosineAnnealingLR": try CosineAnnealingLR(o, tMax: 15, etaMin: 0.001)
    case "CosineAnnealingWarmRestarts": try CosineAnnealingWarmRestarts(o, t0: 6, tMult: 2, etaMin: 0.001)
    case "OneCycleLR": try OneCycleLR(o, maxRate: 0.5, totalSteps: 50)
    case "OneCycleLR_linear":
      try OneCycleLR(o, maxRate: 0.5, totalSteps: 60, pctStart: 0.4, strategy: .linear, hasThreePhases: true)
    case "LambdaLR": try LambdaLR(o) { 1 / (1 + Double($0)) }
    case "SequentialLR":
      try SequentialLR(
        o, [LinearLR(o, startFactor: 0.01, endFactor: 1, totalIters: 5), CosineAnnealingLR(o, tMax: 40)],
        milestones: [5])
    case "SequentialLR_three":
      try SequentialLR(
        o,
        [
          ConstantLR(o, factor: 0.1, totalIters: 3), StepLR(o, stepSize: 4, gamma: 0.5), ExponentialLR(o, gamma: 0.9),
        ], milestones: [10, 30])
    default: try ChainedScheduler([ConstantLR(o, factor: 0.5, totalIters: 4), ExponentialLR(o, gamma: 0.9)])
    }
  }

  private func optimizer(groups: Int = 2) throws -> SGD {
    try SGD(
      groups: (0..<groups).map {
        ParameterGroup([Parameter([1], .zeros)], .init(learningRate: $0 == 0 ? 0.1 : 0.02, momentum: 0.9))
      })
  }

  @Test(arguments: names) func `fifty rates are PyTorch's`(_ name: String) throws {
    let golden = try #require(try TrainingGoldens.cases("schedules").first { $0["case"] as? String == name })
    let optimizer = try optimizer()
    let schedule = try Self.schedule(name, optimizer)
    var (rates, momenta): ([[Double]], [Double]) = ([], [])
    for _ in 0..<50 {
      rates.append(optimizer.learningRates)
      momenta.append(optimizer.momenta?[0] ?? 0)
      try schedule.step()
    }
    let wanted = TrainingGoldens.lists(golden["rates"])
    #expect(TrainingGoldens.agree(rates, wanted, relative: 1e-14, absolute: 1e-17), "\(rates)\n\(wanted)")
    #expect(
      TrainingGoldens.agree([momenta], TrainingGoldens.lists([golden["momenta"] as Any]), relative: 1e-14, absolute: 0))
  }

  @Test(arguments: ["plateau", "plateau_max"]) func `rates fall on a plateau as in PyTorch`(_ name: String) throws {
    let golden = try #require(try TrainingGoldens.cases("schedules").first { $0["case"] as? String == name })
    let optimizer = try optimizer(groups: 1)
    let schedule =
      try name == "plateau"
      ? ReduceLROnPlateau(optimizer, patience: 2)
      : ReduceLROnPlateau(
        optimizer, mode: .max, factor: 0.5, patience: 1, threshold: 0.05, thresholdMode: .absolute, cooldown: 2,
        minRate: 0.01)
    var rates: [[Double]] = []
    for metric in Self.metrics {
      schedule.step(metric)
      rates.append(optimizer.learningRates)
    }
    #expect(TrainingGoldens.agree(rates, TrainingGoldens.lists(golden["rates"]), relative: 1e-15, absolute: 0))
  }

  @Test(arguments: names) func `a position that is loaded continues in the same way`(_ name: String) throws {
    let (first, second) = (try optimizer(), try optimizer())
    let whole = try Self.schedule(name, first)
    for _ in 0..<12 { try whole.step() }
    let resumed = try Self.schedule(name, second)
    second.learningRates = first.learningRates
    try resumed.load(whole.state)
    for _ in 0..<20 {
      try whole.step()
      try resumed.step()
      #expect(first.learningRates == second.learningRates)
      #expect(first.momenta == second.momenta)
    }
  }

  @Test func `numbers outside their range, and steps past the end, are errors`() throws {
    let o = try optimizer()
    let bad: [() throws -> Void] = [
      { _ = try StepLR(o, stepSize: 0) }, { _ = try LinearLR(o, startFactor: 0) },
      { _ = try LinearLR(o, totalIters: 0) },
      { _ = try ConstantLR(o, factor: 2) }, { _ = try CosineAnnealingLR(o, tMax: 0) },
      { _ = try CosineAnnealingWarmRestarts(o, t0: 0) }, { _ = try PolynomialLR(o, totalIters: 0) },
      { _ = try OneCycleLR(o, maxRate: 1, totalSteps: 0) },
      { _ = try OneCycleLR(o, maxRate: 1, totalSteps: 5, pctStart: 2) },
      { _ = try SequentialLR(o, [], milestones: []) }, { _ = try ChainedScheduler([]) },
      { _ = try SequentialLR(o, [StepLR(o, stepSize: 1)], milestones: [1]) },
      { _ = try ChainedScheduler([StepLR(o, stepSize: 1), StepLR(optimizer(), stepSize: 1)]) },
      { _ = try ReduceLROnPlateau(o, factor: 1) },
      {
        let schedule = try OneCycleLR(o, maxRate: 1, totalSteps: 3)
        for _ in 0..<5 { try schedule.step() }
      },
      { try StepLR(o, stepSize: 1).load(ExponentialLR(o, gamma: 0.5).state) },
    ]
    for make in bad {
      let error = #expect(throws: XylemError.self) { try make() }
      #expect(error?.id == .trainingArgument || error?.id == .trainingState)
    }
  }

  @Test func `a group that is added after the schedule is an error at its next step`() throws {
    let optimizer = try optimizer()
    let schedule = try StepLR(optimizer, stepSize: 1)
    try optimizer.add(ParameterGroup([Parameter([1], .zeros)], .init()))
    let error = #expect(throws: XylemError.self) { try schedule.step() }
    #expect(error?.id == .trainingArgument)
  }
}
