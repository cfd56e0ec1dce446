import Glibc
package import XylemErrors

/// A file opened for reading, closed when it is released.
///
/// Reads regular files at an offset (`pread`), so that a file that is truncated in the meantime is an error and not a
/// signal. Streams are read sequentially.
package struct InputFile: ~Copyable, Sendable {
  /// The kind of a file that is not regular.
  package enum Kind: Sendable {
    case folder, pipe, socket, device

    init?(_ mode: mode_t) {
      switch mode & S_IFMT {
      case S_IFREG: return nil
      case S_IFDIR: self = .folder
      case S_IFIFO: self = .pipe
      case S_IFSOCK: self = .socket
      default: self = .device
      }
    }
  }

  /// What identifies a file: two paths lead to the same file if these are equal.
  package struct Identity: Hashable, Sendable {
    let device: UInt64
    let node: UInt64

    /// Creates the identity of the file at a path, or returns nil if there is none.
    package init?(_ path: String) {
      var status = stat()
      guard unsafe stat(path, &status) == 0 else { return nil }
      self.init(status)
    }

    init(_ status: stat) {
      device = UInt64(status.st_dev)
      node = UInt64(status.st_ino)
    }
  }

  package let path: String
  /// The size in bytes. Nil for a stream, whose size is unknown.
  package let size: Int?
  /// The identity of the file, even if the path now leads to another one.
  package let identity: Identity
  package let descriptor: CInt
  package private(set) var position = 0

  /// Opens the file.
  ///
  /// A named pipe is refused, since opening it may block forever. A pipe of the shell (`/dev/fd/63`, `/dev/stdin`) is
  /// read.
  ///
  /// - Parameters:
  ///   - regularOnly: whether streams (pipes, devices) are refused instead of read.
  ///   - refuse: creates the error for a file that is not regular.
  /// - Throws: `file.not-found`, `file.unreadable`; the error of `refuse`.
  package init(
    _ path: String, regularOnly: Bool,
    refuse: ((String, Kind) -> XylemError)? = nil
  ) throws(XylemError) {
    try self.init(PathBytes(path), regularOnly: regularOnly, refuse: refuse)
  }

  /// Opens the file at a path that need not be UTF-8, as ``init(_:regularOnly:refuse:)-(String,_,_)`` does.
  package init(
    _ place: PathBytes, regularOnly: Bool,
    refuse: ((String, Kind) -> XylemError)? = nil
  ) throws(XylemError) {
    let path = place.text
    func refusal(_ kind: Kind) -> XylemError { refuse?(path, kind) ?? .notRegular(path, isFolder: kind == .folder) }
    guard !place.bytes.contains(0) else {
      throw XylemError.unreadable(path, SystemCallFailure(call: "name", code: EINVAL))
    }
    var named = stat()
    if unsafe place.withCString({ unsafe lstat($0, &named) }) == 0, named.st_mode & S_IFMT == S_IFIFO {
      throw refusal(.pipe)
    }
    let flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (regularOnly ? O_NONBLOCK : 0)
    let descriptor = unsafe place.withCString { unsafe open($0, flags) }
    guard descriptor >= 0 else { throw XylemError.unreadable(path, .last("open")) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let failure = SystemCallFailure.last("fstat")
      close(descriptor)
      throw XylemError.unreadable(path, failure)
    }
    let kind = Kind(status.st_mode)
    if let kind, regularOnly || kind == .folder {
      close(descriptor)
      throw refusal(kind)
    }
    self.path = path
    self.size = kind == nil ? Int(status.st_size) : nil
    self.identity = Identity(status)
    self.descriptor = descriptor
  }

  /// Reads from a descriptor that stays open, such as standard input.
  ///
  /// - Parameter path: its name in errors.
  /// - Throws: `file.unreadable`.
  package init(sharing descriptor: CInt, path: String) throws(XylemError) {
    let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard own >= 0 else { throw XylemError.unreadable(path, .last("fcntl")) }
    var status = stat()
    guard unsafe fstat(own, &status) == 0 else {
      let failure = SystemCallFailure.last("fstat")
      close(own)
      throw XylemError.unreadable(path, failure)
    }
    (self.path, self.descriptor) = (path, own)
    // Also of a regular file the position is shared: it is read as a stream.
    size = nil
    identity = Identity(status)
  }

  deinit { close(descriptor) }

  /// The next `count` bytes.
  ///
  /// Allocates no more memory than a regular file has bytes; for a stream, at most twice the received bytes.
  ///
  /// - Parameter what: a description of these bytes for the error, as in `the header`.
  /// - Throws: `file.malformed` if the file ends before, `file.unreadable`.
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

  /// The next `count` bytes. Nil if there are none at all.
  ///
  /// - Throws: as ``read(_:_:)``.
  package mutating func readUnlessEnded(_ count: Int, _ what: String) throws(XylemError) -> [UInt8]? {
    if let size { return position >= size ? nil : try read(count, what) }
    let first = try readSome(min(count, 1 << 20))
    guard !first.isEmpty else { return nil }
    position += first.count
    return first.count == count ? first : first + (try read(count - first.count, what))
  }

  /// The rest of the file, at most `limit` bytes.
  ///
  /// The system reports some regular files as empty that are not: the received bytes count.
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

  /// The number of remaining bytes. For a stream, it looks for at most one byte.
  mutating func remaining() throws(XylemError) -> Int {
    if let size { return max(0, size - position) }
    return try readSome(1).count
  }

  /// The `count` bytes at `offset` of a regular file.
  ///
  /// - Throws: `file.malformed` if the file ends before, `file.unreadable`.
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
