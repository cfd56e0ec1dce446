/// A test of `xylem plugin check`, run in its own process.
public enum CheckTest: String, Sendable, Hashable, Codable, CaseIterable {
  /// The plugin loads and opens, and its leaves are those of its note.
  case noteAgrees = "note-agrees"
  /// Unknown extension ids return null.
  case unknownExtensions = "unknown-extensions"
  /// A host that offers only its version is enough.
  case bareHost = "bare-host"
  /// A thousand instances, or calls of a function, leak nothing.
  case lifecycle
  /// Calls on two threads, as far as the leaf allows them, give the same results as on one.
  case threads
  /// Tensors without elements, with permuted strides, with an offset, and without strides are read correctly.
  case tensorForms = "tensor-forms"
  /// Nothing is written that the leaf does not declare.
  case readOnlyInputs = "read-only-inputs"
  /// Equal arguments give equal results, if the leaf declares it.
  case deterministic
  /// Train and eval mode differ as the leaf declares.
  case modes
  /// NaN arguments don't crash it.
  case nan
  /// Nothing is written to standard output in any of the other tests.
  case prints

  /// Tests of the whole plugin.
  static let ofPlugins: [CheckTest] = [.noteAgrees, .unknownExtensions]
  /// Tests of each leaf that can be called.
  static let ofLeaves: [CheckTest] = [
    .bareHost, .lifecycle, .threads, .tensorForms, .readOnlyInputs, .deterministic, .modes, .nan,
  ]

  /// Completes "crashed while it …".
  var words: String {
    switch self {
    case .noteAgrees: "compared the note and the table"
    case .unknownExtensions: "was asked for extensions that do not exist"
    case .bareHost: "was called by a host that offers nothing"
    case .lifecycle: "was created, called and destroyed a thousand times"
    case .threads: "was called on two threads"
    case .tensorForms: "was called with unusual tensor layouts"
    case .readOnlyInputs: "was called with read-only tensors"
    case .deterministic: "was called twice with equal arguments"
    case .modes: "was called in both modes"
    case .nan: "was called with NaN"
    case .prints: "wrote to standard output"
    }
  }
}
