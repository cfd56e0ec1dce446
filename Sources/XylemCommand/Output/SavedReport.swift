internal import Foundation
internal import XylemDiff
internal import XylemErrors
internal import XylemFiles
internal import XylemScript
internal import XylemTensor

/// The parts of a report by `xylem diff --format json` that a comparison needs.
struct SavedReport {
  /// The maximum size of a report: 256 mebibytes.
  static let mostBytes = 1 << 28

  let base: TraceDiff.Base

  /// Whether the file at a path is a report and not a model: its first character is a brace, or it is a pipe, which a
  /// model can't be read from.
  ///
  /// - Throws: `file.unreadable`. A path that does not exist is not a report.
  static func isReport(_ path: String) throws(XylemError) -> Bool {
    guard !path.hasSuffix(".xylem"), FileManager.default.fileExists(atPath: path) else { return false }
    guard let start = try WholeFile.start(of: path, count: 64) else { return true }
    return start.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{")
  }

  /// Reads a report.
  ///
  /// - Throws: `file.unreadable`; `diff.unreadable` for other JSON, another schema, or a damaged report.
  init(path: String) throws(XylemError) {
    guard let data = try WholeFile.bytes(of: path, upTo: Self.mostBytes) else {
      throw CommandErrors.badReport(path, "it is larger than \(Self.mostBytes) bytes")
    }
    let file: File
    do {
      let version = try BoundedJSON.decode(Version.self, from: data)
      guard version.schema == 1 else {
        throw CommandErrors.badReport(path, "its schema is \(version.schema); this version reads 1")
      }
      file = try BoundedJSON.decode(File.self, from: data)
    } catch let error as XylemError {
      throw error
    } catch {
      throw CommandErrors.badReport(path, Self.reason(error))
    }
    var findings: [Finding] = []
    for (number, saved) in file.findings.enumerated() {
      guard let finding = saved.finding else {
        throw CommandErrors.badReport(
          path, "finding \(number + 1) has an invalid rule, level or fingerprint: \(saved.rule)")
      }
      findings.append(finding)
    }
    var hidden: [HiddenPart] = []
    for part in file.hidden {
      guard let kind = HiddenPart.Kind(rawValue: part.kind) else {
        throw CommandErrors.badReport(path, "it has a hidden part of the unknown kind '\(part.kind)'")
      }
      hidden.append(HiddenPart(path: part.path, kind: kind))
    }
    base = TraceDiff.Base(model: file.model, findings: findings, hidden: hidden)
  }

  /// The fault of the JSON, in one sentence.
  private static func reason(_ error: any Error) -> String {
    func place(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map { $0.intValue.map { "\($0 + 1)" } ?? $0.stringValue }
      return path.isEmpty ? "" : " in " + path.joined(separator: ", ")
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context): return "it has no '\(key.stringValue)'\(place(context))"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "a value has the wrong type\(place(context))"
    default: return "it is not JSON, or is truncated"
    }
  }

  private struct Version: Decodable { let schema: Int }

  private struct File: Decodable {
    let model: String
    let hidden: [Part]
    let findings: [Saved]
  }

  private struct Part: Decodable {
    let path: String
    let kind: String
  }

  private struct Saved: Decodable {
    let rule: String
    let level: String
    let fingerprint: String
    let module: String
    let node: String?
    let message: String
    let train: String?
    let eval: String?
    /// Reports of earlier versions lack it.
    let members: [String]?

    var finding: Finding? {
      guard let rule = RuleID(rawValue: rule), let level = Finding.Level(rawValue: level),
        DiffExpectation.isFingerprint(fingerprint), members?.allSatisfy(DiffExpectation.isFingerprint) ?? true
      else { return nil }
      var members: [Finding.Member] = []
      if let saved = self.members, saved != [fingerprint] {
        members = saved.map { Finding.Member(fingerprint: $0, node: node ?? module, message: message) }
      }
      return Finding(
        rule: rule, level: level, fingerprint: fingerprint, module: module, node: node, message: message, why: rule.why,
        train: train, eval: eval, members: members, remedy: "")
    }
  }
}
