internal import Synchronization
internal import XylemErrors
internal import XylemTensor

/// Arguments that are taken once: the recording of gradients keeps its closures, and must not keep these.
private final class Handed: Sendable {
  private let arguments: Mutex<[Value]?>

  init(_ arguments: [Value]) { self.arguments = Mutex(arguments) }

  func take() -> [Value] {
    arguments.withLock { held in
      defer { held = nil }
      return held ?? []
    }
  }
}

extension PluginFunction {
  /// A tensor among the arguments.
  struct RecordedTensor {
    let tensor: Tensor
    /// The argument's position.
    let position: Int
    /// The tensor's index in the list, if the argument is a list.
    let element: Int?
  }

  /// The tensors among the arguments if gradients must be recorded; otherwise nil.
  ///
  /// - Throws: `plugin.argument` if one of them would be written, as its gradient would then be wrong.
  func recordedTensors(_ arguments: [Value]) throws(XylemError) -> [RecordedTensor]? {
    if function.interface.numbers != nil { return nil }
    var found: [RecordedTensor] = []
    for (position, argument) in arguments.enumerated() {
      switch try argument.unpacked() {
      case .tensor(let tensor): found.append(.init(tensor: tensor, position: position, element: nil))
      case .list(let elements), .tuple(let elements, _):
        for (index, element) in elements.enumerated() {
          guard let tensor = element.tensor else { continue }
          found.append(.init(tensor: tensor, position: position, element: index))
        }
      default: break
      }
    }
    // A stand-in can't answer; the call itself reports it.
    guard !found.isEmpty, found.allSatisfy({ $0.tensor.standIn == nil }) else { return nil }
    guard try DifferentiableCall.isNeeded(for: found.map(\.tensor)) else { return nil }
    for tensor in found where tensor.tensor.requiresGrad && tensor.position < signature.parameters.count {
      let type = signature.parameters[tensor.position]
      guard type.content != .writtenTensor else {
        throw CallErrors.argument(
          name, tensor.position, type, Value.tensor(tensor.tensor),
          "for which gradients are recorded, so it can't be written in place")
      }
    }
    return found
  }

  /// Calls the function, and records its results as computed from tensors.
  func callRecorded(_ arguments: [Value], _ tensors: [RecordedTensor]) throws -> Value {
    let givesList = signature.givesTensors
    let handed = Handed(arguments)
    // Autograd keeps the tensors itself, and notices if they are written meanwhile.
    let template = try arguments.map { try $0.withoutTensors() }
    let places = tensors.map { (position: $0.position, element: $0.element) }
    // Null for a list is not the same as a list without tensors.
    var isAbsent = false
    let results = try DifferentiableCall.run(
      tensors.map(\.tensor),
      forward: { [self] in
        let value = try callDirectly(handed.take())
        guard givesList else { return [value] }
        guard case .list(let elements) = value else {
          isAbsent = true
          return []
        }
        return elements
      },
      backward: { [self] tensors, results, gradients, needs in
        try self.gradients(template, places, tensors, results, gradients, needs)
      })
    if givesList { return isAbsent ? .none : .list(results) }
    return results.first ?? .none
  }

  /// Returns the gradients of tensors among the arguments, from those of the results.
  private func gradients(
    _ template: [Value], _ places: [(position: Int, element: Int?)], _ tensors: [Tensor], _ results: [Value],
    _ gradients: [Tensor?], _ needs: [Bool]
  ) throws -> [Tensor?] {
    guard let backward else { throw CallErrors.noBackward(name, plugin: plugin) }
    if let place = zip(places, needs).first(where: { $0.0.element != nil && $0.1 })?.0 {
      throw CallErrors.noListGradient(name, position: place.position)
    }
    guard gradients.contains(where: { $0 != nil }) else { return tensors.map { _ in nil } }
    var arguments = template
    for (place, tensor) in zip(places, tensors) {
      if let element = place.element, case .list(var elements) = arguments[place.position] {
        elements[element] = .tensor(tensor)
        arguments[place.position] = .list(elements)
      } else {
        arguments[place.position] = .tensor(tensor)
      }
    }
    if backward.signature.parameters.count == signature.parameters.count + 2 {
      arguments.append(signature.givesTensors ? .list(results) : results.first ?? .none)
    }
    let flowing = gradients.map { $0.map(Value.tensor) ?? .none }
    arguments.append(signature.givesTensors ? .list(flowing) : flowing[0])
    guard case .list(let given) = try callBackward(backward, arguments), given.count == signature.parameters.count
    else {
      throw CallErrors.gradients(
        name, "a tensor or null is required for each of the \(signature.parameters.count) arguments")
    }
    return zip(places, needs).map { place, isNeeded in isNeeded ? given[place.position].tensor : nil }
  }
}

extension Value {
  /// Returns the value with each tensor in it, or in its list, replaced by none.
  fileprivate func withoutTensors() throws(XylemError) -> Value {
    switch try unpacked() {
    case .tensor: return .none
    case .list(let elements), .tuple(let elements, _):
      return .list(elements.map { $0.tensor == nil ? $0 : .none })
    case let other: return other
    }
  }
}
