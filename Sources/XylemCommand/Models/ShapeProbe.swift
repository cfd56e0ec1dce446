internal import XylemErrors
internal import XylemExtract
internal import XylemFiles
internal import XylemGraph
internal import XylemTensor
internal import XylemTrace
internal import XylemWitness

/// Runs a whole model once, node by node, to find the shapes and to count multiply-adds.
struct ShapeProbe {
  /// The shape, type and size of a node's value.
  struct Found {
    let shape: [Int]
    let dtype: String
    let bytes: Int

    fileprivate init(_ tensor: Tensor) throws(XylemError) {
      shape = try tensor.sizes
      dtype = tensor.dtypeName
      bytes = try tensor.count * (tensor.dtype?.byteCount ?? 0)
    }
  }

  /// The result of a run.
  struct Run {
    /// The listed nodes whose values are tensors.
    fileprivate(set) var tensors: [NodeID: Found] = [:]
    /// All listed nodes that ran.
    fileprivate(set) var counts: [NodeID: MultiplyAddCounter.Count] = [:]
  }

  let model: LoadedModel
  let trace: Trace
  let options: ModelOptions

  /// Runs the model on random numbers of a shape.
  ///
  /// All values are in memory at once.
  ///
  /// - Throws: the errors of running the model.
  func run(_ shape: InputShape) throws -> Run {
    try run(shape.makeArguments(for: trace.arguments))
  }

  /// Runs the model on the arguments of forward.
  ///
  /// All values are in memory at once.
  ///
  /// - Throws: the errors of running the model.
  func run(_ given: [String: Value]) throws -> Run {
    guard trace.graph.nodes.contains(where: \.isListed) else { return Run() }
    let plan = try ObservedPlan(model.model, trace)
    let arguments = try given.mapValues { try $0.cast(to: options.dtype) }
    return try Progress.running("running the model") {
      try TensorRuntime.withGradients(false) {
        try TensorRuntime.countingMultiplyAdds { counter in
          var observer = ShapeObserver(plan: plan, counter: counter)
          try plan.run(arguments, observer: &observer)
          observer.finish()
          var run = observer.run
          for (node, placeholder) in trace.graph.placeholders where node.isListed {
            if let tensor = arguments[placeholder.name]?.tensor { run.tensors[node.id] = try Found(tensor) }
          }
          return run
        }
      }
    }
  }
}

/// Keeps the shape of every listed node's value, and what was counted while the node ran.
private struct ShapeObserver: ProgramObserver {
  let plan: ObservedPlan
  let counter: MultiplyAddCounter
  var run = ShapeProbe.Run()
  /// What nodes that are not listed did; it counts for the next listed node.
  private var pending = MultiplyAddCounter.Count()
  private var last: NodeID?

  init(plan: ObservedPlan, counter: MultiplyAddCounter) {
    self.plan = plan
    self.counter = counter
  }

  mutating func willRun(to stop: Int) throws(XylemError) -> [Value]? {
    RunProgress.report?(stop, plan.moments.count)
    return nil
  }

  mutating func didRun(to stop: Int, value: Value) throws(XylemError) -> Value? {
    let node = plan.moments[stop].node
    pending.add(counter.take())
    guard node.isListed, node.operation != .output else { return nil }
    run.counts[node.id] = pending
    pending = MultiplyAddCounter.Count()
    last = node.id
    if node.valueType == .tensor, let tensor = value.tensor {
      run.tensors[node.id] = try ShapeProbe.Found(tensor)
    }
    return nil
  }

  /// What ran after the last listed node counts for that node.
  mutating func finish() {
    pending.add(counter.take())
    if let last { run.counts[last]?.add(pending) }
  }
}

extension Tensor {
  /// The name of the element type, for people and JSON.
  var dtypeName: String { dtype?.rawValue ?? "unknown" }
}
