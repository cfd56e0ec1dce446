internal import XylemErrors
internal import XylemGraph
internal import XylemScript

extension ExportedModel {
  /// The models of an archive by their modes.
  static func sources(of archive: ExportedArchive) throws(XylemError) -> [Mode: ExportedState.Source] {
    let names = archive.modelNames
    if names.count == 1, Mode(rawValue: names[0]) == nil {
      let source = try source(names[0], of: archive)
      guard let mode = source.program.mode else { return [.train: source, .eval: source] }
      return [mode: source]
    }
    var sources: [Mode: ExportedState.Source] = [:]
    for name in names {
      guard let mode = Mode(rawValue: name) else { continue }
      sources[mode] = try source(name, of: archive)
    }
    guard !sources.isEmpty else { throw ExportedTraceErrors.otherNames(names, archive.path) }
    return sources
  }

  /// The models of two archives, one for each mode.
  static func sources(
    train: ExportedArchive, eval: ExportedArchive
  ) throws(XylemError) -> [Mode: ExportedState.Source] {
    let (first, second) = (try only(.train, of: train), try only(.eval, of: eval))
    if first.program.mode == .eval, second.program.mode == .train {
      throw ExportedTraceErrors.swapped(train: train.path, eval: eval.path)
    }
    return [.train: first, .eval: second]
  }

  /// The only model of an archive, or the one that is named after a mode.
  private static func only(_ mode: Mode, of archive: ExportedArchive) throws(XylemError) -> ExportedState.Source {
    let names = archive.modelNames
    guard let name = names.count == 1 ? names[0] : names.first(where: { $0 == mode.rawValue }) else {
      throw ExportedTraceErrors.otherNames(names, archive.path)
    }
    return try source(name, of: archive)
  }

  private static func source(_ name: String, of archive: ExportedArchive) throws(XylemError) -> ExportedState.Source {
    ExportedState.Source(
      archive: archive, program: try archive.program(name), payloads: try archive.payloads(of: name))
  }
}

extension ExportedProgram {
  /// The mode in which the model was exported, according to the arguments of its operators. Nil if no operator depends on
  /// it.
  ///
  /// A module that keeps its own mode does not decide: one operator in train mode is enough for train mode.
  var mode: Mode? {
    var flags: Set<Bool> = []
    func visit(_ graph: ExportedGraph) {
      for node in graph.nodes {
        for input in node.inputs {
          switch (input.name, input.argument) {
          case ("training", .literal(.bool(let flag))), ("train", .literal(.bool(let flag))): flags.insert(flag)
          // Attention has no flag: its dropout is off in eval mode.
          case ("dropout_p", .literal(.float(let rate))) where rate > 0: flags.insert(true)
          case (_, .graph(let inner)): visit(inner)
          default: continue
          }
        }
      }
    }
    visit(graph)
    return flags.isEmpty ? nil : flags.contains(true) ? .train : .eval
  }
}
