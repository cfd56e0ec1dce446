internal import XylemGraph

/// Finds modules that were renamed, where two versions of a model are compared: those whose insides overlap most.
///
/// Between the two modes of one model nothing is looked for: there another path is another module, with parameters of its own.
struct ModuleOverlap {
  private let train: IndexedSide
  private let eval: IndexedSide
  private let limits: DiffOptions.Limits
  /// Which bounds were hit.
  private(set) var coarseReasons: [String] = []

  init(_ train: IndexedSide, _ eval: IndexedSide, limits: DiffOptions.Limits) {
    self.train = train
    self.eval = eval
    self.limits = limits
  }

  /// The train trace's module paths as the eval trace calls them.
  mutating func renames() -> [String: String] {
    let (left, right) = (contents(train), contents(eval))
    var counterparts = ["": ""]
    var pairs = 0
    for path in left.keys.sorted(by: isAbove) where !path.isEmpty {
      guard let parent = NormalName.parent(path), let place = counterparts[parent] else { continue }
      let own = (place.isEmpty ? "" : place + ".") + NormalName.last(path)
      if right[own] != nil {
        counterparts[path] = own
        continue
      }
      guard pairs < limits.modulePairs else {
        coarseReasons = [
          "more than \(limits.modulePairs) pairs of modules might be renamed ones; the rest was left as it is"
        ]
        break
      }
      var best: (overlap: Double, path: String)?
      for other in right.keys.sorted() where NormalName.parent(other) == place && !other.isEmpty {
        guard left[other] == nil, !counterparts.values.contains(other), train.types[path] == eval.types[other] else {
          continue
        }
        pairs += 1
        let overlap = overlap(left[path] ?? [:], right[other] ?? [:])
        if overlap >= 0.6 && overlap > best?.overlap ?? 0 { best = (overlap, other) }
      }
      if let best { counterparts[path] = best.path }
    }
    return counterparts
  }

  private func isAbove(_ a: String, _ b: String) -> Bool {
    let (x, y) = (a.split(separator: ".").count, b.split(separator: ".").count)
    return x == y ? a < b : x < y
  }

  /// For each module how many nodes of each operation are in and below it.
  private func contents(_ side: IndexedSide) -> [String: [Int: Int]] {
    var contents: [String: [Int: Int]] = [:]
    for (position, node) in side.nodes.enumerated() {
      var current: String? = node.modulePath
      while let path = current {
        contents[path, default: [:]][side.operation[position], default: 0] += 1
        current = NormalName.parent(path)
      }
    }
    return contents
  }

  /// Twice what two modules have in common, as a share of all they have.
  private func overlap(_ a: [Int: Int], _ b: [Int: Int]) -> Double {
    var common = 0
    for (operation, count) in a { common += min(count, b[operation] ?? 0) }
    let all = a.values.reduce(0, +) + b.values.reduce(0, +)
    return all == 0 ? 0 : Double(2 * common) / Double(all)
  }
}
