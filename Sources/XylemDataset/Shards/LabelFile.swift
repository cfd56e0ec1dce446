internal import XylemErrors
internal import XylemFiles

/// The labels of a shard's rows, `ids/00000.jsonl`: a JSON object for each row, for formats that hold numbers alone.
///
/// ```json
/// {"id":"photos/cat.jpg"}
/// {"error":"image.undecodable","id":"photos/dog.jpg","message":"the JPEG image is damaged or incomplete: …"}
/// ```
enum LabelFile {
  static let folder = "ids"

  /// The file's name, relative to the run's folder.
  static func name(of shard: Shard) -> String { "\(folder)/\(shard.name).jsonl" }

  /// The lines of some labels.
  static func lines(of labels: [RowLabel]) -> [UInt8] {
    var text = ""
    for label in labels {
      var members: [String] = []
      if let failure = label.failure { members.append("\"error\":\(JSONText.quoted(failure.id))") }
      members.append("\"id\":\(JSONText.quoted(label.id))")
      if let failure = label.failure { members.append("\"message\":\(JSONText.quoted(failure.message))") }
      if let sha256 = label.sha256 { members.append("\"sha256\":\"\(sha256)\"") }
      text += "{\(members.joined(separator: ","))}\n"
    }
    return Array(text.utf8)
  }

  /// Reads all labels of a shard.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `file.malformed`.
  static func read(_ shard: Shard, in folder: String) throws -> [RowLabel] {
    let path = folder + "/" + name(of: shard)
    guard Folder.size(ofFile: path) != nil else { throw XylemError.missingFile(path) }
    let labels = try LineJournal.lines(of: path).enumerated().map { number, line in
      try label(JSONDocument(parsing: Array(line), path: path, part: "line \(number + 1)"), path)
    }
    guard labels.count == shard.rowCount else {
      throw DatasetErrors.damaged(path, "it has \(labels.count) rows, not \(shard.rowCount)")
    }
    return labels
  }

  private static func label(_ document: JSONDocument, _ path: String) throws(XylemError) -> RowLabel {
    var texts: [String: String] = [:]
    if case .object(let members) = document {
      for member in members { if case .string(let text) = member.value { texts[member.key] = text } }
    }
    guard let id = texts["id"] else { throw DatasetErrors.damaged(path, "a row has no 'id'") }
    return RowLabel(
      id: id, failure: texts["error"].map { RowFailure(id: $0, message: texts["message"] ?? "") },
      sha256: texts["sha256"])
  }
}
