internal import Synchronization
package import XylemErrors
internal import XylemFiles
package import XylemTensor

/// An opened archive of torch.export (`.pt2`): its models, and their tensors on demand.
///
/// Everything is read from JSON and raw bytes. Pickles in the archive are never read, and nothing of a model runs.
/// Opening loads no runtime; only ``tensor(_:)`` does.
package final class ExportedArchive: Sendable {
  /// The path the file was opened with.
  package let path: String
  /// The names of the models, in the archive's order.
  package let modelNames: [String]

  /// The most bytes of JSON that are read.
  private static let largestDocument = 1 << 28

  private let zip: ZipFile
  /// The folder that contains all entries, with a slash.
  private let root: String
  private let entries: [String: ZipFile.Entry]
  /// The data of tensors, by their entries. Tensors with the same data share it.
  private let storages = Mutex<[String: Tensor]>([:])

  /// Opens an archive.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`, `file.malformed`; `archive.not-zip` and related errors for another
  ///   kind of file; `archive.unreadable`, `archive.schema`, `archive.byte-order`, `archive.no-model`,
  ///   `archive.compiled`.
  package init(path: String) throws(XylemError) {
    let foreign = try ForeignFile(path)
    guard foreign == .exported || foreign == nil else { throw foreign?.error(path) ?? ExportedErrors.noModel(path) }
    let zip = try ZipFile(path)
    var entries: [String: ZipFile.Entry] = [:]
    for entry in zip.entries {
      guard entries.updateValue(entry, forKey: entry.name) == nil else {
        throw ExportedErrors.unreadable(path, "the archive has the entry '\(entry.name.printable)' twice")
      }
    }
    let format = "archive_format"
    guard let marker = zip.entries.first(where: { $0.name == format || $0.name.hasSuffix("/" + format) }) else {
      if zip.entries.contains(where: { $0.name.hasSuffix("serialized_exported_program.json") }) {
        throw ExportedErrors.oldLayout(path)
      }
      throw ExportedErrors.noModel(path)
    }
    (self.path, self.zip, self.entries) = (path, zip, entries)
    root = String(marker.name.dropLast(format.count))
    modelNames = zip.entries.compactMap { [root] in Self.modelName($0.name, root) }
    try check()
  }

  /// Checks what the archive says about itself.
  private func check() throws(XylemError) {
    guard try text("archive_format") == "pt2" else {
      throw ExportedErrors.unreadable(path, "the archive is not one of torch.export", "its format is not 'pt2'")
    }
    if let version = try text("archive_version"), version != "0" {
      throw ExportedErrors.schema(path, found: "of archive version \(version)", writer: nil)
    }
    if let order = try text("byteorder"), order != "little" { throw ExportedErrors.bigEndian(path, order) }
    guard modelNames.isEmpty else { return }
    let isCompiled = zip.entries.contains { $0.name.hasPrefix(root + "data/aotinductor/") }
    throw isCompiled ? ExportedErrors.compiled(path) : ExportedErrors.noModel(path)
  }

  private static func modelName(_ entry: String, _ root: String) -> String? {
    let (start, end) = (root + "models/", ".json")
    guard entry.hasPrefix(start), entry.hasSuffix(end), entry.count > start.count + end.count else { return nil }
    return String(entry.dropFirst(start.count).dropLast(end.count))
  }

  /// A small entry as text, without the line break at its end. Nil if there is none.
  private func text(_ name: String) throws(XylemError) -> String? {
    guard let entry = entries[root + name] else { return nil }
    guard entry.byteCount <= 256 else {
      throw ExportedErrors.unreadable(path, "the entry '\(name)' is too long")
    }
    var text = String(decoding: try zip.read(entry), as: UTF8.self)
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }

  /// Reads a model.
  ///
  /// - Parameter name: one of ``modelNames``.
  /// - Throws: `file.malformed`, `archive.schema`, `archive.unreadable`.
  package func program(_ name: String) throws(XylemError) -> ExportedProgram {
    guard let json = try json("models/\(name).json") else { throw ExportedErrors.noModel(path) }
    return try ExportedProgram(json, name: name, path: path)
  }

  private func json(_ name: String) throws(XylemError) -> ExportedJSON? {
    guard let entry = entries[root + name] else { return nil }
    guard entry.byteCount <= Self.largestDocument else {
      throw ExportedErrors.unreadable(
        path, "the entry '\(name.printable)' is too large: it has \(entry.byteCount) bytes")
    }
    return try ExportedJSON(parsing: zip.read(entry), entry: name, path: path)
  }

  /// The tensors of a model, by their keys: parameters, buffers and constants. Their data is not read.
  ///
  /// - Throws: `file.malformed`, `archive.unreadable`, `archive.pickled`, `archive.bad-tensor`, `file.unsupported`.
  package func payloads(of model: String) throws(XylemError) -> [String: ExportedPayload] {
    var found: [String: ExportedPayload] = [:]
    for kind in ["weights", "constants"] {
      let folder = "data/\(kind)/"
      guard let json = try json(folder + "\(model)_\(kind)_config.json") else { continue }
      for (key, payload) in try json.member("config").members() {
        let described = try ExportedPayload(payload, key: key, path: path) { entries[root + folder + $0] }
        guard found.updateValue(described, forKey: key) == nil else {
          throw ExportedErrors.unreadable(path, "the archive has two tensors with the key '\(key.printable)'")
        }
      }
    }
    return found
  }

  /// Reads a tensor. Tensors over the same data share memory.
  ///
  /// - Throws: `runtime.not-found` and related errors without a runtime; `file.malformed` for damaged data.
  package func tensor(_ payload: ExportedPayload) throws(XylemError) -> Tensor {
    let tensor = try ArchiveRecords.tensor(
      over: storage(of: payload), payload.dtype, sizes: payload.sizes, strides: payload.strides,
      offset: payload.sizes.contains(0) ? 0 : payload.offset, key: payload.key, path: path)
    if payload.requiresGrad { try tensor.setRequiresGrad(true) }
    return tensor
  }

  private func storage(of payload: ExportedPayload) throws(XylemError) -> Tensor {
    if let known = storages.withLock({ $0[payload.record] }) { return known }
    guard let entry = entries[payload.record] else {
      throw ExportedErrors.outOfRange(path, payload.key, "the archive has no entry for it")
    }
    let bytes = try zip.read(entry)
    let fresh = try Tensor(HostArray(dtype: .uint8, shape: [bytes.count], bytes: bytes))
    // Another thread may have read it meanwhile: all tensors must share one storage.
    return storages.withLock { known in
      if let earlier = known[payload.record] { return earlier }
      known[payload.record] = fresh
      return fresh
    }
  }

  /// Whether a file is an archive of torch.export, of any version, intact or not.
  package static func isExported(_ path: String) -> Bool { (try? ForeignFile(path)) == .exported }
}
