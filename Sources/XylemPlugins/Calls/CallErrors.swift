internal import XylemErrors

/// The texts of errors about signatures, and about calls of leaf functions.
enum CallErrors {
  // MARK: Signatures

  static func signatureTooLong(_ text: String) -> XylemError {
    XylemError(
      .pluginSignature,
      "the signature is \(text.utf8.count) bytes long; the limit is \(Signature.textLimit)",
      cause: Reason(text.prefix(60) + "…"))
  }

  /// A fault at a place of a signature, which the cause shows.
  ///
  /// - Parameters:
  ///   - offset: in characters.
  ///   - length: of what is wrong, in characters.
  static func signature(_ text: String, at offset: Int, length: Int, _ reason: String) -> XylemError {
    XylemError(
      .pluginSignature, "the signature can't be read",
      cause: Reason(reason + "\n" + caret(text, at: offset, length: length)),
      remedies: ["write it as in '(tensor, f64, opt<i64>) -> tensor'"])
  }

  /// A line of text and a line that marks a place in it; of a long text the part around the place.
  static func caret(_ text: String, at offset: Int, length: Int) -> String {
    let letters = text.map {
      $0.isWhitespace || $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? " " : $0
    }
    let first = max(0, min(offset, letters.count) - 60)
    let last = min(letters.count, first + 100)
    let before = first > 0 ? "…" : ""
    let shown = before + String(letters[first..<last]) + (last < letters.count ? "…" : "")
    let margin = String(repeating: " ", count: before.count + offset - first)
    let marks = String(repeating: "^", count: max(1, min(length, max(last - offset, 1))))
    return shown + "\n" + margin + marks
  }

  static func backwardSignature(_ function: String, _ found: String, expected: String?) -> XylemError {
    XylemError(
      .pluginSignature,
      expected == nil
        ? "the leaf function '\(function)' has a gradient function, and no result that has a gradient"
        : "the gradient function of '\(function)' has another signature than the function's own asks for",
      cause: Reason("it is \(found)" + (expected.map { "; it must be \($0)" } ?? "")))
  }

  static func inPlugin(_ plugin: String, function: String, _ fault: XylemError) -> XylemError {
    var error = fault
    error.message = "the signature of the leaf function '\(function)' of \(plugin) can't be read"
    error.remedies = []
    return error
  }

  // MARK: Structures

  static func shortFunction(_ plugin: String, size: UInt32, needed: Int) -> XylemError {
    XylemError(
      .pluginShortStruct,
      "a leaf function of \(plugin) has a structure of \(size) bytes; at least \(needed) are needed",
      remedies: ["build the plugin again with the headers of this release"])
  }

  static func incompleteFunction(_ plugin: String, name: String?, missing: String) -> XylemError {
    XylemError(
      .pluginShortStruct,
      "the leaf function \(name.map { "'\($0)'" } ?? "without a name") of \(plugin) has no \(missing)",
      remedies: ["fill in every member of xylem_leaf_function that its comment doesn't call optional"])
  }

  static func interface(_ signature: Signature, status: UInt32) -> XylemError {
    XylemError(
      .pluginSignature, "libffi can't call functions of the signature \(signature)",
      cause: Reason("ffi_prep_cif gave the status \(status)"))
  }

  // MARK: Arguments

  static func argumentCount(_ function: String, _ signature: Signature, given: Int) -> XylemError {
    let count = signature.parameters.count
    return XylemError(
      .pluginArgument,
      "\(function) takes \(count) \(count == 1 ? "argument" : "arguments") and was given \(given)",
      cause: Reason("its signature is \(signature)"))
  }

  /// An argument that its type can't hold.
  ///
  /// - Parameters:
  ///   - position: from 0.
  ///   - reason: what is wrong, after "which".
  static func argument(
    _ function: String, _ position: Int, _ type: Signature.ValueType, _ value: some CallValue, _ reason: String,
    cause: (any Error)? = nil
  ) -> XylemError {
    XylemError(
      .pluginArgument,
      "argument \(position + 1) of \(function), \(type), was given \(value.shortDescription), \(reason)",
      cause: cause)
  }

  // MARK: Calls and results

  static func failed(_ function: String, _ message: String) -> XylemError {
    XylemError(.pluginCallFailed, "the leaf function '\(function)' failed", cause: Reason(message))
  }

  static func result(_ function: String, _ type: Signature.ValueType, _ reason: String, cause: (any Error)? = nil)
    -> XylemError
  {
    XylemError(.pluginResult, "\(function) gave no valid result of type \(type): \(reason)", cause: cause)
  }

  static func memory(_ function: String) -> XylemError {
    XylemError(.pluginCallFailed, "there is no memory for the arguments of \(function)")
  }

  // MARK: Gradients

  static func noBackward(_ function: String, plugin: String) -> XylemError {
    XylemError(
      .pluginNoBackward, "a gradient arrived at the leaf function '\(function)' of \(plugin), which gives none",
      remedies: [
        "call it where no gradients are recorded: `try withoutGradients { … }`",
        "write a gradient function for it: XYLEM_LEAF_FUNCTION_WITH_BACKWARD",
      ])
  }

  static func noListGradient(_ function: String, position: Int) -> XylemError {
    XylemError(
      .pluginNoBackward,
      "a gradient is wanted of a tensor in a list, argument \(position + 1) of '\(function)': gradient functions give one for each argument"
    )
  }

  static func gradients(_ function: String, _ reason: String) -> XylemError {
    XylemError(.pluginResult, "the gradient function of '\(function)' gave no valid result: \(reason)")
  }
}
