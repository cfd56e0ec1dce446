internal import CXylem
internal import XylemErrors

/// The errors about loading plugins.
enum LoadErrors {
  static func unloadable(_ path: String, reason: String) -> XylemError {
    XylemError(.pluginUnloadable, "the loader can't load the plugin", at: .init(file: path), cause: Reason(reason))
  }

  static func missingSymbol(_ path: String) -> XylemError {
    XylemError(
      .pluginMissingSymbol, "the library has a plugin's note, but does not export 'xylem_plugin'",
      at: .init(file: path),
      remedies: [
        "XYLEM_PLUGIN(\"org.example.name\", \"Name\", \"1.0\")  // at file scope; also exported with -fvisibility=hidden"
      ])
  }

  static func wrongMagic(_ path: String, found: UInt32) -> XylemError {
    XylemError(
      .pluginWrongMagic,
      "'xylem_plugin' has the magic number 0x\(String(found, radix: 16)), not 0x\(String(UInt32(XYLEM_PLUGIN_MAGIC), radix: 16))",
      at: .init(file: path))
  }

  static func shortStruct(_ path: String, what: String, size: Int, expected: Int) -> XylemError {
    XylemError(
      .pluginShortStruct, "'\(what)' has \(size) bytes; this host expects \(expected)", at: .init(file: path),
      remedies: ["build the plugin with this release's headers; struct_size is sizeof of the struct"])
  }

  static func missingMember(_ path: String, _ what: String, _ member: String) -> XylemError {
    XylemError(.pluginMismatch, "\(what) has no '\(member)'", at: .init(file: path))
  }

  static func openFailed(_ path: String, id: String, status: UInt32, reason: String) -> XylemError {
    XylemError(
      .pluginOpenFailed, "the plugin '\(id)' can't be opened (status \(status))", at: .init(file: path),
      cause: Reason(reason))
  }

  static func unknownExtension(_ path: String, plugin: String, extension id: String) -> XylemError {
    XylemError(
      .pluginUnknownExtension, "the plugin '\(plugin)' claims to implement the extension '\(id)', which does not exist",
      at: .init(file: path), remedies: ["return NULL for every id that the plugin does not implement"])
  }

  static func mismatch(_ path: String, of what: String, note: String, table: String) -> XylemError {
    XylemError(
      .pluginMismatch, "the note and the table disagree about \(what)", at: .init(file: path),
      cause: Reason("the note: \(note)\nthe table: \(table)"),
      remedies: ["use the macros of xylem_sdk.h to write both"])
  }

  static func duplicateName(_ what: String, first: String, second: String) -> XylemError {
    XylemError(
      .pluginDuplicateName, first == second ? "the plugin provides \(what) twice" : "two plugins provide \(what)",
      at: .init(file: first == second ? first : nil),
      cause: first == second ? nil : Reason("first: \(first)\nsecond: \(second)"),
      remedies: first == second ? [] : ["use only one of the two plugins"])
  }

  static func digestMismatch(_ path: String, expected: String, found: String) -> XylemError {
    XylemError(
      .pluginDigestMismatch, "the plugin's digest does not match its pin", at: .init(file: path),
      cause: Reason("pinned: \(expected)\nfound: \(found)"),
      remedies: ["pin \(found)  # if the new file is correct", "restore the pinned file"])
  }

  static func malformedPin(_ path: String, _ pin: String) -> XylemError {
    XylemError(
      .pluginDigestMismatch, "the pin '\(pin)' is not a SHA-256", at: .init(file: path),
      remedies: ["sha256sum '\(path)'  # 64 hexadecimal digits"])
  }

  static func notPinned(_ path: String, id: String, digest: String) -> XylemError {
    XylemError(
      .pluginNotPinned, "the plugin '\(id)' has no pin, but the policy requires one", at: .init(file: path),
      remedies: ["pin \(digest)"])
  }

  static func changedMeanwhile(_ path: String, expected: String) -> XylemError {
    XylemError(
      .pluginDigestMismatch, "the file changed during loading", at: .init(file: path),
      cause: Reason("checked: \(expected)"),
      remedies: ["install plugins by renaming a finished file into place"])
  }
}

/// The errors about processes that try plugins.
enum ScanErrors {
  static func scannerNotFound(searched: [String]) -> XylemError {
    XylemError(
      .pluginScannerNotFound, "the program that tries plugins (xylem-scan) was not found",
      cause: Reason("looked in " + searched.joined(separator: ", ")),
      remedies: ["swift build --product xylem-scan", "XYLEM_SCANNER=/path/to/xylem-scan xylem …"])
  }

  static func notStarted(_ program: String, code: CInt) -> XylemError {
    XylemError(
      .pluginScannerNotFound, "the program that tries plugins can't be started", at: .init(file: program),
      cause: Reason(systemText(code)))
  }

  static func crashed(_ path: String, how: String, step: String, errors: String) -> XylemError {
    XylemError(
      .pluginScanCrashed, "the process that tries the plugin \(how) while it \(step)", at: .init(file: path),
      cause: errors.isEmpty ? nil : Reason(errors), remedies: ["xylem plugin check '\(path)'  # tries again"])
  }

  static func timedOut(_ path: String, limit: Duration, step: String) -> XylemError {
    XylemError(
      .pluginScanTimedOut, "the process that tries the plugin was stopped after \(limit.text) while it \(step)",
      at: .init(file: path), remedies: ["xylem plugin check '\(path)' --time-limit 60  # allows more time"])
  }

  static func incomprehensible(_ path: String, _ line: String) -> XylemError {
    XylemError(
      .pluginScanCrashed, "the process that tries the plugin reported an invalid line", at: .init(file: path),
      cause: Reason(String(line.prefix(200))))
  }
}
