public import XylemDiff
internal import XylemGraph

/// A format for a diff. The same diff gives the same bytes.
public protocol DiffReport: Sendable {
  /// The report, with a trailing line break in text formats.
  func render(_ diff: TraceDiff) -> String
}

extension TraceDiff {
  /// The number of open and of accepted findings of a level.
  func count(of level: Finding.Level) -> (open: Int, accepted: Int) {
    let found = findings.filter { $0.level == level }
    let open = found.count { $0.expectation == nil }
    return (open, found.count - open)
  }

  /// One sentence: whether anything needs attention.
  var verdict: String {
    if comparison != nil {
      let added = failing(atLeast: .warning).count
      let known = unexpected(atLeast: .warning).count - added
      let rest = known > 0 ? "; \(plural(known, "difference")) already known" : ""
      return (added == 0 ? "nothing new to review" : "\(plural(added, "new difference")) to review") + rest
    }
    let errors = count(of: .error).open
    let open = unexpected(atLeast: .warning).filter { $0.level == .warning }
    let problems = open.count { $0.rule.isAboutExpectations }
    if errors > 0 { return "\(plural(errors, "error")): the requested nodes are not the same in both modes" }
    let parts = [(open.count - problems, "difference"), (problems, "expectation")].filter { $0.0 > 0 }
    if !parts.isEmpty { return parts.map { plural($0.0, $0.1) }.joined(separator: " and ") + " to review" }
    return findings.isEmpty ? "the modes compute the same" : "every difference is by design, or accepted"
  }

  /// What could be compared, and what could not.
  var reach: String {
    let nodes = plural(compared, "pair of nodes")
    guard !hidden.isEmpty else { return nodes + "; nothing is hidden" }
    var parts: [String] = []
    for kind in HiddenPart.Kind.allCases {
      let count = hidden.count { $0.kind == kind }
      if count > 0 { parts.append(plural(count, kind.words)) }
    }
    return nodes + "; not inspected: " + parts.joined(separator: ", ")
  }
}

extension TraceDiff {
  /// The result of a run of both graphs as a whole, one sentence each. Empty without a run.
  var runSentences: [String] {
    guard let run else { return [] }
    if run.compared == 0, let failure = run.failure { return ["nothing could be compared: \(failure)"] }
    let pairs = run.differing == 1 ? "1 gives" : "\(run.differing) give"
    var sentences = [
      "on one input (seed \(run.seed)), of \(plural(run.compared, "pair of nodes")) with the same inputs, \(pairs) different values"
    ]
    switch (run.outputDiffers, run.outputDifference) {
    case (nil, _): sentences.append("the modes' results were not compared")
    case (false?, _): sentences.append("the modes' results are equal, bit for bit")
    case (true?, let difference?): sentences.append("the modes' results differ by up to \(difference)")
    case (true?, nil): sentences.append("the modes' results have a different structure or shape")
    }
    if !run.unexplained.isEmpty {
      let more = run.unexplained.count - 3
      sentences.append(
        "no finding covers the difference at " + run.unexplained.prefix(3).joined(separator: ", ")
          + (more > 0 ? " and \(more) more" : ""))
    }
    if let failure = run.failure { sentences.append("the comparison ended early: \(failure)") }
    return sentences
  }
}

extension TraceDiff {
  /// The changes relative to another diff, in one line. Nil if it was not compared with one.
  var comparisonSentence: String? {
    guard let comparison else { return nil }
    func count(_ kind: Finding.Change.Kind) -> Int { findings.count { $0.change?.kind == kind } }
    return "\(count(.added)) added, \(count(.changed)) changed, \(comparison.removed.count) removed, "
      + "\(count(.unchanged)) unchanged since \(comparison.base)"
  }

