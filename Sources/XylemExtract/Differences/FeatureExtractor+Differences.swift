internal import Foundation
public import XylemDiff
internal import XylemGraph
internal import XylemScript
public import XylemTrace

extension FeatureExtractor {
  /// In what the two modes differ, over the whole traces, with what ``suppression`` accepts; nil for an extractor of one mode.
  ///
  /// Made anew at each call; takes time linear in the number of nodes.
  public var differences: TraceDiff? {
    guard let train = traces[.train], let eval = traces[.eval] else { return nil }
    var requests: [String: [String]] = [:]
    for (mode, plan) in plans { requests[mode.rawValue] = plan.requests.map(\.node) }
    return TraceDiffer.diff(
      DiffSide(train, of: model), DiffSide(eval, of: model), model: modelName,
      options: DiffOptions(requests: requests, suppressing: suppression),
      today: TraceDiffer.today)
  }

  /// Differences between the modes, of what the extractor runs, that have no known cause and that nothing accepts.
  ///
  /// What torchvision warns of when it makes an extractor, told apart by causes; empty for an extractor of one mode.
  public var warnings: [Finding] {
    func nodes(_ mode: Mode) -> Set<NodeID> { Set(plans[mode]?.graph.nodes.map(\.id) ?? []) }
    return differences?.warnings(concerning: nodes(.train), nodes(.eval)) ?? []
  }
}

/// The names of a model's nodes in both modes, and what differs between them: torchvision's `get_graph_node_names`.
///
///     let names = try GraphNodeNames(of: try ScriptModel(path: "resnet18.pt"))
///     names.eval.suffix(3)  // ["avgpool", "flatten", "fc"]
///     names.warnings.isEmpty  // true: batch norm is by design
public struct GraphNodeNames: Sendable {
  /// In train mode, in execution order.
  public let train: [String]
  /// In eval mode, in execution order.
  public let eval: [String]
  /// In what the modes differ, each cause once.
  public let differences: TraceDiff

  /// Warnings and errors that nothing accepts.
  public var warnings: [Finding] { differences.warnings }

  /// Traces a model in both modes and compares them. The model is not changed.
  ///
  /// - Parameters:
  ///   - options: how to trace; their mode does not matter.
  ///   - suppression: which differences nobody is to be told of.
  ///   - suppressDiffWarning: whether nobody is to be told of any; as torchvision has it.
  /// - Throws: as ``TracedModel/trace(_:)``.
  public init(
    of traceable: some Traceable, options: TraceOptions = TraceOptions(), suppressing suppression: DiffSuppression = [],
    suppressDiffWarning: Bool = false
  ) throws {
    let model = try traceable.tracedModel()
    func trace(_ mode: Mode) throws -> Trace {
      var options = options
      options.mode = mode
      return try model.trace(options)
    }
    let (first, second) = (try trace(.train), try trace(.eval))
    (train, eval) = (first.nodeNames, second.nodeNames)
    differences = TraceDiffer.diff(
      DiffSide(first, of: model), DiffSide(second, of: model), model: model.name,
      options: DiffOptions(suppressing: suppressDiffWarning ? .all : suppression), today: TraceDiffer.today)
  }
}

extension TraceDiffer {
  /// The day by which expectations expire, as the whole world has it.
  public static var today: (year: Int, month: Int, day: Int) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let parts = calendar.dateComponents([.year, .month, .day], from: Date())
    return (parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
  }
}
