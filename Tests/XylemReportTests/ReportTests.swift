import Foundation
import FoundationXML
import Testing
import XylemDiff
import XylemGraph

@testable import XylemReport

/// Every format of one diff, whose names and texts do what they can to break out of it.
@Suite struct ReportTests {
  private static let hostile = "a\"</script><img onerror=1>&'|`]]>\u{1B}[2J\u{202E}\n"

  private func finding(_ level: Finding.Level, _ node: String, accepted: Bool = false, located: Bool = true) -> Finding
  {
    Finding(
      rule: .nodeOnlyInTrain, level: level, fingerprint: "0123456789abcdef", module: "encoder", node: node,
      operation: "operator aten::mul", location: located ? SourceLocation(file: "dir/a b.py", line: 3) : nil,
      message: "\(node) runs in train mode only", why: "It matters.", train: "\(node) = mul(x, 2)",
      members: [Finding.Member(fingerprint: "fedcba9876543210", node: node + "_1", message: "another name")],
      expectation: accepted ? DiffExpectation(rule: "node-only-in-train", place: node, reason: "by design & so") : nil,
      remedy: "- rule: node-only-in-train\n  place: \"0123456789abcdef\"\n  reason: why this is intended")
  }

  private func diff(_ findings: [Finding]) -> TraceDiff {
    let side = { (label: String) in DiffSide(graph: Graph(), label: label, isTraining: label == "train") }
    return TraceDiff(
      model: "net.pt", train: side("train"), eval: side("eval"), compared: 7,
      hidden: [HiddenPart(path: "stem", kind: .automaticLeaf, type: "timm.Conv2dSame")], findings: findings)
  }

  private var mixed: TraceDiff {
    diff([finding(.warning, Self.hostile), finding(.info, "drop"), finding(.warning, "head", accepted: true)])
  }

