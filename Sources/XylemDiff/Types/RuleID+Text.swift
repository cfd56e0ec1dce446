extension RuleID {
  /// A heading for a list of findings.
  public var title: String {
    switch self {
    case .nodeOnlyInTrain: "Only in train mode"
    case .nodeOnlyInEval: "Only in eval mode"
    case .moduleCallCountDiffers: "Called more often in one mode"
    case .attributeDiffers: "Has a different constant argument"
    case .inputRewired: "Reads a different value"
    case .orderDiffers: "Runs at a different position"
    case .renumberedOnly: "Different names, the same computation"
    case .outputStructureDiffers: "The result has a different structure"
    case .outputShapeDiffers: "The result has a different shape"
    case .stateUpdatedInOneMode: "Writes state in one mode"
    case .randomInOneMode: "Draws random numbers in one mode"
    case .randomInEval: "Draws random numbers in eval mode"
    case .stateUpdatedInEval: "Writes state in eval mode"
    case .leafModeUnknown: "A leaf of unknown mode"
    case .leafModeDeclared: "A leaf that depends on the mode"
    case .controlFlowHidden: "Control flow that was not traced"
    case .returnNodeMissingInMode: "A return node is missing in a mode"
    case .returnNodeRenamed: "A return node has a different name"
    case .submoduleModeMixed: "A module that keeps its own mode"
    case .expectationUnused: "An expectation that matches nothing"
    case .expectationExpired: "An expectation that has expired"
    case .expectationUnknownRule: "An expectation with an unknown rule"
    case .expectationTooBroad: "An expectation that is too broad"
    }
  }

  /// Why it matters, in one sentence.
  public var why: String {
    switch self {
    case .nodeOnlyInTrain: "The model is trained with it, but used without it."
    case .nodeOnlyInEval: "The model is used with it, but was trained without it."
    case .moduleCallCountDiffers:
      "The module's parameters are trained with one computation and used with another."
    case .attributeDiffers: "The same operation computes something different in the other mode."
    case .inputRewired: "The same operation runs on a different value in the other mode."
    case .orderDiffers: "Values agree unless the order of random numbers or of writes matters."
    case .renumberedOnly: "A list of names from one mode does not match the other."
    case .outputStructureDiffers: "Code that unpacks the result works in one mode only."
    case .outputShapeDiffers: "Code after the model gets tensors of different shapes."
    case .stateUpdatedInOneMode: "Running the model changes what it computes next, in one mode only."
    case .randomInOneMode: "Two runs on the same input agree in one mode only."
    case .randomInEval: "Two runs in eval mode on the same input may give different results."
    case .stateUpdatedInEval: "Running the model in eval mode may change what it computes next."
    case .leafModeUnknown: "Whether the two modes agree inside it can't be decided."
    case .leafModeDeclared: "The two modes differ inside it, as its author declares."
    case .controlFlowHidden: "Whether the two modes agree inside it can't be decided."
    case .returnNodeMissingInMode: "An extractor of both modes can't return this node."
    case .returnNodeRenamed: "The same name would return two different values."
    case .submoduleModeMixed: "It does not follow train() and eval() as the modules around it do."
    case .expectationUnused: "The accepted difference is gone; the expectation would silently accept the next one."
    case .expectationExpired: "The difference was accepted until a date that has passed."
    case .expectationUnknownRule: "It can't match anything."
    case .expectationTooBroad: "It would accept differences that were never reviewed."
    }
  }
}
