internal import Foundation
internal import XylemErrors
internal import XylemFiles

/// A line of `manifest.jsonl`: a shard whose files are complete and in their places.
struct ManifestLine: Codable, Hashable, Sendable {
  /// A file of a shard.
  struct File: Codable, Hashable, Sendable {
    /// The path relative to the run's folder.
    let name: String
    let bytes: Int
    let sha256: String
  }

  /// The number of rows without features.
  let bad: Int
  let files: [File]
  let rows: Int
  /// The position of the shard, from 0.
  let shard: Int
}

/// The list of a run's shards, `manifest.jsonl`. While a run goes on, lines are in the order in which shards were
/// completed, and a later line of a shard replaces an earlier one; at its end they are sorted.
struct Manifest: Sendable {
  static let name = "manifest.jsonl"

  private let path: String
  /// The lines by shard.
  private(set) var lines: [Int: ManifestLine] = [:]

  /// Reads the manifest of a folder. Without a file, it is empty.
  ///
  /// - Throws: `file.unreadable`, `dataset.damaged`.
  init(in folder: String) throws {
    path = folder + "/" + Self.name
    for bytes in try LineJournal.lines(of: path) {
      let line: ManifestLine
      do { line = try BoundedJSON.decode(ManifestLine.self, from: bytes) } catch {
        throw DatasetErrors.damaged(path, "a line is not that of a shard")
      }
      lines[line.shard] = line
    }
  }

  /// Adds a shard, whose files are in their places.
  ///
  /// - Throws: `file.unwritable`.
  mutating func append(_ line: ManifestLine) throws {
    try LineJournal.append(try JSONText.sorted(line), to: path)
    lines[line.shard] = line
  }

  /// Sorts the file's lines, and leaves out those that later ones replaced.
  ///
  /// - Throws: `file.unwritable`.
  func sort() throws {
    let text = try lines.sorted { $0.key < $1.key }.map { try JSONText.sorted($0.value) + "\n" }.joined()
    guard try LineJournal.lines(of: path).map({ String(decoding: $0, as: UTF8.self) + "\n" }).joined() != text else {
      return
    }
    try AtomicFile.write(text, to: path)
  }

  /// Whether a shard's files are there, with their sizes.
  func isComplete(_ line: ManifestLine, in folder: String) -> Bool {
    line.files.allSatisfy { Folder.size(ofFile: folder + "/" + $0.name) == $0.bytes }
  }
}
