internal import CXylem
internal import Synchronization
internal import XylemErrors
internal import XylemFiles
internal import XylemGraph
public import XylemTensor

/// A module of a model that a plugin's code replaces.
///
/// It shares the model's tensors. If the model has replaced one of them since the last call, the plugin's instance is
/// created again, so a call never uses old weights. May be called from several threads; the type's declaration decides
/// which calls wait for each other.
@safe public final class LeafModuleInstance: Sendable {
  /// The type.
  public let type: LeafModuleType
  /// Whether the module runs in train mode.
  public let isTraining: Bool

  private let attributes: String
  /// The model's own tensors, as they are now.
  private let tensors: @Sendable () -> [(name: String, tensor: Tensor)]
  private let live = Mutex<Live?>(nil)

  /// The plugin's instance, and the names and addresses of the tensors it was created with.
  private struct Live {
    let instance: LiveInstance<Value>
    let names: [String]
    let addresses: [UInt?]

    /// Whether these are the tensors that the instance was created with, in the same memory. A copy may have old
    /// weights.
    func holds(_ now: [(name: String, tensor: Tensor)]) -> Bool {
      !instance.hasCopies && now.count == names.count
        && now.indices.allSatisfy { now[$0].tensor.dataAddress == addresses[$0] && now[$0].name == names[$0] }
    }
  }

  /// Creates a module whose instance is created at its first call.
  ///
  /// - Parameters:
  ///   - attributes: plain attributes as a JSON object.
  ///   - tensors: returns the module's tensors; called at each call.
  package init(
    _ type: LeafModuleType, isTraining: Bool, attributes: String,
    tensors: @escaping @Sendable () -> [(name: String, tensor: Tensor)]
  ) {
    self.type = type
    self.isTraining = isTraining
    self.attributes = attributes
    self.tensors = tensors
  }

  /// Runs the plugin's code instead of the module's forward. Several results are returned as a tuple.
  ///
  /// Gradients flow if the plugin has a backward; otherwise a gradient that arrives is an error.
  ///
  /// - Parameter arguments: the arguments of forward, in order.
  /// - Throws: `plugin.argument` for a value that can't be passed to plugins, `plugin.call-failed` with the plugin's
  ///   own message, `plugin.result` for an invalid result.
  public func callAsFunction(_ arguments: [Value]) throws -> Value {
    let instance = try instance()
    let seed = type.mode == .random && isTraining ? try TensorRuntime.drawSeed() : 0
    let lent = try ModuleArguments(arguments, leaf: type.name, writes: type.writes)
    defer { lent.release() }
    let tensors = lent.tensors.tensors + instance.parameters
    let values: [Value]
    if try DifferentiableCall.isNeeded(for: tensors) {
      values = try recorded(instance, lent.values, tensors, seed: seed)
    } else {
      values = try instance.call(lent, isTraining: isTraining, seed: seed)
    }
    return values.count == 1 ? values[0] : .tuple(values, names: [])
  }

  /// Makes the call and records its gradients.
  private func recorded(
    _ instance: LiveInstance<Value>, _ arguments: [Value], _ tensors: [Tensor], seed: UInt64
  ) throws -> [Value] {
    let type = type
    let isTraining = isTraining
    let own = tensors.count - instance.parameters.count
    return try DifferentiableCall.run(
      tensors,
      forward: {
        let lent = try ModuleArguments(arguments, leaf: type.name, writes: type.writes)
        defer { lent.release() }
        return try instance.call(lent, isTraining: isTraining, seed: seed)
      },
      backward: { tensors, results, gradients, needs in
        guard type.hasBackward else { throw LeafErrors.noBackward(type.name, type.plugin) }
        var next = tensors[..<own]
        let lent = try ModuleArguments(arguments.map { $0.replacingTensors(&next) }, leaf: type.name, writes: [])
        defer { lent.release() }
        return try instance.backward(lent, results, gradients, needs: needs, isTraining: isTraining, seed: seed)
      })
  }

  /// Returns the plugin's instance for the model's current tensors.
  private func instance() throws(XylemError) -> LiveInstance<Value> {
    let now = tensors()
    let outcome: Result<LiveInstance<Value>, XylemError> = live.withLock { known in
      if let known, known.holds(now) { return .success(known.instance) }
      return Result { () throws(XylemError) in
        let fresh = try LiveInstance<Value>(type, attributes: attributes, tensors: now, isTraining: isTraining)
        known = Live(instance: fresh, names: now.map(\.name), addresses: now.map(\.tensor.dataAddress))
        return fresh
      }
    }
    return try outcome.get()
  }
}

extension Value {
  /// Returns the value with its tensors, including those in lists, replaced in order.
  fileprivate func replacingTensors(_ next: inout ArraySlice<Tensor>) -> Value {
    switch self {
    case .tensor: return next.popFirst().map(Value.tensor) ?? self
    case .list(let elements): return .list(elements.map { $0.replacingTensors(&next) })
    default: return self
    }
  }
}

extension TensorRuntime {
  /// Draws a number from the CPU's random state.
  fileprivate static func drawSeed() throws -> UInt64 {
    let drawn = try TensorOperator("aten::randint", overload: "low")(
      [.int(1), .int(Int.max), .list([.int(1)]), .int(Int(DType.int64.runtimeCode))])
    guard let number = try drawn.first?.tensor?.integerItem() else {
      throw XylemError(.runtimeOperator, "the random state returned no number")
    }
    return UInt64(number)
  }
}
