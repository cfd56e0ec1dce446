internal import XylemErrors
internal import XylemFiles

/// Goes through a folder and the folders in it, in the order of the paths' bytes: that of `LC_ALL=C sort`.
///
/// Links are followed. Hidden files and folders are passed over.
struct FolderWalk {
  /// The number of files that are not images, and an example.
  private(set) var passedOver = 0
  private(set) var example: PathBytes?
  /// Links that lead to a folder that they are in, which are not followed.
  private(set) var circles: [PathBytes] = []

  /// Calls `body` with each image file.
  ///
  /// - Throws: `file.not-found`, `file.unreadable` for a folder that can't be read.
  mutating func images(in folder: PathBytes, _ body: (PathBytes) -> Void) throws(XylemError) {
    try images(in: folder, above: [], body)
  }

  private mutating func images(
    in folder: PathBytes, above: [InputFile.Identity], _ body: (PathBytes) -> Void
  ) throws(XylemError) {
    var inside = above
    if let identity = Folder.identity(of: folder) {
      guard !above.contains(identity) else {
        circles.append(folder)
        return
      }
      inside.append(identity)
    }
    for entry in try Self.sorted(Folder.entries(of: folder)) where entry.name.first != UInt8(ascii: ".") {
      let path = folder.appending(entry.name)
      switch entry.kind {
      case .folder: try images(in: path, above: inside, body)
      case .file where ImageNames.isImage(entry.name): body(path)
      default:
        passedOver += 1
        example = example ?? path
      }
    }
  }

  /// Sorts as the whole paths are: a folder's name counts with the slash that follows it.
  private static func sorted(_ entries: [Folder.Entry]) -> [Folder.Entry] {
    let slash = UInt8(ascii: "/")
    return entries.sorted { a, b in
      let (first, second) = (a.name, b.name)
      let shared = min(first.count, second.count)
      for index in 0..<shared where first[index] != second[index] { return first[index] < second[index] }
      guard first.count != second.count else { return false }
      let isFirstShorter = first.count < second.count
      let shorter = isFirstShorter ? a : b
      let next = isFirstShorter ? second[shared] : first[shared]
      // Only a folder's name goes on after its last byte.
      let isShorterFirst = shorter.kind != .folder || slash < next
      return isShorterFirst == isFirstShorter
    }
  }
}
