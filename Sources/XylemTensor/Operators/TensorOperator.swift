package import CXylem
internal import Synchronization
public import XylemErrors

/// An operator of the tensor runtime, such as `aten::add.Tensor`, found once by name.
@safe public struct TensorOperator: @unchecked Sendable, Hashable {
  /// Lives as long as the process.
  package let handle: OpaquePointer
  package let library: RuntimeLibrary

  package init(handle: OpaquePointer, library: RuntimeLibrary) {
    unsafe self.handle = unsafe handle
    self.library = library
  }

  /// Whether both are the same operator of the runtime.
  public static func == (a: TensorOperator, b: TensorOperator) -> Bool { unsafe a.handle == b.handle }

  /// Hashes the operator's identity.
  public func hash(into hasher: inout Hasher) { unsafe hasher.combine(handle) }

  /// The operator with a name and an overload, `("aten::add", "Tensor")`.
  ///
  /// - Throws: `runtime.not-found`, `runtime.unknown-operator`.
  public init(_ name: String, overload: String = "") throws(XylemError) {
    let library = try RuntimeLibrary.shared()
    var out: OpaquePointer?
    let full = overload.isEmpty ? name : name + "." + overload
    try unsafe check(.runtimeUnknownOperator, "the runtime has no operator \(full)") { error in
      unsafe name.withText { name in
        unsafe overload.withText { unsafe library.table.pointee.operator_find(name, $0, &out, error) }
      }
    }
    guard let handle = unsafe out else {
      throw RuntimeErrors.failed(
        .runtimeUnknownOperator, "the runtime has no operator \(full)", reason: "nothing found")
    }
    unsafe self.init(handle: handle, library: library)
  }

  /// The operator with a name that has the overload in it, `aten::add.Tensor`.
  ///
  /// - Throws: as ``init(_:overload:)``.
  package init(fullName: String) throws(XylemError) {
    let start = fullName.lastIndex(of: ":") ?? fullName.startIndex
    guard let dot = fullName[start...].firstIndex(of: ".") else {
      try self.init(fullName)
      return
    }
    try self.init(String(fullName[..<dot]), overload: String(fullName[fullName.index(after: dot)...]))
  }

  /// The operator's schema. Costs a few allocations; keep the result.
  public var schema: OperatorSchema {
    guard let schema = unsafe rawSchema else { return OperatorSchema() }
    return unsafe OperatorSchema(schema.pointee, library: library)
  }

  /// The types of the results, as PyTorch writes them, and whether the name has other overloads.
  package var facts: (results: [String], isOverloaded: Bool) {
    get throws(XylemError) { try OperatorCatalog.facts(of: self) }
  }

  private var rawSchema: UnsafePointer<xylem_schema>? {
    var out: UnsafePointer<xylem_schema>?
    var error = unsafe xylem_error()
    if unsafe library.table.pointee.operator_schema(handle, &out, &error) != XYLEM_OK {
      _ = unsafe takeMessage(&error)
    }
    return unsafe out
  }

  /// Runs the operator.
  ///
  /// - Parameter arguments: in the schema's order; omitted trailing arguments take their defaults.
  /// - Throws: `runtime.operator`, `runtime.missing-kernel` if it has no implementation for these arguments.
  public func callAsFunction(_ arguments: [Value]) throws(XylemError) -> [Value] {
    let declared = unsafe rawSchema
    let count = unsafe declared?.pointee.argument_count ?? 0
    return try unsafe library.withRaw(
      arguments, type: { index in index < count ? unsafe declared?.pointee.arguments[index].type : nil }
    ) { (raws) throws(XylemError) in
      try unsafe library.collect(.runtimeOperator, { "the operator \(schema.fullName) failed" }) {
        unsafe library.table.pointee.operator_call(handle, raws.baseAddress, raws.count, $0, $1, $2, $3)
      }
    }
  }

  private struct Key: Hashable {
    let name: String
    let overload: String
  }
  private static let found = Mutex<[Key: TensorOperator]>([:])

  /// Runs an operator that returns one tensor. Its name is looked up once in the process.
  ///
  /// - Throws: as ``init(_:overload:)`` and ``callAsFunction(_:)``.
  public static func call(
    _ name: String, overload: String = "", _ arguments: [Value]
  ) throws(XylemError) -> Tensor {
    let key = Key(name: name, overload: overload)
    let target: TensorOperator
    if let known = found.withLock({ $0[key] }) {
      target = known
    } else {
      target = try TensorOperator(name, overload: overload)
      let fresh = target
      found.withLock { $0[key] = fresh }
    }
    guard let tensor = try target(arguments).first?.tensor else {
      throw RuntimeErrors.failed(
        .runtimeOperator, "\(name) did not return a tensor", reason: "its result has another type")
    }
    return tensor
  }
}

/// The schema of an operator or a function.
public struct OperatorSchema: Sendable {
  /// An argument as the schema declares it.
  public struct DeclaredArgument: Sendable {
    /// Its name.
    public var name: String
    /// Its declared type.
    public var type: ScriptType
    /// Whether its storage is written.
    public var isWritten: Bool
    /// If ``isWritten`` holds only if another argument is true, that argument's position: the running statistics of
    /// `aten::batch_norm` are written while `training`.
    public var writtenOnlyIf: Int?
    /// The default. Nil for a required argument.
    public var defaultValue: Value?
    /// The length of a list that is declared with one, which one number stands for: 2 of `int[2]`. 0 for others.
    public var listSize = 0
  }

  /// The name, as in `aten::add`.
  public var name = ""
  /// The overload's name, as in `Tensor`; often empty.
  public var overload = ""
  /// The arguments in order.
  public var arguments: [DeclaredArgument] = []
  /// The number of results.
  public var resultCount = 0
  /// The positions of arguments that may share storage with a result.
  public var aliases: [Int] = []
  /// Whether it draws from the random state.
  public var isRandom = false
  /// If ``isRandom`` holds only if an argument is true, or not 0, that argument's position: `train` of `aten::dropout`.
  public var randomOnlyIf: Int?
  /// Whether the schema's effects can be trusted.
  public var isKnown = false
  /// Whether it reads or writes files, starts processes or uses the network.
  public var reachesOutside = false

  package init() {}

  package init(_ raw: xylem_schema, library: RuntimeLibrary) {
    name = unsafe String(raw.name)
    overload = unsafe String(raw.overload)
    resultCount = unsafe raw.result_count
    aliases = (0..<64).filter { unsafe raw.aliases >> UInt64($0) & 1 == 1 }
    isRandom = unsafe raw.is_random != 0
    randomOnlyIf = unsafe raw.random_where >= 0 ? Int(raw.random_where) : nil
    isKnown = unsafe raw.is_known != 0
    reachesOutside = unsafe raw.reaches_outside != 0
    for index in unsafe 0..<raw.argument_count {
      let argument = unsafe raw.arguments + index
      var value: Value?
      if unsafe argument.pointee.has_default != 0 {
        var copy = unsafe argument.pointee.default_value
        value = unsafe Value(borrowing: &copy, library: library)
      }
      arguments.append(
        unsafe DeclaredArgument(
          name: String(argument.pointee.name),
          type: ScriptType(handle: argument.pointee.type, library: library),
          isWritten: argument.pointee.is_written != 0,
          writtenOnlyIf: argument.pointee.written_where >= 0 ? Int(argument.pointee.written_where) : nil,
          defaultValue: value, listSize: Int(argument.pointee.list_size)))
    }
  }

  /// The name with the overload, as in `aten::add.Tensor`.
  public var fullName: String { overload.isEmpty ? name : name + "." + overload }
}
