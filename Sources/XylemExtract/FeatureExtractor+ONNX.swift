internal import XylemErrors
internal import XylemGraph
internal import XylemTensor
internal import XylemTrace

/// How an extractor is written as ONNX.
public struct ONNXOptions: Sendable, Hashable {
  /// Whether leaves that can't be taken apart into operators, such as those of plugins, are written as operators of the
  /// domain `xylem.leaf`, which the program that runs the file has to provide.
  public var customLeaves: Bool
  /// The largest file in bytes that has the weights inside. Otherwise they are in a second file beside it, whose name has
  /// `.data` added.
  public var largestFile: Int

  /// Creates options.
  public init(customLeaves: Bool = false, largestFile: Int = 2_000_000_000) {
    self.customLeaves = customLeaves
    self.largestFile = largestFile
  }
}

extension FeatureExtractor {
  /// Saves the features of the current mode as an ONNX file (operator set 20, format 10), which other engines run.
  ///
  /// The inputs of the file are the arguments of `forward` that the features need, the outputs are the features under their
  /// keys, and the weights have the model's keys. A value has the name of the node that computes it. A feature that the model
  /// assembles from several tensors is saved as those tensors, under the keys of ``Features/tensors()``.
  ///
  /// Without known shapes all sizes are open. An extractor with known shapes gives a file for those shapes, of which the first
  /// size stays open where nothing depended on it.
  ///
  ///     try extractor.saveONNX(to: "features.onnx")
  ///     // in Python: onnxruntime.InferenceSession("features.onnx").run(["layer3"], {"x": image})
  ///
  /// The file is written completely or not at all, and the same extractor gives the same bytes.
  ///
  /// - Returns: the model's own checks of its inputs that the file does not make, each with the node that makes it.
  /// - Throws: `extract.unsavable` for a node that has no ONNX form, with what could be done; `file.unwritable`.
  @discardableResult
  public func saveONNX(to path: String, options: ONNXOptions = ONNXOptions()) throws -> [String] {
    if model is ExportedModel {
      throw ExtractErrors.unsavable(
        "the model '\(modelName)' is of torch.export: its operators have the sizes of its inputs as numbers",
        remedies: ["save an extractor of the model's TorchScript archive"])
    }
    guard let trace = traces[mode] else { preconditionFailure("an extractor has a trace for each plan") }
    let (graph, notes) = try onnxGraph(plan, trace, options)
    var file = ONNXFile(graph: graph)
    file.largestFile = options.largestFile
    if graph.nodes.contains(where: { $0.domain == ONNXConverter.leafDomain }) {
      file.domains = [ONNXConverter.leafDomain: 1]
    }
    file.metadata = [("xylem.model", modelName), ("xylem.mode", mode.rawValue)]
    try file.write(to: path)
    return notes
  }

  private func onnxGraph(
    _ plan: Plan, _ trace: Trace, _ options: ONNXOptions
  ) throws -> (graph: ONNXGraph, notes: [String]) {
    var assumptions = ONNXConverter.Assumptions()
    // Each round finds out something about an input, of which there are few.
    for _ in 0..<64 {
      let converter = try ONNXConverter(model, trace, options, assumptions)
      do {
        let graph = try TensorRuntime.withGradients(false) { try converter.convert(plan) }
        for input in graph.inputs where input.shape == nil {
          throw ExtractErrors.onnx(
            "the number of dimensions of the input '\(input.name)' is not known",
            remedies: Audience.remedies(
              program: ["FeatureExtractor(of: model, returning: […], shapes: [\"\(input.name)\": [1, 3, 224, 224]])"],
              commandLine: ["--shape \(input.name)=1,3,224,224  # with its own sizes"]))
        }
        return (graph, converter.notes)
      } catch let restart as ONNXRestart {
        switch restart {
        case .rank(let input, let rank): assumptions.ranks[input] = rank
        case .dtype(let input, let dtype): assumptions.dtypes[input] = dtype
        case .fixedShapes: assumptions.fixesShapes = true
        }
      }
    }
    throw ExtractErrors.onnx("the sizes of the inputs could not be found out")
  }
}
