package import CXylem
internal import Foundation
package import XylemErrors
internal import XylemFiles

/// The messages of this module's errors.
package enum RuntimeErrors {
  static func notFound(searched: [String]) -> XylemError {
    XylemError(
      .runtimeNotFound, "the tensor runtime (libxylem-torch.so) was not found",
      cause: Reason("looked in " + searched.joined(separator: ", ")), remedies: RuntimeRemedies.missing())
  }

  static func unloadable(path: String, reason: String) -> XylemError {
    XylemError(
      .runtimeUnloadable, "the tensor runtime can't be loaded", at: .init(file: path), cause: Reason(reason),
      remedies: RuntimeRemedies.unusable(
        path, lacksLibtorch: reason.contains("libtorch") || reason.contains("libc10")))
  }

  static func abi(path: String, found: UInt32, host: UInt32) -> XylemError {
    XylemError(
      .runtimeABI, "the tensor runtime needs ABI \(version(found)) and this host has \(version(host))",
      at: .init(file: path), remedies: RuntimeRemedies.unusable(path))
  }

  /// The error for a runtime of the same ABI that lacks newer functions that this program calls.
  static func olderRuntime(path: String, bytes: Int, needed: Int) -> XylemError {
    XylemError(
      .runtimeABI, "the tensor runtime is older than this program and lacks functions that it calls",
      at: .init(file: path), cause: Reason("its table of functions has \(bytes) bytes, but \(needed) are needed"),
      remedies: RuntimeRemedies.unusable(path))
  }

  private static func version(_ abi: UInt32) -> String { "\(abi >> 16).\(abi & 0xffff)" }

  static func noPlugin(path: String) -> XylemError {
    XylemError(
      .runtimeUnloadable, "the library is not a Xylem tensor runtime", at: .init(file: path),
      remedies: RuntimeRemedies.unusable(path))
  }

  package static func failed(_ id: ErrorID, _ what: String, reason: String, remedies: [String] = []) -> XylemError {
    XylemError(id, what, cause: Reason(reason), remedies: remedies)
  }

  /// The error for an operator that has no implementation for its arguments. The runtime's own message continues with a
  /// table of all kernels, of some hundred lines.
  static func missingKernel(_ what: String, reason: String) -> XylemError {
    let pattern = #/Could not run '([^']+)' with arguments from the '([^']+)' backend/#
    guard let found = try? pattern.firstMatch(in: reason) else {
      return failed(.runtimeMissingKernel, what, reason: firstLines(reason, count: 1))
    }
    let name = found.1.split(separator: ".").first.map(String.init) ?? String(found.1)
    let backend = String(found.2)
    guard ["CUDA", "XPU", "MPS", "HPU", "XLA", "HIP"].contains(where: backend.hasSuffix) else {
      return failed(
        .runtimeMissingKernel, missingKernelMessage(name), reason: "it has no kernel for tensors of the kind \(backend)"
      )
    }
    return failed(
      .runtimeMissingKernel, "\(what): the tensor runtime can't compute on the device \(backend.lowercased())",
      reason: "the model's code names that device, as in a model that was traced on it",
      remedies: ["torch.jit.trace(model.cpu(), example.cpu()).save(\"model.pt\")  # in Python: traced on the CPU"])
  }

  /// The message for an operator without a kernel.
  static func missingKernelMessage(_ name: String) -> String { "no loaded library implements \(name)" }

  static func notPlain(_ form: Tensor.SpecialForm) -> XylemError {
    XylemError(
      .runtimeTensor, "the tensor is \(form) and has no plain elements",
      remedies: ["try tensor.dense()  // the same values as plain numbers"])
  }

  static func noDenseForm(_ form: Tensor.SpecialForm?, _ why: String) -> XylemError {
    XylemError(
      .runtimeTensor, "the tensor is \(form.map { "\($0)" } ?? "plain") and has no dense form", cause: Reason(why))
  }

  static func noGradients(_ dtype: DType) -> XylemError {
    XylemError(
      .runtimeTensor, "a tensor of \(dtype.rawValue) can't require gradients",
      cause: Reason("only floating-point and complex numbers have gradients"))
  }

  package static func archive(_ status: xylem_status, path: String, reason: String) -> XylemError {
    let place = XylemError.Place(file: path)
    switch status {
    case XYLEM_NOT_FOUND:
      return XylemError(.fileNotFound, "there is no such file", at: place, cause: Reason(reason))
    case XYLEM_INVALID_ARGUMENT:
      return XylemError(.fileUnreadable, "the file can't be read", at: place, cause: Reason(reason))
    case XYLEM_ARCHIVE_NOT_ZIP:
      return XylemError(
        .archiveNotZip, "the file is not a TorchScript archive", at: place, cause: Reason(reason),
        remedies: ["torch.jit.script(model).save(\"model.pt\")  # in Python, to make one"])
    case XYLEM_ARCHIVE_TRUNCATED:
      return XylemError(
        .archiveTruncated, "the archive is truncated or damaged", at: place, cause: Reason(reason),
        remedies: ["copy or download the file again"])
    case XYLEM_ARCHIVE_NO_CODE:
      return XylemError(
        .archiveNoCode, "the zip archive has no TorchScript code", at: place, cause: Reason(reason),
        remedies: ["torch.jit.script(model).save(\"model.pt\")  # in Python, to make an archive"])
    case XYLEM_ARCHIVE_STATE_DICT, XYLEM_ARCHIVE_PICKLE:
      return XylemError(
        .archiveStateDict, "the file is a state dict or another pickle, without the model's code", at: place,
        cause: Reason(reason),
        remedies: [
          "model.load_state_dict(torch.load(\(pythonWord(path)))); torch.jit.script(model).save(\"model.pt\")  # in Python"
        ])
    case XYLEM_REACHES_OUTSIDE:
      return fileOperator(
        .archiveFileOperator, "the archive accesses files, processes or the network while it is loaded", reason, place)
    case XYLEM_OUT_OF_MEMORY:
      return XylemError(.archiveUnreadable, "the archive does not fit into memory", at: place, cause: Reason(reason))
    default:
      if ForeignFile.isOptimized(path) {
        return XylemError(
          .archiveUnreadable,
          "the archive was saved after torch.jit.optimize_for_inference, and such archives can't be loaded",
          at: place,
          cause: Reason("oneDNN's constants are not in the file: " + firstLines(reason, count: 1)),
          remedies: [
            "torch.jit.freeze(torch.jit.script(model.eval())).save(\"model.pt\")  # in Python, without optimize_for_inference",
            "torch.jit.script(model).save(\"model.pt\")  # in Python",
          ])
      }
      return XylemError(
        .archiveUnreadable, "the archive can't be loaded", at: place, cause: Reason(firstLines(reason)),
        remedies: ["load it in Python with torch.jit.load to check whether it is intact"])
    }
  }

  /// The error for code that accesses files, processes or the network without permission.
  package static func fileOperator(_ id: ErrorID, _ what: String, _ reason: String, _ place: XylemError.Place)
    -> XylemError
  {
    XylemError(
      id, what, at: place, cause: Reason(reason),
      remedies: Audience.allowingFileOperators)
  }

  /// The start of another library's message: the rest is often pages of code.
  package static func firstLines(_ text: String, count: Int = 6) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: true).prefix(count).joined(separator: "\n")
  }
}

extension XylemError {
  /// Whether the error, or its cause, is that an operator has no implementation.
  package func isMissingKernel(of name: String) -> Bool {
    if id == .runtimeMissingKernel, message == RuntimeErrors.missingKernelMessage(name) { return true }
    return (cause as? XylemError)?.isMissingKernel(of: name) ?? false
  }
}
