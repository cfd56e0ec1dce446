import Glibc
public import XylemErrors

extension AtomicFile {
  /// Appends the output of a write. Small pieces are buffered; large ones are written directly.
  public struct Writer: ~Copyable {
    private static let bufferLimit = 1 << 16

    let descriptor: CInt
    private let path: String
    private var buffer: [UInt8] = []
    private var isOpen = true

    /// Creates a writer that owns `descriptor` and closes it.
    package init(_ descriptor: CInt, path: String) {
      self.descriptor = descriptor
      self.path = path
    }

    deinit {
      if isOpen { close(descriptor) }
    }

    /// Appends bytes.
    ///
    /// - Throws: `file.unwritable`.
    public mutating func append(_ bytes: [UInt8]) throws(XylemError) { unsafe try append(bytes.span.bytes) }

    /// Appends a string as UTF-8.
    ///
    /// - Throws: `file.unwritable`.
    public mutating func append(_ text: String) throws(XylemError) { try append(Array(text.utf8)) }

    /// Appends bytes that are borrowed for the duration of the call, such as those of a mapped file.
    ///
    /// - Throws: `file.unwritable`.
    public mutating func append(_ bytes: RawSpan) throws(XylemError) {
      if buffer.count + bytes.byteCount <= Self.bufferLimit {
        unsafe bytes.withUnsafeBytes { unsafe buffer.append(contentsOf: $0) }
        return
      }
      try flush()
      try put(bytes)
    }

    /// Writes the buffer, flushes the file to disk if requested, and closes it.
    package mutating func finish(syncing: Bool) throws(XylemError) {
      try flush()
      if syncing, fsync(descriptor) != 0 { throw XylemError.unwritable(path, .last("fsync")) }
      isOpen = false
      // Network file systems report a full disk here.
      guard close(descriptor) == 0 || errno == EINTR else { throw XylemError.unwritable(path, .last("close")) }
    }

    private mutating func flush() throws(XylemError) {
      unsafe try put(buffer.span.bytes)
      buffer.removeAll(keepingCapacity: true)
    }

    private func put(_ bytes: RawSpan) throws(XylemError) {
      let failure: SystemCallFailure? = unsafe bytes.withUnsafeBytes { (bytes) -> SystemCallFailure? in
        var done = 0
        while done < bytes.count {
          let count = min(bytes.count - done, 1 << 30)
          let written = unsafe Glibc.write(descriptor, bytes.baseAddress! + done, count)
          if written < 0, errno == EINTR { continue }
          if written < 0 { return .last("write") }
          done += written
        }
        return nil
      }
      if let failure { throw XylemError.unwritable(path, failure) }
    }
  }
}
