internal import CXylem
internal import Synchronization
public import XylemErrors
internal import XylemFiles

/// A plugin that is loaded, for the life of the process.
///
/// The code that runs is the code that was checked, within these bounds: the file's digest is computed from an open
/// file before loading; then the code and constants that the loader mapped are compared with that file's bytes, and the
/// digest is computed again. Anyone who can write to the file can still change it later, as with every program. Keep
/// plugins where only their owner can write.
public final class LeafPlugin: Sendable {
  /// The inspected file.
  public let file: PluginFile
  /// The plugin's manifest; its leaves agree with it.
  public var manifest: PluginManifest { file.manifest }
  /// The leaf functions, in the plugin's order.
  public let functions: [PluginFunction]
  /// The leaf modules, in the plugin's order.
  public let modules: [LeafModuleType]

  /// The plugin's id with the digest of its file.
  public var identity: PluginIdentity { PluginIdentity(id: manifest.id, digest: file.digest) }

  /// Every leaf in the form that policies take, in the plugin's order: modules, then functions. Functions that
  /// implement an operator are called through the operator, and are not leaves by name.
  public var leaves: [PluginLeaf] {
    modules.map { PluginLeaf($0) }
      + functions.filter { $0.operatorName == nil }.map { PluginLeaf($0, of: identity) }
  }

  /// Registers the operators that the plugin implements in the runtime, for the life of the process. Call this before
  /// loading an archive that calls them. Loads the runtime if there are any.
  ///
  /// - Parameter isWanted: whether one of the functions is to be used.
  /// - Throws: `plugin.duplicate-name` if another plugin implements one of them; `runtime.not-found`;
  ///   `runtime.operator` if the runtime has its own implementation, or declares other types.
  public func implementOperators(_ isWanted: (PluginFunction) -> Bool = { _ in true }) throws(XylemError) {
    try PluginOperators.install(functions.filter(isWanted), of: identity)
  }

  private init(file: PluginFile, functions: [PluginFunction], modules: [LeafModuleType]) {
    self.file = file
    self.functions = functions
    self.modules = modules
  }

  private static let registry = Mutex<[String: LeafPlugin]>([:])
  /// Only one plugin at a time is loaded and opened.
  private static let loading = Mutex<Void>(())

  /// Returns the plugin with the given content, if it was loaded in this process.
  ///
  /// - Parameter digest: SHA-256, 64 lower-case hexadecimal digits.
  public static func loaded(digest: String) -> LeafPlugin? { registry.withLock { $0[digest] } }

  /// The plugins that were loaded in this process, by digest.
  public static var all: [LeafPlugin] {
    registry.withLock { $0.values.sorted { $0.file.digest < $1.file.digest } }
  }

  /// Loads a plugin, stage by stage. Equal contents are loaded once: a second path to them returns the same object. A
  /// plugin is never unloaded.
  ///
  /// - Throws: the errors of ``PluginFile/init(_:)``; `plugin.digest-mismatch`, `plugin.not-pinned`;
  ///   `plugin.scanner-not-found`, `plugin.scan-crashed`, `plugin.scan-timed-out`; `plugin.unloadable`,
  ///   `plugin.missing-symbol`, `plugin.wrong-magic`, `plugin.short-struct`, `plugin.open-failed`,
  ///   `plugin.unknown-extension`, `plugin.mismatch`, `plugin.duplicate-name`, `plugin.signature`.
  public static func load(_ path: String, policy: PluginPolicy = PluginPolicy()) throws(XylemError) -> LeafPlugin {
    var report = PluginReport(path: path)
    return try load(path, policy: policy, report: &report)
  }

  /// Loads a plugin, and reports the result of each stage.
  ///
  /// - Returns: the plugin if every stage that loading needs passed, and the report of all stages.
  public static func attempt(
    _ path: String, policy: PluginPolicy = PluginPolicy()
  ) -> (plugin: LeafPlugin?, report: PluginReport) {
    var report = PluginReport(path: path)
    let plugin = try? load(path, policy: policy, report: &report)
    return (plugin, report)
  }

  private static func load(
    _ path: String, policy: PluginPolicy, report: inout PluginReport
  ) throws(XylemError) -> LeafPlugin {
    let inspection = try Inspection(path, report: &report)
    let file = inspection.file
    try report.stage(.policy) { () throws(XylemError) in try policy.check(file) }
    var result: Result<LeafPlugin, XylemError>?
    var copy = report
    loading.withLock { _ in
      do throws(XylemError) {
        result = .success(try loadOnce(inspection, policy: policy, report: &copy))
      } catch {
        result = .failure(error)
      }
    }
    report = copy
    guard let result else { throw LoadErrors.unloadable(path, reason: "no result was returned") }
    return try result.get()
  }

  private static func loadOnce(
    _ inspection: Inspection, policy: PluginPolicy, report: inout PluginReport
  ) throws(XylemError) -> LeafPlugin {
    let file = inspection.file
    if let plugin = loaded(digest: file.digest) {
      for stage in [PluginReport.Stage.scan, .handshake, .symbols] { report.record(stage, .passed("already loaded")) }
      return plugin
    }
    if policy.scans { try policy.scan(file, trustsCache: true, report: &report) }
    let library = try report.stage(.handshake) { () throws(XylemError) in
      let library = try LoadedLibrary(path: absolutePath(file.path))
      guard library.isMapping(of: inspection.opened, inspection.elf), try inspection.opened.digest() == file.digest
      else {
        throw LoadErrors.changedMeanwhile(file.path, expected: file.digest)
      }
      try unsafe library.handshake(file.manifest, host: HostServices.shared)
      return library
    }
    let plugin = try report.stage(.symbols) { () throws(XylemError) in
      try make(file, library)
    }
    registry.withLock { $0[file.digest] = plugin }
    LeafRegistry.add(plugin.modules)
    LeafRegistry.add(plugin.functions, of: plugin.identity)
    return plugin
  }

