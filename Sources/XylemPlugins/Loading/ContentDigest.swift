internal import CMessageDigest

/// SHA-256 of bytes that come piece by piece.
@safe struct ContentDigest {
  private var context = SHA2_CTX()

  /// The digest of nothing so far.
  init() { unsafe SHA256Init(&context) }

  /// The digest of a text's UTF-8, in hexadecimal.
  static func of(_ text: String) -> String {
    var digest = ContentDigest()
    digest.add(Array(text.utf8))
    return digest.finish()
  }

  /// Adds bytes.
  mutating func add(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress { unsafe SHA256Update(&context, base, buffer.count) }
    }
  }

  /// 64 lower-case hexadecimal digits; nothing can be added afterwards.
  mutating func finish() -> String {
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      unsafe SHA256Final(buffer.baseAddress, &context)
      count = 32
    }
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// A digest as a person may write it, `sha256:3FA…`, in the form of `finish`; nil where it is none.
  static func normalised(_ text: String) -> String? {
    var text = text.lowercased()
    if text.hasPrefix("sha256:") { text.removeFirst("sha256:".count) }
    return text.utf8.count == 64 && text.allSatisfy { $0.isASCII && $0.isHexDigit } ? text : nil
  }
}
