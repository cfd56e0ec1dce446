internal import XylemErrors
internal import XylemFiles
internal import XylemScript
internal import XylemTensor

/// The output file of features.
struct FeatureFile {
  /// The format, by the file name's extension.
  enum Kind {
    case safetensors, npy, npz, json

    init?(path: String) {
      // Standard output gets a safetensors file, or the format named after the dash.
      let name = path == "-" ? ".safetensors" : path.lowercased()
      if name.hasSuffix(".safetensors") {
        self = .safetensors
      } else if name.hasSuffix(".npy") {
        self = .npy
      } else if name.hasSuffix(".npz") {
        self = .npz
      } else if name.hasSuffix(".json") {
        self = .json
      } else {
        return nil
      }
    }
  }

  let path: String
  let entries: [FeatureEntry]
  let summary: String
  /// The metadata of a safetensors file.
  let metadata: [String: String]

  /// Checks early that a file can hold the number of features.
  ///
  /// - Throws: `usage`.
  static func check(_ path: String, count: Int) throws(XylemError) {
    guard Kind(path: path) == .npy, count != 1 else { return }
    throw CommandErrors.usage(
      "a .npy file holds exactly one feature, but there are \(count)", remedies: ["-o features.safetensors"])
  }

  /// Writes the file, completely or not at all. Numbers become arrays without dimensions. A `None` inside a structured
  /// feature is left out, with a note.
  ///
  /// - Throws: `usage` if a `.npy` file would hold any number of features but one; `extract.no-tensor` for a string or
  ///   another value that is not a tensor; `file.unsupported`, `file.unwritable`.
  func write() throws(XylemError) {
    let target = OutputFile.path(of: path)
    if Kind(path: path) == .json { return try AtomicFile.write(summary + "\n", to: target) }
    var tensors: [(name: String, array: HostArray)] = []
    for entry in entries {
      switch entry.content {
      case .tensor(let array, _), .scalar(_, _, let array): tensors.append((entry.key, array))
      case .string: throw CommandErrors.notInFile(entry, "a string", file: path)
      case .other(type: "None"): Terminal.error("note: '\(entry.key)' is None and is not in the file")
      case .other(let type): throw CommandErrors.notInFile(entry, "a value of type \(type)", file: path)
      }
    }
    if Kind(path: path) == .npz { return try NpzFile.write(tensors, to: target) }
    guard Kind(path: path) == .npy else {
      return try SafetensorsWriter.write(tensors, metadata: metadata, to: target)
    }
    try Self.check(path, count: tensors.count)
    try NpyFile.write(tensors[0].array, to: target)
  }
}
