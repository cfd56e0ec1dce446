/// A path as the file system has it: bytes, which need not be UTF-8.
package struct PathBytes: Hashable, Sendable {
  /// The bytes, without a zero at the end.
  package let bytes: [UInt8]

  /// Creates a path from its bytes.
  package init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// Creates a path from a string.
  package init(_ text: String) { bytes = Array(text.utf8) }

  /// The path as a string. Bytes that are not UTF-8 are written as `\xff`.
  package var text: String {
    if let valid = String(validating: bytes, as: UTF8.self) { return valid }
    var result = ""
    var rest = bytes[...]
    while !rest.isEmpty {
      // A character takes at most four bytes.
      let valid = (1...min(4, rest.count)).lazy.compactMap { length in
        String(validating: rest.prefix(length), as: UTF8.self).map { (length, $0) }
      }.first
      if let (length, character) = valid {
        result += character
        rest = rest.dropFirst(length)
      } else {
        let digits = String(rest.removeFirst(), radix: 16)
        result += "\\x" + (digits.count < 2 ? "0" : "") + digits
      }
    }
    return result
  }

  /// The path of a file in this folder.
  package func appending(_ name: some Sequence<UInt8>) -> PathBytes {
    let slash = UInt8(ascii: "/")
    return PathBytes(bytes + (bytes.isEmpty || bytes.last == slash ? [] : [slash]) + name)
  }

  /// Calls `body` with the path as a C string.
  func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    unsafe (bytes + [0]).withUnsafeBytes { unsafe body($0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
  }
}
