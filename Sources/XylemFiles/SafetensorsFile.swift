public import XylemErrors

/// An opened and checked safetensors file, whose tensors are read on demand.
///
/// Opening reads only the header, whatever the file's size. The file is mapped until the last reference is released. It
/// may be replaced in the meantime (by a rename); the open file does not change.
///
///     let file = try SafetensorsFile("model.safetensors")
///     file.names                            // ["conv1.weight", …]
///     try file.array("conv1.weight").shape  // [64, 3, 7, 7]
///
/// The format: <https://github.com/huggingface/safetensors#format>. Accepts what the reference implementation accepts,
/// except for duplicate keys and element types without a ``DType``.
public final class SafetensorsFile: Sendable {
  /// The description of a tensor and its data.
  public struct Entry: Sendable, Hashable {
    /// The type of the elements.
    public let dtype: DType
    /// The sizes of the dimensions, outermost first. Empty for a scalar.
    public let shape: [Int]
    /// The tensor's byte range in the file, not always aligned to the type.
    public let byteRange: Range<Int>
  }

  /// The path the file was opened with.
  public let path: String
  /// The names of the tensors in the order of their data.
  public let names: [String]
  /// The file's metadata under `__metadata__`. Empty if there is none.
  public let metadata: [String: String]

  private let entries: [ExactText: Entry]
  private let descriptor: OpenFile
  private let mapping: MappedFile

  /// Opens the file at `path` and checks its header.
  ///
  /// - Throws: `file.not-found`, `file.unreadable` (also for folders and streams), `file.malformed` if the header
  ///   violates the format or its offsets do not cover the file exactly, `file.unsupported`.
  public init(_ path: String) throws(XylemError) {
    var file = try InputFile(path, regularOnly: true)
    let header = try SafetensorsHeader(&file, fileBytes: file.size ?? 0)
    self.path = path
    names = header.tensors.map(\.name)
    metadata = header.metadata
    entries = Dictionary(uniqueKeysWithValues: header.tensors.map { (ExactText($0.name), $0.entry) })
    mapping = try MappedFile(file, byteCount: file.size ?? 0)
    descriptor = OpenFile(file)
  }

  /// The header's description of a tensor, or nil if there is none with that name.
  public func entry(_ name: String) -> Entry? { entries[ExactText(name)] }

  /// The elements of a tensor. Copies them once, from the file and not from the mapping.
  ///
  /// - Throws: `runtime.tensor` if there is no tensor with that name, `file.malformed` if the file was truncated in the
  ///   meantime, `file.unreadable`.
  public func array(_ name: String) throws(XylemError) -> HostArray {
    let entry = try existing(name)
    let bytes = try descriptor.file.read(entry.byteRange.count, at: entry.byteRange.lowerBound, "'\(name.printable)'")
    return HostArray(checked: entry.dtype, shape: entry.shape, bytes: bytes)
  }

  /// Lends the bytes of a tensor for the duration of the call, without a copy.
  ///
  /// The bytes are mapped: pages are read when they are accessed, and if the file is truncated in the meantime, this
  /// process ends with a signal. Use ``array(_:)`` for files that others write to in place.
  ///
  /// - Throws: `runtime.tensor` if there is no tensor with that name, and the errors of `body`.
  public func withBytes<Result>(of name: String, _ body: (RawSpan) throws -> Result) throws -> Result {
    try mapping.withBytes(existing(name).byteRange, body)
  }

  private func existing(_ name: String) throws(XylemError) -> Entry {
    guard let entry = entry(name) else { throw XylemError.unknownTensor(name, in: path, names: names) }
    return entry
  }
}

/// Holds an open file for a copyable owner.
private final class OpenFile: Sendable {
  let file: InputFile

  init(_ file: consuming InputFile) { self.file = file }
}
