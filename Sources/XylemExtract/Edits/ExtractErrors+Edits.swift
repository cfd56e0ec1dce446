internal import XylemErrors
internal import XylemGraph

/// The messages of errors about starting from values and replacing them.
extension ExtractErrors {
  /// Remedies that start from all of some values.
  private static func starting(at names: [String]) -> [String] {
    Audience.remedies(
      program: ["from: [" + names.map(pythonWord).joined(separator: ", ") + "]"],
      commandLine: ["--from " + names.map { shellWord("\($0)=FILE") }.joined(separator: " ")])
  }

  private static func words(_ names: [String]) -> String {
    names.prefix(8).map { "'\($0)'" }.joined(separator: ", ") + (names.count > 8 ? ", …" : "")
  }

  static func noStart(_ name: String, _ why: String) -> XylemError {
    XylemError(.extractStart, "an extractor can't start from '\(name)'", cause: Reason(why))
  }

  static func sameStart(_ first: String, _ second: String) -> XylemError {
    XylemError(.extractStart, "'\(first)' and '\(second)' are one value", remedies: ["leave out one of them"])
  }

  static func beforeStart(_ request: String, _ names: [String]) -> XylemError {
    XylemError(
      .extractStart, "'\(request)' does not depend on \(words(names)): it is computed from the model's own inputs",
      remedies: ["request only what comes after \(words(names))"])
  }

  static func insufficientStart(_ requests: [String], _ names: [String], _ missing: [String]) -> XylemError {
    XylemError(
      .extractStart,
      "\(words(requests)) \(requests.count == 1 ? "needs" : "need") more than \(words(names))",
      cause: Reason("\(missing.count == 1 ? "this value is" : "these values are") needed too: \(words(missing))"),
      remedies: starting(at: names + missing))
  }

  static func unusedStart(_ name: String, _ requests: [String]) -> XylemError {
    XylemError(
      .extractStart, "nothing that is returned needs '\(name)'", cause: Reason("\(words(requests)) is returned"),
      remedies: ["leave out '\(name)', or request what comes after it"])
  }

  static func sharedStart(_ name: String, writer: Node) -> XylemError {
    XylemError(
      .extractStart, "an extractor can't start from '\(name)': its memory is written later, through another value",
      at: .init(
        modulePath: writer.modulePath, node: writer.isListed ? writer.name : nil,
        source: writer.location.map { String(describing: $0) }),
      remedies: ["start from a value after this node, or before '\(name)'"])
  }

  static func startedElsewhere(_ names: [String], _ requests: [ReturnRequest]) -> XylemError {
    XylemError(
      .extractStart, "an extractor that starts from \(words(names)) can't be used for other requests",
      remedies: [
        "FeatureExtractor(of: extractor.model, from: [\(names.map(pythonWord).joined(separator: ", "))], returning: [\(requests.map { pythonWord($0.node) }.joined(separator: ", "))])"
      ])
  }

  static func irreplaceable(_ name: String, _ why: String) -> XylemError {
    XylemError(.extractReplacement, "the value of '\(name)' can't be replaced", cause: Reason(why))
  }

  static func unsavableReplacement(_ name: String) -> XylemError {
    unsavable(
      "the replacement of '\(name)' is compiled code, which a file can't hold",
      remedies: ["save the extractor without the replacement, and replace the value again after loading"])
  }

  static func unsavableStart(_ names: [String]) -> XylemError {
    unsavable(
      "an extractor that starts from \(words(names)) can't be saved as TorchScript: the archive has the model's own arguments",
      remedies: Audience.remedies(
        program: ["extractor.save(to: \"features.xylem\")"], commandLine: ["--save features.xylem"]))
  }
}
