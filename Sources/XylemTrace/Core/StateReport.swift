package import XylemErrors
internal import XylemFiles
package import XylemScript
package import XylemTensor

/// What loading a state dict did with each key.
public struct StateReport: Sendable, Hashable {
  /// Keys whose tensors were filled.
  public var loaded: [String] = []
  /// Keys that are needed and that were not given: their tensors stay as they were. Counters of batches
  /// (`num_batches_tracked`), which files from before PyTorch 0.4.1 lack, are not among them.
  public var missing: [String] = []
  /// Keys that were given with another shape or kind of elements: their tensors stay as they were.
  public var mismatched: [StateMismatch] = []
  /// Keys of the model that an extractor does not need, because what they belong to was pruned: they were passed over.
  public var pruned: [String] = []
  /// Keys that the model does not have, as they were given: they were passed over.
  public var unexpected: [String] = []
  /// What the given keys begin with and the model's do not, as in `state_dict.module.`; empty where they are the same.
  public var prefix = ""
  /// Keys of a file that do not begin with the prefix, and values that are not tensors: an optimizer's state, the number of an epoch.
  public var outside: [String] = []
}

/// A tensor that was given for a key of the model and does not fit.
public struct StateMismatch: Sendable, Hashable {
  /// The model's key.
  public let key: String
  /// The shape that the model has, or, where the shapes agree, the type of the elements.
  public let expected: String
  /// The shape or the type that was given.
  public let given: String
}

/// What may go unfilled, or unused, when a state dict is loaded.
public struct StateTolerance: OptionSet, Sendable {
  /// The bits.
  public let rawValue: Int

  /// A set of the given bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Keys of the model that are not given: their tensors stay as they are.
  public static let missing = StateTolerance(rawValue: 1)
  /// Keys that are given and that the model does not have.
  public static let unexpected = StateTolerance(rawValue: 2)
  /// Tensors of another shape, or of another kind of elements, than the model's, as of a head for other classes.
  public static let mismatched = StateTolerance(rawValue: 4)
  /// All of these.
  public static let all: StateTolerance = [.missing, .unexpected, .mismatched]
}

/// Fills tensors of a model with the contents of a state dict.
package struct StateLoader {
  /// What will become of each key.
  package private(set) var report = StateReport()
  /// Beginnings of the file's keys that fit about as well as the best one; empty where one is the best.
  package private(set) var ambiguous: [String] = []

  private enum Source {
    case tensor(Tensor)
    case file(StateDictReader, StateDictReader.Entry)

    func read() throws(XylemError) -> Tensor {
      switch self {
      case .tensor(let tensor): tensor
      case .file(let file, let entry): try file.tensor(entry)
      }
    }
  }
  private var filled: [(target: Tensor, source: Source)] = []

  /// Compares, and changes nothing.
  ///
  /// - Parameters:
  ///   - state: tensors by the model's keys.
  ///   - needed: what is to be filled.
  ///   - known: all keys that the model has.
  package init(_ state: [String: Tensor], into needed: [StateEntry], known: Set<String>) throws(XylemError) {
    let used = try compare(needed) { (key) throws(XylemError) in
      guard let tensor = state[key] else { return nil }
      return (.tensor(tensor), try tensor.sizes, tensor.dtype)
    }
    for key in state.keys.sorted() where !used.contains(key) {
      if known.contains(key) { report.pruned.append(key) } else { report.unexpected.append(key) }
    }
  }

  /// Compares with a file, whose keys may begin with more than the model's do, and reads no tensor.
  ///
  /// - Parameters:
  ///   - prefix: what the file's keys begin with; nil finds out.
  ///   - needed: what is to be filled: all that the model has.
  package init(_ file: StateDictReader, under prefix: String?, into needed: [StateEntry]) throws(XylemError) {
    var wanted: [StateKeyMatch.Key] = []
    for entry in needed { wanted.append((entry.key, try entry.tensor.sizes)) }
    let match = StateKeyMatch(file.entries.map { ($0.key, $0.shape) }, wanted: wanted, under: prefix)
    ambiguous = match.ambiguous
    _ = try compare(needed) { key in
      match.found[key].map { (.file(file, file.entries[$0]), file.entries[$0].shape, file.entries[$0].dtype) }
    }
    report.prefix = match.prefix
    report.unexpected = match.unexpected.map { file.entries[$0].key }
    report.outside = match.outside.map { file.entries[$0].key } + file.others.map(\.key)
  }

  /// Looks for each needed tensor.
  ///
  /// - Returns: the keys that were given.
  private mutating func compare(
    _ needed: [StateEntry],
    _ find: (String) throws(XylemError) -> (source: Source, shape: [Int], dtype: DType?)?
  ) throws(XylemError) -> Set<String> {
    var used: Set<String> = []
    var given: Set<ObjectIdentifier> = []
    var addresses: Set<UInt> = []
    var missing: [StateEntry] = []
    for entry in needed {
      guard let found = try find(entry.key) else {
        missing.append(entry)
        continue
      }
      used.insert(entry.key)
      given.insert(entry.tensor.identity)
      if let address = entry.tensor.dataAddress { addresses.insert(address) }
      if let mismatch = try Self.mismatch(entry, found.shape, found.dtype) {
        report.mismatched.append(mismatch)
        continue
      }
      filled.append((entry.tensor, found.source))
      report.loaded.append(entry.key)
    }
    // A tensor that is shared has several keys, and one of them is enough.
    report.missing = missing.filter {
      !given.contains($0.tensor.identity) && $0.tensor.dataAddress.map(addresses.contains) != true
        && !$0.key.hasSuffix("num_batches_tracked")
    }.map(\.key).sorted()
    return used
  }

  /// Why a tensor can't be copied into another one without becoming another thing; nil where it can.
  private static func mismatch(
    _ entry: StateEntry, _ shape: [Int], _ dtype: DType?
  ) throws(XylemError) -> StateMismatch? {
    let expected = try entry.tensor.sizes
    guard expected == shape else { return StateMismatch(key: entry.key, expected: "\(expected)", given: "\(shape)") }
    guard let target = entry.tensor.dtype, let dtype, target != dtype else { return nil }
    // Integers for a parameter are quantized weights without their scale.
    let isQuantized = entry.kind == .parameter && dtype.isIntegral && !target.isIntegral
    guard isQuantized || dtype.isComplex && !target.isComplex else { return nil }
    return StateMismatch(key: entry.key, expected: target.rawValue, given: dtype.rawValue)
  }

  /// Fills the tensors, elements converted to their types. Everything is read before anything is written.
  ///
  /// - Throws: as reading the file does; `runtime.operator`.
  package func fill() throws {
    var sources: [Tensor] = []
    for (_, source) in filled { sources.append(try source.read()) }
    try TensorRuntime.withGradients(false) {
      for ((target, _), source) in zip(filled, sources) {
        _ = try TensorOperator.call("aten::copy_", [.tensor(target), .tensor(source), .bool(false)])
      }
    }
  }
}
