/// What a node does in one mode, according to its code and constants.
public struct NodeBehaviour: Sendable, Hashable {
  /// A hash of everything that it computes and writes, given its arguments. Two nodes with equal hashes compute the
  /// same. Hashes are valid within one process. Nil if only its writes are known.
  public var digest: Int?
  /// Operators that draw the random numbers on which its value or its writes depend: `dropout`.
  public var draws: [String]
  /// Whether the random numbers may reach the result of `forward`, or state of the model.
  public var isDrawUsed: Bool
  /// Paths of parameters, buffers and other attributes of the model that it may write, sorted.
  public var writes: [String]
  /// Operators that write them: `batch_norm`; `=` stands for an assignment.
  public var writers: [String]
  /// Whether it normalises with statistics collected by earlier runs.
  public var usesStatistics: Bool
  /// Whether it drops all values, so that it needs no random numbers.
  public var dropsAll: Bool
  /// Whether it returns its first argument unchanged.
  public var passesInput: Bool

  /// Creates a behaviour.
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
