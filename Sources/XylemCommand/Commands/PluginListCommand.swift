internal import ArgumentParser
internal import XylemPlugins
internal import XylemReport

/// `xylem plugin list`: the leaves that plugins bring, a line each.
struct PluginListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the leaves that plugins bring, without running anything of them.",
    discussion: """
      xylem plugin list ./libsame-padding.so

      For modules their mode is printed, for functions their signature, and how far that can be trusted: one that is derived was written \
      or checked by the compiler that built the function, one that is asserted by nobody.
      """)

  @OptionGroup var options: PluginFiles

  func run() throws {
    var found: [PluginFile] = []
    var failure: (any Error)?
    do { try options.each { found.append(try PluginFile($0)) } } catch { failure = error }
    if options.format == .json {
      try Terminal.output(JSONValue.object(["schema": .int(1), "plugins": .array(found.map(\.listing))]).text)
    } else if !found.isEmpty {
      var table = TextTable(
        [.left, .left, .left, .left, .left], headings: ["leaf", "kind", "mode or signature", "trust", "plugin"])
      for file in found { for row in file.rows { table.append(row) } }
      try Terminal.output(table.text(Terminal.current.outputStyle))
    }
    if let failure { throw failure }
  }
}

extension PluginFile {
  fileprivate var rows: [[String]] {
    manifest.modules.map { [$0.type, "module", $0.mode.rawValue, "", manifest.id] }
      + manifest.functions.map { [$0.name, "function", $0.signature, $0.tier, manifest.id] }
  }

  fileprivate var listing: JSONValue {
    .object([
      "path": .string(path), "digest": .string(digest), "id": .string(manifest.id),
      "modules": .array(manifest.modules.map(\.json)), "functions": .array(manifest.functions.map(\.json)),
    ])
  }

  /// Everything that is known of the file.
  var json: JSONValue {
    .object([
      "schema": .int(1), "path": .string(path), "digest": .string(digest), "bytes": .int(byteCount),
      "id": .string(manifest.id), "name": .string(manifest.name), "version": .string(manifest.version),
      "abi": .string("\(manifest.abi)"), "abiNeeded": .string("\(manifest.abiNeeded)"),
      "modules": .array(manifest.modules.map(\.json)), "functions": .array(manifest.functions.map(\.json)),
      "dependencies": .array(
        dependencies.map {
          .object(["name": .string($0.name), "path": .string($0.path), "digest": .optional($0.digest)])
        }),
    ])
  }
}

extension PluginManifest.LeafModule {
  /// What it declares.
  var json: JSONValue {
    .object([
      "type": .string(type), "mode": .string(mode.rawValue), "threading": .string(threading.rawValue),
      "deterministic": .bool(isDeterministic), "replacesForward": .bool(replacesForward),
      "writes": .array(writes.map { .int($0) }), "summary": .string(summary),
    ])
  }
}

extension PluginManifest.LeafFunction {
  /// How far the signature can be trusted, as far as the file says.
  var tier: String { isDerived ? "derived" : "asserted" }

  /// What it declares.
  var json: JSONValue {
    .object([
      "name": .string(name), "signature": .string(signature), "tier": .string(tier),
      "operator": .optional(operatorName), "backward": .optional(backwardSignature),
      "threading": .string(threading.rawValue), "deterministic": .bool(isDeterministic), "random": .bool(isRandom),
      "summary": .string(summary),
    ])
  }
}
