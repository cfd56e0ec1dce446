package import XylemErrors

// The messages of errors about tensor files. Faults are data; messages are written only here.

/// A fault in the contents of a tensor file, with the data for its message.
package enum FileFault {
  case ended(at: Int, reading: String)
  case shorter(bytes: Int, needed: Int, what: String)
  case headerTooLong(UInt64, limit: Int)
  case headerBeyondEnd(length: Int, fileBytes: Int)
  case headerStart
  case syntax(expected: String, offset: Int, in: String = "the header")
  case invalidText(offset: Int, in: String = "the header")
  case tooDeep(limit: Int, offset: Int, in: String = "the header")
  case duplicateKey(String, in: String = "the header")
  case missingField(String, of: String)
  case shapeTooLarge([Int], DType, of: String)
  case wrongSize(of: String, bytes: Int, needed: Int)
  case reversedOffsets(of: String)
  case outside(of: String)
  case gap(before: String, bytes: Int)
  case overlap(of: String, bytes: Int)
  case trailing(bytes: Int)
  case npyMagic
  case npyKey(String)
  case npyField(String, expected: String)
  case zipDirectory
  case zipEntry(String)

  var sentence: String {
    switch self {
    case .ended(let offset, let reading): "the file ends at byte \(offset), inside \(reading)"
    case .shorter(let bytes, let needed, let what): "\(what) needs \(needed.asBytes), but the file has \(bytes) left"
    case .headerTooLong(let length, let limit):
      "the header claims \(length) bytes; more than \(limit) are not accepted"
    case .headerBeyondEnd(let length, let bytes):
      "the header claims \(length) bytes, but the file has \(bytes) in total"
    case .headerStart: "the header does not start with '{'"
    case .syntax(let expected, let offset, let part): "\(part) has no \(expected) at byte \(offset) of the file"
    case .invalidText(let offset, let part): "\(part)'s string at byte \(offset) of the file is not valid UTF-8"
    case .tooDeep(let limit, let offset, let part):
      "\(part) is nested deeper than \(limit) at byte \(offset) of the file"
    case .duplicateKey(let key, let part): "\(part) has the key '\(key.printable)' twice"
    case .missingField(let field, let owner): "'\(owner.printable)' has no '\(field.printable)' in the header"
    case .shapeTooLarge(let shape, let dtype, let owner):
      "the shape \(shape.printable) of '\(owner.printable)', \(dtype.rawValue), is invalid"
    case .wrongSize(let owner, let bytes, let needed):
      "'\(owner.printable)' has \(bytes.asBytes); its shape needs \(needed)"
    case .reversedOffsets(let owner): "the data of '\(owner.printable)' ends before it begins"
    case .outside(let owner): "the data of '\(owner.printable)' extends beyond the end of the file"
    case .gap(let owner, let bytes): "no tensor uses the \(bytes.asBytes) before '\(owner.printable)'"
    case .overlap(let owner, let bytes): "another tensor overlaps '\(owner.printable)' by \(bytes.asBytes)"
    case .trailing(let bytes): "the file has \(bytes.asBytes) after the last element"
    case .npyMagic: "the file does not begin like an npy file"
    case .npyKey(let key): "the header has the unknown key '\(key.printable)'"
    case .npyField(let field, let expected): "'\(field.printable)' in the header is not \(expected)"
    case .zipDirectory: "the zip file is truncated or damaged: its list of entries can't be read"
    case .zipEntry(let name): "the zip file's entry '\(name.printable)' is damaged"
    }
  }
}

/// Contents that a format or this reader does not support, although nothing is damaged.
package enum FileLimit {
  case safetensorsDType(String, of: String)
  case npyVersion(major: UInt8, minor: UInt8)
  case npyStructured
  case npyDescription(String)
  case npyHolds(DType)
  case safetensorsHolds(DType, of: String)
  case reservedName(String)
  case duplicateName(String)
  case headerTooLarge(bytes: Int, limit: Int)
  case zipMethod(String)
  case npzEntry(String)
  case npzTooLarge

  var sentence: String {
    switch self {
    case .safetensorsDType(let name, let owner):
      "'\(owner.printable)' has elements of type \(name.printable), which are not supported"
    case .npyVersion(let major, let minor): "npy files of version \(major).\(minor) are not supported"
    case .npyStructured: "the npy file holds records; only arrays of numbers are supported"
    case .npyDescription(let text): "the npy file's element type '\(text.printable)' is not supported"
    case .npyHolds(let dtype): "npy files can't hold \(dtype.rawValue)"
    case .safetensorsHolds(let dtype, let owner):
      "safetensors files can't hold '\(owner.printable)', which is \(dtype.rawValue)"
    case .reservedName(let name): "safetensors files can't hold a tensor with the name '\(name.printable)'"
    case .duplicateName(let name): "two tensors have the name '\(name.printable)'"
    case .headerTooLarge(let bytes, let limit):
      "the names and shapes take \(bytes) bytes, more than the \(limit) of a header"
    case .npzEntry(let name): "the npz file has '\(name.printable)', which is not an array"
    case .npzTooLarge: "npz files of more than 4 GiB are not written"
    case .zipMethod(let name):
      "the zip file's entry '\(name.printable)' is encrypted or uses an unsupported compression"
    }
  }

  package var remedies: [String] {
    switch self {
    case .npyStructured: ["save each field as a separate array"]
    case .npyDescription(let text) where text.hasSuffix("O") || text.hasSuffix("f16") || text.hasSuffix("f12"):
      ["numpy.save(file, array.astype(\"float32\"))"]
    case .npyDescription(let text) where text.hasSuffix("V2") || text.hasSuffix("V1"):
      ["save bfloat16 and float8 tensors as .safetensors"]
    case .npzTooLarge: ["write a .safetensors file instead"]
    case .npyHolds: ["write a .safetensors file instead"]
    case .safetensorsHolds: ["write a .npy file instead", "convert to complex64 first"]
    default: []
    }
  }
}

