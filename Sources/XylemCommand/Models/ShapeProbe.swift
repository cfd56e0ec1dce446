internal import XylemErrors
internal import XylemExtract
internal import XylemFiles
internal import XylemGraph
internal import XylemTensor
internal import XylemTrace

/// Runs a model once with every tensor returned, to see their shapes.
struct ShapeProbe {
  /// What is known of a node's value.
  struct Found {
    let shape: [Int]
    let dtype: String
    let bytes: Int
  }

  let model: LoadedModel
  let trace: Trace
  let options: ModelOptions

  /// The shapes of every listed node whose value is a tensor, by node.
  ///
  /// Holds all those tensors at once.
  ///
  /// - Throws: as running the model does.
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
  /// The name of the elements' type, for people and JSON.
  var dtypeName: String { dtype?.rawValue ?? "unknown" }
}
