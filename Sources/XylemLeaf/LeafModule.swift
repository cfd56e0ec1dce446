/// A module whose `forward` a plugin replaces.
///
/// The name of the Swift type is the type name of the modules that it replaces. Each module gets one instance. Calls
/// may come from any thread, concurrently if the declaration says `XYLEM_REENTRANT`. A trap (an index out of range, a
/// forced unwrap) ends the host's process, since it can't be caught: check the inputs, and throw.
///
///     struct SoftGate: LeafModule {
///       let gate: LeafTensor
///
///       init(attributes: LeafAttributes, tensors: LeafTensors) throws {
///         gate = try tensors.require("gate")
///       }
///
///       func call(_ inputs: LeafValues, _ context: LeafContext) throws -> [LeafValue] {
///         let x: [Float] = try inputs.tensor(0).elements()
///         …
///       }
///     }
public protocol LeafModule: Sendable {
  /// Creates an instance for one module of the model.
  ///
  /// - Parameters:
  ///   - attributes: the module's plain attributes, including `training`.
  ///   - tensors: the module's own parameters and buffers, in the model's memory; lent for the life of the instance.
  init(attributes: LeafAttributes, tensors: LeafTensors) throws

  /// The result of the module's `forward`. More than one value form a tuple.
  ///
  /// - Parameters:
  ///   - inputs: the arguments of `forward`, in order, without the module itself; lent until the call returns.
  func call(_ inputs: LeafValues, _ context: LeafContext) throws -> [LeafValue]
}

/// A leaf module with gradients.
public protocol DifferentiableLeafModule: LeafModule {
  /// The names of the tensors that ``backward(_:)`` computes gradients for. They must not change during the life of an
  /// instance.
  var parameters: [String] { get }

  /// The gradients of the call's inputs and of ``parameters``, as far as they are needed.
  func backward(_ call: LeafBackward) throws -> LeafGradients
}

/// The circumstances of a call.
public struct LeafContext: Sendable {
  /// Whether the module is in train mode.
  public let isTraining: Bool
  /// The source of random numbers in train mode, for leaves that are declared `XYLEM_MODE_RANDOM`: ``LeafGenerator``.
  /// The backward call has the same seed as its call.
  public let seed: UInt64
}

/// A call for which gradients are requested. Everything in it is lent until ``DifferentiableLeafModule/backward(_:)``
/// returns.
public struct LeafBackward: Sendable {
  /// The inputs of the call.
  public let inputs: LeafValues
  /// The results of the call.
  public let results: LeafValues
  /// The gradients of the results, in order. Nil for a result without a gradient.
  public let gradients: [LeafTensor?]
  /// The circumstances of the call.
  public let context: LeafContext
  let neededInputs: Set<Int>
  let neededParameters: Set<String>

  /// The gradient of the only or first result.
  ///
  /// - Throws: ``LeafError`` if it has none.
  public var gradient: LeafTensor {
    get throws(LeafError) {
      guard let first = gradients.first, let gradient = first else {
        throw LeafError("no gradient flows into the first result")
      }
      return gradient
    }
  }

  /// Whether the gradient of an input is needed.
  public func needsGradient(ofInput position: Int) -> Bool { neededInputs.contains(position) }

  /// Whether the gradient of a parameter is needed.
  public func needsGradient(ofParameter name: String) -> Bool { neededParameters.contains(name) }
}

/// The gradients that a leaf module computed. Those that are not needed are discarded.
public struct LeafGradients: Sendable {
  /// By position.
  public var inputs: [Int: LeafTensor]
  /// By name.
  public var parameters: [String: LeafTensor]

  /// Creates gradients for some inputs and parameters; the others have none.
  public init(inputs: [Int: LeafTensor] = [:], parameters: [String: LeafTensor] = [:]) {
    self.inputs = inputs
    self.parameters = parameters
  }
}
