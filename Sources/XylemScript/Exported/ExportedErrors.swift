package import XylemErrors
internal import XylemFiles

/// The messages of errors about archives of torch.export.
package enum ExportedErrors {
  private static let export = "xylem export-script > export.py  # then run it with the model, in Python"

  /// The archive is not what torch.export writes.
  static func unreadable(_ path: String, _ what: String, _ cause: String? = nil) -> XylemError {
    XylemError(
      .archiveUnreadable, what, at: .init(file: path), cause: cause.map { Reason($0) },
      remedies: ["torch.export.load(\"FILE\")  # in Python, checks whether PyTorch reads it"])
  }

  static func schema(_ path: String, found: String, writer: String?) -> XylemError {
    XylemError(
      .archiveSchema,
      "the archive's schema is \(found.printable); this version reads \(ExportedProgram.schema)", at: .init(file: path),
      cause: writer.map { Reason("it was written by PyTorch \($0.printable)") },
      remedies: [export])
  }

  /// An archive from before the layout that this reader knows.
  package static func oldLayout(_ path: String) -> XylemError {
    XylemError(
      .archiveSchema, "the archive has the layout of torch.export from before PyTorch 2.8", at: .init(file: path),
      remedies: [
        "torch.export.save(torch.export.load(\"FILE\"), \"model.pt2\")  # in Python, with the PyTorch that wrote it and then a newer one",
        export,
      ])
  }

  static func bigEndian(_ path: String, _ order: String) -> XylemError {
    XylemError(
      .archiveByteOrder, "the archive's tensors have the byte order '\(order.printable)'; only 'little' is read",
      at: .init(file: path), remedies: ["export the model on a little-endian machine"])
  }

  static func noModel(_ path: String) -> XylemError {
    XylemError(
      .archiveNoModel, "the archive has no model: no entry 'models/NAME.json'", at: .init(file: path),
      remedies: [export])
  }

  static func compiled(_ path: String) -> XylemError {
    XylemError(
      .archiveCompiled, "the archive has only a compiled model of AOTInductor, whose operators are not in it",
      at: .init(file: path), remedies: [export])
  }

  static func pickled(_ path: String, _ key: String) -> XylemError {
    XylemError(
      .archivePickled, "'\(key.printable)' is a pickled object, which only Python can load", at: .init(file: path),
      cause: Reason("it is a tensor of a class of its own, or an object of a C++ class"),
      remedies: ["convert such tensors to plain ones before exporting the model"])
  }

  static func outOfRange(_ path: String, _ key: String, _ cause: String) -> XylemError {
    XylemError(
      .archiveBadTensor, "the tensor '\(key.printable)' does not fit its data", at: .init(file: path),
      cause: Reason(cause), remedies: ["copy or download the file again"])
  }

  static func unknownType(_ path: String, _ key: String) -> XylemError {
    XylemError(
      .fileUnsupported, "the tensor '\(key.printable)' has an element type or a layout that is not supported",
      at: .init(file: path))
  }
}