extension XylemError {
  package static func malformed(_ path: String, _ fault: FileFault) -> XylemError {
    XylemError(
      .fileMalformed, fault.sentence, at: Place(file: path), remedies: ["copy or download the file again"])
  }

  package static func unsupported(_ path: String, _ limit: FileLimit) -> XylemError {
    XylemError(.fileUnsupported, limit.sentence, at: Place(file: path), remedies: limit.remedies)
  }

  /// The error for a file that could not be read, from the failed system call.
  static func unreadable(_ path: String, _ failure: SystemCallFailure) -> XylemError {
    guard !failure.isMissing else { return missingFile(path) }
    return XylemError(
      .fileUnreadable, "the file can't be read: \(failure.reason)", at: Place(file: path), cause: failure)
  }

  static func notRegular(_ path: String, isFolder: Bool) -> XylemError {
    XylemError(
      .fileUnreadable,
      isFolder ? "this is a folder, not a file" : "this is a pipe or a device, not a regular file",
      at: Place(file: path),
      remedies: [isFolder ? "ls \(shellWord(path))  # shows the files in it" : copying(path)])
  }

  /// The command that copies a pipe's contents to a regular file.
  private static func copying(_ path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    let copy = "copy" + (name.lastIndex(of: ".").map { String(name[$0...]) } ?? "")
    return "cat \(shellWord(path)) > \(shellWord(copy))  # then give \(copy)"
  }

  /// The error for a file that could not be written, from the failed system call.
  static func unwritable(_ path: String, _ failure: SystemCallFailure) -> XylemError {
    XylemError(.fileUnwritable, "the file can't be written: \(failure.reason)", at: Place(file: path), cause: failure)
  }

  /// The error for a file whose folder does not exist.
  ///
  /// The remedy creates the folder, if that is possible.
  package static func missingFolder(_ folder: String, of path: String) -> XylemError {
    let above = WriteTarget.nearestExisting(to: folder)
    if let above, !above.isFolder { return folderIsFile(above.path, of: path) }
    return XylemError(
      .fileUnwritable, "the file can't be written: the folder '\(folder)' does not exist", at: Place(file: path),
      remedies: above?.isWritable == true ? ["mkdir -p \(shellWord(folder))"] : [])
  }

  static func folderIsFile(_ folder: String, of path: String) -> XylemError {
    XylemError(.fileUnwritable, "the file can't be written: '\(folder)' is not a folder", at: Place(file: path))
  }

  package static func targetIsFolder(_ path: String) -> XylemError {
    XylemError(
      .fileUnwritable, "the file can't be written: a folder has that name", at: Place(file: path),
      remedies: [
        "give the name of a file in it, as in \(shellWord(path + (path.hasSuffix("/") ? "" : "/") + "features"))"
      ])
  }

  static func unknownTensor(_ name: String, in path: String, names: [String]) -> XylemError {
    let near = nearMisses(of: name, among: names)
    return XylemError(
      .runtimeTensor, "the file has no tensor '\(name.printable)'", at: Place(file: path),
      remedies: near.map { "use '\($0.printable)'" })
  }

  package static func impossibleShape(_ shape: [Int], _ dtype: DType) -> XylemError {
    XylemError(.runtimeTensor, "the shape \(shape.printable) of \(dtype.rawValue) elements is invalid")
  }

  static func wrongByteCount(_ bytes: Int, needed: Int, shape: [Int], _ dtype: DType) -> XylemError {
    XylemError(
      .runtimeTensor, "the shape \(shape.printable) of \(dtype.rawValue) elements needs \(needed.asBytes), not \(bytes)"
    )
  }

  static func wrongElements(_ dtype: DType, wanted: DType) -> XylemError {
    XylemError(.runtimeTensor, "the array's elements are \(dtype.rawValue), not \(wanted.rawValue)")
  }

  static func complexElements(_ dtype: DType) -> XylemError {
    XylemError(.runtimeTensor, "elements of type \(dtype.rawValue) have no real value")
  }
}
