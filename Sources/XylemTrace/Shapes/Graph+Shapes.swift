package import XylemGraph

extension Graph {
  /// Operators on a tensor whose results are known from its shape, type and device.
  private static let metadata: Set<String> = [
    "size", "dim", "numel", "len", "dtype", "device", "layout", "stride", "is_floating_point", "is_complex", "is_cuda",
    "is_contiguous",
  ]

  /// Whether a number or Boolean is computed from nothing but the shapes, types and devices of tensors.
  package func isOfShapes(_ id: NodeID) -> Bool {
    var seen: Set<NodeID> = []
    var pending = [id]
    var isOfTensor = false
    while let id = pending.popLast() {
      guard seen.insert(id).inserted else { continue }
      let node = self[id]
      guard node.valueType != .tensor else { return false }
      switch node.operation {
      case .operator(let name):
        let short = name.split(separator: ":").last?.prefix { $0 != "." } ?? ""
        var readsTensor = false
        node.forEachInputNode { readsTensor = readsTensor || self[$0].valueType == .tensor }
        if readsTensor {
          guard Self.metadata.contains(String(short)) else { return false }
          isOfTensor = true
        } else {
          node.forEachInputNode { pending.append($0) }
        }
      case .getItem: node.forEachInputNode { pending.append($0) }
      default: return false
      }
    }
    return isOfTensor
  }

  /// Whether a value is computed from the model's tensors, and from neither the inputs nor random numbers.
  package func isOfModelAlone(_ id: NodeID) -> Bool {
    var seen: Set<NodeID> = []
    var pending = [id]
    while let id = pending.popLast() {
      guard seen.insert(id).inserted else { continue }
      let node = self[id]
      switch node.operation {
      case .attribute, .getItem, .getField: break
      case .operator:
        guard let effects = node.effects, effects.writes.isEmpty, !effects.usesRandomState else { return false }
      default: return false
      }
      node.forEachInputNode { pending.append($0) }
    }
    return true
  }
}
