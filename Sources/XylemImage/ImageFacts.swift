/// The properties of an image file that decoding to 8-bit red, green and blue loses.
///
/// Read from the file's markers and chunks, which may be damaged. Unreadable properties are absent.
public struct ImageFacts: Sendable, Hashable {
  /// The camera orientation, as in the tag of Exif and TIFF: 1 for upright, 2...8 for rotated or mirrored.
  public private(set) var orientation = 1
  /// Bits per level in the file.
  public private(set) var bitsPerLevel = 8
  /// Whether the file has only gray levels.
  public private(set) var isGray = false
  /// Whether pixels can be transparent.
  public private(set) var hasTransparency = false
  /// Whether the file has ink levels: cyan, magenta, yellow and black.
  public private(set) var isInk = false

  /// Reads the properties from the bytes of a JPEG or PNG file. Other files have none.
  public init(_ bytes: [UInt8]) {
    switch ImageFileKind(signature: bytes) {
    case .jpeg: readMarkers(bytes)
    case .png: readChunks(bytes)
    case .other: break
    }
  }

  /// JPEG: segments with a marker and a length, up to the coded pixels (ITU-T T.81, annex B).
  private mutating func readMarkers(_ bytes: [UInt8]) {
    var position = 2
    while position + 4 <= bytes.count, bytes[position] == 0xFF {
      let marker = bytes[position + 1]
      guard marker != 0xFF else {
        position += 1
        continue
      }
      guard marker != 0xDA, marker != 0xD9 else { return }
      let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
      guard length >= 2, position + 2 + length <= bytes.count else { return }
      let content = bytes[(position + 4)..<(position + 2 + length)]
      switch marker {
      case 0xE1 where content.starts(with: Array("Exif\0\0".utf8)): readExif(content.dropFirst(6))
      case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
        guard content.count >= 6 else { return }
        bitsPerLevel = Int(content[content.startIndex])
        let components = content[content.startIndex + 5]
        (isGray, isInk) = (components == 1, components == 4)
      default: break
      }
      position += 2 + length
    }
  }

  /// PNG: chunks with a length, a name, contents and a checksum.
  private mutating func readChunks(_ bytes: [UInt8]) {
    var position = 8
    while position + 12 <= bytes.count {
      let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - position - 12 else { return }
      let name = String(decoding: bytes[(position + 4)..<(position + 8)], as: UTF8.self)
      let content = bytes[(position + 8)..<(position + 8 + length)]
      switch name {
      case "IHDR" where content.count >= 10:
        let kind = content[content.startIndex + 9]
        bitsPerLevel = Int(content[content.startIndex + 8])
        isGray = kind == 0 || kind == 4
        hasTransparency = kind == 4 || kind == 6
      case "tRNS": hasTransparency = true
      case "eXIf": readExif(content)
      case "IEND": return
      default: break
      }
      position += 12 + length
    }
  }

  /// The orientation in the first directory of a TIFF structure.
  private mutating func readExif(_ bytes: ArraySlice<UInt8>) {
    let bytes = Array(bytes)
    guard bytes.count >= 8 else { return }
    let isLittle = bytes[0] == UInt8(ascii: "I")
    func number(_ count: Int, at offset: Int) -> Int? {
      guard offset >= 0, offset <= bytes.count - count else { return nil }
      let part = bytes[offset..<offset + count]
      return (isLittle ? Array(part.reversed()) : Array(part)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(4, at: 4), let count = number(2, at: directory) else { return }
    for index in 0..<count {
      let entry = directory + 2 + index * 12
      guard let tag = number(2, at: entry) else { return }
      guard tag == 0x0112 else { continue }
      if let value = number(2, at: entry + 8), (1...8).contains(value) { orientation = value }
      return
    }
  }
}

extension PixelImage {
  /// The image rotated and mirrored according to an orientation tag; Pillow's `ImageOps.exif_transpose`.
  ///
  /// - Parameter orientation: 1...8; other numbers return the image unchanged.
  public func upright(from orientation: Int) -> PixelImage {
    guard (2...8).contains(orientation) else { return self }
    let isTurned = orientation >= 5
    let (newWidth, newHeight) = isTurned ? (height, width) : (width, height)
    var result = [UInt8](repeating: 0, count: pixels.count)
    var target = result.mutableSpan
    let source = pixels.span
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        let (column, row) =
          switch orientation {
          case 2: (width - 1 - x, y)
          case 3: (width - 1 - x, height - 1 - y)
          case 4: (x, height - 1 - y)
          case 5: (y, x)
          case 6: (y, height - 1 - x)
          case 7: (width - 1 - y, height - 1 - x)
          default: (width - 1 - y, x)
          }
        let (from, to) = ((row * width + column) * 3, (y * newWidth + x) * 3)
        for channel in 0..<3 { target[to + channel] = source[from + channel] }
      }
    }
    return PixelImage(checkedWidth: newWidth, height: newHeight, pixels: result)
  }
}
