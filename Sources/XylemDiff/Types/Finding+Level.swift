extension Finding {
  /// The severity of a finding.
  public enum Level: String, Sendable, Hashable, CaseIterable, Codable, Comparable {
    /// An extraction breaks, or the modes provably compute different things where they were requested to agree.
    case error
    /// Nothing explains it, or it can't be decided.
    case warning
    /// By design and explained, or cosmetic.
    case info

    /// Whether the first level is less severe: info is below warning, and warning below error.
    public static func < (a: Level, b: Level) -> Bool { a.weight < b.weight }

    private var weight: Int {
      switch self {
      case .error: 2
      case .warning: 1
      case .info: 0
      }
    }
  }
}
