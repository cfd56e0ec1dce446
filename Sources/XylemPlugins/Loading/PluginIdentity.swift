/// Which plugin something comes from.
public struct PluginIdentity: Sendable, Hashable, Codable {
  /// The plugin's own id, as in `org.xylem.same-padding`; for a wrapped symbol its library.
  public var id: String
  /// SHA-256 of the file, in hexadecimal digits.
  public var digest: String

  /// A plugin by id and digest.
  public init(id: String, digest: String) {
    self.id = id
    self.digest = digest
  }
}
