/// The kind of a finding. Identifiers are stable and never reused: expectations name them.
public enum RuleID: String, Sendable, Hashable, CaseIterable, Codable {
  /// A node of the train trace has no counterpart.
  case nodeOnlyInTrain = "node-only-in-train"
  /// A node of the eval trace has no counterpart.
  case nodeOnlyInEval = "node-only-in-eval"
  /// A module is called more often in one mode.
  case moduleCallCountDiffers = "module-call-count-differs"
  /// A node has a different constant.
  case attributeDiffers = "attribute-differs"
  /// A node reads the value of a different node.
  case inputRewired = "input-rewired"
  /// A node runs at a different position.
  case orderDiffers = "order-differs"
  /// Nodes have different names, with no other difference.
  case renumberedOnly = "renumbered-only"
  /// The result has a different structure.
  case outputStructureDiffers = "output-structure-differs"
  /// A part of the result has a different shape.
  case outputShapeDiffers = "output-shape-differs"
  /// State is written in one mode only.
  case stateUpdatedInOneMode = "state-updated-in-one-mode"
  /// Random numbers are drawn in one mode only.
  case randomInOneMode = "random-in-one-mode"
  /// Random numbers are drawn in eval mode: dropout that is never off.
  case randomInEval = "random-in-eval"
  /// State is written in eval mode.
  case stateUpdatedInEval = "state-updated-in-eval"
  /// It is unknown how a leaf depends on the mode.
  case leafModeUnknown = "leaf-mode-unknown"
  /// A leaf declares that it depends on the mode.
  case leafModeDeclared = "leaf-mode-declared"
  /// Control flow was not traced through.
  case controlFlowHidden = "control-flow-hidden"
  /// A requested node does not exist in a mode.
  case returnNodeMissingInMode = "return-node-missing-in-mode"
  /// A requested node has a different name in the other mode.
  case returnNodeRenamed = "return-node-renamed"
  /// A module keeps its own mode.
  case submoduleModeMixed = "submodule-mode-mixed"
  /// An expectation matches nothing, or less than it states.
  case expectationUnused = "expectation-unused"
  /// An expectation's date has passed.
  case expectationExpired = "expectation-expired"
  /// An expectation names an unknown rule.
  case expectationUnknownRule = "expectation-unknown-rule"
  /// An expectation would accept everything, or accepts the same as another one.
  case expectationTooBroad = "expectation-too-broad"
}

extension RuleID {
  /// The level of a finding without a known cause.
  public var defaultLevel: Finding.Level {
    switch self {
    case .returnNodeMissingInMode, .returnNodeRenamed: .error
    case .orderDiffers, .renumberedOnly, .leafModeDeclared, .submoduleModeMixed: .info
    default: .warning
    }
  }

  /// Whether it is about expectations, not about the model.
  public var isAboutExpectations: Bool {
    switch self {
    case .expectationUnused, .expectationExpired, .expectationUnknownRule, .expectationTooBroad: true
    default: false
    }
  }

  /// The rule of the same finding if the two traces are swapped.
  public var mirrored: RuleID {
    switch self {
    case .nodeOnlyInTrain: .nodeOnlyInEval
    case .nodeOnlyInEval: .nodeOnlyInTrain
    default: self
    }
  }
}
