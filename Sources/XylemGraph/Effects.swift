/// The effects of a node besides computing its value. Positions are those of the node's inputs, from 0.
public struct Effects: Hashable, Sendable, Codable {
  /// Inputs whose storage (or, for containers, whose elements' storage) may be written.
  public var writes: [Int]
  /// Inputs that may share storage with the value.
  public var aliases: [Int]
  /// Inputs of which a part may live on in the model, so that later writes to the model may write them.
  public var keeps: [Int]
  /// Whether it draws from the random state.
  public var usesRandomState: Bool
  /// Whether it writes parameters, buffers or other attributes of the model.
  public var writesModel: Bool
  /// Whether it may return a parameter or buffer of the model, or a view of one.
  public var aliasesModel: Bool
  /// Whether it changes state that later nodes depend on, such as the seed or whether gradients are recorded.
  public var changesContext: Bool

  /// Creates effects. The default has none.
  public init(
    writes: [Int] = [], aliases: [Int] = [], keeps: [Int] = [], usesRandomState: Bool = false,
    writesModel: Bool = false, aliasesModel: Bool = false, changesContext: Bool = false
  ) {
    self.writes = writes
    self.aliases = aliases
    self.keeps = keeps
    self.usesRandomState = usesRandomState
    self.writesModel = writesModel
    self.aliasesModel = aliasesModel
    self.changesContext = changesContext
  }

  /// A function of its inputs that returns new storage.
  public static let none = Effects()

  /// All effects that unknown code with `count` inputs may have.
  public static func unknown(inputs count: Int) -> Effects {
    Effects(
      writes: Array(0..<count), aliases: Array(0..<count), keeps: Array(0..<count), usesRandomState: true,
      writesModel: true, aliasesModel: true)
  }

  /// Whether running the node has any visible effect besides its value.
  public var isObservable: Bool { !writes.isEmpty || writesModel || changesContext }
}
