import CImageCodecs

/// Reads the outcome that the C functions fill in.
enum CodecOutcome {
  /// Throws the error, if there is one.
  static func check(_ outcome: xylem_codec_outcome, _ format: String) throws {
    switch Int(outcome.status) {
    case XYLEM_CODEC_OK: return
    case XYLEM_CODEC_UNSUPPORTED: throw ImageErrors.unsupportedVariant(format, message(outcome))
    case XYLEM_CODEC_NO_MEMORY: throw ImageErrors.noMemory(format)
    default: throw ImageErrors.damaged(format, message(outcome))
    }
  }

  private static func message(_ outcome: xylem_codec_outcome) -> String {
    unsafe withUnsafeBytes(of: outcome.message) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
