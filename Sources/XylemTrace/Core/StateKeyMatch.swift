/// Matches the keys of a checkpoint with those of a model.
///
/// Wrappers add words before a model's keys or between their components: `module.` of DataParallel, `_orig_mod.` of
/// torch.compile, `model.` of Lightning, `state_dict.` of a training script. The keys are compared without these words.
/// A further prefix of the checkpoint's keys is found by counting: it is the prefix under which most of the model's
/// tensors are found with their shapes.
package struct StateKeyMatch {
  /// The properties of a tensor that are compared.
  package typealias Key = (key: String, shape: [Int])

  /// The prefix of the checkpoint's keys, as in `state_dict.module.`. Empty if the keys are the model's own.
  package private(set) var prefix = ""
  /// For each of the model's keys that was found, the index in the checkpoint.
  package private(set) var found: [String: Int] = [:]
  /// The indices of keys under the prefix that the model does not have.
  package private(set) var unexpected: [Int] = []
  /// The indices of keys that do not begin with the prefix.
  package private(set) var outside: [Int] = []
  /// Prefixes that match about as well as the best one. Empty if one is best.
  package private(set) var ambiguous: [String] = []

  /// Components of keys that wrappers add.
  private static let wrapperParts: Set<Substring> = [
    "module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module",
  ]

  /// Matches keys.
  ///
  /// - Parameters:
  ///   - given: the checkpoint's keys.
  ///   - wanted: the model's keys.
  ///   - prefix: the prefix of the checkpoint's keys, if it is known; other keys are ignored.
  package init(_ given: [Key], wanted: [Key], under prefix: String? = nil) {
    let keys = Self.plainKeys(wanted.map(\.key))
    let shapes = Dictionary(wanted.map { (keys[$0.key] ?? $0.key, $0.shape) }, uniquingKeysWith: { first, _ in first })
    let isUnder = given.map { entry in prefix.map { entry.key.utf8.starts(with: $0.utf8) } ?? true }
    let candidates = given.indices.filter { isUnder[$0] }
    let parts = given.map { $0.key.split(separator: ".", omittingEmptySubsequences: false) }
    let best = chooseBeginning(candidates.map { (parts[$0], given[$0].shape) }, shapes: shapes)
    place(
      candidates, parts, under: best,
      originals: Dictionary(keys.map { ($1, $0) }, uniquingKeysWith: { first, _ in first }))
    outside += given.indices.filter { !isUnder[$0] }
    outside.sort()
    unexpected.sort()
    if let prefix, self.prefix.utf8.count < prefix.utf8.count { self.prefix = prefix }
  }

  /// The model's keys without wrappers' words, by the whole keys. A model may have modules with these names itself.
  private static func plainKeys(_ keys: [String]) -> [String: String] {
    var plain: [String: String] = [:]
    var taken: [String: Int] = [:]
    for key in keys {
      plain[key] = stripped(key.split(separator: ".", omittingEmptySubsequences: false)).joined(separator: ".")
      taken[plain[key] ?? key, default: 0] += 1
    }
    for key in keys where taken[plain[key] ?? key] != 1 { plain[key] = key }
    return plain
  }

  private static func stripped(_ parts: [Substring]) -> [Substring] { parts.filter { !wrapperParts.contains($0) } }

  /// The prefix, without wrappers' words, under which most tensors are found.
  private mutating func chooseBeginning(
    _ given: [(parts: [Substring], shape: [Int])], shapes: [String: [Int]]
  ) -> [Substring] {
    var fits: [String: Int] = [:]
    for (parts, shape) in given {
      let parts = Self.stripped(parts)
      guard parts.last != "num_batches_tracked" else { continue }
      for start in parts.indices where shapes[parts[start...].joined(separator: ".")] == shape {
        fits[parts[..<start].joined(separator: "."), default: 0] += 1
      }
    }
    let ordered = fits.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    guard let best = ordered.first else { return [] }
    if let own = fits[""], own * 2 >= best.value { return [] }
    let rivals = ordered.filter { $0.value * 2 >= best.value }
    if rivals.count > 1 { ambiguous = rivals.map { $0.key + "." } }
    return best.key.split(separator: ".", omittingEmptySubsequences: false)
  }

  /// Finds the model's key for each of the checkpoint's keys.
  private mutating func place(
    _ candidates: [Int], _ parts: [[Substring]], under beginning: [Substring], originals: [String: String]
  ) {
    // If two keys reduce to the same one, the key without wrappers' words is the model's.
    let plainest = candidates.filter { Self.stripped(parts[$0]).count == parts[$0].count }
    let wrapped = candidates.filter { Self.stripped(parts[$0]).count != parts[$0].count }
    for index in plainest + wrapped {
      let whole = parts[index].joined(separator: ".")
      let plain = Self.stripped(parts[index])
      guard plain.starts(with: beginning), plain.count > beginning.count else {
        outside.append(index)
        continue
      }
      let key = plain.dropFirst(beginning.count).joined(separator: ".")
      let exact = beginning.isEmpty && originals[whole] != nil ? whole : key
      guard let original = originals[exact], found[original] == nil else {
        unexpected.append(index)
        continue
      }
      found[original] = index
      if found.count == 1, whole.utf8.count > original.utf8.count,
        whole.utf8.reversed().starts(with: original.utf8.reversed())
      {
        prefix = String(Substring(whole.utf8.dropLast(original.utf8.count)))
      }
    }
  }
}
