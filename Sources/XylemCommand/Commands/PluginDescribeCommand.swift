internal import ArgumentParser
internal import enum XylemGraph.ModeTrait
internal import XylemPlugins
internal import XylemReport

/// `xylem plugin describe`: everything that a plugin's file declares.
struct PluginDescribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe", abstract: "Describe a plugin without running its code.",
    discussion: """
      xylem plugin describe ./libsame-padding.so

      Prints the plugin's id, version and ABI, the digest to pin it by, the libraries that it depends on, and what each of its leaves \
      declares.
      """)

  @Argument(help: ArgumentHelp("A shared library.", valueName: "file")) var file: String
  @OptionGroup var colors: ColorOptions
  @Option(help: "The output format.") var format: TextOrJSON = .text

  func run() throws {
    let file = try PluginFile(file)
    try Terminal.output(format == .json ? file.json.text : Self.text(file))
  }

  private static func text(_ file: PluginFile) -> String {
    let manifest = file.manifest
    var table = TextTable([.left, .left])
    table.append(["plugin", "\(manifest.id) \(manifest.version)"])
    table.append(["name", manifest.name])
    table.append(["ABI", "built with \(manifest.abi), needs \(manifest.abiNeeded)"])
    table.append(["file", file.path])
    table.append(["sha256", file.digest])
    for dependency in file.dependencies { table.append(["needs", "\(dependency.name) (\(dependency.path))"]) }
    var lines = [table.text]
    for module in manifest.modules { lines += ["", heading("module \(module.type)", module.summary)] + traits(module) }
    for function in manifest.functions {
      lines += ["", heading("function \(function.name)\(function.signature)", function.summary)] + traits(function)
    }
    return lines.joined(separator: "\n")
  }

  private static func heading(_ what: String, _ summary: String) -> String {
    summary.isEmpty ? what : "\(what): \(summary)"
  }

  private static func traits(_ module: PluginManifest.LeafModule) -> [String] {
    var traits = [module.replacesForward ? "its code runs in place of forward" : "the model's own forward runs"]
    traits.append("mode: \(module.mode.rawValue)")
    traits.append("threading: \(module.threading.rawValue)")
    if module.isDeterministic { traits.append("deterministic") }
    if !module.writes.isEmpty {
      traits.append("writes its arguments \(module.writes.map(String.init).joined(separator: ", "))")
    }
    return traits.map { "  " + $0 }
  }

  private static func traits(_ function: PluginManifest.LeafFunction) -> [String] {
    var traits = ["signature: \(function.tier)", "threading: \(function.threading.rawValue)"]
    if let name = function.operatorName { traits.append("implements \(name)") }
    if let backward = function.backwardSignature { traits.append("backward: \(backward)") }
    if function.isDeterministic { traits.append("deterministic") }
    if function.isRandom { traits.append("draws random numbers") }
    return traits.map { "  " + $0 }
  }
}
