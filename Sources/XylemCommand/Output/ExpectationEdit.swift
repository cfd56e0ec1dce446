internal import ArgumentParser
internal import Foundation
internal import XylemDiff
internal import XylemErrors
internal import XylemFiles

/// The options that edit a configuration's expectations.
struct ExpectationEditOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Accept the finding with this fingerprint or fingerprint prefix: write an expectation into the --config file. Repeatable.",
      valueName: "fingerprint"))
  var accept: [String] = []
  @Option(
    parsing: .unconditional, help: ArgumentHelp("With --accept: why the difference is intended.", valueName: "text"))
  var reason: String?
  @Option(help: ArgumentHelp("With --accept: who is responsible for it.", valueName: "name")) var owner: String?
  @Option(help: ArgumentHelp("With --accept: the last day on which it is valid, as in 2027-01-31.", valueName: "day"))
  var expires: String?
  @Flag(help: "Remove expectations that match nothing, and members that are gone, from the --config file.")
  var prune = false

  /// Whether anything is to change.
  var isWanted: Bool { prune || !accept.isEmpty }

  func validate() throws {
    for fingerprint in accept
    where fingerprint.utf8.count < 6 || fingerprint.utf8.count > 16
      || !fingerprint.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
    {
      throw ValidationError("'--accept \(fingerprint)': a fingerprint has six to sixteen hexadecimal digits (0-9, a-f)")
    }
    if !accept.isEmpty, reason?.allSatisfy(\.isWhitespace) ?? true {
      throw ValidationError("'--accept' needs '--reason <text>': why the difference is intended")
    }
    if accept.isEmpty,
      let option = [("--reason", reason), ("--owner", owner), ("--expires", expires)].first(where: { $0.1 != nil })
    {
      throw ValidationError("'\(option.0)' needs '--accept <fingerprint>'")
    }
    if owner?.allSatisfy(\.isWhitespace) == true { throw ValidationError("'--owner' needs a name") }
    if let expires, !DiffExpectation.isDay(expires) {
      throw ValidationError("'--expires \(expires)': not a date; write it as in 2027-01-31")
    }
  }
}

/// Writes expectations into a configuration, and removes those that match nothing.
struct ExpectationEdit {
  let options: ExpectationEditOptions
  let file: String

  /// Edits the file as a diff requires, and prints the changes to standard error. A file that needs no change is not
  /// touched.
  ///
  /// Several commands may edit a file at the same time: each reads what the others wrote, and no change is lost.
  ///
  /// - Returns: the expectations now in the file.
  /// - Throws: `diff.unknown-finding`, `config.malformed`, `file.unwritable`. The file is unchanged in these cases.
  func apply(_ diff: TraceDiff) throws -> [DiffExpectation] {
    try FolderLock.withLock(on: file) { isLocked in
      if !isLocked {
        Terminal.warn("the folder of '\(file)' can't be locked: a simultaneous change by another command may be lost")
      }
      return try change(diff)
    }
  }

  private func change(_ diff: TraceDiff) throws -> [DiffExpectation] {
    let exists = FileManager.default.fileExists(atPath: file)
    let before = exists ? try Configuration.load(file) : Configuration(file: file)
    var list = try ExpectationList(
      exists ? Configuration.text(of: file) : "", file: file, expectations: before.expectations)
    var said: [String] = []
    if options.prune { said += try prune(&list, diff) }
    for expectation in try accepted(diff, before.expectations) {
      try list.add(expectation)
      said.append("accepted \(expectation.rule) at \(expectation.place) in \(file)")
    }
    guard !said.isEmpty else { return before.expectations }
    let meant = list.items.map(\.expectation)
    let text = list.text
    try check(text, before: before, meant: meant)
    try AtomicFile.write(text, to: file)
    for line in said { Terminal.error("note: \(line)") }
    return try Configuration.load(file).expectations
  }

