internal import Foundation
public import XylemDiff
internal import XylemGraph
internal import XylemScript
public import XylemTrace

extension FeatureExtractor {
  /// The differences between the two modes, over the whole traces, with those that ``suppression`` accepts. Nil for an
  /// extractor of one mode.
  ///
  /// Computed at each call, in time linear in the number of nodes.
  public var differences: TraceDiff? {
    guard let train = traces[.train], let eval = traces[.eval] else { return nil }
    var requests: [String: [String]] = [:]
    for (mode, plan) in plans { requests[mode.rawValue] = plan.requests.map(\.node) }
    return TraceDiffer.diff(
      DiffSide(train, of: model), DiffSide(eval, of: model), model: modelName,
      options: DiffOptions(requests: requests, suppressing: suppression),
      today: TraceDiffer.today)
  }

  /// Differences between the modes in the code that the extractor runs that have no known cause and are not accepted.
  ///
  /// These correspond to torchvision's warnings when it makes an extractor, grouped by cause. Empty for an extractor of
  /// one mode.
  public var warnings: [Finding] {
    func nodes(_ mode: Mode) -> Set<NodeID> { Set(plans[mode]?.graph.nodes.map(\.id) ?? []) }
    return differences?.warnings(concerning: nodes(.train), nodes(.eval)) ?? []
  }
}

/// The names of a model's nodes in both modes, and the differences between them: torchvision's `get_graph_node_names`.
///
///     let names = try GraphNodeNames(of: try ScriptModel(path: "resnet18.pt"))
///     names.eval.suffix(3)  // ["avgpool", "flatten", "fc"]
///     names.warnings.isEmpty  // true: batch norm is by design
public struct GraphNodeNames: Sendable {
  /// The names in train mode, in execution order.
  public let train: [String]
  /// The names in eval mode, in execution order.
  public let eval: [String]
  /// The differences between the modes, one finding for each cause.
  public let differences: TraceDiff

  /// Warnings and errors that are not accepted.
  public var warnings: [Finding] { differences.warnings }

  /// Traces a model in both modes and compares them. The model is not changed.
  ///
  /// - Parameters:
  ///   - options: the tracing options; their mode is ignored.
  ///   - suppression: the suppressed differences.
  ///   - suppressDiffWarning: whether all differences are suppressed, as in torchvision.
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
  /// The date that decides which expectations have expired, in UTC.
  public static var today: (year: Int, month: Int, day: Int) {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let parts = calendar.dateComponents([.year, .month, .day], from: Date())
    return (parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
  }
}
