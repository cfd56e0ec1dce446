import Glibc
package import XylemErrors

/// A file opened for reading, closed when it goes.
///
/// Reads at an offset (`pread`) where the file is regular, so that a file that is cut short meanwhile is an error and
/// not a signal; streams are read in order.
package struct InputFile: ~Copyable, Sendable {
  /// What is at a path instead of a regular file.
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

  /// What tells files apart: two paths lead to one file where these are equal.
  package struct Identity: Hashable, Sendable {
    let device: UInt64
    let node: UInt64

    /// The identity of what a path leads to; nil where nothing is there.
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
  /// The size in bytes; nil for a stream, whose size nobody knows.
  package let size: Int?
  /// Which file it is, whatever the path leads to by now.
  package let identity: Identity
  package let descriptor: CInt
  package private(set) var position = 0

  /// Opens the file.
  ///
  /// A pipe that has a name in a folder is refused, since opening it may wait for ever; one that the shell hands over (`/dev/fd/63`,
  /// `/dev/stdin`) is read.
  ///
  /// - Parameters:
  ///   - regularOnly: Whether streams (pipes, devices) are refused instead of waited for.
  ///   - refuse: Makes the error for what is not a regular file.
  /// - Throws: `file.not-found`, `file.unreadable`; what `refuse` makes.
  package init(
    _ path: String, regularOnly: Bool,
    refuse: ((String, Kind) -> XylemError)? = nil
  ) throws(XylemError) {
    func refusal(_ kind: Kind) -> XylemError { refuse?(path, kind) ?? .notRegular(path, isFolder: kind == .folder) }
    guard !path.utf8.contains(0) else {
      throw XylemError.unreadable(path, SystemCallFailure(call: "name", code: EINVAL))
    }
    var named = stat()
    if unsafe lstat(path, &named) == 0, named.st_mode & S_IFMT == S_IFIFO {
      throw refusal(.pipe)
    }
    let flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (regularOnly ? O_NONBLOCK : 0)
    let descriptor = unsafe open(path, flags)
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
