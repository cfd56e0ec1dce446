import Testing
import XylemErrors
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTraining

@Suite(.needsRuntime) struct OptimizerTests {
  private static let names = [
    "sgd", "sgd_momentum", "sgd_nesterov", "sgd_maximize", "adam", "adam_amsgrad", "adamw", "adamw_amsgrad", "rmsprop",
    "rmsprop_centered", "rmsprop_maximize",
  ]

  private static func optimizer(_ name: String, _ parameters: [Parameter]) throws -> any Optimizer {
    switch name {
    case "sgd": try SGD(parameters, learningRate: 0.1)
    case "sgd_momentum": try SGD(parameters, learningRate: 0.05, momentum: 0.9, dampening: 0.1, weightDecay: 0.01)
    case "sgd_nesterov": try SGD(parameters, learningRate: 0.05, momentum: 0.9, nesterov: true)
    case "sgd_maximize": try SGD(parameters, learningRate: 0.001, momentum: 0.5, maximize: true)
    case "adam": try Adam(parameters, learningRate: 0.01)
    case "adam_amsgrad":
      try Adam(parameters, learningRate: 0.02, betas: (0.8, 0.9), eps: 1e-6, weightDecay: 0.1, amsgrad: true)
    case "adamw": try AdamW(parameters, learningRate: 0.01)
    case "adamw_amsgrad": try AdamW(parameters, learningRate: 0.02, weightDecay: 0.1, amsgrad: true, maximize: true)
    case "rmsprop": try RMSprop(parameters, learningRate: 0.01)
    case "rmsprop_centered":
      try RMSprop(parameters, learningRate: 0.005, alpha: 0.9, weightDecay: 0.1, momentum: 0.5, centered: true)
    default: try RMSprop(parameters, learningRate: 0.002, momentum: 0.2, maximize: true)
    }
  }

  @Test func `the golden values are of these optimizers`() throws {
    #expect(try TrainingGoldens.cases("optimizers").map { $0["case"] as? String } == Self.names)
  }

