internal import XylemErrors
internal import XylemExtract
internal import XylemFiles
internal import XylemGraph
internal import XylemTensor
internal import XylemTrace

/// Runs a model once and returns every tensor, to find the shapes.
struct ShapeProbe {
  /// The shape, type and size of a node's value.
  struct Found {
    let shape: [Int]
    let dtype: String
    let bytes: Int
  }

  let model: LoadedModel
  let trace: Trace
  let options: ModelOptions

  /// The shapes of all listed nodes whose values are tensors, by node.
  ///
  /// All these tensors are in memory at once.
  ///
  /// - Throws: the errors of running the model.
  func run(_ shape: InputShape) throws -> [NodeID: Found] {
    let nodes = trace.graph.nodes.filter { $0.isListed && $0.valueType == .tensor && $0.operation != .output }
    guard !nodes.isEmpty else { return [:] }
    let extractor = try model.extractor(
      returning: nodes.map { ReturnRequest($0.name) }, options: options.traceOptions(trace.mode), modes: [trace.mode])
    let arguments = try shape.makeArguments(for: trace.arguments).mapValues { try $0.cast(to: options.dtype) }
    let features = try Progress.running("running the model") {
      try TensorRuntime.withGradients(false) { try extractor(named: arguments) }
    }
    var found: [NodeID: Found] = [:]
    for (node, value) in zip(nodes, features.values) {
      guard let tensor = value.tensor else { continue }
      found[node.id] = Found(
        shape: try tensor.sizes, dtype: tensor.dtypeName, bytes: try tensor.count * (tensor.dtype?.byteCount ?? 0))
    }
    return found
  }
}

extension Tensor {
  /// The name of the element type, for people and JSON.
  var dtypeName: String { dtype?.rawValue ?? "unknown" }
}
