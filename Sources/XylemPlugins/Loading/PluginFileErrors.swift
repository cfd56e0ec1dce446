internal import XylemErrors
internal import XylemFiles

/// The errors about plugins' files.
enum PluginFileErrors {
  static func nameWithoutFolder(_ path: String) -> XylemError {
    XylemError(
      .usage,
      path.isEmpty ? "the plugin's path is empty" : "'\(path)' has no folder; plugins are not searched",
      remedies: path.isEmpty ? [] : ["./\(path)  # in the current folder"])
  }

  static func cutShort(_ path: String) -> XylemError {
    XylemError(.fileUnreadable, "the file can't be read to its end", at: .init(file: path))
  }

  static func notRegular(_ path: String, kind: InputFile.Kind) -> XylemError {
    let what =
      switch kind {
      case .folder: "it is a folder"
      case .pipe: "it is a pipe"
      case .socket: "it is a socket"
      case .device: "it is a device"
      }
    return notAPlugin(path, what)
  }

  static func notAPlugin(_ path: String, _ reason: String) -> XylemError {
    XylemError(.pluginNotAPlugin, "this is not a plugin: \(reason)", at: .init(file: path))
  }

  static func withoutNote(_ path: String) -> XylemError {
    XylemError(
      .pluginNotAPlugin, "this is not a plugin: it has no Xylem note", at: .init(file: path),
      remedies: [
        "XYLEM_PLUGIN(\"org.example.name\", \"Name\", \"1.0\")  // in one file of the library, after #include <xylem_sdk.h>"
      ])
  }

  static func malformedNote(_ path: String, _ what: String) -> XylemError {
    XylemError(
      .pluginNoteMalformed, "the plugin's note is malformed: \(what)", at: .init(file: path),
      remedies: ["rebuild the plugin with the macros of xylem_sdk.h"])
  }

  static func abiTooNew(_ path: String, needed: ABIVersion, host: ABIVersion) -> XylemError {
    XylemError(
      .pluginABITooNew, "the plugin needs ABI \(needed), but this host has \(host)", at: .init(file: path),
      remedies: [
        needed.major == host.major
          ? "use a release of Xylem with ABI \(needed) or later" : "build the plugin with this release's headers"
      ])
  }

  static func missingDependency(_ name: String, neededBy: String, path: String, searched: [String]) -> XylemError {
    XylemError(
      .pluginDependencyMissing, "the library '\(name)', which '\(neededBy)' needs, was not found",
      at: .init(file: path),
      cause: Reason(
        searched.isEmpty ? "no folder is searched" : "looked in " + searched.joined(separator: ", ")),
      remedies: [
        "LD_LIBRARY_PATH=/path/to/folder xylem …",
        "link the plugin with -Wl,-rpath,'$ORIGIN', and place the library next to it",
      ])
  }

  static func conflict(_ name: String, path: String, plugin: String, host: String) -> XylemError {
    XylemError(
      .pluginDependencyConflict, "the plugin needs a different '\(name)' than this host uses", at: .init(file: path),
      cause: Reason("the plugin's: \(plugin)\nthe host's: \(host)"),
      remedies: ["link the plugin against \(host)", "build it without that library: tensors cross as DLPack"])
  }
}
