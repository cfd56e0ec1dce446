internal import Glibc
internal import Synchronization
public import XylemErrors

/// A function of any library, called without a plugin: `libm.so.6:erf(f64) -> f64`.
///
/// The signature is checked with the library's debug information. If there is none, the signature is only asserted.
public struct WrappedSymbol: Sendable, Hashable, CustomStringConvertible {
  /// A name for the loader, or a path.
  public let library: String
  /// The function's name in the library.
  public let symbol: String
  /// The signature.
  public let signature: Signature

  /// The string form, which reads back as the same symbol.
  public var description: String { "\(library):\(symbol)\(signature)" }

  /// Parses `LIBRARY:SYMBOL SIGNATURE`; the space may be left out.
  ///
  /// A library without a slash is searched where the loader does, never in the current folder. A library with a slash
  /// is a path, which must be absolute or begin with `./`.
  ///
  /// - Throws: `plugin.signature`; `plugin.unloadable` for any other path.
  public init(_ text: String) throws(XylemError) {
    guard let parts = Self.parts(text) else { throw WrapErrors.malformed(text) }
    if parts.library.contains("/"), !parts.library.hasPrefix("/"), !parts.library.hasPrefix("./") {
      throw WrapErrors.relativePath(parts.library, text)
    }
    library = parts.library
    symbol = parts.symbol
    signature = try Signature(parts.signature)
  }

  /// The signature begins at the last parenthesis that follows a colon and a name. Paths and results may have
  /// parentheses too.
  private static func parts(_ text: String) -> (library: String, symbol: String, signature: String)? {
    for open in text.indices.reversed() where text[open] == "(" {
      let head = text[..<open]
      let trimmed = head.lastIndex { !$0.isWhitespace }.map { head[...$0] } ?? head[..<head.startIndex]
      guard let colon = trimmed.lastIndex(of: ":") else { continue }
      let library = trimmed[..<colon].drop { $0.isWhitespace }
      let symbol = trimmed[trimmed.index(after: colon)...]
      let isName = symbol.allSatisfy { $0.isLetter || $0.isNumber || "_$.".contains($0) }
      guard !library.isEmpty, !symbol.isEmpty, isName else { continue }
      return (String(library), String(symbol), String(text[open...]))
    }
    return nil
  }

  /// Finds the function, and checks the signature if possible. The library is loaded for the life of the process.
  ///
  /// - Parameter allowsAsserted: whether a signature that can't be checked is accepted.
  /// - Returns: the function, whose calls are serial within its library, and its origin.
  /// - Throws: `plugin.unloadable`, `plugin.symbol-not-found`; `plugin.mismatch` if the library's debug information has
  ///   other types; `plugin.asserted` if it has none and `allowsAsserted` is false. The library's code runs after all
  ///   of these checks.
  public func load(allowsAsserted: Bool) throws(XylemError) -> (function: PluginFunction, plugin: PluginIdentity) {
    let file = try SymbolFile(path: path())
    let candidates = file.symbols.filter { $0.name == symbol }
    guard let found = candidates.first(where: \.isFunction) else {
      throw WrapErrors.symbolNotFound(
        self, path: file.path, isData: !candidates.isEmpty, functions: file.symbols.filter(\.isFunction).map(\.name)
      ) { name in
        file.symbols.first { $0.name == name && $0.isFunction }.flatMap { file.declaration(of: $0) } != nil
      }
    }
    let tier = try self.tier(found, in: file, allowsAsserted: allowsAsserted)
    let digest = try file.digest()
    let function = try ForeignFunction(name: symbol, signature: signature, address: address(in: file.path))
    let wrapped = PluginFunction(
      function, plugin: library, summary: "\(symbol) of \(library)", tier: tier, threading: .serial,
      pluginLock: Self.lock(of: file.path))
    return (wrapped, PluginIdentity(id: library, digest: digest))
  }

  private func tier(_ symbol: SymbolFile.Symbol, in file: SymbolFile, allowsAsserted: Bool) throws(XylemError)
    -> SignatureTier
  {
    guard let declaration = file.declaration(of: symbol) else {
      guard allowsAsserted else { throw WrapErrors.asserted(self) }
      return .asserted
    }
    let comparison = SignatureComparison(signature: signature, declaration: declaration)
    let faults = comparison.faults
    guard faults.isEmpty else {
      throw WrapErrors.mismatch(self, path: file.path, faults: faults, suggestion: comparison.suggestion)
    }
    return .checked
  }

  /// The library's file as an absolute path without links.
  private func path() throws(XylemError) -> String {
    let search = LibrarySearch()
    let candidates =
      library.contains("/")
      ? [library]
      : [search.mappedFile(library)].compactMap(\.self) + search.candidates(library, rpaths: [], runpaths: [])
    for candidate in candidates {
      guard let resolved = unsafe realpath(candidate, nil) else { continue }
      defer { unsafe free(resolved) }
      return unsafe String(cString: resolved)
    }
    throw WrapErrors.libraryNotFound(library, isPath: library.contains("/"))
  }

  private func address(in path: String) throws(XylemError) -> @convention(c) () -> Void {
    guard let handle = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE),
      let address = unsafe dlsym(handle, symbol)
    else {
      let reason = unsafe dlerror().map { unsafe String(cString: $0) } ?? "the loader reported no reason"
      throw WrapErrors.unloadable(path, reason)
    }
    return unsafe unsafeBitCast(address, to: (@convention(c) () -> Void).self)
  }

  private static let locks = Mutex<[String: CallLock]>([:])

  /// A library whose threading is not known gets one call at a time.
  private static func lock(of path: String) -> CallLock {
    locks.withLock { locks in
      if let known = locks[path] { return known }
      let fresh = CallLock()
      locks[path] = fresh
      return fresh
    }
  }
}
