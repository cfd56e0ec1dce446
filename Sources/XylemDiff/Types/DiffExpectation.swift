public import XylemGraph

/// A difference that is accepted, for a reason, for as long as it stays what it is.
public struct DiffExpectation: Sendable, Hashable, Codable {
  /// The rule's identifier: `node-only-in-train`.
  public var rule: String
  /// A glob over module paths and node names (see `Glob`), or a fingerprint.
  public var place: String
  /// How many differences it accepts; nil for any number.
  public var count: Int?
  /// The fingerprints of the differences that it accepts; empty for whichever match.
  public var members: [String]
  /// Why it is accepted.
  public var reason: String
  /// Who answers for it.
  public var owner: String?
  /// The last day on which it holds, `YYYY-MM-DD`.
  public var expires: String?
  /// Where it is written, for people who have to mend it; no part of its file form.
  public var location: SourceLocation?

  private enum CodingKeys: String, CodingKey { case rule, place, count, members, reason, owner, expires }

  /// An accepted difference.
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

  /// Whether a text is a day of the calendar, `YYYY-MM-DD`.
  public static func isDay(_ text: String) -> Bool { CalendarDay(text) != nil }

  /// Whether a text has the form of a fingerprint: sixteen hexadecimal digits.
  public static func isFingerprint(_ text: String) -> Bool {
    text.utf8.count == 16 && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
  }

  /// Reads an expectation; rule, place and reason have to be there.
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

  /// What accepts every finding where everything is suppressed.
  public static let all = DiffExpectation(rule: "*", place: "*", reason: "every difference is suppressed")
}

extension DiffExpectation {
  /// Whether the place says nothing: a pattern without a letter or digit of its own, so that it matches almost any place.
  var saysNothing: Bool {
    place.contains("*") && place.allSatisfy { "*?._[]{},!^\\".contains($0) }
  }
}
