internal import CXylem

/// A version of the plugin ABI, as in `1.1`.
public struct ABIVersion: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  /// The major version times 65536, plus the minor version.
  public let rawValue: UInt32

  /// Creates a version from the number in a header.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// This host's version.
  public static var host: ABIVersion { ABIVersion(rawValue: UInt32(XYLEM_ABI_VERSION)) }

  /// The compatible series: only additions as long as the beginnings of the structures stay.
  public var major: UInt32 { rawValue >> 16 }

  /// Increased with every addition.
  public var minor: UInt32 { rawValue & 0xffff }

  /// The major and minor version with a dot between them.
  public var description: String { "\(major).\(minor)" }

  /// Whether a version is older than another.
  public static func < (a: ABIVersion, b: ABIVersion) -> Bool { a.rawValue < b.rawValue }

  /// Whether a plugin that needs this version runs in a host of version `host`.
  func isMet(by host: ABIVersion) -> Bool { major == host.major && self <= host }

  /// Reads a string such as `1.1`.
  ///
  /// - Throws: a `DecodingError` for any other string.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt16($0) }
    guard parts.count == 2, let major = parts[0], let minor = parts[1] else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is not an ABI version"))
    }
    rawValue = UInt32(major) << 16 | UInt32(minor)
  }

  /// Encodes the description.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
