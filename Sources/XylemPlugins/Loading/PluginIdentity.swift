/// The plugin that something comes from.
public struct PluginIdentity: Sendable, Hashable, Codable {
  /// The plugin's id, as in `org.xylem.same-padding`; for a wrapped symbol, its library.
  public var id: String
  /// SHA-256 of the file, in hexadecimal digits.
  public var digest: String

  /// Creates an identity from an id and a digest.
  public init(id: String, digest: String) {
    self.id = id
    self.digest = digest
  }
}
