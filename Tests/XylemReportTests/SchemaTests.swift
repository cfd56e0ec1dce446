import Foundation
import Testing
import XylemDiff
import XylemReport
import XylemTestSupport

extension Trait where Self == ConditionTrait {
  static var needsJSONSchema: Self {
    .enabled(if: Checkers.hasJSONSchema || Checkers.areRequired, "no validator of JSON: bash .ci/deps.sh checkers")
  }
  static var needsXMLSchema: Self {
    .enabled(if: Checkers.hasXMLSchema || Checkers.areRequired, "no validator of XML: bash .ci/deps.sh checkers")
  }
}

/// Reports are what their schemas say, and the schemas say enough to refuse what is not.
@Suite struct SchemaTests {
  private static let package = Fixtures.folder.deletingLastPathComponent()
  static let report = package.appendingPathComponent("Sources/XylemReport/Schemas/diff.schema.json").path
  private static let schemas = package.appendingPathComponent("Tests/XylemReportTests/Schemas")

  private func documents(_ report: any DiffReport, _ suffix: String = "") -> [String: String] {
    Dictionary(uniqueKeysWithValues: Pair.all.map { ($0.name + suffix, report.render($0.diff)) })
  }

  @Test(.needsJSONSchema) func `every JSON report follows the published schema`() throws {
    #expect(try Checkers.faults(of: documents(DiffJSONReport()), schema: Self.report) == [])
  }

  @Test(.needsJSONSchema) func `the schema knows every rule, level and kind, and no other`() throws {
    let schema = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: Self.report))) as? [String: Any])
    let parts = try #require(schema["$defs"] as? [String: [String: Any]])
    func words(_ path: String...) -> [String]? {
      var value: Any? = parts
      for key in path { value = (value as? [String: Any])?[key] }
      return value as? [String]
    }
    #expect(words("rule", "enum") == RuleID.allCases.map(\.rawValue))
    #expect(words("finding", "properties", "level", "enum") == Finding.Level.allCases.map(\.rawValue))
    #expect(words("hidden", "items", "properties", "kind", "enum") == HiddenPart.Kind.allCases.map(\.rawValue))
    #expect(words("witness", "properties", "outcome", "enum") == Finding.Witness.Outcome.allCases.map(\.rawValue))
    #expect(words("finding", "properties", "change", "enum") == Finding.Change.Kind.allCases.map(\.rawValue))
  }

  @Test(.needsJSONSchema) func `the schema refuses damaged reports`() throws {
    let whole = DiffJSONReport().render(try #require(Pair.all.first { $0.name == "witnessed" }).diff)
    let damages = [
      ("\"schema\":1", "\"schema\":2"), ("\"level\":\"warning\"", "\"level\":\"fatal\""),
      ("\"rule\":\"node-only-in-train\"", "\"rule\":\"no-such-rule\""), ("\"compared\":3,\"findings\"", "\"findings\""),
      ("\"expected\":false", "\"expected\":\"no\""), ("\"fingerprint\":\"0", "\"fingerprint\":\"G"),
      ("\"hidden\":[]", "\"hidden\":[],\"more\":1"), ("\"members\":[\"0be5f44346a30aac\"]", "\"members\":[]"),
      ("\"outcome\":\"confirmed\"", "\"outcome\":\"maybe\""), ("\"seed\":\"7\"", "\"seed\":7"),
    ]
    var documents: [String: String] = [:]
    for (number, damage) in damages.enumerated() {
      let damaged = whole.replacingOccurrences(of: damage.0, with: damage.1)
      #expect(damaged != whole, "\(damage.0)")
      documents["\(number)"] = damaged
    }
    let faults = try Checkers.faults(of: documents, schema: Self.report)
    #expect(Set(faults.compactMap { $0.split(separator: " ").first.map(String.init) }) == Set(documents.keys))
  }

  @Test(.needsJSONSchema) func `SARIF follows the standard in both profiles`() throws {
    let schema = Self.schemas.appendingPathComponent("sarif.schema.json").path
    #expect(try Checkers.faults(of: documents(DiffSARIFReport(.full)), schema: schema) == [])
    #expect(try Checkers.faults(of: documents(DiffSARIFReport(.github)), schema: schema) == [])
  }

  @Test(arguments: Pair.all) func `SARIF's results name their rules, and GitHub's have a file each and no suppression`(
    pair: Pair
  ) throws {
    for profile in DiffSARIFReport.Profile.allCases {
      let text = DiffSARIFReport(profile).render(pair.diff)
      let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      let run = try #require((json["runs"] as? [[String: Any]])?.first)
      let driver = try #require((run["tool"] as? [String: [String: Any]])?["driver"])
      let rules = try #require(driver["rules"] as? [[String: Any]])
      for result in run["results"] as? [[String: Any]] ?? [] {
        let index = try #require(result["ruleIndex"] as? Int)
        #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
        guard profile == .github else { continue }
        #expect(result["suppressions"] == nil)
        #expect(((result["locations"] as? [[String: Any]])?.first?["physicalLocation"]) != nil)
      }
      let used = Set((run["results"] as? [[String: Any]] ?? []).compactMap { $0["ruleId"] as? String })
      #expect(Set(rules.compactMap { $0["id"] as? String }) == used)
    }
  }

  @Test(.needsXMLSchema) func `JUnit's XML has the form that servers read`() throws {
    let schema = Self.schemas.appendingPathComponent("junit.xsd").path
    for pair in Pair.all { #expect(try Checkers.xmlFaults(DiffJUnitReport().render(pair.diff), schema: schema) == "") }
    #expect(try Checkers.xmlFaults("<testsuites/>", schema: schema) != "")
  }
}
