internal import CXylem

/// How a leaf depends on train and eval mode, as it declares it.
public enum ModeTrait: String, Sendable, Hashable, CaseIterable, Codable {
  /// Nothing is declared: anything may happen.
  case unknown
  /// The same in both modes.
  case none
  /// Another computation in train mode.
  case readsMode = "reads-mode"
  /// Another computation in train mode, which writes parameters or state of the leaf's own.
  case updatesState = "updates-state"
  /// Random numbers in train mode.
  case random

  /// The trait of a number of the ABI; a number of a newer one is unknown.
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

/// Which calls of a leaf may happen at the same time, as it declares it.
public enum LeafThreading: String, Sendable, Hashable, CaseIterable, Codable {
  /// One call of anything in the plugin at a time.
  case serial
  /// One call of an instance, or of a function, at a time.
  case perInstance = "per-instance"
  /// Any number.
  case reentrant

  /// The declaration of a number of the ABI; a number of a newer one is the strictest.
  package init(raw: UInt32) {
    switch raw {
    case XYLEM_PER_INSTANCE.rawValue: self = .perInstance
    case XYLEM_REENTRANT.rawValue: self = .reentrant
    default: self = .serial
    }
  }
}
