/// A pattern for dotted names, as in `layer1.*.conv2`.
///
/// | pattern | matches |
/// | --- | --- |
/// | `*` | any characters of one component: `layer*` matches `layer4`, not `layer4.0` |
/// | `**` | any characters, dots included: `layer4.**` matches everything below `layer4` |
/// | `**.` before a component | any number of components, including none: `**.conv1` matches `conv1` and `layer1.0.conv1` |
/// | `?` | one character other than a dot |
/// | `[12]`, `[a-d]`, `[!0]` | one character of a set, or one that is neither in the set nor a dot |
/// | `{1,3}` | one of several patterns: `layer{1,3}`, `{layer4,fc}` |
/// | `\` before a character | that character itself |
///
/// An unclosed bracket or brace stands for itself, and a string that equals the pattern always matches it. Patterns are
/// compiled once; matching costs `O(string × pattern)`.
public struct Glob: Sendable, Hashable {
  /// The pattern as written.
  public let pattern: String
  /// Whether the pattern has no special characters, so that it can only match itself.
  public let isLiteral: Bool
  private let steps: [Step]

  /// Compiles a pattern. Every string is a valid pattern.
  public init(_ pattern: String) {
    self.pattern = pattern
    var parser = GlobParser(pattern)
    let parts = parser.parts(until: nil)
    isLiteral = !parser.foundSpecial
    var compiler = GlobCompiler()
    compiler.append(parts)
    steps = compiler.steps + [.end]
  }

  /// Whether the whole string matches.
  public func matches(_ text: String) -> Bool {
    if text == pattern { return true }
    if isLiteral { return false }
    var reached = StepSet(count: steps.count)
    reached.enter(0, steps)
    for scalar in text.unicodeScalars {
      var next = StepSet(count: steps.count)
      for index in reached.members {
        if case .match(let matcher) = steps[index], matcher.matches(scalar) { next.enter(index + 1, steps) }
      }
      if next.members.isEmpty { return false }
      reached = next
    }
    return reached.contains(steps.count - 1)
  }

  /// Whether a string matches a pattern. For a pattern that is used only once.
  public static func matches(_ text: String, _ pattern: String) -> Bool { Glob(pattern).matches(text) }

  /// Whether a string contains the special characters of a pattern.
  public static func isPattern(_ text: String) -> Bool { !Glob(text).isLiteral }

  /// The pattern with `**` in place of every component that is `*`, which matches more. Nil if no component is `*`.
  public var acrossComponents: String? {
    let parts = pattern.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.contains("*") else { return nil }
    return parts.map { $0 == "*" ? "**" : String($0) }.joined(separator: ".")
  }
}

/// One step of a compiled pattern.
private enum Step: Sendable, Hashable {
  /// Consumes one character.
  case match(Matcher)
  /// Continues at each of these steps without consuming a character.
  case jump([Int])
  /// The pattern ends.
  case end
}

/// The characters that a step accepts.
private enum Matcher: Sendable, Hashable {
  case literal(Unicode.Scalar)
  /// Any character except a dot.
  case component
  case any
  case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)

  func matches(_ scalar: Unicode.Scalar) -> Bool {
    switch self {
    case .literal(let own): own == scalar
    case .component: scalar != "."
    case .any: true
    case .set(let ranges, false): ranges.contains { $0.contains(scalar) }
    case .set(let ranges, true): scalar != "." && !ranges.contains { $0.contains(scalar) }
    }
  }
}

/// The steps reached so far, each once.
private struct StepSet {
  private(set) var members: [Int] = []
  private var seen: [Bool]

  init(count: Int) { seen = Array(repeating: false, count: count) }

  func contains(_ step: Int) -> Bool { seen[step] }

  /// Adds a step, and the steps that it jumps to.
  mutating func enter(_ step: Int, _ steps: [Step]) {
    var waiting = [step]
    while let step = waiting.popLast() {
      guard !seen[step] else { continue }
      seen[step] = true
      if case .jump(let targets) = steps[step] { waiting += targets } else { members.append(step) }
    }
  }
}

/// A part of a pattern.
private indirect enum Part {
  case one(Matcher)
  case many(Matcher)
  /// Any number of components, with their dots.
  case components
  case alternatives([[Part]])
}

/// Compiles parts into steps.
private struct GlobCompiler {
  private(set) var steps: [Step] = []

  mutating func append(_ parts: [Part]) { for part in parts { append(part) } }

