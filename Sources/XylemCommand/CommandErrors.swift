internal import Foundation
internal import XylemDiff
internal import XylemErrors
internal import XylemExtract
internal import XylemGraph
internal import XylemPlugins
internal import XylemNN
internal import XylemTrace

/// The messages of this module's errors, except for errors about options, which are written where the options are
/// checked.
enum CommandErrors {
  static func output(_ reason: String) -> XylemError {
    XylemError(.fileUnwritable, "standard output can't be written: \(reason)")
  }

  static func usage(_ message: String, remedies: [String] = []) -> XylemError {
    XylemError(.usage, message, remedies: remedies)
  }

  static func preferredUnknown(_ name: String, _ plugin: LeafPlugin) -> XylemError {
    let names = plugin.modules.map(\.name) + plugin.functions.map(\.name)
    return XylemError(
      .usage, "the plugin \(plugin.manifest.id) is preferred for '\(name)', which it does not provide",
      at: .init(file: plugin.file.path), remedies: nearMisses(of: name, among: names).map { "prefer: [\($0)]" })
  }

  static func preferredTwice(_ name: String, _ first: LeafPlugin, _ second: LeafPlugin) -> XylemError {
    XylemError(
      .pluginDuplicateName, "two plugins are preferred for '\(name)', \(first.manifest.id) and \(second.manifest.id)",
      at: .init(file: second.file.path))
  }

  static func unknownFingerprint(_ prefix: String, _ findings: [Finding]) -> XylemError {
    let known = findings.filter { !$0.rule.isAboutExpectations }
    let near = nearMisses(of: prefix, among: known.map { String($0.fingerprint.prefix(prefix.utf8.count)) })
    let offered = known.filter { near.contains(String($0.fingerprint.prefix(prefix.utf8.count))) } + known
    var remedies: [String] = []
    for finding in offered {
      let remedy = "--accept \(finding.fingerprint)  # \(finding.rule.rawValue) at \(finding.place)"
      if !remedies.contains(remedy), remedies.count < 3 { remedies.append(remedy) }
    }
    return XylemError(.diffUnknownFinding, "no finding has the fingerprint '\(prefix)'", remedies: remedies)
  }

  static func ambiguousFingerprint(_ prefix: String, _ findings: [Finding]) -> XylemError {
    XylemError(
      .diffUnknownFinding, "several findings have a fingerprint that begins with '\(prefix)'",
      remedies: findings.prefix(3).map { "--accept \($0.fingerprint)  # \($0.rule.rawValue) at \($0.place)" })
  }

  static func acceptedProblem(_ finding: Finding) -> XylemError {
    XylemError(
      .diffUnknownFinding,
      "the finding \(finding.fingerprint) is about an expectation: fix the expectation, it can't be accepted",
      at: .init(file: finding.location.map(\.description)), remedies: [finding.remedy])
  }

  static func badReport(_ path: String, _ reason: String) -> XylemError {
    XylemError(
      .diffUnreadable, "this is not a report to compare with: \(reason)", at: .init(file: path),
      remedies: ["xylem diff MODEL --format json -o base.json  # writes one", "--base MODEL  # compares with a model"])
  }

  /// An error from another library that has no better description.
  static func failed(_ error: any Error) -> XylemError {
    XylemError(.commandFailed, "the command could not finish", cause: Reason(error.localizedDescription))
  }

  static func unknownModel(_ name: String) -> XylemError {
    XylemError(
      .fileNotFound, "'\(name)' is neither a file nor a built-in model",
      remedies: (nearMisses(of: name, among: ModelCatalog.current.models.map(\.name)).prefix(1)
        + XylemError.nearFiles(of: name, endings: [".pt", ".xylem"], limit: 1)).map { "xylem nodes \(shellWord($0))" }
        + [
          "xylem models  # lists the built-in models",
          "give the path of a TorchScript archive, as in ./model.pt",
        ])
  }

  static func randomWeights(_ name: String) -> XylemError {
    usage(
      "'\(name)' has random weights, which differ from run to run: '--weights <file>' loads trained ones",
      remedies: ["--seed 0  # makes the random weights the same in each run"])
  }

  static func linkToNothing(_ path: String) -> XylemError {
    XylemError(
      .fileNotFound, "this is a broken symbolic link", at: .init(file: path),
      remedies: ["ls -l \(shellWord(path))  # shows where it leads"])
  }

  static func folder(_ path: String) -> XylemError {
    XylemError(
      .fileUnreadable, "this is a folder, not a file", at: .init(file: path),
      remedies: ["ls \(shellWord(path))  # shows the files in it"])
  }

  static func unsavedMode(_ mode: Mode, _ saved: FeatureExtractor) -> XylemError {
    let other: Mode = mode == .train ? .eval : .train
    return XylemError(
      .extractInput, "the extractor was saved for \(other.rawValue) mode only",
      remedies: ["--mode \(other.rawValue)"])
  }

