internal import ArgumentParser
internal import enum XylemGraph.ModeTrait
internal import XylemPlugins
internal import XylemReport

/// `xylem plugin list`: the leaves that plugins provide, one per line.
struct PluginListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the leaves that plugins provide, without running their code.",
    discussion: """
      xylem plugin list ./libsame-padding.so

      Modules are listed with their mode, functions with their signature and how far it can be trusted: a derived signature was written \
      or checked by the compiler that built the function; an asserted one is not checked.
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

  /// Everything known about the file.
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
  /// What the module declares.
  var json: JSONValue {
    .object([
      "type": .string(type), "mode": .string(mode.rawValue), "threading": .string(threading.rawValue),
      "deterministic": .bool(isDeterministic), "replacesForward": .bool(replacesForward),
      "writes": .array(writes.map { .int($0) }), "summary": .string(summary),
    ])
  }
}

extension PluginManifest.LeafFunction {
  /// How far the signature can be trusted, according to the file.
  var tier: String { isDerived ? "derived" : "asserted" }

  /// What the function declares.
  var json: JSONValue {
    .object([
      "name": .string(name), "signature": .string(signature), "tier": .string(tier),
      "operator": .optional(operatorName), "backward": .optional(backwardSignature),
      "threading": .string(threading.rawValue), "deterministic": .bool(isDeterministic), "random": .bool(isRandom),
      "summary": .string(summary),
    ])
  }
}
