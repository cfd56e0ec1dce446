internal import XylemErrors
internal import XylemGraph
internal import XylemTensor
internal import XylemTrace

/// The messages of this module's errors.
enum ExtractErrors {
  /// The error for an operator that accesses files, processes or the network in a model that must not.
  static func fileOperator(_ name: String, at node: Node) -> XylemError {
    XylemError(
      .extractFileOperator, "the node '\(node.name)' accesses files, processes or the network",
      at: XylemError.Place(
        modulePath: node.modulePath, node: node.name, source: node.location.map(String.init(describing:))),
      cause: Reason("it calls \(name), which reads or writes files, or uses other processes or the network"),
      remedies: Audience.allowingFileOperators)
  }

  /// A remedy that requests a node, optionally under a key.
  private static func asking(for node: String, as key: String? = nil, _ comment: String? = nil) -> String {
    Audience.remedies(
      program: [
        "returning: [\(key.map { "ReturnRequest(\(pythonWord(node)), as: \(pythonWord($0)))" } ?? pythonWord(node))]"
          + (comment.map { "  // \($0)" } ?? "")
      ],
      commandLine: [
        "--return \(shellWord(node + (key.map { "=\($0)" } ?? "")))" + (comment.map { "  # \($0)" } ?? "")
      ])[0]
  }

  /// A remedy that lists the nodes.
  private static func listing(_ comment: String, option: String = "") -> [String] {
    Audience.remedies(
      program: ["print(trace.nodeNames)  // \(comment)"], commandLine: ["xylem nodes MODEL\(option)  # \(comment)"])
  }

  static func unknownNode(_ request: String, mode: String, candidates: [String]) -> XylemError {
    var near = nearMisses(of: request, among: candidates)
    // Brackets are steps into a value or a set of characters.
    if near.isEmpty, request.contains("[") {
      near = nearMisses(of: request.filter { !"[]".contains($0) }, among: candidates)
    }
    return XylemError(
      .extractUnknownNode, "the model has no node or module '\(request)' in \(mode) mode",
      remedies: near.isEmpty ? listing("lists them", option: " --mode \(mode)") : near.map { asking(for: $0) })
  }

  /// The error for a request of a module that runs within a leaf or a region.
  static func hidden(_ request: String, in node: Node) -> XylemError {
    let (what, cause) =
      if case .region = node.operation {
        ("the region '\(node.name)'", "the region's code decides what it runs when the model runs")
      } else {
        ("the leaf module '\(node.name)'", "a leaf is called as a whole: its parts have no nodes")
      }
    return XylemError(
      .extractUnknownNode, "'\(request)' is within \(what), which is not traced through",
      at: .init(node: node.name, source: node.location.map { String(describing: $0) }), cause: Reason(cause),
      remedies: [asking(for: node.name, "returns the value of the whole")])
  }

  static func unmatchedGlob(
    _ pattern: String, mode: String, wider: (pattern: String, count: Int)?, candidates: [String]
  ) -> XylemError {
    var (cause, remedies): (Reason?, [String]) = (nil, [])
    if let wider, wider.count > 0 {
      cause = Reason(
        "'*' matches one component of a name and '**' any number: '\(wider.pattern)' matches \(wider.count)")
      remedies.append(asking(for: wider.pattern))
    }
    let words = pattern.filter { !"*?[]{}\\".contains($0) }.split(separator: ".").joined(separator: ".")
    remedies += nearMisses(of: words, among: candidates).map { asking(for: $0) }
    return XylemError(
      .extractUnknownNode, "the pattern '\(pattern)' matches no node or module in \(mode) mode", cause: cause,
      remedies: remedies.isEmpty ? [asking(for: "**", "returns every node and module")] : remedies)
  }

  static func duplicateKey(_ key: String, of first: String, and second: String) -> XylemError {
    XylemError(
      .extractDuplicateKey, "two requests have the key '\(key)': '\(first)' and '\(second)'",
      remedies: [asking(for: second, as: key + "_1", "gives the second a different key")])
  }

  static func keyOfGlob(_ key: String, _ pattern: String, matches: [String]) -> XylemError {
    XylemError(
      .extractDuplicateKey,
      "one key, '\(key)', is given to the \(matches.count) nodes and modules that '\(pattern)' matches",
      remedies: [asking(for: pattern, "keeps the names as keys"), asking(for: matches[0], as: key)])
  }

  static func nothingRequested() -> XylemError {
    XylemError(.extractNothingRequested, "no node was requested", remedies: listing("lists the nodes"))
  }

  static func unaddressable(_ request: String, _ why: String) -> XylemError {
    XylemError(.extractUnaddressable, "'\(request)' is not a part of the value", cause: Reason(why))
  }

