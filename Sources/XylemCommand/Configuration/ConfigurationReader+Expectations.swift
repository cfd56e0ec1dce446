internal import XylemDiff
internal import XylemErrors
internal import struct XylemGraph.SourceLocation
internal import Yams

extension ConfigurationReader {
  private static let expectationKeys = ["rule", "place", "count", "members", "reason", "owner", "expires"]

  /// The accepted differences. This checks only their form; the diff engine checks their meaning.
  ///
  /// - Throws: `config.malformed`, `config.unknown-key`.
  func expectations(_ value: Node, _ what: String) throws(XylemError) -> [DiffExpectation] {
    // A key whose list is empty.
    if kind(of: value) == .null { return [] }
    guard case .sequence(let list) = value, kind(of: value) == .list else {
      throw malformed("\(what) is \(describe(value)); a list of expectations is expected", value)
    }
    var found: [DiffExpectation] = []
    for (index, value) in list.enumerated() {
      found.append(try expectation(value, "element \(index + 1) of 'expectations'"))
    }
    return found
  }

  private func expectation(_ value: Node, _ what: String) throws(XylemError) -> DiffExpectation {
    var texts: [String: String] = [:]
    var count: Int?
    var members: [String] = []
    for (key, value) in try entries(of: value, what, keys: Self.expectationKeys) {
      switch key {
      case "count":
        let text = try text(value, "'count'", quoteless: true)
        guard let number = Int(text), number > 0 else {
          throw malformed("'count' is '\(text)'; a whole number from 1 up is expected", value)
        }
        count = number
      case "members": members = try self.texts(value, "'members'")
      case "expires": texts[key] = try text(value, "'\(key)'", quoteless: true)
      default: texts[key] = try text(value, "'\(key)'")
      }
    }
    for key in ["rule", "place", "reason"] where texts[key]?.allSatisfy(\.isWhitespace) != false {
      throw malformed("\(what) has no '\(key)'", value)
    }
    if let member = members.first(where: { !DiffExpectation.isFingerprint($0) }) {
      throw malformed("'members' has '\(member)'; sixteen hexadecimal digits are expected", value)
    }
    return DiffExpectation(
      rule: texts["rule"] ?? "", place: texts["place"] ?? "", count: count, members: members,
      reason: texts["reason"] ?? "", owner: texts["owner"], expires: texts["expires"],
      location: value.mark.map { SourceLocation(file: file, line: $0.line) })
  }
}
