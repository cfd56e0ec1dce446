import Foundation
import Testing
import XylemErrors
import XylemImage
import XylemTestSupport

@Suite struct DecodeErrorTests {
  static let tinyFiles = [
    "rgb-420.jpg", "rgb-420-progressive.jpg", "cmyk.jpg", "rgba-8.png", "palette-4-interlaced.png",
  ]

  @Test(
    "a photograph that ends early is an error wherever it ends",
    arguments: ["chelsea.png", "rocket.jpg"])
  func truncatedPhotograph(name: String) throws {
    let bytes = try Fixtures.bytes("images/\(name)")
    for part in 0..<50 {
      let prefix = Array(bytes.prefix(bytes.count * part / 50))
      expectError(.imageUndecodable) { _ = try PixelImage.decode(bytes: prefix) }
    }
  }

  @Test("a tiny file that ends early is an error wherever it ends", arguments: tinyFiles)
  func truncatedTinyFile(name: String) throws {
    let bytes = try Fixtures.bytes("transforms/codecs/\(name)")
    for count in 0..<bytes.count {
      let prefix = Array(bytes.prefix(count))
      expectError(.imageUndecodable, or: .fileUnsupported) { _ = try PixelImage.decode(bytes: prefix) }
    }
  }

  @Test("random damage throws or returns an image that is whole", arguments: tinyFiles)
  func damaged(name: String) throws {
    let bytes = try Fixtures.bytes("transforms/codecs/\(name)")
    var generator = SplitMix64(seed: 1)
    for _ in 0..<500 {
      var mutated = bytes
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        mutated[Int.random(in: 0..<mutated.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      do {
        let image = try PixelImage.decode(bytes: mutated)
        #expect(image.pixels.count == image.width * image.height * 3)
      } catch let error as XylemError {
        #expect([.imageUndecodable, .fileUnsupported].contains(error.id))
      }
    }
  }

  @Test("random damage of a photograph throws or returns", arguments: ["rocket.jpg"])
  func damagedPhotograph(name: String) throws {
    let bytes = try Fixtures.bytes("images/\(name)")
    var generator = SplitMix64(seed: 2)
    for _ in 0..<100 {
      var mutated = bytes
      mutated[Int.random(in: 0..<2000, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      _ = try? PixelImage.decode(bytes: mutated)
    }
  }

  @Test("no bytes are an error")
  func empty() throws {
    expectError(.imageUndecodable) { _ = try PixelImage.decode(bytes: []) }
  }

  @Test(
    "other formats are named",
    arguments: [
      ("GIF89a......", "GIF"), ("RIFF....WEBP", "WebP"), ("BM..........", "BMP"), ("II*\0........", "TIFF"),
      ("....ftypavif", "AVIF"),
    ])
  func otherFormat(bytes: String, name: String) throws {
    let error = expectError(.fileUnsupported) { _ = try PixelImage.decode(bytes: Array(bytes.utf8)) }
    #expect(error?.message == "this is \(name == "AVIF" ? "an" : "a") \(name) file; only JPEG and PNG are supported")
  }

  @Test("the content determines the format, not the name")
  func misnamed() throws {
    let path = NSTemporaryDirectory() + "xylem-image-\(UUID().uuidString).png"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(Fixtures.bytes("transforms/codecs/gray.jpg")).write(to: URL(fileURLWithPath: path))
    #expect(try PixelImage.decode(path: path).width == 37)
  }

  @Test("a file that is not there is not found")
  func missing() throws {
    let error = expectError(.fileNotFound) { _ = try PixelImage.decode(path: "/nowhere/photo.jpg") }
    #expect(error?.place.file == "/nowhere/photo.jpg")
  }

  @Test("a folder is unreadable")
  func folder() throws {
    let path = Fixtures.folder.path
    let error = expectError(.fileUnreadable) { _ = try PixelImage.decode(path: path) }
    #expect(error?.place.file == path)
  }

  @Test("a damaged file's error says which file")
  func place() throws {
    let error = expectError(.fileUnsupported) { _ = try PixelImage.decode(path: #filePath) }
    #expect(error?.place.file == #filePath)
  }

  @Test("an endless file without an image is refused at its start")
  func endless() throws {
    expectError(.fileUnsupported) { _ = try PixelImage.decode(path: "/dev/zero") }
  }

  @Test("a PNG that claims too many pixels is refused by its header")
  func hugePNG() throws {
    var bytes = try Fixtures.bytes("transforms/codecs/rgb-8.png")
    bytes.replaceSubrange(16..<24, with: [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF])
    let crc = crc32(bytes[12..<29])
    bytes.replaceSubrange(29..<33, with: (0..<4).map { UInt8(truncatingIfNeeded: crc >> (24 - 8 * UInt32($0))) })
    let error = expectError(.fileUnsupported) { _ = try PixelImage.decode(bytes: bytes) }
    #expect(error?.message.hasPrefix("an image of 2147483647 x 2147483647 pixels is too large") == true)
  }

  @Test("a JPEG that claims too many pixels is refused by its header")
  func hugeJPEG() throws {
    var bytes = try Fixtures.bytes("transforms/codecs/gray.jpg")
    let frame = try #require(bytes.indices.first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    bytes.replaceSubrange((frame + 5)..<(frame + 9), with: [0xFF, 0xDC, 0xFF, 0xDC])
    let error = expectError(.fileUnsupported) { _ = try PixelImage.decode(bytes: bytes) }
    #expect(error?.message.hasPrefix("an image of 65500 x 65500 pixels is too large") == true)
  }

  @Test("a JPEG of two channels is unsupported")
  func twoChannels() throws {
    // A frame header of two channels, and nothing else.
    let header: [UInt8] = [
      0xFF, 0xD8, 0xFF, 0xC0, 0, 14, 8, 0, 8, 0, 8, 2, 1, 0x11, 0, 2, 0x11, 0,
      0xFF, 0xDA, 0, 10, 2, 1, 0, 2, 0, 0, 63, 0,
    ]
    expectError(.fileUnsupported) { _ = try PixelImage.decode(bytes: header) }
  }

  @Test("pixels that do not fit the sides are refused")
  func pixelCount() throws {
    expectError(.imageUndecodable) { _ = try PixelImage(width: 2, height: 2, pixels: [1, 2, 3]) }
    expectError(.imageUndecodable) { _ = try PixelImage(width: 0, height: 2, pixels: []) }
    expectError(.fileUnsupported) { _ = try PixelImage(width: .max, height: .max, pixels: []) }
  }

  @Test("errors carry the library's reason")
  func words() throws {
    let bytes = Array(try Fixtures.bytes("images/rocket.jpg").dropLast(1000))
    let error = expectError(.imageUndecodable) { _ = try PixelImage.decode(bytes: bytes) }
    #expect(
      error?.description
        == "the JPEG image is damaged or incomplete: Premature end of JPEG file (image.undecodable)\n  try: copy or download the file again"
    )
  }

  /// PNG's checksum of a chunk.
  private func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var value = UInt32.max
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
    return ~value
  }
}
