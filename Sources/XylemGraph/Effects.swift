/// What a node does besides computing its value. Positions count the node's inputs from 0.
public struct Effects: Hashable, Sendable, Codable {
  /// Inputs whose storage (or, for containers, whose elements' storage) may be written.
  public var writes: [Int]
  /// Inputs with which the value may share storage.
  public var aliases: [Int]
  /// Inputs of which something may live on in the model, so that what writes the model later may write them.
  public var keeps: [Int]
  /// Draws from the random state.
  public var usesRandomState: Bool
  /// Writes parameters, buffers or other attributes of the model.
  public var writesModel: Bool
  /// May return a parameter or buffer of the model, or a view of one.
  public var aliasesModel: Bool
  /// Changes state of the thread that later nodes depend on, such as whether gradients are recorded.
  public var changesContext: Bool

  /// Effects as given; the default has none.
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

  /// A function of its inputs that returns fresh storage.
  public static let none = Effects()

  /// Everything that code which can't be looked into may do with `count` inputs.
  public static func unknown(inputs count: Int) -> Effects {
    Effects(
      writes: Array(0..<count), aliases: Array(0..<count), keeps: Array(0..<count), usesRandomState: true,
      writesModel: true, aliasesModel: true)
  }

  /// Whether running the node changes anything that can be seen besides its value.
  public var isObservable: Bool { !writes.isEmpty || writesModel || changesContext }
}
