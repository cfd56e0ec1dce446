internal import XylemGraph

/// Compares two traces of a model.
public enum TraceDiffer {
  /// All differences between two traces, one finding for each cause, with the expectations that accept them.
  ///
  /// The same input gives the same result in every process. Takes time linear in the number of nodes if the traces are
  /// alike, and is bounded by the options' limits otherwise.
  ///
  /// - Parameters:
  ///   - train: the first trace, usually that of train mode.
  ///   - eval: the second trace, usually that of eval mode.
  ///   - model: the model's name, for reports.
  ///   - options: return nodes to check, limits and expectations.
  ///   - today: the date that decides which expectations have expired.
  public static func diff(
    _ train: DiffSide, _ eval: DiffSide, model: String, options: DiffOptions = DiffOptions(),
    today: (year: Int, month: Int, day: Int)
  ) -> TraceDiff {
    var names = Interner()
    var left = IndexedSide(train, names: &names)
    let right = IndexedSide(eval, names: &names)
    var renames = ModuleOverlap(left, right, limits: options.limits)
    if train.isTraining == eval.isTraining { left.rename(renames.renames(), names: &names) }
    var aligner = Aligner(left, right, limits: options.limits)
    aligner.run()

    var builder = FindingBuilder(left, right, toEval: aligner.toEval, toTrain: aligner.toTrain)
    builder.run()
    let requests = ReturnNodes(
      train: left, eval: right, toEval: aligner.toEval, toTrain: aligner.toTrain, requests: options.requests)
    var result = TraceDiff(
      model: model, train: train, eval: eval, compared: aligner.toEval.count { $0 >= 0 },
      isCoarse: !aligner.coarseReasons.isEmpty || !renames.coarseReasons.isEmpty,
      coarseReasons: renames.coarseReasons + aligner.coarseReasons,
      hidden: merged(train.hidden, eval.hidden), comparisons: aligner.comparisons)
    result.returns = requests.impacts()
    let assembler = FindingAssembler(
      builder: builder, drafts: builder.drafts + requests.findings(),
      rows: RowAligner(
        train: left, eval: right, toEval: aligner.toEval, toTrain: aligner.toTrain, kinds: builder.kinds
      ).rows())
    assembler.complete(&result, options: options, today: today)
    return result
  }

  private static func merged(_ a: [HiddenPart], _ b: [HiddenPart]) -> [HiddenPart] {
    var seen: Set<HiddenPart> = []
    return (a + b).filter { seen.insert($0).inserted }
  }
}
