package import XylemErrors
internal import XylemFiles
package import XylemTensor

/// A value in a file of `torch.save`: a dictionary, list, number, string or tensor, whose parts are read on demand.
///
/// Nothing in a pickle is imported or run.
package struct SavedObject {
  private final class File {
    let pickle: Pickle
    let storages: StorageReader

    init(_ pickle: Pickle, _ storages: StorageReader) {
      self.pickle = pickle
      self.storages = storages
    }
  }

  private let file: File
  private let index: Int

  private init(_ file: File, _ index: Int) {
    self.file = file
    self.index = index
  }

  /// Opens a file of `torch.save`, of either format.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `file.malformed`; `file.unsupported` for safetensors and archives.
  package init(_ path: String) throws(XylemError) {
    switch try StateDictForm(of: path) {
    case .zip:
      let records = try ArchiveRecords(path)
      guard !records.holdsCode else { throw Self.unsupported(path, "it is a TorchScript archive") }
      let storages = StorageReader(path: path) { (key, name) throws(XylemError) in
        try records.read("data/" + name, for: key)
      }
      file = File(try records.pickle(), storages)
    case .legacy:
      let legacy = try LegacyStateDict(path)
      let storages = StorageReader(path: path) { (key, name) throws(XylemError) in try legacy.storage(name, for: key) }
      file = File(legacy.pickle, storages)
    case .safetensors: throw Self.unsupported(path, "it is a safetensors file")
    }
    index = file.pickle.root
  }

  private static func unsupported(_ path: String, _ cause: String) -> XylemError {
    XylemError(
      .fileUnsupported, "the file was not written by torch.save", at: XylemError.Place(file: path), cause: Reason(cause)
    )
  }

  private var node: PickleNode { file.pickle.nodes[index] }

  /// The entries of a dictionary, in order. Nil for other values.
  package var entries: [(key: SavedObject, value: SavedObject)]? {
    guard case .dictionary(let entries) = node else { return nil }
    return entries.map { (SavedObject(file, $0.key), SavedObject(file, $0.value)) }
  }

  /// The elements of a list or tuple. Nil for other values.
  package var elements: [SavedObject]? {
    switch node {
    case .list(let elements), .tuple(let elements): elements.map { SavedObject(file, $0) }
    default: nil
    }
  }

  /// The value of a dictionary's key. Nil if there is none, and for other values.
  package subscript(key: String) -> SavedObject? { entries?.first { $0.key.text == key }?.value }

  /// Whether it is Python's `None`.
  package var isNone: Bool { if case .none = node { true } else { false } }

  /// A string. Nil for other values.
  package var text: String? { if case .text(let text) = node { text } else { nil } }

  /// An integer. Nil for other values.
  package var integer: Int? { if case .int(let number) = node { number } else { nil } }

  /// A Boolean. Nil for other values.
  package var flag: Bool? { if case .bool(let flag) = node { flag } else { nil } }

  /// An integer or floating-point number. Nil for other values.
  package var number: Double? {
    switch node {
    case .int(let number): Double(number)
    case .float(let number): number
    default: nil
    }
  }

  /// The tensor, on the CPU and without a gradient. Nil for other values.
  ///
  /// - Parameter name: its name in errors.
  /// - Throws: `file.malformed` if its data are missing or damaged; `file.unreadable`; `runtime.…`.
  package func tensor(named name: String) throws(XylemError) -> Tensor? {
    guard case .tensor(let tensor) = node else { return nil }
    return try file.storages.tensor((name, tensor))
  }
}
