internal import XylemDiff
internal import XylemErrors
internal import Yams

/// The lines of a configuration, with its list of expectations parsed: each item keeps its lines and the comments above
/// it.
///
/// Everything else stays unchanged, byte for byte.
struct ExpectationList {
  /// An expectation as written in the file.
  struct Item {
    var expectation: DiffExpectation
    /// The comments and blank lines above it.
    var lead: [String]
    /// The item's lines.
    var lines: [String]

    /// Whether there are comments between its lines, which rewriting it would lose.
    var hasComments: Bool {
      lines.contains { $0.contains(" #") || $0.drop { $0 == " " }.hasPrefix("#") }
    }
  }

  private let file: String
  /// The lines before the items; the key is the last of them.
  private var head: [String]
  private(set) var items: [Item]
  /// The lines after the items.
  private var tail: [String]
  private let indent: String
  private let lineEnd: String
  /// Whether the last line has no line break.
  private let endsOpen: Bool

  /// Parses a configuration.
  ///
  /// - Parameter expectations: the expectations in the configuration's list.
  /// - Throws: `config.malformed` if the list can't be edited without losing content.
  init(_ text: String, file: String, expectations: [DiffExpectation]) throws(XylemError) {
    self.file = file
    endsOpen = !text.isEmpty && !text.utf8.suffix(1).elementsEqual("\n".utf8)
    var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    // The line break at the end of the last line does not begin another line.
    if lines.last == "" { lines.removeLast() }
    lineEnd = lines.first?.hasSuffix("\r") == true ? "\r" : ""
    guard let key = lines.firstIndex(where: { $0.hasPrefix("expectations:") }) else {
      guard expectations.isEmpty else { throw ConfigurationErrors.notEditable(file) }
      (head, items, tail, indent) = (lines + ["expectations:" + lineEnd], [], [], "  ")
      return
    }
    let end = Self.end(of: key, in: lines)
    let isBlock =
      lines[key].dropFirst("expectations:".count).allSatisfy { $0 == " " || $0 == "\r" || $0 == "\r\n" }
      || lines[key].dropFirst("expectations:".count).drop { $0 == " " }.hasPrefix("#")
    tail = Array(lines[end...])
    guard isBlock, !expectations.isEmpty else {
      // On one line, or empty: the list is rewritten, which loses only its layout.
      guard !lines[key..<end].contains(where: { $0.contains("#") }) || expectations.isEmpty && isBlock else {
        throw ConfigurationErrors.notEditable(file)
      }
      head = Array(lines[..<key]) + [isBlock ? lines[key] : "expectations:" + lineEnd]
      if isBlock { head += lines[(key + 1)..<end] }
      indent = "  "
      items = []
      for expectation in expectations {
        items.append(Item(expectation: expectation, lead: [], lines: try Self.write(expectation, "  ", lineEnd)))
      }
      return
    }
    head = Array(lines[...key])
    guard let first = lines[(key + 1)..<end].firstIndex(where: { Self.isItem($0) }) else {
      throw ConfigurationErrors.notEditable(file)
    }
    let dash = String(lines[first].prefix { $0 == " " })
    indent = dash
    items = []
    try collect(lines[(key + 1)..<end], dash, expectations)
  }

  /// Splits the lines below the key into items.
  private mutating func collect(
    _ lines: ArraySlice<String>, _ dash: String, _ expectations: [DiffExpectation]
  ) throws(XylemError) {
    var lead: [String] = []
    for line in lines {
      if line.hasPrefix(dash + "-") {
        guard items.count < expectations.count else { throw ConfigurationErrors.notEditable(file) }
        items.append(Item(expectation: expectations[items.count], lead: lead, lines: [line]))
        lead = []
      } else if let last = items.indices.last, line.hasPrefix(dash + " "), !Self.isBlank(line) {
        // What seemed to be above the next item is inside this one.
        items[last].lines += lead + [line]
        lead = []
      } else {
        lead.append(line)
      }
    }
    guard items.count == expectations.count else { throw ConfigurationErrors.notEditable(file) }
    tail = lead + tail
  }

  private static func isItem(_ line: String) -> Bool { line.drop { $0 == " " }.hasPrefix("-") }

  private static func isBlank(_ line: String) -> Bool { line.allSatisfy(\.isWhitespace) }

  /// The line after the last line that belongs to a key of the root.
  private static func end(of key: Int, in lines: [String]) -> Int {
    var end = key + 1
    for index in lines.indices.dropFirst(key + 1) {
      let line = lines[index]
      if isBlank(line) || line.hasPrefix("#") { continue }
      guard line.hasPrefix(" ") || line.hasPrefix("-") || line.hasPrefix("]") || line.hasPrefix("}") else { break }
      end = index + 1
    }
    return end
  }

  // MARK: - Changing

  /// Adds an expectation.
  mutating func add(_ expectation: DiffExpectation) throws(XylemError) {
    items.append(
      Item(expectation: expectation, lead: [], lines: try Self.write(expectation, indent, lineEnd)))
  }

  /// Removes an expectation, and the comments above it.
  mutating func remove(at index: Int) { items.remove(at: index) }

  /// Rewrites an expectation.
  ///
  /// - Throws: `config.malformed` if comments between its lines would be lost.
  mutating func replace(at index: Int, with expectation: DiffExpectation) throws(XylemError) {
    guard !items[index].hasComments else { throw ConfigurationErrors.commentsInside(items[index].expectation, file) }
    items[index].expectation = expectation
    items[index].lines = try Self.write(expectation, indent, lineEnd)
  }

  /// The configuration, with its items sorted by rule and place.
  var text: String {
    let sorted = items.enumerated().sorted {
      let (a, b) = ($0.element.expectation, $1.element.expectation)
      return (a.rule, a.place, $0.offset) < (b.rule, b.place, $1.offset)
    }
    var lines = head
    if items.isEmpty, let key = lines.lastIndex(where: { $0.hasPrefix("expectations:") }) {
      lines[key] = "expectations: []" + lineEnd
    }
    for (_, item) in sorted { lines += item.lead + item.lines }
    return (lines + tail).joined(separator: "\n") + (endsOpen && !tail.isEmpty ? "" : "\n")
  }

  /// An expectation as a list item.
  private static func write(
    _ expectation: DiffExpectation, _ indent: String, _ lineEnd: String
  ) throws(XylemError) -> [String] {
    func quoted(_ text: String) -> Node { .scalar(.init(text, Tag(.str), .doubleQuoted)) }
    var entries: [(Node, Node)] = [
      ("rule", Node(expectation.rule)), ("place", quoted(expectation.place)),
    ]
    if let count = expectation.count { entries.append(("count", .scalar(.init(String(count), Tag(.int), .plain)))) }
    if !expectation.members.isEmpty {
      entries.append(("members", .sequence(.init(expectation.members.map(quoted), Tag(.seq), .block))))
    }
    entries.append(("reason", quoted(expectation.reason)))
    if let owner = expectation.owner { entries.append(("owner", quoted(owner))) }
    if let expires = expectation.expires { entries.append(("expires", quoted(expires))) }
    let yaml: String
    do {
      yaml = try Yams.serialize(node: .mapping(.init(entries)), indent: 2, width: -1, allowUnicode: true)
    } catch {
      throw XylemError(.configMalformed, "the expectation can't be written as YAML", cause: error)
    }
    let lines = yaml.split(separator: "\n")
    return lines.enumerated().map { indent + ($0.offset == 0 ? "- " : "  ") + $0.element + lineEnd }
  }
}
