import Glibc
import XylemErrors

/// A regular file mapped into memory, read only, until the last reference is released.
///
/// Pages are read when they are accessed. Accessing a page of a file that was truncated in the meantime ends the
/// process with a signal. If that is possible, use ``InputFile``.
@safe final class MappedFile: Sendable {
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer
  private let byteCount: Int

  /// Maps the first `byteCount` bytes, at least one.
  ///
  /// - Throws: `file.unreadable`.
  init(_ file: borrowing InputFile, byteCount: Int) throws(XylemError) {
    let base = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, file.descriptor, 0)
    guard let base = unsafe base, unsafe base != MAP_FAILED else {
      throw XylemError.unreadable(file.path, .last("mmap"))
    }
    unsafe self.base = base
    self.byteCount = byteCount
  }

  deinit { unsafe munmap(base, byteCount) }

  /// Lends the bytes of a range for the duration of the call.
  func withBytes<Result>(_ range: Range<Int>, _ body: (RawSpan) throws -> Result) rethrows -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "the range is outside of the mapped file")
    let bytes = unsafe UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
    return try unsafe body(bytes.bytes)
  }
}
