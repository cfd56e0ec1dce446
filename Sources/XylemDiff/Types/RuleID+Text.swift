extension RuleID {
  /// A heading for a list of findings.
  public var title: String {
    switch self {
    case .nodeOnlyInTrain: "Only in train mode"
    case .nodeOnlyInEval: "Only in eval mode"
    case .moduleCallCountDiffers: "Called more often in one mode"
    case .attributeDiffers: "Another constant argument"
    case .inputRewired: "Reads another value"
    case .orderDiffers: "Runs at another moment"
    case .renumberedOnly: "Other names, the same computation"
    case .outputStructureDiffers: "The result is built in another way"
    case .outputShapeDiffers: "The result has another shape"
    case .stateUpdatedInOneMode: "Writes state in one mode"
    case .randomInOneMode: "Draws random numbers in one mode"
    case .randomInEval: "Draws random numbers in eval mode"
    case .stateUpdatedInEval: "Writes state in eval mode"
    case .leafModeUnknown: "A leaf of unknown mode"
    case .leafModeDeclared: "A leaf that depends on the mode"
    case .controlFlowHidden: "Control flow that was kept whole"
    case .returnNodeMissingInMode: "A return node is missing in a mode"
    case .returnNodeRenamed: "A return node has another name"
    case .submoduleModeMixed: "A module with a mode of its own"
    case .expectationUnused: "An expectation that matches nothing"
    case .expectationExpired: "An expectation that has expired"
    case .expectationUnknownRule: "An expectation of an unknown rule"
    case .expectationTooBroad: "An expectation that is too broad"
    }
  }

  /// Why it matters, in one sentence.
  public var why: String {
    switch self {
    case .nodeOnlyInTrain: "What the model is trained with does not run when it is used."
    case .nodeOnlyInEval: "The model was not trained with what runs when it is used."
    case .moduleCallCountDiffers:
      "The module's parameters are trained under another computation than the one that is used."
    case .attributeDiffers: "The same operation computes something else in the other mode."
    case .inputRewired: "The same operation runs on another value in the other mode."
    case .orderDiffers: "Values agree unless the order of random numbers or of writes matters."
    case .renumberedOnly: "A list of names that was made in one mode does not fit the other."
    case .outputStructureDiffers: "Code that takes the result apart works in one mode only."
    case .outputShapeDiffers: "What follows the model gets tensors of other shapes."
    case .stateUpdatedInOneMode: "Running the model changes what it computes next, in one mode only."
    case .randomInOneMode: "Two runs on one input agree in one mode only."
    case .randomInEval: "Two runs in eval mode on one input may give different results."
    case .stateUpdatedInEval: "Running the model in eval mode may change what it computes next."
    case .leafModeUnknown: "Whether the two modes agree inside it can't be decided."
    case .leafModeDeclared: "The two modes differ inside it, as its author says."
    case .controlFlowHidden: "Whether the two modes agree inside it can't be decided."
    case .returnNodeMissingInMode: "An extractor that is asked for this node can't be made for both modes."
    case .returnNodeRenamed: "One name would return two different values."
    case .submoduleModeMixed: "It does not follow train() and eval() as the modules around it do."
    case .expectationUnused: "What it accepted is gone; left in place it would accept the next one unseen."
    case .expectationExpired: "It was accepted until a date that has passed."
    case .expectationUnknownRule: "It can't match anything as it is written."
    case .expectationTooBroad: "It would accept differences that nobody has looked at."
    }
  }
}
