internal import CXylem

/// The declared dependency of a leaf on train and eval mode.
public enum ModeTrait: String, Sendable, Hashable, CaseIterable, Codable {
  /// Nothing is declared: anything may happen.
  case unknown
  /// The same in both modes.
  case none
  /// A different computation in train mode.
  case readsMode = "reads-mode"
  /// A different computation in train mode, which writes parameters or state of the leaf.
  case updatesState = "updates-state"
  /// Random numbers in train mode.
  case random

  /// Creates the trait for a number of the ABI. A number of a newer ABI is `unknown`.
  package init(raw: UInt32) {
    switch raw {
    case XYLEM_MODE_NONE.rawValue: self = .none
    case XYLEM_MODE_READS.rawValue: self = .readsMode
    case XYLEM_MODE_UPDATES_STATE.rawValue: self = .updatesState
    case XYLEM_MODE_RANDOM.rawValue: self = .random
    default: self = .unknown
    }
  }
}

/// The declared calls of a leaf that may run at the same time.
public enum LeafThreading: String, Sendable, Hashable, CaseIterable, Codable {
  /// One call of anything in the plugin at a time.
  case serial
  /// One call of an instance, or of a function, at a time.
  case perInstance = "per-instance"
  /// Any number of calls.
  case reentrant

  /// Creates the declaration for a number of the ABI. A number of a newer ABI is the strictest.
  package init(raw: UInt32) {
    switch raw {
    case XYLEM_PER_INSTANCE.rawValue: self = .perInstance
    case XYLEM_REENTRANT.rawValue: self = .reentrant
    default: self = .serial
    }
  }
}
