internal import CMessageDigest
package import XylemErrors

/// Computes the SHA-256 of bytes incrementally.
@safe package struct ContentDigest {
  private var context = SHA2_CTX()

  /// Creates a digest of no bytes.
  package init() { unsafe SHA256Init(&context) }

  /// Returns the digest of a string's UTF-8, in hexadecimal.
  package static func of(_ text: String) -> String {
    var digest = ContentDigest()
    digest.add(Array(text.utf8))
    return digest.finish()
  }

  /// Returns the digest of a file's bytes, in hexadecimal. Keeps at most one mebibyte in memory.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`.
  package static func ofFile(_ path: String) throws(XylemError) -> String {
    var file = try InputFile(path, regularOnly: false)
    var digest = ContentDigest()
    while true {
      let block = try file.rest(upTo: 1 << 20)
      guard !block.isEmpty else { return digest.finish() }
      digest.add(block)
    }
  }

  /// Adds bytes.
  package mutating func add(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress { unsafe SHA256Update(&context, base, buffer.count) }
    }
  }

  /// Returns the digest as 64 lower-case hexadecimal digits. No bytes can be added afterwards.
  package mutating func finish() -> String {
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      unsafe SHA256Final(buffer.baseAddress, &context)
      count = 32
    }
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// Converts a digest that a person wrote, such as `sha256:3FA…`, to the form of `finish`. Returns nil for any other string.
  package static func normalised(_ text: String) -> String? {
    var text = text.lowercased()
    if text.hasPrefix("sha256:") { text.removeFirst("sha256:".count) }
    return text.utf8.count == 64 && text.allSatisfy { $0.isASCII && $0.isHexDigit } ? text : nil
  }
}
