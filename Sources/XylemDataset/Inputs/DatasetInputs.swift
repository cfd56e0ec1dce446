internal import XylemErrors
internal import XylemFiles

/// Finds the inputs that a person names: folders, image files, tar files, patterns and lists.
///
/// ```swift
/// let inputs = try DatasetInputs(["photos", "more/*.jpg"])
/// let run = try DatasetRun(of: extractor, from: inputs.source, into: "features")
/// ```
///
/// Folders are walked in the order of their paths' bytes; the order of what was named is kept.
public struct DatasetInputs: Sendable {
  /// The inputs, in order.
  public let source: any InputSource
  /// Sentences on what was passed over, for people.
  public let notes: [String]

  /// Finds the inputs.
  ///
  /// - Parameters:
  ///   - paths: folders, image files, tar files in WebDataset's form, or patterns such as `photos/**/*.jpg`. An existing
  ///     file is no pattern.
  ///   - lists: files that list image files, see ``ImageFiles``: a path on each line, or a JSON object with `path` and
  ///     `id`. They come after the paths.
  /// - Throws: `dataset.input` if there is no image, for a pattern that matches nothing and for a malformed list;
  ///   `file.not-found`, `file.unreadable`; `file.malformed` for a damaged tar file; `file.unsupported` for a compressed
  ///   one and for Parquet files.
  public init(_ paths: [String], lists: [String] = []) throws {
    var finder = InputFinder()
    for path in paths { try finder.add(path) }
    finder.close()
    for list in lists { finder.sources.append(try ImageList(path: list).files) }
    source = finder.sources.count == 1 ? finder.sources[0] : JoinedInputs(finder.sources)
    notes = finder.notes
    guard source.count > 0 else { throw DatasetErrors.noInputs(paths + lists, passedOver: finder.passedOver) }
  }
}

private struct InputFinder {
  var sources: [any InputSource] = []
  var notes: [String] = []
  /// The number of files that are not images.
  private(set) var passedOver = 0
  /// Files that were found one after another.
  private var files = ImageFiles()

  mutating func add(_ path: String) throws {
    guard !path.isEmpty else { throw DatasetErrors.emptyPath() }
    let place = PathBytes(path)
    if let kind = Folder.kind(of: place) { return try add(place, kind) }
    guard PathPattern.isPattern(path) else { throw XylemError.missingFile(path, what: "file or folder") }
    let matches = try PathPattern(path).matches()
    guard !matches.isEmpty else { throw DatasetErrors.noMatch(path) }
    var others = 0
    for match in matches {
      guard let kind = Folder.kind(of: match) else { continue }
      // What a pattern happens to match is chosen by its name; what a person names is not.
      guard kind == .folder || ImageNames.isImage(match.bytes.fileName) || Self.isContainer(match.bytes) else {
        others += 1
        continue
      }
      try add(match, kind)
    }
    passedOver += others
    if others > 0 { notes.append("\(others) of the files that match '\(path)' are not images") }
  }

  private static func isContainer(_ path: [UInt8]) -> Bool {
    ImageNames.has(path, ending: ".tar") || ImageNames.has(path, ending: ".parquet")
  }

  private mutating func add(_ path: PathBytes, _ kind: Folder.Entry.Kind) throws {
    switch kind {
    case .folder: try addFolder(path)
    case .other: throw DatasetErrors.notAFile(path.text)
    case .file:
      if ImageNames.has(path.bytes, ending: ".parquet") { throw DatasetErrors.parquet(path.text) }
      guard ImageNames.has(path.bytes, ending: ".tar") else { return files.append(path) }
      close()
      let tar = try TarImages(path)
      passedOver += tar.passedOver.count
      if let example = tar.passedOver.example {
        notes.append(
          Self.note(tar.passedOver.count, "member", "of \(path.text)", example))
      }
      sources.append(tar)
    }
  }

  private mutating func addFolder(_ path: PathBytes) throws {
    var walk = FolderWalk()
    // Closures can't capture a struct that is being changed.
    var found = files
    files = ImageFiles()
    try walk.images(in: path) { found.append($0) }
    files = found
    passedOver += walk.passedOver
    if let example = walk.example {
      notes.append(
        Self.note(walk.passedOver, "file", "in \(path.text)", example.text))
    }
    for circle in walk.circles { notes.append("'\(circle.text)' leads to a folder that it is in, and is not followed") }
  }

  /// Ends a row of files.
  mutating func close() {
    guard files.count > 0 else { return }
    files.finish()
    sources.append(files)
    files = ImageFiles()
  }

  /// As in "2 files in photos were not read as an image, such as 'photos/labels.csv'".
  private static func note(_ count: Int, _ noun: String, _ place: String, _ example: String) -> String {
    count == 1
      ? "'\(example)' was not read as an image"
      : "\(count) \(noun)s \(place) were not read as an image, such as '\(example)'"
  }
}

extension [UInt8] {
  /// The last component of a path.
  fileprivate var fileName: [UInt8] { Array(self[((lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1)...]) }
}
