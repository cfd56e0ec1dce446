internal import XylemErrors
internal import XylemFiles

/// The images of a tar file, in its order, as WebDataset writes them. The identifier of an image is its key: its name up
/// to the first dot.
///
/// `train/0001.jpg` and `train/0001.json` are one sample with the key `train/0001`, whose input is the image. A member
/// counts as an image if everything after the first dot of its name is an image's ending; others are passed over. So are
/// hidden files, and further images of a sample.
public struct TarImages: InputSource {
  private let place: PathBytes
  private let byteCount: Int
  private var keys = ByteStrings()
  private var offsets: [Int] = []
  private var sizes: [Int] = []
  /// The SHA-256 of the inputs' identifiers and places.
  public let digest: String
  /// The number of members that are not inputs, and an example.
  let passedOver: (count: Int, example: String?)

  /// Reads the headers of a tar file: one small read for each member.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`; `file.malformed` if the file is truncated or damaged;
  ///   `file.unsupported` if it is compressed.
  public init(path: String) throws { try self.init(PathBytes(path)) }

  init(_ place: PathBytes) throws {
    let file = try InputFile(place, regularOnly: true)
    self.place = place
    byteCount = file.size ?? 0
    var content = ContentDigest()
    var reader = try TarReader(file)
    var (count, example): (Int, String?) = (0, nil)
    var lastKey: [UInt8]?
    while let member = try reader.next() {
      guard let key = Self.key(of: member.name), key != lastKey else {
        count += 1
        example = example ?? PathBytes(member.name).text
        continue
      }
      lastKey = key
      keys.append(key)
      offsets.append(member.offset)
      sizes.append(member.size)
      content.add(key + [0])
    }
    passedOver = (count, example)
    digest = content.finish()
  }

  /// The key of a member that is an image. Nil for another one.
  private static func key(of name: [UInt8]) -> [UInt8]? {
    let start = (name.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1
    guard let dot = name[start...].firstIndex(of: UInt8(ascii: ".")), dot > start,
      ImageNames.isEnding(name[(dot + 1)...])
    else { return nil }
    let key = name[..<dot]
    return Array(key.starts(with: Array("./".utf8)) ? key.dropFirst(2) : key)
  }

  /// The number of inputs.
  public var count: Int { keys.count }

  /// The identifier of an input.
  public func id(at index: Int) -> String { PathBytes(keys[index]).text }

  /// The bytes of an input's file.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`; `file.unsupported` for more than 1 GiB.
  public func bytes(at index: Int) throws -> [UInt8] {
    guard sizes[index] <= ImageFiles.maximumByteCount else {
      throw DatasetErrors.inputTooLarge(place.text, limit: ImageFiles.maximumByteCount)
    }
    // Not kept open: there may be thousands of them.
    let file = try InputFile(place, regularOnly: true)
    guard file.size == byteCount else { throw DatasetErrors.tarChanged(place.text) }
    return try file.read(sizes[index], at: offsets[index], "'\(id(at: index))'")
  }
}
