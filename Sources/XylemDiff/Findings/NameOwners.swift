internal import XylemGraph

/// Finds the cause that changed the number in a name: the nearest preceding one whose own nodes are numbered in the
/// same module.
struct NameOwners {
  private typealias Place = (position: Int, draft: Int)

  private var train: [String: [Place]] = [:]
  private var eval: [String: [Place]] = [:]

  /// - Parameter drafts: the causes, each with nodes that only one side has.
  init(_ drafts: ArraySlice<FindingDraft>, _ builder: FindingBuilder) {
    for index in drafts.indices {
      for t in drafts[index].trainNodes where builder.toEval[t] < 0 {
        train[Self.scope(builder.train.nodes[t]), default: []].append((t, index))
      }
      for e in drafts[index].evalNodes where builder.toTrain[e] < 0 {
        eval[Self.scope(builder.eval.nodes[e]), default: []].append((e, index))
      }
    }
    for key in train.keys { train[key]?.sort { $0.position < $1.position } }
    for key in eval.keys { eval[key]?.sort { $0.position < $1.position } }
  }

  private static func scope(_ node: Node) -> String { NormalName.parent(node.name) ?? "" }

  /// The draft that a changed name belongs to. Nil if no cause precedes it.
  func owner(of node: Node, _ t: Int, _ e: Int) -> Int? {
    let scope = Self.scope(node)
    let left = Self.last(before: t, in: train[scope])
    let right = Self.last(before: e, in: eval[scope])
    guard let left else { return right?.draft }
    guard let right else { return left.draft }
    return t - left.position <= e - right.position ? left.draft : right.draft
  }

  private static func last(before position: Int, in places: [Place]?) -> Place? {
    guard let places else { return nil }
    var (low, high) = (0, places.count)
    while low < high {
      let middle = (low + high) / 2
      if places[middle].position < position { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? places[low - 1] : nil
  }
}