  /// Whether a string parses as the same configuration with the given expectations.
  private func check(_ text: String, before: Configuration, meant: [DiffExpectation]) throws(XylemError) {
    var after: Configuration
    do { after = try ConfigurationReader(file: file).read(text) } catch {
      throw ConfigurationErrors.editFailed(file, cause: error)
    }
    func plain(_ expectations: [DiffExpectation]) -> [DiffExpectation] {
      expectations.map(Self.plain).sorted { ($0.rule, $0.place, $0.reason) < ($1.rule, $1.place, $1.reason) }
    }
    let isAsMeant = plain(after.expectations) == plain(meant)
    after.expectations = before.expectations
    guard isAsMeant, after == before else { throw ConfigurationErrors.editFailed(file, cause: nil) }
  }

  /// An expectation without its position in the file.
  private static func plain(_ expectation: DiffExpectation) -> DiffExpectation {
    var expectation = expectation
    expectation.location = nil
    return expectation
  }

  // MARK: - Accepting

  /// - Parameter present: the expectations now in the file, which may be more than those the diff was made with.
  private func accepted(
    _ diff: TraceDiff, _ present: [DiffExpectation]
  ) throws(XylemError) -> [DiffExpectation] {
    var found: [DiffExpectation] = []
    for prefix in options.accept {
      let matches = diff.findings.filter { $0.fingerprint.hasPrefix(prefix) }
      let fingerprints = Set(matches.map(\.fingerprint))
      guard fingerprints.count <= 1 else { throw CommandErrors.ambiguousFingerprint(prefix, matches) }
      guard let first = matches.first else { throw CommandErrors.unknownFingerprint(prefix, diff.findings) }
      guard !first.rule.isAboutExpectations else { throw CommandErrors.acceptedProblem(first) }
      let other = present.first { $0.rule == first.rule.rawValue && $0.place == first.fingerprint }
      if matches.allSatisfy({ $0.expectation != nil }) || other != nil {
        let reason = first.expectation?.reason ?? other?.reason ?? ""
        Terminal.error("note: \(first.fingerprint) is already accepted: \(reason)")
        continue
      }
      guard !found.contains(where: { $0.place == first.fingerprint }) else { continue }
      let differences = matches.flatMap(\.differences)
      found.append(
        DiffExpectation(
          rule: first.rule.rawValue, place: first.fingerprint, count: differences.count,
          members: differences == [first.fingerprint] ? [] : Set(differences).sorted(), reason: options.reason ?? "",
          owner: options.owner, expires: options.expires))
    }
    return found
  }

  // MARK: - Pruning

  /// What to do with the list's items, by position. Nothing is known about items added since the diff was made.
  private func uses(_ list: ExpectationList, _ diff: TraceDiff) -> [(index: Int, use: ExpectationUse)] {
    var left = diff.expectations
    return list.items.indices.compactMap { index in
      let item = Self.plain(list.items[index].expectation)
      guard let found = left.firstIndex(where: { Self.plain($0.expectation) == item }) else { return nil }
      return (index, left.remove(at: found))
    }
  }

  private func prune(_ list: inout ExpectationList, _ diff: TraceDiff) throws(XylemError) -> [String] {
    var said: [String] = []
    for (index, use) in uses(list, diff).reversed() {
      let name = "\(use.expectation.rule) at \(use.expectation.place)"
      guard use.problems == [.expectationUnused] else { continue }
      var left = use.expectation
      left.members.removeAll(where: use.gone.contains)
      if use.matched == 0 || left.members.isEmpty && !use.expectation.members.isEmpty {
        list.remove(at: index)
        said.insert("removed \(name), which matches nothing", at: 0)
        continue
      }
      if let count = left.count { left.count = min(count, use.matched) }
      guard left != use.expectation else { continue }
      try list.replace(at: index, with: left)
      let what =
        use.gone.isEmpty
        ? "lowered the count of"
        : "removed \(use.gone.count == 1 ? "a member that is" : "\(use.gone.count) members that are") gone from"
      said.insert("\(what) \(name)", at: 0)
    }
    return said
  }
}
