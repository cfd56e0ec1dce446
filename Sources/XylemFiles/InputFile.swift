import Glibc
package import XylemErrors

/// A file opened for reading, closed when it goes.
///
/// Reads at an offset (`pread`) where the file is regular, so that a file that is cut short meanwhile is an error and
/// not a signal; streams are read in order.
package struct InputFile: ~Copyable {
  package let path: String
  /// The size in bytes; nil for a stream, whose size nobody knows.
  package let size: Int?
  let descriptor: CInt
  package private(set) var position = 0

  /// Opens the file.
  ///
  /// A pipe that has a name in a folder is refused, since opening it may wait for ever; one that the shell hands over (`/dev/fd/63`,
  /// `/dev/stdin`) is read.
  ///
  /// - Parameter regularOnly: Whether streams (pipes, devices) are refused instead of waited for.
  /// - Throws: `file.not-found`, `file.unreadable`.
  package init(_ path: String, regularOnly: Bool) throws(XylemError) {
    guard !path.utf8.contains(0) else {
      throw XylemError.unreadable(path, SystemCallFailure(call: "name", code: EINVAL))
    }
    var named = stat()
    if unsafe lstat(path, &named) == 0, named.st_mode & S_IFMT == S_IFIFO {
      throw XylemError.notRegular(path, isFolder: false)
    }
    let flags = O_RDONLY | O_CLOEXEC | (regularOnly ? O_NONBLOCK : 0)
    let descriptor = unsafe open(path, flags)
    guard descriptor >= 0 else { throw XylemError.unreadable(path, .last("open")) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let failure = SystemCallFailure.last("fstat")
      close(descriptor)
      throw XylemError.unreadable(path, failure)
    }
    let kind = status.st_mode & S_IFMT
    guard kind == S_IFREG || (kind != S_IFDIR && !regularOnly) else {
      close(descriptor)
      throw XylemError.notRegular(path, isFolder: kind == S_IFDIR)
    }
    self.path = path
    self.size = kind == S_IFREG ? Int(status.st_size) : nil
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The next `count` bytes.
  ///
  /// No memory is taken for more bytes than a regular file has; of a stream, at most twice what came.
  ///
  /// - Parameter what: What these bytes are, for the error, as in `the header`.
  /// - Throws: `file.malformed` where the file ends before, `file.unreadable`.
  package mutating func read(_ count: Int, _ what: String) throws(XylemError) -> [UInt8] {
    if let size {
      guard count <= size - position else {
        throw XylemError.malformed(path, .shorter(bytes: max(0, size - position), needed: count, what: what))
      }
      let bytes = try read(count, at: position, what)
      position += count
      return bytes
    }
    var bytes: [UInt8] = []
    while bytes.count < count {
      let piece = try readSome(min(count - bytes.count, 1 << 20))
      guard !piece.isEmpty else { throw XylemError.malformed(path, .ended(at: position, reading: what)) }
      bytes += piece
      position += piece.count
    }
    return bytes
  }

  /// What follows up to the end, and at most `limit` bytes of it.
  ///
  /// The system says of some regular files that they are empty, and they are not: what comes counts.
  ///
  /// - Throws: `file.unreadable`.
  package mutating func rest(upTo limit: Int) throws(XylemError) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < limit {
      let piece = try readSome(min(limit - bytes.count, 1 << 20))
      if piece.isEmpty { break }
      bytes += piece
    }
    position += bytes.count
    return bytes
  }

  /// How many bytes follow; of a stream, at most one is looked for.
  mutating func remaining() throws(XylemError) -> Int {
    if let size { return max(0, size - position) }
    return try readSome(1).count
  }

  /// The `count` bytes at `offset` of a regular file.
  ///
  /// - Throws: `file.malformed` where the file ends before, `file.unreadable`.
  package func read(_ count: Int, at offset: Int, _ what: String) throws(XylemError) -> [UInt8] {
    var failure: XylemError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { (buffer, filled) in
      while filled < count {
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled..<count])
        let got = unsafe pread(descriptor, rest.baseAddress!, min(rest.count, 1 << 30), off_t(offset + filled))
        if got < 0 {
          if errno == EINTR { continue }
          failure = XylemError.unreadable(path, .last("pread"))
          return
        }
        guard got > 0 else {
          failure = XylemError.malformed(path, .ended(at: offset + filled, reading: what))
          return
        }
        filled += got
      }
    }
    if let failure { throw failure }
    return bytes
  }

  private func readSome(_ count: Int) throws(XylemError) -> [UInt8] {
    var failure: SystemCallFailure?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { (buffer, filled) in
      while true {
        let got = unsafe Glibc.read(descriptor, buffer.baseAddress!, count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = .last("read") } else { filled = got }
        return
      }
    }
    if let failure { throw XylemError.unreadable(path, failure) }
    return bytes
  }
}
