internal import XylemErrors
internal import XylemFiles

/// The messages of errors about models of torch.export.
enum ExportedTraceErrors {
  private static let export = "xylem export-script > export.py  # writes both modes, in Python"

  static func noMode(_ mode: Mode, has: [Mode], _ path: String) -> XylemError {
    let own = has.first ?? (mode == .train ? .eval : .train)
    return XylemError(
      .archiveNoMode, "the archive has the model in \(own.rawValue) mode only", at: .init(file: path),
      remedies: Audience.remedies(
        program: ["FeatureExtractor(of: model, …, options: TraceOptions(mode: .\(own.rawValue)), modes: model.modes)"],
        commandLine: ["--mode \(own.rawValue)"]) + [export])
  }

  static func otherNames(_ names: [String], _ path: String) -> XylemError {
    XylemError(
      .archiveNoMode, "the archive has several models, and not one for each mode", at: .init(file: path),
      cause: Reason(
        "their names are " + names.prefix(8).map(\.printable).joined(separator: ", ") + ", not train and eval"),
      remedies: [export])
  }

  static func swapped(train: String, eval: String) -> XylemError {
    XylemError(
      .archiveNoMode, "the first archive is in eval mode and the second in train mode", at: .init(file: train),
      remedies: ["xylem diff \(shellWord(eval)) \(shellWord(train))"])
  }

  static func modesDiffer(_ key: String, _ path: String) -> XylemError {
    XylemError(
      .archiveModesDiffer, "the tensor '\(key.printable)' of train mode differs from that of eval mode",
      at: .init(file: path), remedies: [export])
  }

  static func noData(_ key: String, _ path: String) -> XylemError {
    XylemError(
      .archiveBadTensor, "the archive has no data for the tensor '\(key.printable)'", at: .init(file: path),
      remedies: ["copy or download the file again"])
  }

  static func unsupported(_ what: String, _ cause: String? = nil, at place: XylemError.Place) -> XylemError {
    XylemError(.traceUnsupported, what, at: place, cause: cause.map { Reason($0) })
  }

  static func constant(_ name: String, _ value: String, given: String) -> XylemError {
    XylemError(
      .traceArgument, "the argument '\(name)' of forward can't be fixed to \(given)",
      cause: Reason("the model was exported with \(value)"),
      remedies: Audience.remedies(
        program: ["remove '\(name)' from concrete"], commandLine: ["leave out --concrete \(name)=VALUE"]))
  }

  static func wrongSizes(_ message: String, expected: String) -> XylemError {
    XylemError(
      .extractGuard, message, cause: Reason("the model was exported for \(expected)"),
      remedies: ["torch.export.export(model, inputs, dynamic_shapes=…)  # in Python, keeps sizes open"])
  }
}
