/// One thing that `xylem plugin check` tries, in a process of its own.
public enum CheckTest: String, Sendable, Hashable, Codable, CaseIterable {
  /// The plugin loads and opens, and its leaves are those of its note.
  case noteAgrees = "note-agrees"
  /// Ids of extensions that do not exist give null.
  case unknownExtensions = "unknown-extensions"
  /// A host that offers nothing beyond its version is enough.
  case bareHost = "bare-host"
  /// A thousand instances, or calls of a function, leave nothing behind.
  case lifecycle
  /// Calls on two threads, as far as the leaf allows them, give what one gives.
  case threads
  /// Tensors without elements, with permuted strides, with an offset, and without strides are read as what they are.
  case tensorForms = "tensor-forms"
  /// Nothing is written to what the leaf does not say that it writes.
  case readOnlyInputs = "read-only-inputs"
  /// Equal arguments give equal results, where the leaf says so.
  case deterministic
  /// Train and eval mode differ as the leaf says.
  case modes
  /// Arguments that are not numbers do not bring it down.
  case nan
  /// Nothing comes out on standard output, in any of the others.
  case prints

  /// Tests of a plugin as a whole.
  static let ofPlugins: [CheckTest] = [.noteAgrees, .unknownExtensions]
  /// Tests of each leaf that can be called.
  static let ofLeaves: [CheckTest] = [
    .bareHost, .lifecycle, .threads, .tensorForms, .readOnlyInputs, .deterministic, .modes, .nan,
  ]

  /// As in "crashed while it …".
  var words: String {
    switch self {
    case .noteAgrees: "compared note and table"
    case .unknownExtensions: "was asked for extensions that do not exist"
    case .bareHost: "was called by a host that offers nothing"
    case .lifecycle: "was made, called and given up a thousand times"
    case .threads: "was called on two threads"
    case .tensorForms: "was called with tensors of unusual form"
    case .readOnlyInputs: "was called with read-only tensors"
    case .deterministic: "was called twice with the same"
    case .modes: "was called in both modes"
    case .nan: "was called with NaN"
    case .prints: "wrote to standard output"
    }
  }
}
