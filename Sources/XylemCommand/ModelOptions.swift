public import ArgumentParser
internal import Foundation
internal import XylemErrors
internal import XylemGraph
internal import XylemRuntime
public import XylemTrace

/// The options that every command with a model takes.
struct ModelOptions: ParsableArguments {
  @ArgumentParser.Argument(help: "A TorchScript archive (model.pt).", completion: .file(extensions: ["pt", "pth"]))
  var model: String

  @Option(
    name: .customLong("leaf"),
    help: ArgumentHelp(
      "Modules of this type are leaves; 'path:encoder.*' matches their paths instead. Repeatable.", valueName: "type"))
  var leaves: [String] = []

  @Option(
    name: .customLong("wrap"),
    help: ArgumentHelp("This function is a leaf function. Repeatable.", valueName: "function"))
  var wrapped: [String] = []

  @Flag(name: .customLong("no-default-leaves"), help: "Trace through the built-in layers too, down to operators.")
  var noDefaultLeaves = false

  @Flag(name: .customLong("auto-leaf"), help: "What can't be traced becomes a leaf module or a region, and is listed.")
  var autoLeaf = false

  @Option(help: "How nodes are named: exact or torchvision.")
  var naming: Naming = .exact

  @Option(
    name: .customLong("concrete"),
    help: ArgumentHelp(
      "Fixes an argument of forward to a number, true, false or null. Repeatable.", valueName: "name=value"))
  var concrete: [String] = []

  /// The policy that the options describe.
  var policy: LeafPolicy {
    var policy = LeafPolicy(includesDefaults: !noDefaultLeaves)
    for leaf in leaves {
      policy = leaf.hasPrefix("path:") ? policy.leaf(path: String(leaf.dropFirst(5))) : policy.leaf(type: leaf)
    }
    for function in wrapped { policy = policy.wrap(function) }
    return policy
  }

  /// Options of a trace in one mode.
  ///
  /// - Throws: `usage` for a malformed `--concrete`.
  func traceOptions(_ mode: Mode, recordsLocations: Bool) throws(XylemError) -> TraceOptions {
    var values: [String: XylemGraph.Argument] = [:]
    for text in concrete {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty, let value = Self.literal(parts[1]) else {
        throw XylemError(
          .usage, "'\(text)' is not NAME=VALUE with a number, true, false or null",
          remedies: ["--concrete scale=2", "--concrete targets=null"])
      }
      values[parts[0]] = value
    }
    return TraceOptions(
      mode: mode, naming: naming, policy: policy, makesLeaves: autoLeaf, concrete: values,
      recordsLocations: recordsLocations)
  }

  private static func literal(_ text: String) -> XylemGraph.Argument? {
    switch text {
    case "true", "True": return .bool(true)
    case "false", "False": return .bool(false)
    case "null", "None": return XylemGraph.Argument.none
    default:
      if let number = Int(text) { return .int(number) }
      guard let number = Double(text), number.isFinite else { return nil }
      return .float(number)
    }
  }

  /// Loads the model.
  func load() throws -> ScriptModel { try ScriptModel(path: model) }
}

extension Naming: ExpressibleByArgument {}
extension Mode: ExpressibleByArgument {}
