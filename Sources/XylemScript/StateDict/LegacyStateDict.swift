import XylemErrors
internal import XylemFiles
internal import XylemTensor

/// A file of `torch.save` in the format before PyTorch 1.6: several pickles, then the storages.
///
/// The pickles contain a magic number, a version, facts about the machine, the saved value, and the list of the
/// storages' keys. For each key there follow the number of elements of the storage, in 8 bytes, and the elements.
final class LegacyStateDict {
  /// The only version.
  private static let version = 1001

  /// The pickle of the saved value.
  let pickle: Pickle
  private let path: String
  private let file: InputFileBox
  private let places: [ExactText: (offset: Int, byteCount: Int)]

  /// Reads the pickles, and finds the position of each storage.
  ///
  /// - Throws: `file.malformed`, `file.unsupported`, `file.unreadable`.
  init(_ path: String) throws(XylemError) {
    self.path = path
    file = InputFileBox(try InputFile(path, regularOnly: true))
    var reader = PickleReader(reading: file, path: path)
    _ = try reader.pickle()
    let version = try reader.pickle()
    guard case .int(Self.version) = version.nodes[version.root] else {
      throw XylemError.unsupported(path, .legacyVersion)
    }
    let machine = try reader.pickle()
    guard !machine.isBigEndian else { throw XylemError.unsupported(path, .bigEndian) }
    pickle = try reader.pickle()
    let keys = try reader.pickle()
    places = try Self.places(of: keys, in: pickle, from: reader.position, file, path: path)
  }

  private static func places(
    of keys: Pickle, in pickle: Pickle, from start: Int, _ file: InputFileBox, path: String
  ) throws(XylemError) -> [ExactText: (offset: Int, byteCount: Int)] {
    var itemSizes: [ExactText: Int] = [:]
    for case .storage(let storage) in pickle.nodes {
      guard let size = storage.itemSize else { continue }
      guard itemSizes.updateValue(size, forKey: ExactText(storage.key)) ?? size == size else {
        throw XylemError.malformed(path, .storageTwice(storage.key))
      }
    }
    guard case .list(let numbers) = keys.nodes[keys.root] else { throw XylemError.malformed(path, .storageKeys) }
    var places: [ExactText: (offset: Int, byteCount: Int)] = [:]
    var offset = start
    for number in numbers {
      guard case .text(let name) = keys.nodes[number] else { throw XylemError.malformed(path, .storageKeys) }
      // Without the element type, nothing after the storage can be found.
      guard let itemSize = itemSizes[ExactText(name)] else { throw XylemError.malformed(path, .storageUnknown(name)) }
      let count = try file.file.read(8, at: offset, "a storage's size").reversed().reduce(0 as UInt64) {
        $0 << 8 | UInt64($1)
      }
      offset += 8
      let (bytes, overflow) = Int(clamping: count).multipliedReportingOverflow(by: itemSize)
      guard !overflow, bytes <= (file.file.size ?? 0) - offset else {
        throw XylemError.malformed(path, .storageCutShort(name))
      }
      guard places.updateValue((offset, bytes), forKey: ExactText(name)) == nil else {
        throw XylemError.malformed(path, .storageTwice(name))
      }
      offset += bytes
    }
    return places
  }

  /// The bytes of a storage.
  ///
  /// - Parameter key: the tensor that the storage is read for, which errors name.
  /// - Throws: `file.malformed` if there is no such storage or the file was truncated in the meantime,
  ///   `file.unreadable`, `runtime.tensor`.
  func storage(_ name: String, for key: String) throws(XylemError) -> Tensor {
    guard let place = places[ExactText(name)] else { throw XylemError.malformed(path, .record(of: key)) }
    let bytes = try file.file.read(place.byteCount, at: place.offset, "'\(key.printable)'")
    return try Tensor(HostArray(checked: .uint8, shape: [bytes.count], bytes: bytes))
  }
}

extension Pickle {
  /// Whether facts about a machine declare it big-endian.
  fileprivate var isBigEndian: Bool {
    guard case .dictionary(let entries) = nodes[root] else { return false }
    return entries.contains { key, value in
      guard case .text("little_endian") = nodes[key], case .bool(false) = nodes[value] else { return false }
      return true
    }
  }
}
