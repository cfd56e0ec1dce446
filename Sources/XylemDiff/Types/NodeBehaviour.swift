/// What a node does in one mode, as its own code and constants say.
public struct NodeBehaviour: Sendable, Hashable {
  /// A hash of everything that it computes and writes, given its arguments. Two nodes with equal hashes compute the same; hashes are good
  /// within one process. Nil where only what it writes is known.
  public var digest: Int?
  /// Operators that draw the random numbers on which its value, or what it writes, depends: `dropout`.
  public var draws: [String]
  /// Whether what it draws may reach the result of `forward`, or state of the model.
  public var isDrawUsed: Bool
  /// Paths of parameters, buffers and other attributes of the model that it may give other values, sorted.
  public var writes: [String]
  /// Operators that write them: `batch_norm`; `=` stands for an assignment.
  public var writers: [String]
  /// Whether it normalises by statistics that earlier runs collected.
  public var usesStatistics: Bool
  /// Whether it drops values without drawing, since it drops all of them.
  public var dropsAll: Bool
  /// Whether it gives its first argument as it is.
  public var passesInput: Bool

  /// A behaviour with what is known of it.
  public init(
    digest: Int?, draws: [String] = [], isDrawUsed: Bool = true, writes: [String] = [], writers: [String] = [],
    usesStatistics: Bool = false, dropsAll: Bool = false, passesInput: Bool = false
  ) {
    self.digest = digest
    self.draws = draws
    self.isDrawUsed = isDrawUsed
    self.writes = writes
    self.writers = writers
    self.usesStatistics = usesStatistics
    self.dropsAll = dropsAll
    self.passesInput = passesInput
  }
}
