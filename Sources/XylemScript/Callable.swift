internal import CXylem
public import XylemErrors
public import XylemGraph
public import XylemTensor

/// A function of an archive, or one of its statements, compiled to be called directly.
///
/// The modes of the modules passed to it are compiled into the code, so a call neither reads nor changes the modules'
/// own flags. Several threads may call it.
@safe public final class Callable: @unchecked Sendable {
  package let handle: OpaquePointer
  /// The archive, kept alive.
  public let archive: ScriptArchive

  /// `XYLEM_UNSET`, which Swift can't import.
  private static let unsetBit: UInt32 = 1 << 31

  /// A module with its mode while the callable runs.
  public struct ModuleMode: Sendable {
    /// The module.
    public var module: ScriptObject
    /// Whether its `training` flag is set.
    public var isTraining: Bool

    /// A module and its mode.
    public init(module: ScriptObject, isTraining: Bool) {
      self.module = module
      self.isTraining = isTraining
    }
  }

  /// Compiles a whole function, or one statement with the values that it captures as arguments.
  ///
  /// - Parameters:
  ///   - statement: nil for the whole function.
  ///   - captures: numbers of the values that become arguments; unused for a whole function.
  ///   - unset: numbers of values that the statement's code reads and that have no value when it starts.
  ///   - known: for each argument, the module that is always passed there, or nil.
  ///   - flags: arguments that always have this Boolean value, by position: branches on them are decided at compile
  ///     time.
  ///   - modes: modes of modules below the known ones.
  /// - Throws: `archive.unreadable`; `extract.file-operator` for code that accesses files, processes or the network in
  ///   an archive that must not.
  public init(
    _ function: ScriptFunction, statement: Int? = nil, captures: [Int] = [], unset: [Int] = [],
    known: [ScriptObject?],
    flags: [Int: Bool] = [:],
    modes: [ModuleMode]
  ) throws(XylemError) {
    let table = unsafe function.archive.library.table
    let expected = statement == nil ? try function.schema().arguments.count : captures.count
    guard known.count == expected else {
      throw RuntimeErrors.failed(
        .archiveUnreadable, "a part of the model's code can't be compiled",
        reason: "it takes \(expected) values, not \(known.count)")
    }
    let numbers = captures.map { UInt32($0) } + unset.map { UInt32($0) | Self.unsetBit }
    var values = unsafe known.map { module in unsafe module?.object.raw ?? xylem_value() }
    for (position, flag) in flags where known.indices.contains(position) && known[position] == nil {
      unsafe values[position].tag = Int32(XYLEM_BOOL.rawValue)
      unsafe values[position].as.integer = flag ? 1 : 0
    }
    let modeFlags = unsafe modes.map { mode in
      unsafe xylem_mode(module: mode.module.object.raw, is_training: mode.isTraining ? 1 : 0, reserved: 0)
    }
    var out: OpaquePointer?
    defer { withExtendedLifetime((known, modes)) {} }
    try unsafe check(Self.error) {
      unsafe table.pointee.callable_make(
        function.handle, statement.map { UInt32($0) } ?? XYLEM_WHOLE_FUNCTION, numbers, numbers.count, values,
        modeFlags,
        modeFlags.count, &out, $0)
    }
    guard let handle = unsafe out else {
      throw RuntimeErrors.failed(.archiveUnreadable, "a part of the model's code can't be compiled", reason: "no code")
    }
    unsafe self.handle = unsafe handle
    archive = function.archive
  }

  deinit { unsafe archive.library.table.pointee.callable_release(handle) }

  private static func error(_ status: xylem_status, _ reason: String) -> XylemError {
    guard status == XYLEM_REACHES_OUTSIDE else {
      return RuntimeErrors.failed(
        .archiveUnreadable, "a part of the model's code can't be compiled", reason: RuntimeErrors.firstLines(reason))
    }
    return RuntimeErrors.fileOperator(
      .extractFileOperator, "a part of the model's code accesses files, processes or the network", reason, .init())
  }

  /// The effects that running it may have, according to the schemas of its operators. Positions are those of arguments.
  ///
  /// The runtime finds them in its own form of the code, with modes compiled in and calls inlined, since they depend on
  /// which values share storage. ``CodeSummary`` answers what needs no such analysis.
  ///
  /// - Throws: `archive.unreadable`.
  public func effects() throws(XylemError) -> Effects {
    let found = unsafe try findEffects()
    return unsafe Effects(
      writes: positions(XYLEM_WRITES, found), aliases: positions(XYLEM_ALIASES, found),
      keeps: positions(XYLEM_KEEPS, found), usesRandomState: found.is_random != 0,
      writesModel: found.writes_model != 0, aliasesModel: found.aliases_model != 0,
      changesContext: found.changes_context != 0)
  }

  /// Arguments with a container that running it may change, return or keep. Callers must pass their own container and
  /// not a copy.
  ///
  /// - Throws: `archive.unreadable`.
  package func sharedContainers() throws(XylemError) -> [Int] {
    unsafe positions(XYLEM_SHARES, try findEffects())
  }

  /// The runtime finds the effects once. They live as long as the callable.
  private func findEffects() throws(XylemError) -> xylem_effects {
    var out = unsafe xylem_effects()
    try unsafe check(.archiveUnreadable, "the effects of a part of the model can't be found") {
      unsafe archive.library.table.pointee.callable_effects(handle, &out, $0)
    }
    return unsafe out
  }

  private func positions(_ flag: UInt32, _ effects: xylem_effects) -> [Int] {
    let flags = unsafe UnsafeBufferPointer(start: effects.arguments, count: effects.argument_count)
    return flags.indices.filter { unsafe UInt32(flags[$0]) & flag != 0 }
  }

  /// Runs the callable.
  ///
  /// - Throws: `runtime.operator`, `runtime.missing-kernel`.
  public func callAsFunction(_ arguments: [Value]) throws(XylemError) -> [Value] { try self(arguments, types: []) }

  /// Runs the callable.
  ///
  /// - Parameter types: the types of arguments, which empty containers do not tell. Nil for one that needs none.
  /// - Throws: as ``callAsFunction(_:)``.
  package func callAsFunction(_ arguments: [Value], types: [ScriptType?]) throws(XylemError) -> [Value] {
    let library = archive.library
    return try unsafe library.withRaw(
      arguments, type: { unsafe types.indices.contains($0) ? types[$0]?.handle : nil }
    ) { (raws) throws(XylemError) in
      try unsafe library.collect(.runtimeOperator, { "a part of the model failed" }) {
        unsafe library.table.pointee.callable_call(handle, raws.baseAddress, raws.count, $0, $1, $2, $3)
      }
    }
  }
}
