internal import XylemErrors

/// An argument or a result of a trial, with tensors in plain memory.
indirect enum TrialValue: CallValue {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  case tensor(PlainTensor)
  case list([TrialValue])

  var content: CallContent<TrialValue> {
    switch self {
    case .none: .none
    case .bool(let flag): .bool(flag)
    case .int(let number): .int(number)
    case .float(let number): .float(number)
    case .string(let text): .string(text)
    case .tensor(let tensor): .tensor(tensor)
    case .list(let elements): .list(elements)
    }
  }

  func known() -> TrialValue { self }

  var shortDescription: String {
    switch self {
    case .none: "none"
    case .bool(let flag): String(flag)
    case .int(let number): String(number)
    case .float(let number): "\(number)"
    case .string(let text): "'\(text.prefix(40))\(text.count > 40 ? "…" : "")'"
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
  /// As samples write it.
  fileprivate var name: String {
    TensorForm.elements.first { $0.code == code && $0.bits == bits }?.name ?? "another type"
  }
}
