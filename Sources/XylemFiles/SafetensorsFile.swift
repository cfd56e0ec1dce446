public import XylemErrors

/// A safetensors file, opened and checked, its tensors read when they are asked for.
///
/// Opening reads the header and nothing else, whatever the file's size. The file is mapped until the last reference goes;
/// it may be replaced meanwhile (a rename), and what is open stays as it was.
///
///     let file = try SafetensorsFile("model.safetensors")
///     file.names                            // ["conv1.weight", …]
///     try file.array("conv1.weight").shape  // [64, 3, 7, 7]
///
/// The format: <https://github.com/huggingface/safetensors#format>. Accepted is what the reference implementation
/// accepts, less duplicate keys and the element types that have no ``DType``.
public final class SafetensorsFile: Sendable {
  /// Where a tensor's data lies, and what they are.
  public struct Entry: Sendable, Hashable {
    /// The type of the elements.
    public let dtype: DType
    /// The sizes of the dimensions, outermost first; empty for a scalar.
    public let shape: [Int]
    /// The bytes of the file that are the tensor's; not always aligned to the type.
    public let byteRange: Range<Int>
  }

  /// The path the file was opened with.
  public let path: String
  /// The names of the tensors in the order of their data.
  public let names: [String]
  /// What the file says about itself under `__metadata__`; empty where it says nothing.
  public let metadata: [String: String]

  private let entries: [ExactText: Entry]
  private let descriptor: OpenFile
  private let mapping: MappedFile

  /// Opens the file at `path` and checks its header.
  ///
  /// - Throws: `file.not-found`, `file.unreadable` (also for folders and streams), `file.malformed` where the header
  ///   breaks the format or its offsets do not cover the file exactly, `file.unsupported`.
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

  /// What the header says about a tensor, or nil where there is none of that name.
  public func entry(_ name: String) -> Entry? { entries[ExactText(name)] }

  /// The elements of a tensor. Copies them once, from the file and not from the mapping.
  ///
  /// - Throws: `runtime.tensor` where there is no tensor of that name, `file.malformed` where the file was cut short
  ///   meanwhile, `file.unreadable`.
  public func array(_ name: String) throws(XylemError) -> HostArray {
    let entry = try existing(name)
    let bytes = try descriptor.file.read(entry.byteRange.count, at: entry.byteRange.lowerBound, "'\(name.printable)'")
    return HostArray(checked: entry.dtype, shape: entry.shape, bytes: bytes)
  }

  /// Lends the bytes of a tensor for the time of the call, without a copy.
  ///
  /// The bytes are mapped: pages are read when they are touched, and whoever cuts the file short meanwhile ends this
  /// process with a signal. Use ``array(_:)`` for files that others write to in place.
  ///
  /// - Throws: `runtime.tensor` where there is no tensor of that name, and what `body` throws.
  public func withBytes<Result>(of name: String, _ body: (RawSpan) throws -> Result) throws -> Result {
    try mapping.withBytes(existing(name).byteRange, body)
  }

  private func existing(_ name: String) throws(XylemError) -> Entry {
    guard let entry = entry(name) else { throw XylemError.unknownTensor(name, in: path, names: names) }
    return entry
  }
}

/// Keeps an open file where a copyable owner is needed.
private final class OpenFile: Sendable {
  let file: InputFile

  init(_ file: consuming InputFile) { self.file = file }
}
