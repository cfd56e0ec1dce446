internal import XylemErrors

/// The errors about signatures and about calls of leaf functions.
enum CallErrors {
  // MARK: Signatures

  static func signatureTooLong(_ text: String) -> XylemError {
    XylemError(
      .pluginSignature,
      "the signature is \(text.utf8.count) bytes long; the limit is \(Signature.textLimit)",
      cause: Reason(text.prefix(60) + "…"))
  }

  /// Returns an error for a fault at one place of a signature. The cause shows the place.
  ///
  /// - Parameters:
  ///   - offset: in characters.
  ///   - length: the length of the fault, in characters.
  static func signature(_ text: String, at offset: Int, length: Int, _ reason: String) -> XylemError {
    XylemError(
      .pluginSignature, "the signature can't be read",
      cause: Reason(reason + "\n" + caret(text, at: offset, length: length)),
      remedies: ["write it as in '(tensor, f64, opt<i64>) -> tensor'"])
  }

  /// A line of the signature and a line that marks a place in it. Of a long signature, only the part around the place
  /// is shown.
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
        ? "the leaf function '\(function)' has a gradient function, but its result has no gradient"
        : "the gradient function of '\(function)' has the wrong signature",
      cause: Reason("it is \(found)" + (expected.map { "; expected \($0)" } ?? "")))
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
      "a leaf function of \(plugin) has a structure of \(size) bytes; at least \(needed) bytes are needed",
      remedies: ["rebuild the plugin with the headers of this release"])
  }

  static func incompleteFunction(_ plugin: String, name: String?, missing: String) -> XylemError {
    XylemError(
      .pluginShortStruct,
      "the leaf function \(name.map { "'\($0)'" } ?? "without a name") of \(plugin) has no \(missing)",
      remedies: ["fill in every member of xylem_leaf_function whose comment doesn't call it optional"])
  }

  static func interface(_ signature: Signature, status: UInt32) -> XylemError {
    XylemError(
      .pluginSignature, "libffi can't call functions of the signature \(signature)",
      cause: Reason("ffi_prep_cif returned the status \(status)"))
  }

  // MARK: Arguments

  static func argumentCount(_ function: String, _ signature: Signature, given: Int) -> XylemError {
    let count = signature.parameters.count
    return XylemError(
      .pluginArgument,
      "\(function) takes \(count) \(count == 1 ? "argument" : "arguments"), but \(given) \(given == 1 ? "was" : "were") passed",
      cause: Reason("its signature is \(signature)"))
  }

  /// Returns an error for an argument that its type can't hold.
  ///
  /// - Parameters:
  ///   - position: from 0.
  ///   - reason: the fault, beginning with "which".
  static func argument(
    _ function: String, _ position: Int, _ type: Signature.ValueType, _ value: some CallValue, _ reason: String,
    cause: (any Error)? = nil
  ) -> XylemError {
    XylemError(
      .pluginArgument,
      "argument \(position + 1) of \(function), of type \(type), is \(value.shortDescription), \(reason)",
      cause: cause)
  }

  // MARK: Calls and results

  static func failed(_ function: String, _ message: String) -> XylemError {
    XylemError(.pluginCallFailed, "the leaf function '\(function)' failed", cause: Reason(message))
  }

  static func result(_ function: String, _ type: Signature.ValueType, _ reason: String, cause: (any Error)? = nil)
    -> XylemError
  {
    XylemError(.pluginResult, "\(function) did not return a valid result of type \(type): \(reason)", cause: cause)
  }

  static func memory(_ function: String) -> XylemError {
    XylemError(.pluginCallFailed, "no memory is left for the arguments of \(function)")
  }

  // MARK: Gradients

  static func noBackward(_ function: String, plugin: String) -> XylemError {
    XylemError(
      .pluginNoBackward,
      "the leaf function '\(function)' of \(plugin) received a gradient, but has no gradient function",
      remedies: [
        "call it without recording gradients: `try withoutGradients { … }`",
        "declare a gradient function with XYLEM_LEAF_FUNCTION_WITH_BACKWARD",
      ])
  }

  static func noListGradient(_ function: String, position: Int) -> XylemError {
    XylemError(
      .pluginNoBackward,
      "a tensor in a list, argument \(position + 1) of '\(function)', requires a gradient; a gradient function returns only one for each argument"
    )
  }

  static func gradients(_ function: String, _ reason: String) -> XylemError {
    XylemError(.pluginResult, "the gradient function of '\(function)' did not return a valid result: \(reason)")
  }
}
