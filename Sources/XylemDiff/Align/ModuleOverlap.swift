internal import XylemGraph

/// Finds renamed modules between two versions of a model: those whose contents overlap most.
///
/// Modules of two modes of one model are not matched: there a different path is a different module with its own
/// parameters.
struct ModuleOverlap {
  private let train: IndexedSide
  private let eval: IndexedSide
  private let limits: DiffOptions.Limits
  /// The bounds that were hit.
  private(set) var coarseReasons: [String] = []

  init(_ train: IndexedSide, _ eval: IndexedSide, limits: DiffOptions.Limits) {
    self.train = train
    self.eval = eval
    self.limits = limits
  }

  /// The eval trace's paths for the train trace's module paths.
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
          "more than \(limits.modulePairs) pairs of modules might be renamed; the rest was not compared"
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

  /// For each module, the number of nodes of each operation in it and below it.
  private func contents(_ side: IndexedSide) -> [String: [Int: Int]] {
    var contents: [String: [Int: Int]] = [:]
    for (position, node) in side.nodes.enumerated() {
      for path in NormalName.ancestry(node.modulePath) {
        contents[path, default: [:]][side.operation[position], default: 0] += 1
      }
    }
    return contents
  }

  /// The overlap of two modules: twice the common nodes as a share of all their nodes.
  private func overlap(_ a: [Int: Int], _ b: [Int: Int]) -> Double {
    var common = 0
    for (operation, count) in a { common += min(count, b[operation] ?? 0) }
    let all = a.values.reduce(0, +) + b.values.reduce(0, +)
    return all == 0 ? 0 : Double(2 * common) / Double(all)
  }
}