  @Test(arguments: names) func `fifty steps are PyTorch's, with the state that they leave`(_ name: String) throws {
    let golden = try #require(try TrainingGoldens.cases("optimizers").first { $0["case"] as? String == name })
    let model = try GoldenModel(filled: true)
    let optimizer = try Self.optimizer(name, model.parameters())
    let expected = try #require(golden["parameters"] as? [String: Any])
    var losses: [Double] = []
    for step in 0..<50 {
      try optimizer.zeroGrad()
      let loss = try model.loss(step)
      try loss.backward()
      losses.append(try loss.item())
      try optimizer.step()
      guard let wanted = expected["\(step + 1)"] else { continue }
      let values = try TrainingGoldens.values(model.parameters())
      // Rounding errors of the loss grow over the steps.
      let relative = step < 2 ? 3e-7 : 2e-5
      #expect(
        TrainingGoldens.agree(values, TrainingGoldens.lists(wanted), relative: relative, absolute: relative / 3),
        "\(name), step \(step + 1)")
    }
    #expect(TrainingGoldens.agree([losses], TrainingGoldens.lists([golden["losses"] as Any]), relative: 2e-5))
    let state = try optimizer.state()
    let wanted = golden["state"] as? [String: [String: Any]] ?? [:]
    for (position, tensors) in wanted {
      let own = try #require(state.tensors[Int(position) ?? -1])
      #expect(own.keys.sorted() == tensors.keys.sorted())
      for (key, numbers) in tensors {
        #expect(
          TrainingGoldens.agree(
            [try own[key]?.doubles() ?? []], TrainingGoldens.lists([numbers]), relative: 1e-4, absolute: 1e-6),
          "\(name), \(key) of \(position)")
      }
    }
    #expect(wanted.count == state.tensors.count)
  }

  @Test func `groups have options of their own, and parameters without gradients stay as they are`() throws {
    let model = try GoldenModel(filled: true)
    let optimizer = try SGD(groups: [
      ParameterGroup(model.first.parameters(), .init(learningRate: 0.5)),
      ParameterGroup(model.second.parameters(), .init(learningRate: 0, momentum: 0.9)),
    ])
    try model.first.freeze("bias")
    let before = try TrainingGoldens.values(model.parameters())
    try model.loss(0).backward()
    try optimizer.step()
    let after = try TrainingGoldens.values(model.parameters())
    #expect(Swift.zip(before, after).map { $0 != $1 } == [true, false, false, false])
    optimizer.groups[1].options.learningRate = 0.1
    #expect(optimizer.learningRates == [0.5, 0.1])
    try optimizer.step()
    #expect(try TrainingGoldens.values(model.parameters())[2] != after[2])
  }

  @Test func `a parameter that is trained later starts its momentum then`() throws {
    let model = try GoldenModel(filled: true)
    let optimizer = try SGD(model.parameters(), learningRate: 0.1, momentum: 0.9)
    try model.freeze("first")
    for step in 0..<3 {
      try optimizer.zeroGrad()
      try model.loss(step).backward()
      try optimizer.step()
    }
    #expect(try optimizer.state().tensors.keys.sorted() == [2, 3])
    try model.unfreeze("first")
    try optimizer.zeroGrad()
    try model.loss(3).backward()
    let gradient = try #require(try model.first.bias?.tensor.gradient()?.doubles())
    try optimizer.step()
    #expect(try optimizer.state().tensors[1]?["momentum_buffer"]?.doubles() == gradient)
  }

  @Test func `zeroGrad removes gradients, so that momentum does not move a part that the next loss does not use`()
    throws
  {
    let model = try GoldenModel(filled: true)
    let optimizer = try SGD(model.parameters(), learningRate: 0.1, momentum: 0.9)
    try model.loss(0).backward()
    try optimizer.step()
    try optimizer.zeroGrad()
    #expect(try model.parameters().allSatisfy { try $0.tensor.gradient() == nil })
    let before = try TrainingGoldens.values(model.parameters())
    try optimizer.step()
    #expect(try TrainingGoldens.values(model.parameters()) == before)
  }

  @Test(arguments: names) func `a state that is loaded into a new optimizer continues in the same way`(_ name: String)
    throws
  {
    func run(_ model: GoldenModel, _ optimizer: any Optimizer, _ steps: Range<Int>) throws {
      for step in steps {
        try optimizer.zeroGrad()
        try model.loss(step).backward()
        try optimizer.step()
      }
    }
    let (whole, halves) = (try GoldenModel(filled: true), try GoldenModel(filled: true))
    let first = try Self.optimizer(name, whole.parameters())
    try run(whole, first, 0..<8)
    let second = try Self.optimizer(name, halves.parameters())
    try run(halves, second, 0..<4)
    let third = try Self.optimizer(name, halves.parameters())
    try third.load(second.state())
    try run(halves, third, 4..<8)
    #expect(try TrainingGoldens.values(whole.parameters()) == TrainingGoldens.values(halves.parameters()))
  }

  @Test func `the state of another optimizer is refused, and changes nothing`() throws {
    let model = try GoldenModel(filled: true)
    let adam = try Adam(model.parameters(), learningRate: 0.5)
    for other in [
      try SGD(model.parameters(), learningRate: 0.1).state(), try Adam(model.first.parameters()).state(),
    ] {
      let error = #expect(throws: XylemError.self) { try adam.load(other) }
      #expect(error?.id == .trainingState)
    }
    #expect(adam.learningRates == [0.5])
  }

  @Test func `options outside their range are errors`() throws {
    let parameters = try GoldenModel(filled: true).parameters()
    let bad: [() throws -> Void] = [
      { _ = try SGD([]) }, { _ = try SGD(parameters + [parameters[0]]) },
      { _ = try SGD(parameters, learningRate: -1) }, { _ = try SGD(parameters, learningRate: .nan) },
      { _ = try SGD(parameters, momentum: -0.1) }, { _ = try SGD(parameters, nesterov: true) },
      { _ = try SGD(parameters, momentum: 0.9, dampening: 0.1, nesterov: true) },
      { _ = try Adam(parameters, betas: (1, 0.9)) }, { _ = try AdamW(parameters, eps: -1) },
      { _ = try RMSprop(parameters, weightDecay: -1) },
    ]
    for make in bad {
      let error = #expect(throws: XylemError.self) { try make() }
      #expect(error?.id == .trainingArgument)
    }
    let optimizer = try SGD(parameters)
    optimizer.learningRates = [-1]
    #expect(throws: XylemError.self) { try optimizer.step() }
  }

  @Test func `replaced parameters are an error of the next step, until they are the optimizer's again`() throws {
    let parameters = try GoldenModel(filled: true).parameters()
    let optimizer = try SGD(parameters, learningRate: 0.5)
    let before = optimizer.groups
    optimizer.groups[0] = ParameterGroup(Array(parameters.dropLast()), before[0].options)
    #expect(optimizer.parameters.count == parameters.count)
    let error = #expect(throws: XylemError.self) { try optimizer.step() }
    #expect(error?.id == .trainingArgument && error?.message == "the parameters of an optimizer were replaced")
    optimizer.groups = before
    try optimizer.step()
  }

  // MARK: - Files of PyTorch

  private static let files = ["sgd_momentum", "adam_amsgrad", "adamw", "rmsprop_centered"]

  private static func file(_ name: String) -> String { Fixtures.path("states/optimizers/\(name).pt") }

  /// The file of AdamW is a checkpoint with a model, and its optimizer has other options.
  @Test(arguments: files) func `a file of PyTorch continues a run as PyTorch does`(_ name: String) throws {
    let golden = try #require(try TrainingGoldens.cases("optimizer_files").first { $0["case"] as? String == name })
    let model = try GoldenModel(filled: true)
    let parameters = try model.parameters()
    try withoutGradients {
      for (parameter, numbers) in Swift.zip(parameters, TrainingGoldens.lists(golden["before"])) {
        try parameter.tensor.copy_(Tensor(numbers).reshape(Shape(parameter.tensor.sizes)))
      }
    }
    let optimizer = try Self.optimizer(name, parameters)
    let rates = optimizer.learningRates
    optimizer.learningRates = [0.7]
    try optimizer.loadPyTorch(Self.file(name))
    #expect(optimizer.learningRates == rates)
    for step in 5..<10 {
      try optimizer.zeroGrad()
      try model.loss(step).backward()
      try optimizer.step()
    }
    let values = try TrainingGoldens.values(parameters)
    #expect(
      TrainingGoldens.agree(values, TrainingGoldens.lists(golden["after"]), relative: 1e-5, absolute: 1e-6), "\(name)")
  }

  @Test func `files of other optimizers, models and kinds are errors, and change nothing`() throws {
    let model = try GoldenModel(filled: true)
    let parameters = try model.parameters()
    let adam = try Adam(parameters, learningRate: 0.5)
    let few = try AdamW(model.first.parameters(), learningRate: 0.5)
    let wrong: [(any Optimizer, String, String?, String)] = [
      (adam, Self.file("adamw"), nil, "the state is that of AdamW"),
      (try AdamW(parameters, learningRate: 0.5), Self.file("adam_amsgrad"), nil, "the state is that of Adam"),
      (adam, Self.file("sgd_momentum"), nil, "the options of the optimizer's state can't be read"),
      (
        try SGD(parameters, learningRate: 0.5), Self.file("rmsprop_centered"), nil,
        "the options of the optimizer's state can't be read"
      ),
      (few, Self.file("adamw"), nil, "the optimizer's state has other groups of parameters"),
      (few, Self.file("adamw"), "other", "the file has no optimizer's state 'other'"),
      (adam, Fixtures.path("states/dict.pth"), nil, "the file has no optimizer's state"),
    ]
    for (optimizer, path, key, message) in wrong {
      let error = #expect(throws: XylemError.self) { try optimizer.loadPyTorch(path, key: key) }
      #expect(error?.id == .trainingState && error?.message == message && error?.place.file == path)
      #expect(optimizer.learningRates == [0.5])
    }
    let missing = #expect(throws: XylemError.self) { try adam.loadPyTorch("nowhere.pt") }
    #expect(missing?.id == .fileNotFound)
  }

  @Test func `a gradient of another layout in memory is used element for element`() throws {
    let weight = try Parameter(Tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    try weight.tensor.setGradient(Tensor([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]).transpose(0, 1))
    try SGD([weight], learningRate: 1).step()
    #expect(try weight.tensor.doubles() == [0, 0, 0, 0, 0, 0])
  }

  // MARK: - Gradients

  @Test func `clipped gradients and their norms are PyTorch's`() throws {
    for golden in try TrainingGoldens.cases("clipping") {
      let name = try #require(golden["case"] as? String)
      let model = try GoldenModel(filled: true)
      try model.loss(0).backward()
      let parameters = try model.parameters()
      var norm: Double?
      switch name {
      case "norm": norm = try clipGradNorm(parameters, maxNorm: 0.1).item()
      case "norm_inf": norm = try clipGradNorm(parameters, maxNorm: 0.05, normType: .infinity).item()
      case "norm_1": norm = try clipGradNorm(parameters, maxNorm: 0.2, normType: 1).item()
      case "norm_large": norm = try clipGradNorm(parameters, maxNorm: 1000).item()
      default: try clipGradValue(parameters, 0.05)
      }
      let gradients = try parameters.map { try $0.tensor.gradient()?.doubles() ?? [] }
      #expect(TrainingGoldens.agree(gradients, TrainingGoldens.lists(golden["gradients"])), "\(name)")
      if let norm { #expect(TrainingGoldens.agree([[norm]], [[Goldens.number(golden["norm"] as Any)]]), "\(name)") }
    }
    #expect(try clipGradNorm([], maxNorm: 1).item() == 0)
  }

  @Test func `losses and norms that are not finite are errors by option`() throws {
    let weight = try Parameter(Tensor([1.0, 2.0]))
    let loss = try (weight.tensor * Double.infinity).sum() - Double.infinity
    let error = #expect(throws: XylemError.self) { try requireFinite(loss, "box loss") }
    #expect(error?.id == .trainingNotFinite)
    #expect(error?.message.hasPrefix("the box loss is") == true)
    try loss.backward()
    #expect(throws: XylemError.self) { try clipGradNorm([weight], maxNorm: 1, errorIfNonFinite: true) }
    #expect(try weight.tensor.gradient()?.doubles() == [.infinity, .infinity])
    #expect(try clipGradNorm([weight], maxNorm: 1).item() == .infinity)
  }
}
