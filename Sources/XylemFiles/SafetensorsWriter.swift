public import XylemErrors

/// Writes safetensors files, byte for byte as the reference implementation does (safetensors 0.8).
///
/// Tensors are ordered by their type's alignment, descending, then by the UTF-8 bytes of their names; the header is
/// padded with spaces to a multiple of 8 bytes. Metadata are ordered by key, where the reference has no fixed order.
/// The same content gives the same bytes.
public enum SafetensorsWriter {
  /// Writes the tensors to `path`, completely or not at all; see ``AtomicFile``. Holds no copy of the data.
  ///
  ///     try SafetensorsWriter.write([("layer4", features)], metadata: ["model": "resnet50"], to: "out.safetensors")
  ///
  /// - Throws: `file.unsupported` if two tensors have the same name, if one is named `__metadata__`, is complex128, or
  ///   if the header would exceed 100 MB; `file.unwritable`. Nothing is written in these cases.
  public static func write(
    _ tensors: [(name: String, array: HostArray)], metadata: [String: String] = [:], to path: String
  ) throws(XylemError) {
    let layout = try SafetensorsLayout(
      tensors.map { .init(name: $0.name, dtype: $0.array.dtype, shape: $0.array.shape) }, metadata: metadata, path: path
    )
    try AtomicFile.write(path) { (file) throws(XylemError) in
      try file.append(layout.start)
      for index in layout.order { try file.append(tensors[index].array.bytes) }
    }
  }
}
