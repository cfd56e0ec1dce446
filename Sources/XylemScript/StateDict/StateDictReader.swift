public import XylemErrors
public import XylemFiles
public import XylemTensor

/// An opened file of named tensors: its keys and shapes are known, and each tensor is read on demand.
///
/// A checkpoint of a training script holds more than a model's weights: an optimizer's state, numbers, objects of
/// Python classes. Nested dictionaries are flattened, so a key here is a path: `state_dict.module.conv1.weight`.
/// Everything that is not a tensor is listed in ``others``. Nothing in a pickle is imported or run.
///
///     let file = try StateDictReader("checkpoint.pth")
///     file.entries.map(\.key)  // ["state_dict.module.conv1.weight", …]
///     file.others.first        // (key: "epoch", type: "int")
public final class StateDictReader {
  /// A tensor of the file.
  public struct Entry: Sendable, Hashable {
    /// Its path through the file's dictionaries, joined by dots.
    public let key: String
    /// The type of its elements.
    public let dtype: DType
    /// Its sizes.
    public let shape: [Int]
    /// Its position among the file's tensors.
    fileprivate let index: Int
  }

  /// The path the file was opened with.
  public let path: String
  /// The tensors in the file's order.
  public let entries: [Entry]
  /// The paths of the nested dictionaries, in the file's order. Empty for formats without dictionaries.
  public let dictionaries: [String]
  /// The other values of the file's dictionaries: path and type name, in the file's order.
  public let others: [(key: String, type: String)]

  private let read: (Int) throws(XylemError) -> Tensor

  /// Opens a file and reads the description of its tensors, but not their elements.
  ///
  /// The contents decide the format, not the file name: a file of `torch.save`, as a zip file or in the format before
  /// PyTorch 1.6; a TorchScript archive, of which parameters and buffers are read; a safetensors file.
  ///
  /// - Throws: as ``StateDictFile/read(_:)``.
  public init(_ path: String) throws(XylemError) {
    self.path = path
    switch try StateDictForm(of: path) {
    case .safetensors:
      let file = try SafetensorsFile(path)
      let names = file.names
      entries = names.enumerated().compactMap { index, name in
        file.entry(name).map { Entry(key: name, dtype: $0.dtype, shape: $0.shape, index: index) }
      }
      (dictionaries, others) = ([], [])
      read = { (index) throws(XylemError) in try Tensor(file.array(names[index])) }
    case .zip:
      let records = try ArchiveRecords(path)
      if records.holdsCode {
        let state = try ScriptArchive(path: path).stateDict()
        var entries: [Entry] = []
        var others: [(key: String, type: String)] = []
        for (index, (key, tensor)) in state.enumerated() {
          if let dtype = tensor.dtype, try tensor.specialForm == nil {
            entries.append(Entry(key: key, dtype: dtype, shape: try tensor.sizes, index: index))
          } else {
            others.append((key, try tensor.specialForm.map { "a tensor that is \($0)" } ?? "a tensor"))
          }
        }
        (self.entries, self.others, dictionaries) = (entries, others, [])
        read = { index in state[index].tensor }
      } else {
        let contents = try StateDictPickle(records.pickle(), path: path)
        let storages = StorageReader(path: path) { (key, name) throws(XylemError) in
          try records.read("data/" + name, for: key)
        }
        (entries, others, dictionaries) = (Self.entries(contents), contents.others, contents.dictionaries)
        read = { (index) throws(XylemError) in try storages.tensor(contents.tensors[index]) }
      }
    case .legacy:
      let file = try LegacyStateDict(path)
      let contents = try StateDictPickle(file.pickle, path: path)
      let storages = StorageReader(path: path) { (key, name) throws(XylemError) in try file.storage(name, for: key) }
      (entries, others, dictionaries) = (Self.entries(contents), contents.others, contents.dictionaries)
      read = { (index) throws(XylemError) in try storages.tensor(contents.tensors[index]) }
    }
  }

  private static func entries(_ contents: StateDictPickle) -> [Entry] {
    contents.tensors.enumerated().map { index, found in
      Entry(key: found.key, dtype: found.tensor.dtype, shape: found.tensor.sizes, index: index)
    }
  }

  /// Reads a tensor, on the CPU and without a gradient. Tensors that share storage in a file of `torch.save` share it
  /// here.
  ///
  /// - Throws: `file.malformed` if its data are missing or damaged; `file.unreadable`; `runtime.…` if there is not
  ///   enough memory.
  public func tensor(_ entry: Entry) throws(XylemError) -> Tensor { try read(entry.index) }
}

/// The format of a file of named tensors, by its first bytes.
enum StateDictForm {
  case zip, legacy, safetensors

  /// Reads the start of a file.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `file.malformed`, `file.unsupported`.
  init(of path: String) throws(XylemError) {
    var file = try InputFile(path, regularOnly: true)
    let size = file.size ?? 0
    guard size > 0 else { throw XylemError.malformed(path, .empty) }
    let start = try file.read(min(size, 512), "its start")
    if start.starts(with: [0x50, 0x4B, 3, 4]) {
      self = .zip
      return
    }
    if start.count >= 2, start[0] == 0x80, (1...5).contains(start[1]) {
      guard start.dropFirst(2).starts(with: PickleReader.legacyMagic) else {
        throw XylemError.unsupported(path, .plainPickle)
      }
      self = .legacy
      return
    }
    if start.dropFirst(257).starts(with: Array("ustar".utf8)) { throw XylemError.unsupported(path, .tar) }
    guard path.lowercased().hasSuffix(".safetensors") || (start.count > 8 && start[8] == UInt8(ascii: "{")) else {
      throw XylemError.malformed(path, .unknownForm)
    }
    self = .safetensors
  }
}
