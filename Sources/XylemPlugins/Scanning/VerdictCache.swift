internal import Foundation
internal import XylemErrors
internal import XylemFiles

/// The result of a scan in its stored form.
public struct PluginVerdict: Sendable, Codable {
  /// The version of this format.
  var schema = 1
  /// The key of the verdict; see `VerdictCache.key`.
  var key: String
  /// The path as given at the time.
  public var path: String
  /// SHA-256 of the file.
  public var digest: String
  /// The plugin's id.
  public var plugin: String
  /// The time in UTC, as in `2026-01-31T12:00:00Z`.
  public var date: String
  /// The host's ABI.
  public var abi: ABIVersion
  /// The stage at which the plugin failed; nil if it passed.
  public var stage: PluginReport.Stage?
  /// The error.
  public var reason: ErrorRecord?
  /// Whether the next load tries again because the process was too slow.
  public var isProvisional = false
}

/// Stored verdicts of scans, each in its own file of a folder, so that a plugin is not tried again at each start.
///
/// A verdict applies to contents: the bytes of the file and of the libraries it needs, and the host's ABI. A damaged
/// entry counts as missing.
struct VerdictCache {
  let folder: String

  /// The key of a verdict, 64 hexadecimal digits.
  static func key(_ file: PluginFile, host: ABIVersion = .host) -> String {
    let dependencies = file.dependencies.compactMap { dependency in
      dependency.digest.map { "\(dependency.name) \($0)\n" }
    }
    return ContentDigest.of("xylem-verdict-1\n\(file.digest)\n\(host)\n" + dependencies.sorted().joined())
  }

  /// The stored verdict on a plugin, if there is one.
  func verdict(on file: PluginFile) -> PluginVerdict? {
    let key = Self.key(file)
    guard let opened = try? OpenedFile(path(key)), opened.byteCount <= 1 << 20,
      let bytes = opened.bytes(opened.byteCount, at: 0),
      let verdict = try? BoundedJSON.decode(PluginVerdict.self, from: bytes),
      verdict.schema == 1, verdict.key == key, verdict.digest == file.digest, verdict.abi == .host,
      (verdict.stage == nil) == (verdict.reason == nil), verdict.reason.map({ $0.error != nil }) ?? true
    else { return nil }
    return verdict
  }

  /// Stores a verdict and replaces an earlier one.
  ///
  /// - Throws: `file.unwritable`.
  func keep(_ verdict: Scanner.Verdict, on file: PluginFile) throws(XylemError) {
    let kept = PluginVerdict(
      key: Self.key(file), path: file.path, digest: file.digest, plugin: file.manifest.id, date: Self.now(), abi: .host,
      stage: verdict.failure?.stage, reason: verdict.failure.map { ErrorRecord($0.error) },
      isProvisional: verdict.isPassing)
    let text: String
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      text = try JSONText.sorted(kept)
    } catch {
      throw XylemError(.fileUnwritable, "the verdict can't be stored", at: .init(file: folder), cause: error)
    }
    try AtomicFile.write(text + "\n", to: path(kept.key))
  }

  private func path(_ key: String) -> String { folder + "/" + key + ".json" }

  private static func now() -> String { Date.now.formatted(.iso8601) }
}

extension PluginPolicy {
  /// The stored verdict on a plugin's content; nil if there is none, or if verdicts are not stored.
  public func verdict(on file: PluginFile) -> PluginVerdict? {
    cacheFolder.flatMap { VerdictCache(folder: $0).verdict(on: file) }
  }
}
