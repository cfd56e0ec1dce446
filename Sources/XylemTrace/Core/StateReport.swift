package import XylemErrors
internal import XylemFiles
package import XylemScript
package import XylemTensor

/// The result of loading a state dict, by key.
public struct StateReport: Sendable, Hashable {
  /// Keys whose tensors were loaded.
  public var loaded: [String] = []
  /// Keys that are needed but were not given. Their tensors are unchanged. Batch counters (`num_batches_tracked`),
  /// which files from before PyTorch 0.4.1 lack, are not included.
  public var missing: [String] = []
  /// Keys that were given with a different shape or element type. Their tensors are unchanged.
  public var mismatched: [StateMismatch] = []
  /// Keys of the model that an extractor does not need, because their modules were pruned. They were ignored.
  public var pruned: [String] = []
  /// Keys that the model does not have, as given. They were ignored.
  public var unexpected: [String] = []
  /// The prefix of the given keys that the model's keys lack, as in `state_dict.module.`. Empty if there is none.
  public var prefix = ""
  /// Keys of earlier versions of the model that were given, with the keys that they were loaded as.
  public var renamed: [String: String] = [:]
  /// Keys of a file that do not begin with the prefix, and values that are not tensors: an optimizer's state, an epoch
  /// number.
  public var outside: [String] = []
}

/// A given tensor that does not match the model's.
public struct StateMismatch: Sendable, Hashable {
  /// The model's key.
  public let key: String
  /// The shape in the model, or the element type if the shapes agree.
  public let expected: String
  /// The given shape or element type.
  public let given: String
  /// Whether the shapes differ. Otherwise the element types do.
  public let isOfShape: Bool
}

/// What may remain unloaded, or unused, when a state dict is loaded.
public struct StateTolerance: OptionSet, Sendable {
  /// The bits.
  public let rawValue: Int

  /// Creates a set from bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Keys of the model that are not given. Their tensors are unchanged.
  public static let missing = StateTolerance(rawValue: 1)
  /// Given keys that the model does not have.
  public static let unexpected = StateTolerance(rawValue: 2)
  /// Tensors with a different shape or element type from the model's, such as a head for other classes.
  public static let mismatched = StateTolerance(rawValue: 4)
  /// Tensors with a different shape from the model's. A different element type is still an error.
  public static let shapes = StateTolerance(rawValue: 8)
  /// All of these.
  public static let all: StateTolerance = [.missing, .unexpected, .mismatched]
}

/// Loads a state dict into the tensors of a model.
package struct StateLoader {
  /// The outcome for each key.
  package private(set) var report = StateReport()
  /// Prefixes of the file's keys that match about as well as the best one. Empty if one is best.
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

  /// Compares keys without changing anything.
  ///
  /// - Parameters:
  ///   - state: tensors by the model's keys.
  ///   - needed: the tensors to load.
  ///   - known: all keys of the model.
  ///   - former: keys of earlier versions of the model, with their keys now.
  package init(
    _ state: [String: Tensor], into needed: [StateEntry], known: Set<String>, former: [String: String] = [:]
  ) throws(XylemError) {
    var state = state
    for (old, new) in former where !known.contains(old) && state[new] == nil {
      guard let tensor = state.removeValue(forKey: old) else { continue }
      state[new] = tensor
      report.renamed[old] = new
    }
    let used = try compare(needed) { (key) throws(XylemError) in
      guard let tensor = state[key] else { return nil }
      return (.tensor(tensor), try tensor.sizes, tensor.dtype)
    }
    for key in state.keys.sorted() where !used.contains(key) {
      if known.contains(key) { report.pruned.append(key) } else { report.unexpected.append(key) }
    }
  }

  /// Compares with a file, whose keys may have a prefix, without reading tensors.
  ///
  /// - Parameters:
  ///   - prefix: the prefix of the file's keys; nil to detect it.
  ///   - needed: the tensors to load: all of the model's.
  ///   - former: keys of earlier versions of the model, with their keys now.
  package init(
    _ file: StateDictReader, under prefix: String?, into needed: [StateEntry], former: [String: String] = [:]
  ) throws(XylemError) {
    var wanted: [StateKeyMatch.Key] = []
    for entry in needed { wanted.append((entry.key, try entry.tensor.sizes)) }
    let given = Self.renamed(file.entries.map(\.key), former, known: Set(needed.map(\.key)))
    for (entry, key) in zip(file.entries, given) where entry.key != key { report.renamed[entry.key] = key }
    let match = StateKeyMatch(
      zip(file.entries, given).map { ($1, $0.shape) }, wanted: wanted, under: prefix)
    ambiguous = match.ambiguous
    _ = try compare(needed) { key in
      match.found[key].map { (.file(file, file.entries[$0]), file.entries[$0].shape, file.entries[$0].dtype) }
    }
    report.prefix = match.prefix
    report.unexpected = match.unexpected.map { file.entries[$0].key }
    report.outside = match.outside.map { file.entries[$0].key } + file.others.map(\.key)
  }

  /// Replaces keys of earlier versions, which may have a prefix, unless the present key is given too.
  private static func renamed(_ keys: [String], _ former: [String: String], known: Set<String>) -> [String] {
    guard !former.isEmpty else { return keys }
    let given = Set(keys)
    return keys.map { key in
      var start = key.startIndex
      while true {
        let rest = String(key[start...])
        if let now = former[rest], !known.contains(rest), !given.contains(key[..<start] + now) {
          return key[..<start] + now
        }
        guard let dot = key[start...].firstIndex(of: ".") else { return key }
        start = key.index(after: dot)
      }
    }
  }

  /// Looks up each needed tensor.
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
    // A shared tensor has several keys, and one of them is enough.
    report.missing = missing.filter {
      !given.contains($0.tensor.identity) && $0.tensor.dataAddress.map(addresses.contains) != true
        && !$0.key.hasSuffix("num_batches_tracked")
    }.map(\.key).sorted()
    return used
  }

  /// The reason why a tensor can't be copied into another without changing its meaning. Nil if it can.
  private static func mismatch(
    _ entry: StateEntry, _ shape: [Int], _ dtype: DType?
  ) throws(XylemError) -> StateMismatch? {
    let expected = try entry.tensor.sizes
    guard expected == shape else {
      return StateMismatch(key: entry.key, expected: "\(expected)", given: "\(shape)", isOfShape: true)
    }
    guard let target = entry.tensor.dtype, let dtype, target != dtype else { return nil }
    // Integers for a parameter are quantized weights without their scale.
    let isQuantized = entry.kind == .parameter && dtype.isIntegral && !target.isIntegral
    guard isQuantized || dtype.isComplex && !target.isComplex else { return nil }
    return StateMismatch(key: entry.key, expected: target.rawValue, given: dtype.rawValue, isOfShape: false)
  }

  /// Loads the tensors, with elements converted to their types. Everything is read before anything is written.
  ///
  /// - Throws: the errors of reading the file; `runtime.operator`.
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
