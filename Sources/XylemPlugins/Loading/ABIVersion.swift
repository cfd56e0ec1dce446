internal import CXylem

/// A version of the plugin ABI, as in `1.1`.
public struct ABIVersion: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
  /// The major version times 65536, plus the minor one.
  public let rawValue: UInt32

  /// The version that a header's number stands for.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// This host's version.
  public static var host: ABIVersion { ABIVersion(rawValue: UInt32(XYLEM_ABI_VERSION)) }

  /// What only grows as long as the structures' beginnings stay.
  public var major: UInt32 { rawValue >> 16 }

  /// Raised with every addition.
  public var minor: UInt32 { rawValue & 0xffff }

  /// Major and minor with a dot between them.
  public var description: String { "\(major).\(minor)" }

  /// Whether a version is older than another one.
  public static func < (a: ABIVersion, b: ABIVersion) -> Bool { a.rawValue < b.rawValue }

  /// Whether a plugin that needs this version runs in a host of `host`.
  func isMet(by host: ABIVersion) -> Bool { major == host.major && self <= host }

  /// Reads a text such as `1.1`.
  ///
  /// - Throws: a `DecodingError` for any other text.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt16($0) }
    guard parts.count == 2, let major = parts[0], let minor = parts[1] else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is no version of the ABI"))
    }
    rawValue = UInt32(major) << 16 | UInt32(minor)
  }

  /// Writes the description.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
