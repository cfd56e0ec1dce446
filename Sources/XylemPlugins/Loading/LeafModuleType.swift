package import CXylem
package import XylemErrors
public import XylemGraph

/// A module type that a plugin provides. The model's modules of this type are leaves; if the type replaces forward, its
/// code runs instead of theirs.
@safe public final class LeafModuleType: Sendable {
  /// The plugin.
  public let plugin: PluginIdentity
  /// The modules' type name, qualified or unqualified.
  public let name: String
  /// A one-sentence summary; may be empty.
  public let summary: String
  /// How the computation depends on train and eval mode.
  public let mode: ModeTrait
  /// Which calls may run at the same time.
  public let threading: LeafThreading
  /// Whether equal arguments give equal results, bit for bit.
  public let isDeterministic: Bool
  /// Whether its code runs instead of the modules' own forward.
  public let replacesForward: Bool
  /// Positions of the arguments that it writes in place.
  public let writes: [Int]
  /// Whether it computes gradients.
  public let hasBackward: Bool

  /// Constant data of the plugin, which is never unloaded.
  nonisolated(unsafe) let raw: UnsafePointer<xylem_leaf_module_type>
  /// Held by every call of a plugin that is declared serial.
  let pluginLock: CallLock

  /// Creates a type from a loaded plugin's table.
  ///
  /// - Throws: `plugin.short-struct`; `plugin.mismatch` if it replaces forward but has no code for it.
  package init(
    raw: UnsafePointer<xylem_leaf_module_type>, plugin: PluginIdentity, lock: CallLock
  ) throws(XylemError) {
    guard unsafe Int(raw.pointee.struct_size) >= Self.leastSize else {
      throw LeafErrors.shortStruct(
        "xylem_leaf_module_type", Int(unsafe raw.pointee.struct_size), Self.leastSize, plugin)
    }
    guard let name = unsafe raw.pointee.type_name else {
      throw LeafErrors.incomplete("a leaf module", "no name", plugin)
    }
    unsafe self.raw = unsafe raw
    self.plugin = plugin
    pluginLock = lock
    self.name = unsafe String(cString: name)
    summary = unsafe raw.pointee.summary.map { unsafe String(cString: $0) } ?? ""
    mode = unsafe ModeTrait(raw: raw.pointee.mode)
    threading = unsafe LeafThreading(raw: raw.pointee.threading)
    let flags = unsafe LeafFlags(rawValue: raw.pointee.flags)
    isDeterministic = flags.contains(.isDeterministic)
    replacesForward = flags.contains(.replacesForward)
    let written = unsafe raw.pointee.writes
    writes = (0..<64).filter { written >> UInt64($0) & 1 == 1 }
    hasBackward = unsafe raw.pointee.backward != nil
    let isComplete = unsafe raw.pointee.create != nil && raw.pointee.call != nil && raw.pointee.destroy != nil
    guard !replacesForward || isComplete else {
      throw LeafErrors.incomplete("the leaf module '\(self.name)'", "no create, call or destroy", plugin)
    }
  }

  /// The beginning of the structure, common to all revisions of the ABI.
  private static let leastSize = unsafe MemoryLayout<xylem_leaf_module_type>.size
}
