internal import CXylem
package import XylemGraph

extension ModeTrait {
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