  private mutating func append(_ part: Part) {
    switch part {
    case .one(let matcher): steps.append(.match(matcher))
    case .many(let matcher):
      let start = steps.count
      steps += [.jump([start + 1, start + 3]), .match(matcher), .jump([start])]
    case .components:
      let start = steps.count
      steps.append(.jump([]))
      append([.many(.any), .one(.literal("."))])
      steps[start] = .jump([start + 1, steps.count])
    case .alternatives(let choices):
      let start = steps.count
      steps.append(.jump([]))
      var starts: [Int] = []
      var ends: [Int] = []
      for choice in choices {
        starts.append(steps.count)
        append(choice)
        ends.append(steps.count)
        steps.append(.jump([]))
      }
      steps[start] = .jump(starts)
      for end in ends { steps[end] = .jump([steps.count]) }
    }
  }
}

/// Parses a pattern into parts.
private struct GlobParser {
  private static let deepest = 32

  private let text: [Unicode.Scalar]
  private var position = 0
  private var depth = 0
  /// For each opening brace with a matching closing brace, the position of the latter.
  private var braceEnds: [Int: Int] = [:]
  /// For each position, the next closing bracket at or after it, or the count if there is none.
  private var bracketEnds: [Int]
  private(set) var foundSpecial = false

  init(_ pattern: String) {
    text = Array(pattern.unicodeScalars)
    bracketEnds = Array(repeating: text.count, count: text.count + 1)
    for index in text.indices.reversed() { bracketEnds[index] = text[index] == "]" ? index : bracketEnds[index + 1] }
    var open: [Int] = []
    var index = 0
    while index < text.count {
      switch text[index] {
      case "\\": index += 1
      case "[": if let end = setEnd(at: index) { index = end }
      case "{": open.append(index)
      case "}": if let start = open.popLast() { braceEnds[start] = index }
      default: break
      }
      index += 1
    }
  }

  /// The parts up to the end of the string, or up to a comma or the brace that closes a group.
  mutating func parts(until end: Int?) -> [Part] {
    var parts: [Part] = []
    while position < text.count {
      let scalar = text[position]
      if let end, position == end || scalar == "," { return parts }
      position += 1
      switch scalar {
      case "\\" where position < text.count:
        foundSpecial = true
        parts.append(.one(.literal(text[position])))
        position += 1
      case "?": parts.append(special(.one(.component)))
      case "*": parts.append(special(star()))
      case "[": parts.append(set(at: position - 1) ?? .one(.literal(scalar)))
      case "{": parts.append(group(at: position - 1) ?? .one(.literal(scalar)))
      default: parts.append(.one(.literal(scalar)))
      }
    }
    return parts
  }

  private mutating func special(_ part: Part) -> Part {
    foundSpecial = true
    return part
  }

  /// The part for one or more asterisks.
  private mutating func star() -> Part {
    guard position < text.count, text[position] == "*" else { return .many(.component) }
    let start = position - 1
    while position < text.count, text[position] == "*" { position += 1 }
    let begins = start == 0 || [".", "{", ","].contains(text[start - 1])
    if begins, position < text.count, text[position] == "." {
      position += 1
      return .components
    }
    return .many(.any)
  }

  /// The end of a set that begins at a position. A bracket right after the opening bracket belongs to the set.
  private func setEnd(at start: Int) -> Int? {
    var first = start + 1
    if first < text.count, text[first] == "!" || text[first] == "^" { first += 1 }
    guard first + 1 <= text.count else { return nil }
    let end = bracketEnds[min(first + 1, text.count)]
    return end < text.count ? end : nil
  }

  private mutating func set(at start: Int) -> Part? {
    guard let end = setEnd(at: start) else { return nil }
    var members = text[(start + 1)..<end]
    let isNegated = members.first == "!" || members.first == "^"
    if isNegated { members.removeFirst() }
    var ranges: [ClosedRange<Unicode.Scalar>] = []
    while let low = members.popFirst() {
      if members.first == "-", let high = members.dropFirst().first, low <= high {
        members = members.dropFirst(2)
        ranges.append(low...high)
      } else {
        ranges.append(low...low)
      }
    }
    position = end + 1
    return special(.one(.set(ranges, isNegated: isNegated)))
  }

  private mutating func group(at start: Int) -> Part? {
    guard depth < Self.deepest, let end = braceEnds[start] else { return nil }
    depth += 1
    defer { depth -= 1 }
    var choices: [[Part]] = []
    while position <= end {
      choices.append(parts(until: end))
      position += 1
    }
    return special(.alternatives(choices))
  }
}
