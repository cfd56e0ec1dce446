internal import XylemErrors
internal import XylemFiles
internal import XylemTensor

/// A tensor that a file of tensors has, as a value of a node.
enum StoredTensor {
  /// Whether a file is a file of tensors, judged by its name.
  static func isFile(_ path: String) -> Bool { !InputReader.isImage(path) }

  /// Opens a file of tensors that have names. Nil for a .npy file, which has one without a name.
  ///
  /// - Throws: the errors of reading the file.
  static func namedTensors(_ path: String) throws(XylemError) -> (any NamedArrayFile)? {
    let lower = path.lowercased()
    if lower.hasSuffix(".npy") { return nil }
    return lower.hasSuffix(".npz") ? try NpzFile(path) : try SafetensorsFile(path)
  }

  /// Reads the tensor with a name, or the only one.
  ///
  /// - Throws: `extract.input` if the file has several tensors and none with this name, or none; the errors of reading
  ///   the file.
  static func read(_ path: String, named name: String) throws -> Tensor {
    guard let file = try namedTensors(path) else { return try Tensor(NpyFile.read(path)) }
    let names = file.names
    if names.contains(name) { return try Tensor(file.array(name)) }
    guard names.count == 1 else {
      throw XylemError(
        .extractInput,
        names.isEmpty ? "the file has no tensors" : "the file has several tensors and none with the name '\(name)'",
        at: .init(file: path),
        cause: names.isEmpty
          ? nil : Reason("it has " + names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")),
        remedies: names.isEmpty ? [] : ["store the value alone, or under the name '\(name)'"])
    }
    return try Tensor(file.array(names[0]))
  }
}
