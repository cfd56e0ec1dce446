internal import XylemGraph

/// A node as a line of code, such as `conv1 = aten::conv2d(x, weight, None, [2, 2])`.
struct NodeLine {
  /// The maximum line length in characters. Longer lines are shortened.
  static let limit = 200
  /// The number of characters of the name and the operation that remain if the middle is cut out.
  private static let headLimit = 80
  /// The maximum number of characters shown before a difference.
  private static let lead = 40

  /// `name = operation(`.
  private let head: String
  private let arguments: [String]

  init(_ side: IndexedSide, _ position: Int) {
    let node = side.nodes[position]
    let target = node.operation.target.isEmpty ? node.operation.kind.rawValue : node.operation.target
    head = "\(node.name) = \(target)("
    arguments = node.inputs.map { $0.description { side.side.graph.contains($0) ? side.side.graph[$0].name : "?" } }
  }

  /// The line, shortened at its end if it is too long.
  var text: String { Self.cut(Array(whole)) }

  /// Both lines of a pair. If one is too long, the part between the operation and the first difference is cut out.
  ///
  /// - Parameter argument: the position of the argument that differs. Nil for the first argument whose text differs.
  static func pair(_ train: NodeLine, _ eval: NodeLine, argument: Int? = nil) -> (train: String, eval: String) {
    guard let place = argument ?? difference(train.arguments, eval.arguments) else { return (train.text, eval.text) }
    let texts = [train, eval].map { $0.arguments.indices.contains(place) ? $0.arguments[place] : "" }
    let shared = zip(texts[0], texts[1]).prefix { $0 == $1 }.count
    return (train.shown(at: place, plus: shared), eval.shown(at: place, plus: shared))
  }

  private var whole: String { head + arguments.joined(separator: ", ") + ")" }

  private static func cut(_ text: [Character]) -> String {
    text.count > limit ? String(text.prefix(limit - 1)) + "…" : String(text)
  }

  private static func difference(_ a: [String], _ b: [String]) -> Int? {
    (0..<max(a.count, b.count)).first { !a.indices.contains($0) || !b.indices.contains($0) || a[$0] != b[$0] }
  }

  /// The line shortened so that the character at an offset into an argument is visible.
  private func shown(at argument: Int, plus offset: Int) -> String {
    let text = Array(whole)
    let place = head.count + arguments.prefix(argument).reduce(0) { $0 + $1.count + 2 } + offset
    guard text.count > Self.limit, place > Self.limit - Self.lead else { return Self.cut(text) }
    var kept = Array(head)
    if kept.count > Self.headLimit { kept = kept.prefix(Self.headLimit - 1) + ["…"] }
    let room = Self.limit - kept.count - 2
    // The end of the line is never further away than the room allows.
    var start = max(head.count, min(place - Self.lead, text.count - room))
    // Begins at a whole argument if one is close enough.
    let begins = (start..<min(place + 1, text.count)).first { text[$0 - 2] == "," && text[$0 - 1] == " " }
    if let begins { start = begins }
    let end = min(text.count, start + room)
    return String(kept) + "…" + String(text[start..<end]) + (end < text.count ? "…" : "")
  }
}
