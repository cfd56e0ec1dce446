package import XylemGraph
internal import XylemTensor

/// Groups nodes whose values may share storage, based on the nodes' effects. Conservative: it errs on the side of
/// sharing.
package struct StorageClasses {
  private var sets: DisjointSets
  /// Classes that hold a tensor of the model.
  private var ofModel: Set<Int> = []

  package init(_ graph: Graph) {
    sets = DisjointSets(count: (graph.nodes.map { $0.id.rawValue }.max() ?? -1) + 1)
    var byAttribute: [String: Int] = [:]
    var model: [Int] = []
    for node in graph.nodes {
      let effects = node.effects ?? .unknown(inputs: node.inputs.count)
      for position in effects.aliases where position < node.inputs.count {
        node.inputs[position].forEachNode { join($0.rawValue, node.id.rawValue) }
      }
      if case .attribute(let path) = node.operation {
        if let known = byAttribute[path] { join(known, node.id.rawValue) }
        byAttribute[path] = node.id.rawValue
      }
      if effects.aliasesModel { model.append(node.id.rawValue) }
      for position in effects.keeps where position < node.inputs.count {
        node.inputs[position].forEachNode { model.append($0.rawValue) }
      }
      if case .setAttribute(let path) = node.operation {
        node.inputs[0].forEachNode { value in
          if let known = byAttribute[path] { join(known, value.rawValue) }
          byAttribute[path] = value.rawValue
        }
      }
      // A container keeps the values stored in it.
      for position in effects.writes where position < node.inputs.count {
        node.inputs[position].forEachNode { written in
          guard graph[written].valueType != .tensor else { return }
          node.forEachInputNode { join($0.rawValue, written.rawValue) }
        }
      }
    }
    for index in model { ofModel.insert(find(index)) }
  }

  /// The storage class of a node.
  package mutating func find(_ index: Int) -> Int { sets.find(index) }

  private mutating func join(_ a: Int, _ b: Int) { sets.join(a, b) }

  /// Whether the value may share storage with a tensor of the model.
  package mutating func isOfModel(_ id: NodeID) -> Bool { ofModel.contains(find(id.rawValue)) }
}
