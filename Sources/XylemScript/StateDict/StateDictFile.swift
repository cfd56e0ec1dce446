public import XylemErrors
internal import XylemFiles
public import XylemTensor

/// Files of named tensors: those of `torch.save(model.state_dict(), …)`, and safetensors files.
///
///     let weights = try StateDictFile.read("resnet50.pth")
///     weights.first?.key                                    // "conv1.weight"
///     try StateDictFile.write(weights, to: "resnet50.safetensors")
public enum StateDictFile {
  /// The tensors of a file with their keys, in the file's order, on the CPU and without gradients.
  ///
  /// The contents decide the format, not the file name: a file of `torch.save` (also in the format before PyTorch 1.6),
  /// a TorchScript archive, of which parameters and buffers are read, or a safetensors file. A dictionary under
  /// `state_dict`, `model` or `model_state_dict` replaces the one that contains it. Values that are not tensors are
  /// ignored, and tensors in other dictionaries have paths as keys: see ``StateDictReader``. Nothing in a pickle is
  /// run. Each record is read once. Tensors that share storage in a file of `torch.save` share it here.
  ///
  /// - Throws: `file.not-found`, `file.unreadable`; `file.malformed` if the file is damaged, empty, of another kind, or
  ///   has a duplicate key; `file.unsupported` for other pickles, for pickled modules, and if there is no tensor;
  ///   `archive.…` for a damaged TorchScript archive; `runtime.not-found` and related errors without a runtime.
  public static func read(_ path: String) throws(XylemError) -> [(key: String, tensor: Tensor)] {
    let file = try StateDictReader(path)
    let prefix = try wrapper(in: file).map { $0 + "." } ?? ""
    var found: [(key: String, tensor: Tensor)] = []
    for entry in file.entries where entry.key.utf8.starts(with: prefix.utf8) {
      found.append((String(Substring(entry.key.utf8.dropFirst(prefix.utf8.count))), try file.tensor(entry)))
    }
    return found
  }

  /// The dictionary in which training scripts keep the state dict, beside an optimizer's state and numbers. Nil if
  /// there is none.
  private static func wrapper(in file: StateDictReader) throws(XylemError) -> String? {
    let names: Set<String> = ["state_dict", "model", "model_state_dict"]
    let found = file.dictionaries.filter { name in
      names.contains(name) && file.entries.contains { $0.key.utf8.starts(with: (name + ".").utf8) }
    }
    guard found.count < 2 else { throw XylemError.unsupported(file.path, .twoDictionaries(found[0], found[1])) }
    return found.first
  }

  /// Writes tensors to a file, completely or not at all (see ``AtomicFile``). The same content gives the same bytes.
  ///
  /// The path's extension decides the format: `.pth` and `.pt` as `torch.save` writes a dictionary, `.safetensors` as
  /// ``SafetensorsWriter`` does, with the keys in its order. Each tensor is stored row-major and without gradients. In the
  /// first format, tensors that are the same part of the same memory are stored once and share it when they are read.
  ///
  /// - Throws: `file.unsupported` for another extension, for a duplicate key and for a tensor that the format can't hold
  ///   (quantised, sparse, `meta`); `file.unwritable`; `runtime.…` if there is not enough memory. Nothing is written in
  ///   these cases.
  public static func write(_ entries: [(key: String, tensor: Tensor)], to path: String) throws(XylemError) {
    var seen: Set<ExactText> = []
    for (key, tensor) in entries {
      guard seen.insert(ExactText(key)).inserted else { throw XylemError.unsupported(path, .duplicateName(key)) }
      try tensor.materialize()
      guard tensor.dtype != nil else { throw XylemError.unsupported(path, .dtype(of: key)) }
      let (count, rank, steps) = (try tensor.count, try tensor.sizes.count, try tensor.strides.count)
      guard count == 0 || tensor.dataAddress != nil, rank == 0 || steps > 0 else {
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

  /// The tensors with their actual values, if a flag says that their memory holds the negatives.
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

  /// Runs a closure that throws only this project's errors.
  package static func typed<Result>(_ what: String, _ body: () throws -> Result) throws(XylemError) -> Result {
    do { return try body() } catch let error as XylemError { throw error } catch {
      throw XylemError(.runtimeTensor, what, cause: error)
    }
  }
}
