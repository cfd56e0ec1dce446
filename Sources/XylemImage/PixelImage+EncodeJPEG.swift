import CImageCodecs

extension PixelImage {
  /// The longest side of a JPEG file, in pixels.
  public static let maximumJPEGSide = 65_500

  /// The bytes of a baseline JPEG file with this image, with colour at half the resolution, as Pillow's `save` writes
  /// it.
  ///
  /// - Parameter quality: 1...100, libjpeg's scale.
  /// - Throws: `image.invalid-transform` for a quality out of range and for sides above ``maximumJPEGSide``;
  ///   `image.undecodable` if there is not enough memory.
  public func encodeJPEG(quality: Int = 75) throws -> [UInt8] {
    guard (1...100).contains(quality) else { throw ImageErrors.gridOption("the quality", quality, 1...100) }
    guard max(width, height) <= Self.maximumJPEGSide else {
      throw ImageErrors.gridOption("the longer side", max(width, height), 1...Self.maximumJPEGSide)
    }
    var outcome = xylem_codec_outcome()
    let buffer = unsafe pixels.withUnsafeBufferPointer { pixels in
      unsafe xylem_codec_jpeg_encode(pixels.baseAddress, UInt32(width), UInt32(height), Int32(quality), &outcome)
    }
    defer { unsafe xylem_codec_free(buffer) }
    try CodecOutcome.check(outcome, "JPEG")
    return unsafe [UInt8](UnsafeBufferPointer(start: buffer.bytes, count: buffer.count))
  }
}
