public import XylemErrors

/// Files of named tensors: what `torch.save(model.state_dict(), …)` writes, and safetensors files.
///
///     let weights = try StateDictFile.read("resnet50.pth")
///     weights.first?.key                                    // "conv1.weight"
///     try StateDictFile.write(weights, to: "resnet50.safetensors")
public enum StateDictFile {
  /// The tensors of a file with their keys, in the file's order; on the CPU and without gradients.
  ///
  /// The contents decide how the file is read, its name does not: a zip file of `torch.save` (PyTorch 1.6 or newer), a
  /// TorchScript archive, whose parameters and buffers are taken, or a safetensors file. A dictionary under
  /// `state_dict`, `model` or `model_state_dict` is taken in the place of the one that holds it. Nothing in a pickle is run.
  /// Each record is read once; tensors that share storage in a file of `torch.save` share it here.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`; `file.malformed` where the file is damaged, empty, of another kind, or
  ///   has a key twice; `file.unsupported` for the form before PyTorch 1.6, for pickled modules, and where a value is no
  ///   tensor; `archive.…` for a damaged TorchScript archive; `runtime.not-found` and its like without a runtime.
  public static func read(_ path: String) throws(XylemError) -> [(key: String, tensor: Tensor)] {
    switch try kind(path) {
    case .zip: return try readZip(path)
    case .safetensors:
      let file = try SafetensorsFile(path)
      var entries: [(key: String, tensor: Tensor)] = []
      for name in file.names { entries.append((name, try Tensor(file.array(name)))) }
      return entries
    }
  }

  /// Writes tensors to a file, whole or not at all (see ``AtomicFile``); the same content gives the same bytes.
  ///
  /// The path's ending says in which form: `.pth` and `.pt` as `torch.save` writes a dictionary, `.safetensors` as
  /// ``SafetensorsWriter`` does, with the keys in its order. Each tensor is stored row-major and without gradients; in the
  /// first form, tensors that are the same part of the same memory are stored once and share it when they are read.
  ///
  /// - Throws: `file.unsupported` for another ending, for a key that is there twice and for a tensor that the form can't
  ///   hold (quantised, sparse, `meta`); `file.unwritable`; `runtime.…` where memory is short. Nothing is written then.
  public static func write(_ entries: [(key: String, tensor: Tensor)], to path: String) throws(XylemError) {
    var seen: Set<ExactText> = []
    for (key, tensor) in entries {
      guard seen.insert(ExactText(key)).inserted else { throw XylemError.unsupported(path, .duplicateName(key)) }
      try tensor.materialize()
      guard tensor.dtype != nil else { throw XylemError.unsupported(path, .dtype(of: key)) }
      guard tensor.count == 0 || tensor.dataAddress != nil, try tensor.sizes.isEmpty || !tensor.strides.isEmpty else {
        throw XylemError.unsupported(path, .noStorage(of: key))
      }
    }
    let entries = try plain(entries)
    let name = path.lowercased()
    if name.hasSuffix(".pth") || name.hasSuffix(".pt") { return try writeZip(entries, to: path) }
    guard name.hasSuffix(".safetensors") else { throw XylemError.unsupported(path, .ending) }
    var arrays: [(name: String, array: HostArray)] = []
    for (key, tensor) in entries {
      arrays.append((key, try typed("'\(key.printable)' can't be read") { try tensor.hostArray() }))
    }
    try SafetensorsWriter.write(arrays, to: path)
  }

  private enum Kind {
    case zip, safetensors
  }

  /// Looks at a file's start.
  private static func kind(_ path: String) throws(XylemError) -> Kind {
    var file = try InputFile(path, regularOnly: true)
    let size = file.size ?? 0
    guard size > 0 else { throw XylemError.malformed(path, .empty) }
    let start = try file.read(min(size, 16), "its start")
    if start.starts(with: [0x50, 0x4B, 3, 4]) { return .zip }
    // The number that torch.save wrote first in the form before 1.6.
    let old: [UInt8] = [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    if start.count >= 2, start[0] == 0x80, (1...5).contains(start[1]) {
      throw XylemError.unsupported(path, start.dropFirst(2).starts(with: old) ? .oldForm : .plainPickle)
    }
    guard path.lowercased().hasSuffix(".safetensors") || (start.count > 8 && start[8] == UInt8(ascii: "{")) else {
      throw XylemError.malformed(path, .unknownForm)
    }
    return .safetensors
  }

  /// The tensors with the values that they have, where a mark says that their memory holds the negatives.
  private static func plain(
    _ entries: [(key: String, tensor: Tensor)]
  ) throws(XylemError) -> [(key: String, tensor: Tensor)] {
    var result: [(key: String, tensor: Tensor)] = []
    for (key, tensor) in entries {
      let detached = try TensorOperator.call("aten::detach", [.tensor(tensor)])
      result.append((key, try TensorOperator.call("aten::resolve_neg", [.tensor(detached)])))
    }
    return result
  }

  /// Runs what throws nothing but this project's errors.
  static func typed<Result>(_ what: String, _ body: () throws -> Result) throws(XylemError) -> Result {
    do { return try body() } catch let error as XylemError { throw error } catch {
      throw XylemError(.runtimeTensor, what, cause: error)
    }
  }
}