  /// What is hidden now and was not before, and the reverse.
  var hiddenSentences: [String] {
    guard let comparison else { return [] }
    func names(_ parts: [HiddenPart]) -> String {
      parts.map { "\($0.kind.rawValue) \($0.path.isEmpty ? "the root" : $0.path)" }.joined(separator: ", ")
    }
    var sentences: [String] = []
    if !comparison.hiddenSince.isEmpty { sentences.append("hidden since: " + names(comparison.hiddenSince)) }
    if !comparison.shownSince.isEmpty { sentences.append("no longer hidden: " + names(comparison.shownSince)) }
    return sentences
  }
}

extension Finding.Change {
  /// The change in words, with its extent.
  var words: String {
    var parts: [String] = []
    if kind == .changed {
      if more > 0 { parts.append("\(more) more") }
      if less > 0 { parts.append("\(less) fewer") }
      if let levelBefore { parts.append("was \(levelBefore.rawValue)") }
    }
    return kind.rawValue + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", "))
  }
}

extension TraceDiff {
  /// The requests in both modes, one per line, and options to paste. Empty if nothing was requested.
  var returnLines: [String] {
    let width = returns.map(\.request.count).max() ?? 0
    var lines = returns.map { impact in
      let request = impact.request + String(repeating: " ", count: width - impact.request.count)
      if let train = impact.train, train == impact.eval { return "\(request)  \(train) in both modes" }
      let sides = [(self.train.label, impact.train), (eval.label, impact.eval)]
      return "\(request)  " + sides.map { "\($0.1 ?? "nothing") in \($0.0) mode" }.joined(separator: ", ")
    }
    if let options = returnOptions { lines.append("to ask for them: \(options)") }
    return lines
  }
}

extension Finding.Witness {
  /// The result of a run, in one line.
  var sentence: String {
    let difference = largestDifference.map { ", largest difference \($0)" } ?? ""
    let place = outcome == .confirmed ? node.map { " at \($0)" } ?? "" : ""
    return "\(outcome.words)\(difference)\(place): \(reason)"
  }
}

extension Finding.Witness.Outcome {
  /// The outcome in words.
  var words: String {
    switch self {
    case .confirmed: "confirmed"
    case .notObserved: "not observed"
    case .undecided: "undecided"
    }
  }
}

extension Finding {
  /// The heading of its remedy.
  var remedyHeading: String {
    if rule.isAboutExpectations { return "what to do" }
    return isAcceptable ? "to accept it" : "what to request"
  }

  /// Whether an expectation can accept it.
  var isAcceptable: Bool {
    !rule.isAboutExpectations && ![.returnNodeMissingInMode, .returnNodeRenamed].contains(rule)
  }

  /// The nodes of its places, and the nodes that follow from it.
  var memberNames: (places: [String], consequences: [String]) {
    var seen: Set<String> = []
    // One node may follow for two reasons: it reads a different value and has a different name.
    let consequences = members.filter { $0.isConsequence && seen.insert($0.node).inserted }.map(\.node)
    return (members.filter { !$0.isConsequence }.map(\.node), consequences)
  }
}

extension DiffExpectation {
  /// Why it is accepted, by whom and until when.
  var acceptance: String {
    reason + (owner.map { " (\($0))" } ?? "") + (expires.map { ", until \($0)" } ?? "")
  }
}

extension HiddenPart {
  /// What is known about its dependence on the mode. Empty if nothing is known.
  var modeWords: String {
    if let mode { return ", declared \(mode.rawValue)" }
    return mayReadMode ? "" : ", whose code does not read the mode"
  }
}

extension HiddenPart.Kind {
  fileprivate var words: String {
    switch self {
    case .leafModule: "leaf module"
    case .leafFunction: "leaf function"
    case .region: "region"
    case .automaticLeaf: "automatic leaf"
    case .plugin: "plugin leaf"
    }
  }
}

/// A number with its noun.
func plural(_ count: Int, _ noun: String) -> String {
  if count == 1 { return "1 \(noun)" }
  if noun == "pair of nodes" { return "\(count) pairs of nodes" }
  if noun == "info" { return "\(count) infos" }
  guard noun.hasSuffix(" leaf") else { return "\(count) \(noun)s" }
  return "\(count) \(noun.dropLast(4))leaves"
}
