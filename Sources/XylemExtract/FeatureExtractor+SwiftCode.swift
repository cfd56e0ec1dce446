internal import XylemErrors
internal import XylemNN
internal import XylemTrace

extension FeatureExtractor {
  /// The extractor's current mode as Swift code: a class that computes the same features, with the same bits, from the
  /// model's weights.
  ///
  ///     let options = TraceOptions(policy: LeafPolicy(includesDefaults: false))
  ///     let extractor = try FeatureExtractor(of: model, returning: ["layer4"], options: options, modes: [.eval])
  ///     let code = try extractor.swiftCode(typeName: "ResNet18")
  ///     // try ResNet18(weights: weights)(image)["layer4"]
  ///
  /// Each node of the trace is a statement, named as the node: `layer1_0_relu` for `layer1.0.relu`. Operators are called
  /// as `ATen`, so gradients flow through the code, and it can be traced. Weights are read by the keys of the model's state
  /// dict. The layers' checks of sizes are left out.
  ///
  /// - Parameter typeName: the name of the class.
  /// - Throws: `extract.unsavable` for a feature without a tensor, and for code that has no operators: leaves of archives
  ///   (trace without default leaves), regions, plugins' leaves, constants of more than 256 elements; `extract.input` for a
  ///   name that no class can have.
  public func swiftCode(typeName: String) throws -> String {
    guard SwiftNames.isIdentifier(typeName) else {
      throw ExtractErrors.input("'\(typeName)' can't be the name of a class", remedies: ["use letters and digits"])
    }
    try checkReplacements()
    var writer = try SwiftCodeWriter(asOperators(plan), traces[mode]?.arguments ?? [], state: neededTensors)
    return try writer.text(typeName: typeName, modelName: model.name)
  }
}
