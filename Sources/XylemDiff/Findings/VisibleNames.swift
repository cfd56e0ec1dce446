internal import XylemGraph

/// Removes the numbers from names of nodes that name lists don't show: a reader sees `output'1` as `output`.
struct VisibleNames {
  private let hidden: Set<String>

  init(_ graphs: [Graph]) {
    var hidden: Set<String> = []
    for graph in graphs {
      for node in graph.nodes where !node.isListed || node.operation == .output {
        if node.name.utf8.contains(UInt8(ascii: "'")) { hidden.insert(node.name) }
      }
    }
    self.hidden = hidden
  }

  func apply(to finding: inout Finding) {
    guard !hidden.isEmpty else { return }
    finding.node = finding.node.map(shown)
    finding.message = shown(finding.message)
    finding.train = finding.train.map(shown)
    finding.eval = finding.eval.map(shown)
    for index in finding.members.indices {
      finding.members[index].node = shown(finding.members[index].node)
      finding.members[index].message = shown(finding.members[index].message)
    }
  }

  /// A string with the names as a reader sees them.
  private func shown(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let quote = UInt8(ascii: "'")
    guard bytes.contains(quote) else { return text }
    var result: [UInt8] = []
    var wordStart = 0
    var index = 0
    while index < bytes.count {
      if bytes[index] == quote, let end = numberEnd(bytes, after: index),
        hidden.contains(String(decoding: bytes[wordStart..<end], as: UTF8.self))
      {
        index = end
        wordStart = end
        continue
      }
      if !Self.isPartOfName(bytes[index]) { wordStart = index + 1 }
      result.append(bytes[index])
      index += 1
    }
    return String(decoding: result, as: UTF8.self)
  }

  private func numberEnd(_ bytes: [UInt8], after quote: Int) -> Int? {
    var end = quote + 1
    while end < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[end]) { end += 1 }
    return end > quote + 1 ? end : nil
  }

  /// Names of modules may contain any letters; only separators end a name.
  private static func isPartOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"),
      UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: ":"):
      false
    default: true
    }
  }
}