  /// - Parameter configuration: the file that gives the option, if it is not from the command line.
  static func tracedAlready(_ option: String, configuration: String?) -> XylemError {
    usage(
      "'\(option)'\(configuration.map { " of '\($0)'" } ?? "") has no effect on a saved extractor, which is already traced",
      remedies: ["give the model's own archive instead"])
  }

  static func weightsMissing(
    _ weights: LoadedWeights, missing: [String], mismatched: [StateMismatch]
  ) -> XylemError {
    var lines: [String] = []
    if !missing.isEmpty {
      lines.append("missing: " + missing.prefix(6).joined(separator: ", ") + (missing.count > 6 ? ", …" : ""))
    }
    for mismatch in mismatched.prefix(6) {
      lines.append("\(mismatch.key) is \(mismatch.expected) but the file has \(mismatch.given)")
    }
    let near =
      missing.count > 3 ? [] : missing.flatMap { nearMisses(of: $0, among: weights.report.unexpected).prefix(1) }
    return XylemError(
      .modelState, "\(missing.count + mismatched.count) tensors that the features need are missing from the weights",
      at: .init(file: weights.path), cause: Reason(lines.joined(separator: "\n")),
      remedies: near.map { "rename the key '\($0)' in the file" }
        + ["request nodes that come earlier", "xylem models  # lists models: the weights may be for another one"])
  }

  static func weightsOfOtherModel(_ weights: LoadedWeights, _ keys: [String]) -> XylemError {
    XylemError(
      .modelState,
      "the weights have \(keys.count) tensors, in modules that the features need, that the model does not have",
      at: .init(file: weights.path),
      cause: Reason(keys.prefix(6).joined(separator: ", ") + (keys.count > 6 ? ", …" : "")),
      remedies: ["xylem models  # lists models: the weights are for another one"])
  }

  // MARK: - Inputs

  static func unknownSetLeaf(_ name: String, node: String, _ known: [String]) -> XylemError {
    XylemError(
      .usage, "no plugin has a leaf function '\(name)'",
      cause: Reason(
        known.isEmpty ? "no plugin with leaf functions is loaded" : "there are " + known.joined(separator: ", ")),
      remedies: known.isEmpty
        ? ["--plugin FILE  # loads a plugin"]
        : nearMisses(of: name, among: known).map { "--set " + shellWord("\(node)=plugin:\($0)") })
  }

  static func otherStoredShape(_ node: String, file: String, stored: String, value: String) -> XylemError {
    XylemError(
      .extractReplacement, "the tensor for '\(node)' does not have the form of the value that it replaces",
      at: .init(file: file), cause: Reason("it is \(stored), the value is \(value)"))
  }

  static func input(_ message: String, file: String? = nil, remedies: [String] = []) -> XylemError {
    XylemError(.extractInput, message, at: .init(file: file), remedies: remedies)
  }

  static func unusedInputs(_ names: [String], of arguments: [ForwardArgument], file: String) -> XylemError {
    let listed = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
    let known = arguments.map(\.name)
    let near = names.prefix(1).flatMap { nearMisses(of: $0, among: known) }.prefix(2).map { "call it '\($0)'" }
    let expected = arguments.map { argument in
      let parts = argument.type.partNames(of: argument.name)
      return parts == argument.name ? "\(parts): \(argument.type)" : "\(parts) …: \(argument.type)"
    }
    return input(
      "the file has tensors that are not arguments of forward: \(listed)", file: file,
      remedies: near + ["its arguments are " + expected.joined(separator: "; ")])
  }

  static func missingPart(_ name: String, file: String) -> XylemError {
    input("'\(name)' is missing", file: file, remedies: ["add a tensor '\(name)' to the file"])
  }

  static func wholeStructure(_ name: String, _ type: TypeExpression, file: String) -> XylemError {
    input(
      "one tensor can't be the whole argument '\(name)', which is of type \(type)", file: file,
      remedies: ["give its parts, as in \(type.partNames(of: name))"])
  }

  /// The system's own message in an error that Foundation wraps several times.
  static func reason(_ error: any Error) -> String {
    var error = error as NSError
    while error.domain != NSPOSIXErrorDomain, let inner = error.userInfo[NSUnderlyingErrorKey] as? NSError {
      error = inner
    }
    guard error.domain == NSPOSIXErrorDomain else { return "the system gives no reason" }
    return String(cString: strerror(CInt(error.code)))
  }

  static func missing(_ path: String) -> XylemError {
    .missingFile(path)
  }

  static func labels(_ path: String, _ message: String) -> XylemError {
    XylemError(
      .fileMalformed, "the file of labels \(message)", at: .init(file: path),
      remedies: ["a JSON list of strings: [\"tench\", \"goldfish\"]"])
  }

