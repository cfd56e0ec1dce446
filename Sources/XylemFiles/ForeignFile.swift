package import XylemErrors

/// Recognises a file that was given as a model but is not one, by its first bytes and its entries.
///
/// Users download a page instead of a file, keep a Git LFS pointer, save weights without code, or use another
/// framework's format. The error offers a solution for each.
package enum ForeignFile: Sendable, Hashable {
  case empty, lfsPointer, page, stateDict, wholeModule(String), pickle, exported, arrays
  /// Another format, by its name.
  case other(String)

  /// Recognises a file. Nil if it may be a TorchScript archive, intact or damaged.
  ///
  /// - Throws: `file.not-found`; `file.unreadable`, also for folders, pipes and devices.
  package init?(_ path: String) throws(XylemError) {
    var file = try InputFile(path, regularOnly: true)
    let start = try file.read(min(file.size ?? 0, 512), "its start")
    if start.starts(with: [0x50, 0x4B, 3, 4]) {
      guard let zip = try? ZipFile(path), let found = Self.inZip(zip) else { return nil }
      self = found
    } else {
      self = Self.byStart(start, name: path.lowercased())
    }
  }

  private static func byStart(_ start: [UInt8], name: String) -> ForeignFile {
    func has(_ text: String, at offset: Int = 0) -> Bool { start.dropFirst(offset).starts(with: text.utf8) }
    func begins(_ bytes: [UInt8]) -> Bool { start.starts(with: bytes) }
    if start.isEmpty { return .empty }
    if has("version https://git-lfs") { return .lfsPointer }
    let text = String(decoding: start, as: UTF8.self).lowercased()
    let word = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    if ["<!doctype html", "<html", "<head", "<!--"].contains(where: { word.hasPrefix($0) }) { return .page }
    if start.count >= 2, start[0] == 0x80, (1...5).contains(start[1]) {
      return start.dropFirst(2).starts(with: PickleReader.legacyMagic) ? .stateDict : .pickle
    }
    if start.count > 9, start[8] == UInt8(ascii: "{"), start[4..<8].allSatisfy({ $0 == 0 }) { return .stateDict }
    let signatures: [([UInt8], String)] = [
      ([0x93] + Array("NUMPY".utf8), "a .npy array"), ([0x1F, 0x8B], "compressed by gzip"),
      (Array("BZh".utf8), "compressed by bzip2"), ([0xFD] + Array("7zXZ".utf8), "compressed by xz"),
      ([0x28, 0xB5, 0x2F, 0xFD], "compressed by Zstandard"), ([0x37, 0x7A, 0xBC, 0xAF], "a 7z archive"),
      (Array("Rar!".utf8), "a RAR archive"), ([0x89] + Array("HDF".utf8), "an HDF5 file, as of Keras"),
      (Array("GGUF".utf8), "a GGUF file"), ([0x7F] + Array("ELF".utf8), "a program or a library"),
      ([0x89] + Array("PNG".utf8), "a PNG image"), ([0xFF, 0xD8, 0xFF], "a JPEG image"),
      (Array("%PDF".utf8), "a PDF document"), (Array("<?xml".utf8), "an XML file"), (Array("{".utf8), "a JSON file"),
    ]
    if let found = signatures.first(where: { begins($0.0) }) { return .other(found.1) }
    if has("ustar", at: 257) { return .other("a tar archive") }
    if has("TFL3", at: 4) { return .other("a TensorFlow Lite model") }
    // The version of ONNX's format, then one of the fields that may follow.
    if start.count > 2, start[0] == 0x08, (1...20).contains(start[1]), name.hasSuffix(".onnx") || start[2] == 0x12 {
      return .other("an ONNX model")
    }
    return .other("not a zip archive")
  }

  private static func inZip(_ zip: ZipFile) -> ForeignFile? {
    let names = zip.entries.map(\.name)
    if names.contains(where: { $0.contains("/code/") }) { return nil }
    func hasEntry(_ end: String) -> Bool { names.contains { $0.hasSuffix(end) } }
    if hasEntry("/archive_format"), names.contains(where: { $0.contains("/models/") }) { return .exported }
    if hasEntry("serialized_exported_program.json") { return .exported }
    if !names.isEmpty, names.allSatisfy({ $0.hasSuffix(".npy") }) { return .arrays }
    if names.contains("config.json"), hasEntry(".weights.h5") { return .other("a Keras model") }
    guard let entry = zip.entries.first(where: { $0.name.hasSuffix("/data.pkl") }) else { return nil }
    guard let bytes = try? zip.read(entry), let pickle = try? PickleReader.read(bytes, path: zip.path),
      case .object(let name) = pickle.nodes[pickle.root]
    else { return .stateDict }
    return .wholeModule(name)
  }

  /// Whether an archive's code has constants in the layout of a kernel library, as `torch.jit.optimize_for_inference`
  /// leaves them.
  package static func isOptimized(_ path: String) -> Bool {
    guard let zip = try? ZipFile(path) else { return false }
    return zip.entries.contains { entry in
      guard entry.name.hasSuffix(".py"), let bytes = try? zip.read(entry) else { return false }
      return String(decoding: bytes, as: UTF8.self).contains("ops.prim.ConstantMKLDNNTensor(")
    }
  }

  /// The error for a file that was given as a model.
  package func error(_ path: String) -> XylemError {
    func error(_ id: ErrorID, _ message: String, cause: String? = nil, _ remedies: [String]) -> XylemError {
      XylemError(id, message, at: .init(file: path), cause: cause.map { Reason($0) }, remedies: remedies)
    }
    let toSave = "torch.jit.script(model).save(\"model.pt\")  # in Python"
    switch self {
    case .empty:
      return error(.archiveTruncated, "the file is empty", ["copy or download the file again"])
    case .lfsPointer:
      return error(
        .archiveNotZip, "the file is a Git LFS pointer: the model itself was not downloaded",
        ["git lfs pull --include \(shellWord(path.split(separator: "/").last.map(String.init) ?? path))"])
    case .page:
      return error(
        .archiveNotZip, "the file is an HTML page, not a model",
        cause: "a download that requires a confirmation or a login returns such a page instead of the file",
        ["open the page in a browser to see what it requires, then download the file again"])
    case .stateDict:
      return error(
        .archiveStateDict, "the file is a state dict: tensors by name, without the model's code",
        [
          "xylem models  # lists models; then: xylem nodes <model> --weights \(shellWord(path))",
          "model.load_state_dict(torch.load(\(pythonWord(path)))); torch.jit.script(model).save(\"model.pt\")  # in Python",
        ])
    case .wholeModule(let name):
      return error(
        .archiveStateDict, "the file is a pickled object of the class \(name.printable), which only Python can load",
        ["torch.jit.script(torch.load(\(pythonWord(path)), weights_only=False)).save(\"model.pt\")  # in Python"])
    case .pickle:
      return error(
        .archiveStateDict, "the file is a pickle, without the model's code", [toSave])
    case .exported:
      return error(
        .archiveNoCode, "the file is an archive of torch.export, which has no TorchScript code",
        ["ExportedModel(path: \"FILE\")", "torch.jit.script(model).save(\"model.pt\")  # in Python"])
    case .arrays:
      return error(.archiveNoCode, "the file is a .npz file of arrays, not a model", [toSave])
    case .other(let what):
      return error(
        .archiveNotZip, "the file is not a TorchScript archive", cause: "it is \(what)", [toSave + ", to make one"])
    }
  }
}
