import CImageCodecs

extension PixelImage {
  /// The bytes of a PNG file with this image: 8-bit RGB, not interlaced, without text or time, so that the same pixels
  /// give the same bytes.
  ///
  /// - Throws: `image.undecodable` if there is not enough memory.
  public func encodePNG() throws -> [UInt8] {
    var outcome = xylem_codec_outcome()
    let buffer = unsafe pixels.withUnsafeBufferPointer { pixels in
      unsafe xylem_codec_png_encode(pixels.baseAddress, UInt32(width), UInt32(height), &outcome)
    }
    defer { unsafe xylem_codec_free(buffer) }
    try CodecOutcome.check(outcome, "PNG")
    return unsafe [UInt8](UnsafeBufferPointer(start: buffer.bytes, count: buffer.count))
  }
}
