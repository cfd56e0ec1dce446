internal import XylemErrors

/// The errors about functions that are called without a plugin.
enum WrapErrors {
  private static let example = "--wrap-symbol 'libm.so.6:erf(f64) -> f64'"

  static func malformed(_ text: String) -> XylemError {
    XylemError(
      .pluginSignature, "a wrapped symbol is written as LIBRARY:SYMBOL and a signature",
      cause: Reason("found '\(text.prefix(200))'"),
      remedies: ["\(example) --allow-asserted  # for a library without debug information"])
  }

  static func relativePath(_ library: String, _ text: String) -> XylemError {
    XylemError(
      .pluginUnloadable, "the library's path '\(library)' is not absolute and does not begin with './'",
      remedies: ["--wrap-symbol './\(text)'"])
  }

  static func libraryNotFound(_ library: String, isPath: Bool) -> XylemError {
    XylemError(
      .pluginUnloadable,
      isPath ? "there is no library '\(library)'" : "the loader does not find the library '\(library)'",
      cause: isPath ? nil : Reason("the current folder is not searched; for a library in it, use './\(library)'"),
      remedies: isPath ? [] : ["ldconfig -p | grep \(library.prefix { $0 != "." })"])
  }

  static func unloadable(_ path: String, _ reason: String) -> XylemError {
    XylemError(.pluginUnloadable, "the library can't be loaded", at: .init(file: path), cause: Reason(reason))
  }

  static func symbolNotFound(
    _ wrapped: WrappedSymbol, path: String, isData: Bool, functions: [String], isVouched: (String) -> Bool
  ) -> XylemError {
    let near = nearMisses(of: wrapped.symbol, among: functions)
    return XylemError(
      .pluginSymbolNotFound,
      isData
        ? "'\(wrapped.symbol)' of \(wrapped.library) is data, not a function"
        : "\(wrapped.library) has no function '\(wrapped.symbol)'",
      at: .init(file: path),
      cause: near.isEmpty ? nil : Reason("similar names: " + near.joined(separator: ", ")),
      remedies: near.first.map {
        ["--wrap-symbol '\(wrapped.library):\($0)\(wrapped.signature)'" + (isVouched($0) ? "" : " --allow-asserted")]
      } ?? ["nm -D --defined-only \(path)"])
  }

  static func asserted(_ wrapped: WrappedSymbol) -> XylemError {
    XylemError(
      .pluginAsserted,
      "the signature of '\(wrapped.symbol)' of \(wrapped.library) can't be checked",
      cause: Reason(
        "the library has no debug information for it; with a wrong signature, a call crashes or gives wrong values"),
      remedies: ["--allow-asserted"])
  }

  static func mismatch(_ wrapped: WrappedSymbol, path: String, faults: [String], suggestion: String?) -> XylemError {
    XylemError(
      .pluginMismatch,
      "'\(wrapped.symbol)' of \(wrapped.library) does not match the signature \(wrapped.signature)",
      at: .init(file: path), cause: Reason(faults.joined(separator: "\n")),
      remedies: suggestion.map { ["--wrap-symbol '\(wrapped.library):\(wrapped.symbol)\($0)'"] } ?? [])
  }
}
