internal import CXylem
internal import XylemErrors
internal import XylemFiles
internal import XylemTensor

/// The records of a zip archive in the format of `torch.save`, read on demand.
@safe final class ArchiveRecords {
  private let handle: OpaquePointer
  private let library: RuntimeLibrary
  private let path: String
  /// The records' names, without the folder that contains all of them.
  let names: [String]

  /// Opens the archive at `path`.
  ///
  /// - Throws: `runtime.not-found` and related errors without a runtime; `file.not-found`, `file.unreadable`,
  ///   `file.malformed`, `file.unsupported` for a newer version.
  init(_ path: String) throws(XylemError) {
    let library = try RuntimeLibrary.shared()
    var out: OpaquePointer?
    try unsafe check({ Self.error($0, path: path, reason: $1) }) { error in
      unsafe path.withText { unsafe library.table.pointee.records_open($0, &out, error) }
    }
    guard let handle = unsafe out else {
      throw Self.error(XYLEM_FAILED, path: path, reason: "the runtime returned nothing")
    }
    var texts: UnsafePointer<xylem_text>?
    let count = unsafe library.table.pointee.records_names(handle, &texts)
    names = (0..<count).compactMap { index in unsafe texts.map { unsafe String($0[index]) } }
    unsafe self.handle = unsafe handle
    self.library = library
    self.path = path
  }

  deinit { unsafe library.table.pointee.records_release(handle) }

  private static func error(_ status: xylem_status, path: String, reason: String) -> XylemError {
    let place = XylemError.Place(file: path)
    let cause = Reason(RuntimeErrors.firstLines(reason))
    switch status {
    case XYLEM_NOT_FOUND: return XylemError(.fileNotFound, "there is no such file", at: place, cause: cause)
    case XYLEM_INVALID_ARGUMENT:
      return XylemError(.fileUnreadable, "the file can't be read", at: place, cause: cause)
    case XYLEM_ARCHIVE_TRUNCATED: return .malformed(path, .damagedZip, cause: cause)
    case XYLEM_ARCHIVE_NO_CODE, XYLEM_ARCHIVE_NOT_ZIP, XYLEM_ARCHIVE_PICKLE:
      return .malformed(path, .foreignZip, cause: cause)
    default: return XylemError(.fileUnsupported, "the file can't be opened", at: place, cause: cause)
    }
  }

  /// A record's bytes as a tensor of `uint8`.
  ///
  /// - Parameter key: the tensor that the record is read for, which errors name.
  /// - Throws: `file.malformed` if the record is missing or damaged, `file.unreadable` if there is not enough memory.
  func read(_ name: String, for key: String? = nil) throws(XylemError) -> Tensor {
    var out = unsafe xylem_value()
    try unsafe check(
      { [path] status, reason in
        let cause = Reason(RuntimeErrors.firstLines(reason))
        guard status == XYLEM_OUT_OF_MEMORY else { return .malformed(path, .record(of: key), cause: cause) }
        return XylemError(
          .fileUnreadable, "the file does not fit into memory", at: XylemError.Place(file: path), cause: cause)
      },
      { error in unsafe name.withText { unsafe library.table.pointee.records_read(handle, $0, &out, error) } })
    return unsafe Tensor(RuntimeObject(adopting: out, library: library))
  }

  /// Whether the archive is a TorchScript archive.
  var holdsCode: Bool {
    names.contains("constants.pkl") && names.contains { $0.hasPrefix("code/") }
  }

  /// The pickle of the saved value.
  ///
  /// - Throws: `file.malformed`, also for other zip files; `file.unsupported` for files of big-endian machines.
  func pickle() throws(XylemError) -> Pickle {
    guard names.contains("data.pkl") else { throw XylemError.malformed(path, .foreignZip) }
    if names.contains("byteorder"), try bytes("byteorder") == Array("big".utf8) {
      throw XylemError.unsupported(path, .bigEndian)
    }
    return try PickleReader.read(bytes("data.pkl"), path: path)
  }

