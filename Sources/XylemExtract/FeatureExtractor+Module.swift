public import XylemErrors
public import XylemFiles
public import XylemNN
public import XylemTensor

/// An extractor as a part of another model: see ``FeatureExtractor``.
extension FeatureExtractor: ModuleRepresentable {
  package var representedModule: Module { partModule }

  /// The extractor as a module, with the parameters, buffers and modules of the model that it needs, by the model's own
  /// keys. It is the module that a stored property of type `FeatureExtractor` adds to a model.
  ///
  /// They are the model's own: freezing them, switching them between train mode and eval mode, converting their type and
  /// loading weights have effect on the model and on the extractor's next call. An archive's modules can only be switched
  /// all at once.
  public var module: Module { partModule }

  /// The parameters that the extractor needs, each once with its first path in the model.
  ///
  /// - Throws: as `Module.namedModules()`.
  public func namedParameters() throws(XylemError) -> [(path: String, parameter: Parameter)] {
    try partModule.namedParameters()
  }

  /// The parameters that the extractor needs, each once: the input of an optimizer.
  ///
  /// - Throws: as `Module.namedModules()`.
  public func parameters() throws(XylemError) -> [Parameter] { try partModule.parameters() }

  /// Freezes the modules at the paths that a glob matches, and those below, in the model itself.
  ///
  /// - Returns: the paths of the parameters that were frozen.
  /// - Throws: `model.unknown-path` if the glob matches nothing that the extractor needs.
  @discardableResult
  public func freeze(_ glob: String) throws(XylemError) -> [String] { try partModule.freeze(glob) }

  /// Makes the parameters of the modules at the paths that a glob matches, and those below, require gradients.
  ///
  /// - Returns: the paths of the parameters.
  /// - Throws: `model.unknown-path` if the glob matches nothing that the extractor needs.
  @discardableResult
  public func unfreeze(_ glob: String) throws(XylemError) -> [String] { try partModule.unfreeze(glob) }

  /// Converts the floating-point tensors that the extractor needs to another type, in the model itself.
  ///
  /// - Throws: as `Module.cast(to:)`.
  public func cast(to dtype: DType) throws { try partModule.cast(to: dtype) }

  /// Runs the model on tensors, as far as needed.
  ///
  ///     let features = try extractor(image)
  ///     let layer3: Tensor = try features["layer3"]
  ///
  /// In the code of a module that holds the extractor, this is a call of the extractor in traces: its nodes are those of
  /// its model, below the path of the property.
  ///
  /// - Throws: as ``callAsFunction(_:)-swift.method``, and while a model is traced the tracer's errors.
  public func callAsFunction(
    _ x: Tensor, _ others: Tensor..., file: String = #fileID, line: Int = #line
  ) throws(XylemError) -> Features {
    try run(([x] + others).map { .tensor($0) }, at: CallSite(file, line))
  }

  func run(_ arguments: [Value], at site: CallSite) throws(XylemError) -> Features {
    let recorded = try part.typed { try partModule.recordCall(arguments, at: site) }
    if let recorded { return try Features(moduleValue: recorded) }
    return try part.features(arguments, in: partModule.modes)
  }
}