  static func input(_ message: String, cause: String? = nil, remedies: [String] = []) -> XylemError {
    XylemError(.extractInput, message, cause: cause.map { Reason($0) }, remedies: remedies)
  }

  static func unknownKey(_ key: String, _ keys: [String]) -> XylemError {
    XylemError(
      .extractUnknownNode, "there is no feature '\(key)'",
      cause: Reason("the keys are " + keys.map { "'\($0)'" }.joined(separator: ", ")),
      remedies: nearMisses(of: key, among: keys).map { "features[\(pythonWord($0))]" })
  }

  static func severalKeys(_ keys: [String]) -> XylemError {
    XylemError(
      .extractUnknownNode, "there are \(keys.count) features and not one",
      cause: Reason("the keys are " + keys.map { "'\($0)'" }.joined(separator: ", ")),
      remedies: keys.prefix(2).map { "features[\(pythonWord($0))]" })
  }

  static func notATensor(_ key: String, _ what: String) -> XylemError {
    XylemError(
      .extractNoTensor, "the feature '\(key)' is not a tensor", cause: Reason("it is \(what)"),
      remedies: ["features.values[features.keys.firstIndex(of: \(pythonWord(key)))!]"])
  }

  static func otherMode(_ mode: Mode) -> XylemError {
    input(
      "the extractor was not made for \(mode.rawValue) mode",
      remedies: ["FeatureExtractor(of: model, returning: […], modes: [.train, .eval])"])
  }

  static func archiveMode(_ path: String) -> XylemError {
    input(
      "the module '\(path)' of an archive can't be in another mode than its extractor",
      remedies: ["try extractor.module.train()", "try extractor.module.eval()"])
  }

  static func execution(at node: Node?, _ error: XylemError) -> XylemError {
    XylemError(
      .extractExecution, "running the model failed",
      at: .init(modulePath: node?.modulePath, node: node?.name, source: node?.location.map { String(describing: $0) }),
      cause: error,
      remedies: error.id == .runtimeMissingKernel
        ? !error.remedies.isEmpty ? [] : ["load a library that implements the operator, or request nodes before it"]
        : listing("shows where the node comes from", option: " --long") + ["check the input's shape and dtype"])
  }

  static func failedGuard(at node: Node, _ assumption: Guard, condition: String) -> XylemError {
    XylemError(
      .extractGuard, "the model's own check failed: \(assumption.message)",
      at: .init(modulePath: node.modulePath, node: node.name, source: node.location.map { String(describing: $0) }),
      cause: Reason("\(condition) must be \(assumption.expected) but is not for this input"),
      remedies: ["check the input's shape"])
  }

  /// The error for a call whose shapes change a decision of the model's code.
  static func brokenShapes(
    at node: Node, _ assumption: Guard, traced: [String: KnownShape], given: [String: KnownShape]
  ) -> XylemError {
    func list(_ shapes: [String: KnownShape]) -> String {
      shapes.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
    }
    let other = given.filter { traced[$0.key] != $0.value }.min { $0.key < $1.key }
    let remedies = other.map { name, shape in
      Audience.remedies(
        program: [
          "FeatureExtractor(…, shapes: [\"\(name)\": \(shape)])",
          "extractor.otherShapes = .retracing  // traces for each shape",
        ], commandLine: ["--shape \(name)=\(shape.sizes.map(String.init).joined(separator: ","))"])
    }
    return XylemError(
      .extractGuard, "the shapes of this call break an assumption of the trace: \(assumption.message)",
      at: .init(
        modulePath: node.modulePath, node: node.isListed ? node.name : nil,
        source: node.location.map { String(describing: $0) }),
      cause: Reason("traced with \(list(traced)); this call has \(list(given))"),
      remedies: remedies ?? ["check the input's shape"])
  }

  /// The error for an extractor that can't trace its model again.
  static func untraceable() -> XylemError {
    input(
      "this extractor can't trace its model again for other shapes", cause: "it was made from traces or from a file",
      remedies: ["FeatureExtractor(of: model, returning: […], shapes: …, otherShapes: .retracing)"])
  }

  /// A remedy that saves the extractor in Xylem's own format.
  private static func saving(_ comment: String) -> [String] {
    Audience.remedies(
      program: ["extractor.save(to: \"features.xylem\")  // \(comment)"],
      commandLine: ["--save features.xylem  # \(comment)"])
  }

  static func unsavableExported(_ name: String) -> XylemError {
    XylemError(
      .extractUnsavable, "the model '\(name)' is of torch.export, whose extractors can't be saved",
      remedies: Audience.remedies(
        program: ["FeatureExtractor(of: ExportedModel(path: …), returning: …)  // from the archive, each time"],
        commandLine: ["leave out --save and keep the archive: it is traced in a moment"]))
  }

