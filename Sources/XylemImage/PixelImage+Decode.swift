import CImageCodecs
import XylemErrors

extension PixelImage {
  /// Decodes the image in a JPEG or PNG file. The content decides the format, not the file name.
  ///
  /// Equal to Pillow's `Image.open(path).convert("RGB")`: orientation tags are ignored, transparency is dropped rather
  /// than blended, 16-bit colours keep their high byte, 16-bit grays above 255 become white, and inks (CMYK, YCCK) are
  /// assumed to be stored inverted, as Adobe's programs do. A truncated file is an error, as is one with damaged coded
  /// pixels.
  ///
  ///     let photo = try PixelImage.decode(path: "rocket.jpg")
  ///     print(photo.width, photo.height)  // 640 427
  ///
  /// - Throws: `file.not-found`, `file.unreadable`; `file.unsupported` for other formats and for more than
  ///   ``maximumPixelCount`` pixels; `image.undecodable` for damaged files.
  public static func decode(path: String) throws -> PixelImage {
    do {
      return try decode(bytes: bytes(path: path))
    } catch var error as XylemError {
      error.place.file = path
      throw error
    }
  }

  /// The bytes of an image file, for ``decode(bytes:)`` and ``ImageFacts``.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`; `file.unsupported` for formats other than JPEG and PNG.
  public static func bytes(path: String) throws -> [UInt8] {
    do { return try ImageFile.read(path) } catch {
      var error = error
      error.place.file = path
      throw error
    }
  }

  /// Decodes the image in the bytes of a JPEG or PNG file, as ``decode(path:)`` does.
  ///
  /// - Throws: `file.unsupported` for other formats and for more than ``maximumPixelCount`` pixels; `image.undecodable`
  ///   for damaged or empty data.
  public static func decode(bytes: [UInt8]) throws -> PixelImage {
    guard !bytes.isEmpty else { throw ImageErrors.noBytes() }
    switch ImageFileKind(signature: bytes) {
    case .jpeg:
      return unsafe try decode(bytes, "JPEG", size: xylem_codec_jpeg_size, decode: xylem_codec_jpeg_decode)
    case .png:
      return unsafe try decode(bytes, "PNG", size: xylem_codec_png_size, decode: xylem_codec_png_decode)
    case .other(let kind):
      throw ImageErrors.otherFormat(kind, path: nil)
    }
  }

  private typealias Outcome = UnsafeMutablePointer<xylem_codec_outcome>
  private typealias SizeReader = (UnsafePointer<UInt8>?, Int, Outcome?) -> xylem_codec_size
  private typealias Decoder = (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?, Int, Outcome?) -> Void

  /// Checks the size first, so that no memory is allocated for a refused size.
  private static func decode(
    _ bytes: [UInt8], _ format: String, size readSize: SizeReader, decode: Decoder
  ) throws -> PixelImage {
    var outcome = xylem_codec_outcome()
    let size = unsafe bytes.withUnsafeBufferPointer { file in
      unsafe readSize(file.baseAddress, file.count, &outcome)
    }
    try CodecOutcome.check(outcome, format)
    let (width, height) = (Int(size.width), Int(size.height))
    guard width > 0, height > 0 else { throw ImageErrors.emptyImage(width: width, height: height) }
    try checkSize(width: width, height: height)
    let count = width * height * 3
    let pixels = unsafe [UInt8](unsafeUninitializedCapacity: count) { pixels, initialized in
      unsafe bytes.withUnsafeBufferPointer { file in
        unsafe decode(file.baseAddress, file.count, pixels.baseAddress, count, &outcome)
      }
      // If decoding fails, some bytes were never written; the error below discards the array unread.
      initialized = outcome.status == Int32(XYLEM_CODEC_OK) ? count : 0
    }
    try CodecOutcome.check(outcome, format)
    return PixelImage(checkedWidth: width, height: height, pixels: pixels)
  }
}
