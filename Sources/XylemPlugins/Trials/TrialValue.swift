internal import XylemErrors
internal import XylemGraph

/// An argument or a result of a trial, with tensors in plain memory.
indirect enum TrialValue: CallValue {
  case literal(Literal)
  case tensor(PlainTensor)
  case list([TrialValue])

  var content: CallContent<TrialValue> {
    switch self {
    case .literal(let literal): .literal(literal)
    case .tensor(let tensor): .tensor(tensor)
    case .list(let elements): .list(elements)
    }
  }

  func known() -> TrialValue { self }

  var shortDescription: String {
    switch self {
    case .literal(let literal): literal.shortDescription
    case .tensor(let tensor): "a tensor of \(tensor.elementType.name)"
    case .list(let elements): "a list of \(elements.count)"
    }
  }

  /// Every tensor in the value.
  var tensors: [PlainTensor] {
    switch self {
    case .tensor(let tensor): [tensor]
    case .list(let elements): elements.flatMap(\.tensors)
    default: []
    }
  }
}

extension PlainTensor.ElementType {
  /// The element type as samples write it.
  fileprivate var name: String {
    TensorForm.elements.first { $0.code == code && $0.bits == bits }?.name ?? "another type"
  }
}
