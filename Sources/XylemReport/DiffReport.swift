public import XylemDiff

/// A form in which a diff is told: the same diff gives the same bytes.
public protocol DiffReport: Sendable {
  /// The report, with a line break at its end where it is text for people.
  func render(_ diff: TraceDiff) -> String
}

extension TraceDiff {
  /// How many findings of a level are not accepted, and how many are.
  func count(of level: Finding.Level) -> (open: Int, accepted: Int) {
    let found = findings.filter { $0.level == level }
    let open = found.count { $0.expectation == nil }
    return (open, found.count - open)
  }

  /// One sentence: whether anything asks for a reader.
  var verdict: String {
    if comparison != nil {
      let added = failing(atLeast: .warning).count
      let known = unexpected(atLeast: .warning).count - added
      let rest = known > 0 ? "; \(plural(known, "difference")) known before" : ""
      return (added == 0 ? "nothing new to look at" : "\(plural(added, "new difference")) to look at") + rest
    }
    let errors = count(of: .error).open
    let open = unexpected(atLeast: .warning).filter { $0.level == .warning }
    let problems = open.count { $0.rule.isAboutExpectations }
    if errors > 0 { return "\(plural(errors, "error")): what is asked for is not the same in both modes" }
    let parts = [(open.count - problems, "difference"), (problems, "expectation")].filter { $0.0 > 0 }
    if !parts.isEmpty { return parts.map { plural($0.0, $0.1) }.joined(separator: " and ") + " to look at" }
    return findings.isEmpty ? "the modes compute the same" : "every difference is by design, or accepted"
  }

  /// What could be compared, and what could not.
  var reach: String {
    let nodes = plural(compared, "pair of nodes")
    guard !hidden.isEmpty else { return nodes + ", and nothing hidden from it" }
    var parts: [String] = []
    for kind in HiddenPart.Kind.allCases {
      let count = hidden.count { $0.kind == kind }
      if count > 0 { parts.append(plural(count, kind.words)) }
    }
    return nodes + "; not looked into: " + parts.joined(separator: ", ")
  }
}

extension TraceDiff {
  /// What a run of both graphs showed as a whole, a sentence each; empty without a run.
  var runSentences: [String] {
    guard let run else { return [] }
    if run.compared == 0, let failure = run.failure { return ["nothing could be compared: \(failure)"] }
    let pairs = run.differing == 1 ? "1 gives" : "\(run.differing) give"
    var sentences = [
      "on one input (seed \(run.seed)), of \(plural(run.compared, "pair of nodes")) given the same values, \(pairs) different ones"
    ]
    switch (run.outputDiffers, run.outputDifference) {
    case (nil, _): sentences.append("what the modes return was not compared")
    case (false?, _): sentences.append("what the modes return is the same, bit for bit")
    case (true?, let difference?): sentences.append("what the modes return differs by up to \(difference)")
    case (true?, nil): sentences.append("what the modes return is built in another way, or has another shape")
    }
    if !run.unexplained.isEmpty {
      let more = run.unexplained.count - 3
      sentences.append(
        "no finding is about what differs at " + run.unexplained.prefix(3).joined(separator: ", ")
          + (more > 0 ? " and \(more) more" : ""))
    }
    if let failure = run.failure { sentences.append("the comparison ended early: \(failure)") }
    return sentences
  }
}

extension TraceDiff {
  /// What it adds to another diff and takes away, in one line; nil where it was compared with none.
  var comparisonSentence: String? {
    guard let comparison else { return nil }
    func count(_ kind: Finding.Change.Kind) -> Int { findings.count { $0.change?.kind == kind } }
    return "\(count(.added)) added, \(count(.changed)) changed, \(comparison.removed.count) removed, "
      + "\(count(.unchanged)) unchanged since \(comparison.base)"
  }

  /// What is hidden now and was not, and the reverse.
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
  /// As people read it, with how much changed.
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
  /// What was asked for in both modes, a line each, and what to paste; empty where nothing was asked for.
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
  /// What a run showed, in one line.
  var sentence: String {
    let difference = largestDifference.map { ", largest difference \($0)" } ?? ""
    let place = outcome == .confirmed ? node.map { " at \($0)" } ?? "" : ""
    return "\(outcome.words)\(difference)\(place): \(reason)"
  }
}

extension Finding.Witness.Outcome {
  /// As people read it.
  var words: String {
    switch self {
    case .confirmed: "confirmed"
    case .notObserved: "not observed"
    case .undecided: "undecided"
    }
  }
}

extension Finding {
  /// What its remedy is for.
  var remedyHeading: String {
    if rule.isAboutExpectations { return "what to do" }
    return [.returnNodeMissingInMode, .returnNodeRenamed].contains(rule) ? "what to ask for" : "to accept it"
  }

  /// The nodes of its places, and those that follow from it.
  var memberNames: (places: [String], consequences: [String]) {
    var seen: Set<String> = []
    // One node may follow for two reasons: it reads another value, and has another name.
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
  /// What is known of how it depends on the mode; empty where nothing is.
  var modeWords: String {
    if let mode { return ", declared \(mode)" }
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
    case .plugin: "leaf of a plugin"
    }
  }
}

/// A number with its noun.
func plural(_ count: Int, _ noun: String) -> String {
  if count == 1 { return "1 \(noun)" }
  if noun == "pair of nodes" { return "\(count) pairs of nodes" }
  if noun == "info" { return "\(count) infos" }
  guard noun.hasPrefix("leaf of") || noun.hasSuffix(" leaf") else { return "\(count) \(noun)s" }
  return noun.hasPrefix("leaf of") ? "\(count) leaves" + noun.dropFirst(4) : "\(count) \(noun.dropLast(4))leaves"
}