  private static func make(_ file: PluginFile, _ library: LoadedLibrary) throws(XylemError) -> LeafPlugin {
    let leaves = try library.leaves(file.manifest)
    let identity = PluginIdentity(id: file.manifest.id, digest: file.digest)
    let lock = CallLock()
    var functions: [PluginFunction] = []
    for index in unsafe leaves.functions.indices {
      let raw = unsafe leaves.functions[index]
      functions.append(try unsafe PluginFunction(raw: raw, plugin: identity.id, pluginLock: lock))
    }
    var modules: [LeafModuleType] = []
    for index in unsafe leaves.modules.indices {
      let raw = unsafe leaves.modules[index]
      modules.append(try unsafe LeafModuleType(raw: raw, plugin: identity, lock: lock))
    }
    return LeafPlugin(file: file, functions: functions, modules: modules)
  }

  /// Checks whether two plugins provide leaves of the same name.
  ///
  /// - Parameter counts: whether a plugin's leaf of a name is used at all.
  /// - Throws: `plugin.duplicate-name`, with both files.
  public static func checkNames(
    _ plugins: [LeafPlugin], where counts: (LeafPlugin, String) -> Bool = { _, _ in true }
  ) throws(XylemError) {
    let byDigest = Dictionary(plugins.map { ($0.file.digest, $0) }, uniquingKeysWith: { first, _ in first })
    try checkNames(of: plugins.map(\.file)) { file, name in byDigest[file.digest].map { counts($0, name) } ?? true }
  }

  /// Checks, before anything is loaded, whether two plugins provide leaves of the same name. Equal contents count as
  /// one plugin.
  ///
  /// - Throws: `plugin.duplicate-name`, with both files.
  public static func checkNames(of files: [PluginFile]) throws(XylemError) {
    try checkNames(of: files) { _, _ in true }
  }

  private static func checkNames(
    of files: [PluginFile], where counts: (PluginFile, String) -> Bool
  ) throws(XylemError) {
    var owners: [String: PluginFile] = [:]
    for file in files {
      let names =
        file.manifest.modules.filter { counts(file, $0.type) }.map { "the leaf module '\($0.type)'" }
        + file.manifest.functions.filter { counts(file, $0.name) }.map { "the leaf function '\($0.name)'" }
      for name in names {
        guard let owner = owners[name] else {
          owners[name] = file
          continue
        }
        guard owner.digest == file.digest else {
          throw LoadErrors.duplicateName(name, first: owner.path, second: file.path)
        }
      }
    }
  }
}

extension PluginPolicy {
  /// Runs the policy stage.
  ///
  /// - Throws: `plugin.digest-mismatch`, `plugin.not-pinned`.
  func check(_ file: PluginFile) throws(XylemError) {
    guard let pin = pin(path: file.path, id: file.manifest.id) else {
      guard !requiresPin else {
        throw LoadErrors.notPinned(file.path, id: file.manifest.id, digest: file.digest)
      }
      return
    }
    guard let digest = ContentDigest.normalised(pin) else { throw LoadErrors.malformedPin(file.path, pin) }
    guard digest == file.digest else {
      throw LoadErrors.digestMismatch(file.path, expected: digest, found: file.digest)
    }
  }

  /// Runs the scan stage, and the later stages that failed in the other process.
  ///
  /// - Throws: `plugin.scanner-not-found`, and the error of the plugin in that process.
  func scan(_ file: PluginFile, trustsCache: Bool, report: inout PluginReport) throws(XylemError) {
    let cache = cacheFolder.map { VerdictCache(folder: $0) }
    if trustsCache, let kept = cache?.verdict(on: file), !kept.isProvisional {
      guard let stage = kept.stage, let error = kept.reason?.error else {
        return report.record(.scan, .passed("as on \(kept.date)"))
      }
      let remembered = LoadErrors.remembered(error, date: kept.date, path: file.path)
      if stage != .scan { report.record(.scan, .passed("as on \(kept.date)")) }
      report.record(stage, .failed(remembered))
      throw remembered
    }
    let verdict = try report.stage(.scan) { () throws(XylemError) in try Scanner(timeLimit: timeLimit).scan(file) }
    do throws(XylemError) {
      try cache?.keep(verdict, on: file)
    } catch {
      report.record(.scan, .passed("the verdict was not stored: \(error.message)"))
    }
    if let failure = verdict.failure {
      report.record(failure.stage, .failed(failure.error))
      throw failure.error
    }
  }
}

extension LoadErrors {
  /// An error that an earlier scan found.
  static func remembered(_ error: XylemError, date: String, path: String) -> XylemError {
    var error = error
    error.message += " (stored result of \(date))"
    error.place.file = path
    // The remedy of a crash is to try again, too.
    let others = error.id == .pluginScanCrashed ? [] : error.remedies
    error.remedies = ["xylem plugin check '\(path)'  # tries again"] + others.prefix(2)
    return error
  }
}
