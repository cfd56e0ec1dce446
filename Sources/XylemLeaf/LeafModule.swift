/// A module that is computed by a plugin, in place of the model's own forward.
///
/// The Swift type's name is the type name of the modules that it stands for. One instance is made for each of them; calls may come from any
/// thread, at the same time where the declaration says `XYLEM_REENTRANT`. A trap (an index out of range, a forced unwrap) ends the
/// host's process, since nothing can catch it: check what comes in, and throw.
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
  /// An instance for one module of the model.
  ///
  /// - Parameters:
  ///   - attributes: the module's plain attributes, `training` among them.
  ///   - tensors: the module's own parameters and buffers, in the model's memory; lent as long as the instance lives.
  init(attributes: LeafAttributes, tensors: LeafTensors) throws

  /// What the module's forward gives; more than one value are a tuple.
  ///
  /// - Parameters:
  ///   - inputs: of forward, in order, without the module itself; lent until the call returns.
  func call(_ inputs: LeafValues, _ context: LeafContext) throws -> [LeafValue]
}

/// A leaf module with gradients.
public protocol DifferentiableLeafModule: LeafModule {
  /// The names of the tensors that ``backward(_:)`` has gradients for; always the same ones for an instance.
  var parameters: [String] { get }

  /// The gradients of what the call had and of ``parameters``, as far as they are needed.
  func backward(_ call: LeafBackward) throws -> LeafGradients
}

/// The circumstances of a call.
public struct LeafContext: Sendable {
  /// Whether the module is in train mode.
  public let isTraining: Bool
  /// To draw random numbers from, in train mode, for leaves that are declared `XYLEM_MODE_RANDOM`: ``LeafGenerator``. The gradients of a
  /// call have its seed again.
  public let seed: UInt64
}

/// A call whose gradients are asked for. Everything in it is lent until ``DifferentiableLeafModule/backward(_:)`` returns.
public struct LeafBackward: Sendable {
  /// What the call had.
  public let inputs: LeafValues
  /// What the call gave.
  public let results: LeafValues
  /// Of the results, in order; nil where nothing flows.
  public let gradients: [LeafTensor?]
  /// The circumstances of the call.
  public let context: LeafContext
  let neededInputs: Set<Int>
  let neededParameters: Set<String>

  /// The gradient of the only result, or of the first one.
  ///
  /// - Throws: ``LeafError`` where nothing flows into it.
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

/// The gradients that a leaf module computed; those that nobody needs are dropped.
public struct LeafGradients: Sendable {
  /// By position.
  public var inputs: [Int: LeafTensor]
  /// By name.
  public var parameters: [String: LeafTensor]

  /// Gradients of some inputs and parameters; the others have none.
  public init(inputs: [Int: LeafTensor] = [:], parameters: [String: LeafTensor] = [:]) {
    self.inputs = inputs
    self.parameters = parameters
  }
}