  private func bytes(_ name: String) throws(XylemError) -> [UInt8] {
    let record = try read(name)
    return try StateDictFile.typed("a record can't be read") { try record.hostArray().bytes }
  }

  /// A tensor over the memory of a record.
  ///
  /// - Throws: `file.malformed` if it exceeds the record.
  static func tensor(
    over bytes: Tensor, _ dtype: DType, sizes: [Int], strides: [Int], offset: Int, key: String, path: String
  ) throws(XylemError) -> Tensor {
    let library = try RuntimeLibrary.shared()
    let sizes = sizes.map(Int64.init)
    let strides = strides.map(Int64.init)
    let handle = try bytes.handle()
    var out = unsafe xylem_value()
    try unsafe check({ .malformed(path, .outside(of: key), cause: Reason("\($1) (\($0.rawValue))")) }) {
      unsafe library.table.pointee.tensor_over(
        &handle.raw, dtype.runtimeCode, Int64(offset), sizes, strides, sizes.count, &out, $0)
    }
    return unsafe Tensor(RuntimeObject(adopting: out, library: library))
  }
}

/// Writes the records of a zip archive in the format of `torch.save` into a file.
@safe struct ArchiveRecordWriter: ~Copyable {
  private let handle: OpaquePointer
  private let library: RuntimeLibrary
  private let sink: Sink
  private let path: String

  /// The sink of the archive's bytes. The runtime's writer reports no errors, so the first one is kept here.
  @safe private final class Sink {
    let file: UnsafeMutablePointer<AtomicFile.Writer>
    var failure: XylemError?

    init(_ file: UnsafeMutablePointer<AtomicFile.Writer>) { unsafe self.file = unsafe file }

    func append(_ bytes: UnsafeRawBufferPointer) {
      guard failure == nil else { return }
      do throws(XylemError) { try unsafe file.pointee.append(bytes.bytes) } catch { failure = error }
    }
  }

  /// Creates a writer into `file`, which must outlive it.
  ///
  /// - Throws: `runtime.not-found` and related errors without a runtime; `file.unwritable`.
  init(_ file: UnsafeMutablePointer<AtomicFile.Writer>, path: String) throws(XylemError) {
    let library = try RuntimeLibrary.shared()
    let sink = unsafe Sink(file)
    var out: OpaquePointer?
    try unsafe check(.fileUnwritable, "the file can't be written") { error in
      unsafe library.table.pointee.record_writer_make(
        { context, bytes, count in
          guard let context = unsafe context else { return }
          unsafe Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
            .append(UnsafeRawBufferPointer(start: bytes, count: count))
        }, Unmanaged.passUnretained(sink).toOpaque(), &out, error)
    }
    guard let handle = unsafe out else { throw XylemError(.fileUnwritable, "the runtime returned nothing") }
    unsafe self.handle = unsafe handle
    self.library = library
    self.sink = sink
    self.path = path
  }

  deinit { withExtendedLifetime(sink) { unsafe library.table.pointee.record_writer_release(handle) } }

  /// Writes a record.
  ///
  /// - Throws: `file.unwritable`.
  func add(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(XylemError) {
    try unsafe call { error in
      unsafe name.withText {
        unsafe library.table.pointee.record_writer_add(handle, $0, bytes.baseAddress, bytes.count, error)
      }
    }
  }

  /// Writes the archive's directory.
  ///
  /// - Throws: `file.unwritable`.
  func finish() throws(XylemError) { try unsafe call { unsafe library.table.pointee.record_writer_finish(handle, $0) } }

  private func call(_ body: (UnsafeMutablePointer<xylem_error>) -> xylem_status) throws(XylemError) {
    try unsafe check(
      { [path] in
        XylemError(
          .fileUnwritable, "the file can't be written", at: XylemError.Place(file: path),
          cause: Reason("\($1) (\($0.rawValue))"))
      }, body)
    if let failure = sink.failure { throw failure }
  }
}