  static func unsavable(at node: Node, _ error: XylemError) -> XylemError {
    XylemError(
      .extractUnsavable, error.message,
      at: .init(modulePath: node.modulePath, node: node.name, source: node.location.map { String(describing: $0) }),
      cause: error.cause,
      remedies: saving("can hold it") + ["request nodes before \(node.name)"])
  }

  static func unsavable(key: String, node: String, type: String) -> XylemError {
    XylemError(
      .extractUnsavable, "the feature '\(key)' can't be saved as TorchScript: its type is \(type), not a tensor",
      at: .init(node: node),
      remedies: TypeExpression(parsing: type).isSequence
        ? ["request its parts, as in \(node)[0]"] : saving("holds values of every type"))
  }
}

// MARK: - Arguments of a call

extension ExtractErrors {
  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "forward takes none" : "its arguments are " + names.joined(separator: ", ")
  }

  static func tooMany(_ count: Int, names: [String]) -> XylemError {
    let takes = names.count == 1 ? "1 argument" : "\(names.count) arguments"
    return input(
      "forward takes \(takes), but \(count) \(count == 1 ? "was" : "were") given", cause: list(names),
      remedies: ["leave out the last \(count - names.count)"])
  }

  static func unknownArgument(_ name: String, names: [String]) -> XylemError {
    input(
      "forward has no argument '\(name)'", cause: list(names),
      remedies: nearMisses(of: name, among: names).map { "use the name '\($0)'" })
  }

  static func missing(_ name: String, names: [String]) -> XylemError {
    input("the argument '\(name)' is missing", cause: list(names))
  }

  static func wrongType(_ name: String, _ mismatch: ValueMismatch) -> XylemError {
    input(
      "the argument '\(name)' takes a value of type \(mismatch.expected)\(mismatch.place.isEmpty ? "" : " at \(name)\(mismatch.place)"), but got \(mismatch.found)"
    )
  }

  static func otherStructure(_ name: String, _ difference: String) -> XylemError {
    input(
      "the argument '\(name)' has a different structure from the one that the model was traced with", cause: difference,
      remedies: [
        "trace the model for this structure",
        "trace it for any structure, with "
          + Audience.remedies(program: ["automatic leaves"], commandLine: ["--auto-leaf"])[0],
      ])
  }

  static func fixed(
    _ argument: ForwardArgument, to constant: NodeInput, given: String, isSaved: Bool
  ) -> XylemError {
    let name = argument.name
    let again = isSaved ? "save the extractor again with " : ""
    let isDefault = argument.role == .atDefault
    return input(
      "the argument '\(name)' was fixed to \(isDefault ? "its default " : "")\(constant) when the model was traced, but got \(given)",
      remedies: [
        isDefault
          ? again
            + Audience.remedies(
              program: ["TraceOptions(symbolic: [\"\(name)\"])  // keeps it as an input"],
              commandLine: ["--symbolic \(name)  # keeps it as an input"])[0]
          : "trace the model without "
            + Audience.remedies(
              program: ["'\(name)' in concrete"], commandLine: ["--concrete \(name)=\(constant)"])[0],
        "omit '\(name)' from the call",
      ])
  }
}

extension ExtractErrors {
  static func misshapedState(_ found: [StateMismatch]) -> XylemError {
    let keys = found.map { "\($0.key) is \($0.expected) but got \($0.given)" }
    return XylemError(
      .extractState, "\(keys.count) of the given tensors have a different shape or type from the model's",
      cause: Reason(keys.prefix(8).joined(separator: "; ") + (keys.count > 8 ? "; …" : "")),
      remedies: ["give the state dict of a model of the same size"])
  }

  static func missingState(_ report: StateReport) -> XylemError {
    let near = report.missing.first.map { nearMisses(of: $0, among: report.unexpected) } ?? []
    return XylemError(
      .extractState, "\(report.missing.count) tensors that the extractor needs are missing",
      cause: Reason(report.missing.prefix(8).joined(separator: ", ") + (report.missing.count > 8 ? ", …" : "")),
      remedies: ["try extractor.load(state, strict: false)  // leaves them as they are"]
        + near.prefix(2).map { "rename the key '\($0)'" })
  }

  static func unreadable(_ path: String, _ why: String, remedies: [String] = []) -> XylemError {
    XylemError(
      .extractUnreadable, "the file is not a loadable extractor", at: .init(file: path), cause: Reason(why),
      remedies: remedies)
  }

  static func unsavable(_ message: String, cause: String? = nil, remedies: [String] = []) -> XylemError {
    XylemError(.extractUnsavable, message, cause: cause.map { Reason($0) }, remedies: remedies)
  }
}