  // MARK: - Features

  static func nothingInFeature(_ key: String, node: String, type: String) -> XylemError {
    // The model's own result may be None; the value of a module is None if its trace has none.
    let isUnrecorded = type == "None" && !node.hasPrefix("output")
    return XylemError(
      .extractNoTensor, "the feature '\(key)' is \(type), so there is nothing to return", at: .init(node: node),
      cause: isUnrecorded
        ? Reason("a traced archive records nothing of a module without operations, such as Identity") : nil,
      remedies: (isUnrecorded ? ["request the node before it, whose value it passes on"] : [])
        + ["xylem nodes MODEL --long  # shows the nodes around it"])
  }

  static func unreadableFeature(_ key: String, node: String, cause: any Error) -> XylemError {
    XylemError(
      .extractNoTensor, "the feature '\(key)' has no values that can be read", at: .init(node: node), cause: cause,
      remedies: ["request a node before or after it"])
  }

  static func notInFile(_ entry: FeatureEntry, _ type: String, file: String) -> XylemError {
    XylemError(
      .extractNoTensor, "'\(entry.key)' is \(type), which the file can't hold", at: .init(node: entry.node, file: file),
      remedies: ["-o features.json  # the summary only"]
        + (entry.key == entry.feature ? [] : ["request its other parts, as in \(entry.node)[0]"]))
  }

  static func notDrawable(_ entry: FeatureEntry) -> XylemError {
    XylemError(
      .extractNoTensor, "'\(entry.feature)'\(entry.array.map { ", \($0)," } ?? "") can't be drawn",
      at: .init(node: entry.node),
      cause: Reason("only real numbers of one to five dimensions, the first for the batch, can be drawn"),
      remedies: ["leave out --images, or request another node"])
  }

  static func layoutOfNothing(_ key: String, _ layout: String, _ keys: [String]) -> XylemError {
    XylemError(
      .usage, "'--image-layout' names '\(key)', but there is no such feature",
      remedies: nearMisses(of: key, among: keys).map { "--image-layout \(shellWord($0 + "=" + layout))" })
  }

  static func labelsFitNothing(_ count: Int, file: String) -> XylemError {
    XylemError(
      .usage, "no feature has \(count) values per input, one per label", at: .init(file: file),
      remedies: ["leave out --labels, or request the classifier's output"])
  }

  // MARK: - Outputs

  static func imagesIsFile(_ path: String) -> XylemError {
    XylemError(
      .fileUnwritable, "the folder of images can't be created: a file has that name", at: .init(file: path),
      remedies: ["--images \(shellWord(OutputFile.free(near: path)))"])
  }

  static func folderNotMade(_ path: String, _ reason: String, written: [String]) -> XylemError {
    XylemError(.fileUnwritable, "the folder can't be created: \(reason)\(afterwards(written))", at: .init(file: path))
  }

  /// The error of a run that may have failed because an input is float64, the default type of NumPy.
  static func afterFloat64(_ error: XylemError, _ names: [String]) -> XylemError {
    var error = error
    error.remedies =
      ["--dtype f32  # \(names.joined(separator: ", ")) is float64, the default of NumPy; this converts it to float32"]
      + error.remedies.prefix(2)
    return error
  }

  /// The error of a run on colour images that may have failed because the model expects grayscale images.
  ///
  /// Only the runtime's message says which channels a convolution expected: the failed node may be a leaf or a region
  /// with many layers.
  static func afterColor(_ error: XylemError) -> XylemError {
    guard String(describing: error).contains("to have 1 channels, but got 3 channels") else { return error }
    var error = error
    error.remedies =
      ["--channels 1 --mean 0.5 --std 0.5  # the model expects grayscale images"] + error.remedies.prefix(2)
    return error
  }

  static func replacesInput(_ path: String, by what: String, option: String) -> XylemError {
    usage(
      "\(what) would overwrite '\(path)', which is an input",
      remedies: ["\(option) \(shellWord(OutputFile.free(near: path)))"])
  }

  static func pictureReplacesInput(_ path: String, folder: String) -> XylemError {
    usage(
      "the image '\(path)' would overwrite an input file",
      remedies: ["--images \(shellWord(OutputFile.free(near: folder)))"])
  }

  static func partlyWritten(_ error: XylemError, written: [String]) -> XylemError {
    guard !written.isEmpty else { return error }
    var error = error
    error.message += afterwards(written)
    return error
  }

  static func exists(_ path: String) -> XylemError {
    XylemError(
      .fileUnwritable, "a file or folder with that name already exists and is not overwritten",
      at: .init(file: path), remedies: ["--output \(shellWord(OutputFile.free(near: path)))"])
  }

  private static func afterwards(_ written: [String]) -> String {
    written.isEmpty ? "" : "; already written: \(written.joined(separator: ", "))"
  }
}
