public import XylemGraph

/// An accepted difference, with a reason, valid as long as the difference stays the same.
public struct DiffExpectation: Sendable, Hashable, Codable {
  /// The rule's identifier: `node-only-in-train`.
  public var rule: String
  /// A glob over module paths and node names (see `Glob`), or a fingerprint.
  public var place: String
  /// The number of differences that it accepts. Nil for any number.
  public var count: Int?
  /// The fingerprints of the differences that it accepts. Empty for all that match.
  public var members: [String]
  /// Why it is accepted.
  public var reason: String
  /// Who is responsible for it.
  public var owner: String?
  /// The last day on which it is valid, `YYYY-MM-DD`.
  public var expires: String?
  /// Where it is written, for users who must fix it. Not part of its file form.
  public var location: SourceLocation?

  private enum CodingKeys: String, CodingKey { case rule, place, count, members, reason, owner, expires }

  /// Creates an accepted difference.
  public init(
    rule: String, place: String, count: Int? = nil, members: [String] = [], reason: String, owner: String? = nil,
    expires: String? = nil, location: SourceLocation? = nil
  ) {
    self.rule = rule
    self.place = place
    self.count = count
    self.members = members
    self.reason = reason
    self.owner = owner
    self.expires = expires
    self.location = location
  }

  /// Whether a string is a calendar day, `YYYY-MM-DD`.
  public static func isDay(_ text: String) -> Bool { CalendarDay(text) != nil }

  /// Whether a string has the form of a fingerprint: sixteen hexadecimal digits.
  public static func isFingerprint(_ text: String) -> Bool {
    text.utf8.count == 16 && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
  }

  /// Decodes an expectation. Rule, place and reason are required.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    rule = try container.decode(String.self, forKey: .rule)
    place = try container.decode(String.self, forKey: .place)
    count = try container.decodeIfPresent(Int.self, forKey: .count)
    members = try container.decodeIfPresent([String].self, forKey: .members) ?? []
    reason = try container.decode(String.self, forKey: .reason)
    owner = try container.decodeIfPresent(String.self, forKey: .owner)
    expires = try container.decodeIfPresent(String.self, forKey: .expires)
  }

  /// Accepts every finding, if everything is suppressed.
  public static let all = DiffExpectation(rule: "*", place: "*", reason: "every difference is suppressed")
}

extension DiffExpectation {
  /// Whether the place is too broad: a pattern without letters or digits, which matches almost any place.
  var saysNothing: Bool {
    place.contains("*") && place.allSatisfy { "*?._[]{},!^\\".contains($0) }
  }
}
