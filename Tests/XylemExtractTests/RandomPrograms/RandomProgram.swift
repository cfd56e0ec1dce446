/// A made-up model: module types, of which the last is the root's, with the modules that stand under two paths.
struct RandomProgram {
  /// The shape of every argument and of every attribute.
  var shape: [Int] = []
  var types: [ModuleType] = []
  /// Pairs of paths: what stands at the first is put at the second as well.
  var shared: [(from: String, to: String)] = []

  var root: ModuleType { types[types.count - 1] }

  struct ModuleType {
    var name = ""
    /// Whether the trace keeps calls of it whole.
    var isLeaf = false
    var parameters: [String] = []
    var buffers: [String] = []
    var counters: [String] = []
    /// Submodules with the positions of their types.
    var children: [(name: String, type: Int)] = []
    var arguments: [String] = []
    var body: [Statement] = []
    var results: [Variable] = []
    /// Whether it surely writes its first argument, so that a call counts whose result nothing reads.
    var writesArgument = false
  }
}

/// A tensor that code has a name for.
struct Variable {
  var name: String
  var shape: [Int]
  /// Storages that it may share: arguments are 0, the model's tensors are -1.
  var storages: Set<Int>
  /// Whether elements may share memory with each other, so that writing fails.
  var overlaps = false
  /// Whether it surely lies in memory row by row.
  var isContiguous = true
}

/// A piece of a body.
indirect enum Statement {
  case step(Step)
  case call(Call)
  case loop(header: String, rounds: Int, body: [Statement])
  case training(then: [Statement], otherwise: [Statement])
}

/// A line of code, with the nodes that it becomes and the expressions that tell their values.
struct Step {
  var source: String
  /// Expressions whose values are kept before the line runs.
  var before: [String] = []
  /// Expressions whose values are kept once it ran.
  var after: [String] = []
  var nodes: [ExpectedNode] = []
  /// An attribute of the module itself that the line assigns.
  var assigned: String?
}

/// A node of the trace.
struct ExpectedNode {
  enum Kind {
    case operation(String)
    /// A tensor of this module or of a child.
    case tensor(child: String?, name: String)
    /// A number, which is a node only where the trace assigns it.
    case counter(child: String?, name: String)
    /// An operation on numbers, which is a node only where the trace assigns the counter.
    case numbers(String, counter: String)
  }
  var kind: Kind
  var value: Kept = .nothing

  init(_ operation: String, _ value: Kept = .nothing) {
    kind = .operation(operation)
    self.value = value
  }

  init(_ kind: Kind, _ value: Kept = .nothing) {
    self.kind = kind
    self.value = value
  }
}

/// Where a value is among those that were kept.
enum Kept {
  case nothing
  case tensor(Int)
  case number(Int)
  case list([Int])

  /// The same value among more that were kept.
  func moved(_ place: (Int) -> Int) -> Kept {
    switch self {
    case .nothing: .nothing
    case .tensor(let index): .tensor(place(index))
    case .number(let index): .number(place(index))
    case .list(let indices): .list(indices.map(place))
    }
  }
}

/// A call of a submodule.
struct Call {
  var child: String
  var type: Int
  var arguments: [String]
  var results: [String]
  /// Whether the plain program gives the results names.
  var isUsed: Bool
}