  @Test func `the text begins with the verdict, and ends with accepted findings and their reasons`() {
    let text = DiffTextReport().render(mixed)
    #expect(
      text.hasPrefix(
        """
        net.pt: train against eval

        verdict: 1 difference to review
        findings: 1 warning (and 1 accepted), 1 info
        compared: 7 pairs of nodes; not inspected: 1 automatic leaf
          automatic-leaf stem (Conv2dSame)

        warning: \(printable(Self.hostile)) runs in train mode only (node-only-in-train)
        """))
    #expect(
      text.hasSuffix(
        """
        accepted:
          head: head runs in train mode only
            because: by design & so

        """))
    #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
  }

  @Test func `a diff without findings says so in every format`() throws {
    let none = diff([])
    #expect(DiffTextReport().render(none).contains("verdict: the modes compute the same"))
    #expect(DiffMarkdownReport().render(none).contains("**the modes compute the same**"))
    #expect(
      DiffJUnitReport().render(none).contains("<testcase classname=\"diff\" name=\"the modes compute the same\"/>"))
    #expect(try object(DiffJSONReport().render(none))["findings"] as? [String] == [])
    #expect(try results(DiffSARIFReport().render(none)).isEmpty)
  }

  @Test func `JSON has exactly the keys that scripts rely on, sorted`() throws {
    let text = DiffJSONReport().render(mixed)
    let json = try object(text)
    #expect(json.keys.sorted() == ["compared", "findings", "hidden", "model", "schema"])
    let findings = try #require(json["findings"] as? [[String: Any]])
    #expect(findings.count == 3)
    #expect(
      findings[0].keys.sorted() == [
        "eval", "expected", "fingerprint", "level", "location", "members", "message", "module", "node", "rule", "train",
      ])
    #expect(findings[0]["node"] as? String == Self.hostile)
    #expect(findings.map { $0["expected"] as? Bool } == [false, false, true])
    #expect((json["hidden"] as? [[String: String]]) == [["path": "stem", "kind": "automatic-leaf"]])
    #expect(text.hasPrefix("{\"compared\":7,\"findings\":[{\"eval\":null,\"expected\":false,"))
  }

  @Test func `JUnit fails findings to review, skips accepted ones, and is well-formed`() throws {
    let text = DiffJUnitReport().render(mixed)
    #expect(text.contains("tests=\"3\" failures=\"1\" skipped=\"1\" errors=\"0\""))
    #expect(DiffJUnitReport(failing: .info).render(mixed).contains("failures=\"2\""))
    final class Names: NSObject, XMLParserDelegate {
      var names: [String] = []
      var cases: [String] = []
      func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
      ) {
        names.append(name)
        if name == "testcase" { cases.append(attributes["name"] ?? "") }
      }
    }
    let names = Names()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = names
    #expect(parser.parse())
    #expect(names.names == ["testsuites", "testsuite", "testcase", "failure", "testcase", "testcase", "skipped"])
    #expect(names.cases[0] == "\(printable(Self.hostile)) [0123456789abcdef]")
  }

  @Test func `SARIF has the parts that its standard requires, and suppressions for accepted findings`() throws {
    let found = try results(DiffSARIFReport(.full).render(mixed))
    #expect(found.map { $0["level"] as? String } == ["warning", "note", "warning"])
    #expect(found.map { $0["ruleIndex"] as? Int } == [0, 0, 0])
    #expect(found.map { ($0["suppressions"] as? [Any])?.count } == [nil, nil, 1])
    let place = try #require((found[0]["locations"] as? [[String: Any]])?.first?["physicalLocation"] as? [String: Any])
    #expect((place["artifactLocation"] as? [String: String]) == ["uri": "dir/a%20b.py"])
    #expect((place["region"] as? [String: Int]) == ["startLine": 3])
    #expect((found[0]["partialFingerprints"] as? [String: String]) == ["xylem/v1": "0123456789abcdef"])
  }

  @Test func `SARIF for GitHub omits accepted findings, and gives every result a place`() throws {
    let found = try results(
      DiffSARIFReport(.github).render(
        diff([
          finding(.warning, "x", located: false), finding(.info, "y", accepted: true),
        ])))
    #expect(found.count == 1)
    let place = (found[0]["locations"] as? [[String: Any]])?.first?["physicalLocation"] as? [String: Any]
    #expect((place?["artifactLocation"] as? [String: String]) == ["uri": "net.pt"])
    #expect(DiffSARIFReport.uri("/a/ü#.py") == "file:///a/%C3%BC%23.py")
  }

  @Test func `Markdown keeps names from becoming markup`() {
    let text = DiffMarkdownReport().render(diff([finding(.warning, "a|b<img src=x>*c*")]))
    // Within backticks a tag is text; outside of them it is escaped.
    for line in text.split(separator: "\n") {
      let outside = line.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter {
        $0.offset % 2 == 0
      }
      #expect(!outside.contains { $0.element.contains("<img") }, "\(line)")
    }
    #expect(text.contains("<details><summary><code>a|b&lt;img src=x&gt;*c*</code>"))
    #expect(text.contains("&lt;img src=x&gt;\\*c\\*"))
  }

  @Test func `the page needs nothing else, and no name becomes markup`() throws {
    let page = DiffHTMLReport().render(mixed)
    #expect(page.hasPrefix("<!doctype html>"))
    #expect(!page.contains("<img") && !page.contains("onerror=1>&"))
    #expect(page.components(separatedBy: "</script>").count == 3)
    // The name of SVG's elements, and the drawing's own arrowheads, are no addresses to load from.
    let own = ["http://www.w3.org/2000/svg", "url(#"]
    let rest = own.reduce(page) { $0.replacing($1, with: "") }
    for outside in ["http://", "https://", "src=", "@import", "url("] { #expect(!rest.contains(outside), "\(outside)") }
    #expect(page.contains("<p class=\"verdict\">1 difference to review</p>"))
    #expect(page.contains("<article id=\"f2\""))
    #expect(DiffHTMLReport().render(mixed) == page)
  }

  @Test func `the page's graphs are folded under modules, outermost first, as far as they can be read`() {
    let few = ModuleFolders(["", "stem.conv", "stem.bn", "head"])
    #expect(["", "stem.conv", "stem.bn", "head"].map(few.folder) == ["", "stem", "stem", "head"])
    let many = ModuleFolders(
      (0..<130).map { "encoder.\($0 % 2).layer" } + (0..<200).map { _ in "head" })
    #expect(["encoder.0.layer", "encoder.1", "head"].map(many.folder) == ["encoder.0", "encoder.1", "head"])
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func results(_ text: String) throws -> [[String: Any]] {
    let json = try object(text)
    #expect(json["version"] as? String == "2.1.0")
    #expect((json["$schema"] as? String)?.hasSuffix("sarif-schema-2.1.0.json") == true)
    let run = try #require((json["runs"] as? [[String: Any]])?.first)
    let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
    let rules = try #require(driver["rules"] as? [[String: Any]])
    let results = try #require(run["results"] as? [[String: Any]])
    for result in results {
      let index = try #require(result["ruleIndex"] as? Int)
      #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
      #expect((result["message"] as? [String: String])?["text"]?.isEmpty == false)
    }
    return results
  }
}
