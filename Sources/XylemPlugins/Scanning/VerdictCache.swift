internal import Foundation
internal import XylemErrors
internal import XylemFiles

/// What came of a scan, as it is kept.
public struct PluginVerdict: Sendable, Codable {
  /// The version of this form.
  var schema = 1
  /// What the verdict is about: see `VerdictCache.key`.
  var key: String
  /// The file, as it was given then.
  public var path: String
  /// SHA-256 of the file.
  public var digest: String
  /// The plugin's id.
  public var plugin: String
  /// When, in UTC, as in `2026-01-31T12:00:00Z`.
  public var date: String
  /// The host's ABI.
  public var abi: ABIVersion
  /// Where the plugin did not get through; nil where it did.
  public var stage: PluginReport.Stage?
  /// Why.
  public var reason: ErrorRecord?
  /// Whether the next load tries again: the process was too slow, which another one need not be.
  public var isProvisional = false
}

/// Verdicts of scans in a folder, each in a file of its own, so that a plugin that was tried is not tried at each start.
///
/// A verdict holds for content: the file's bytes, those of the libraries that it brings, and the host's ABI. A damaged entry is one
/// that is not there.
struct VerdictCache {
  let folder: String

  /// What tells verdicts apart, 64 hexadecimal digits.
  static func key(_ file: PluginFile, host: ABIVersion = .host) -> String {
    let dependencies = file.dependencies.compactMap { dependency in
      dependency.digest.map { "\(dependency.name) \($0)\n" }
    }
    return ContentDigest.of("xylem-verdict-1\n\(file.digest)\n\(host)\n" + dependencies.sorted().joined())
  }

  /// The verdict on a plugin, if there is one.
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

  /// Keeps a verdict, in place of an earlier one.
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
      throw XylemError(.fileUnwritable, "the verdict can't be kept", at: .init(file: folder), cause: error)
    }
    try AtomicFile.write(text + "\n", to: path(kept.key))
  }

  private func path(_ key: String) -> String { folder + "/" + key + ".json" }

  private static func now() -> String { Date.now.formatted(.iso8601) }
}

extension PluginPolicy {
  /// The verdict that is kept about a plugin's content; nil where there is none, or none is kept at all.
  public func verdict(on file: PluginFile) -> PluginVerdict? {
    cacheFolder.flatMap { VerdictCache(folder: $0).verdict(on: file) }
  }
}
