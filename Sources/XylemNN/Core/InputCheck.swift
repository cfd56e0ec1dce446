internal import XylemErrors
internal import XylemTensor

/// Checks of input sizes that a layer or function makes before it computes or writes anything.
enum InputCheck {
  /// Checks the sizes of tensors: now if they are known, otherwise when the traced model runs.
  ///
  /// An extractor makes the check if it runs the operators of the layer instead of the layer.
  ///
  /// - Parameter body: gets the sizes of each tensor, in order; throws if they are invalid.
  /// - Throws: the errors of `body`; while tracing, the tracer's errors.
  static func make(
    _ inputs: [Tensor], _ body: @escaping ([[Int]]) throws(XylemError) -> Void
  ) throws(XylemError) {
    let known = inputs.compactMap(\.knownSizes)
    if known.count == inputs.count { return try body(known) }
    guard let tracer = Recording.current as? ModuleTracer else {
      // A stand-in that outlived its trace: reading its sizes is the error.
      for input in inputs { _ = try input.sizes }
      return
    }
    try tracer.recordCheck(of: inputs, body)
  }

  /// Checks the sizes of one tensor.
  static func make(_ input: Tensor, _ body: @escaping ([Int]) throws(XylemError) -> Void) throws(XylemError) {
    try make([input]) { (sizes: [[Int]]) throws(XylemError) in try body(sizes[0]) }
  }
}

extension ModuleErrors {
  /// Fails if a norm would compute statistics of a single value: `[N, C, …]` with all sizes but C being 1.
  static func checkBatch(_ sizes: [Int], _ what: String, type: String, remedies: [String] = []) throws(XylemError) {
    let values = sizes.enumerated().reduce(1) { $1.offset == 1 ? $0 : $0 * $1.element }
    guard values != 1 else {
      throw layerInput("\(what) needs more than one value per channel", sizes, type: type, remedies: remedies)
    }
  }

  /// Fails for an `eps` of batch norm that PyTorch refuses: a negative one, and 0 if the batch's own statistics are
  /// used.
  static func checkEpsilon(_ eps: Double, isTraining: Bool, type: String) throws(XylemError) {
    guard eps < 0 || eps == 0 && isTraining else { return }
    throw XylemError(
      .modelArgument, "a batch norm's eps is \(eps)", at: .init(moduleType: type),
      cause: Reason("a positive number is needed"))
  }

  /// Fails if the number of channels differs from the norm's weights or statistics.
  static func checkChannels(_ sizes: [Int], _ wanted: Int, at dimension: Int, type: String) throws(XylemError) {
    guard sizes[dimension] != wanted else { return }
    throw layerInput("\(wanted) channels were expected, not \(sizes[dimension])", sizes, type: type)
  }

  /// Fails if an instance norm would compute statistics of a single element: `[N, C, …]` with all spatial sizes being
  /// 1.
  static func checkSpatial(_ sizes: [Int], type: String) throws(XylemError) {
    guard sizes.dropFirst(2).reduce(1, *) != 1 else {
      throw layerInput("an instance norm needs more than one element per channel", sizes, type: type)
    }
  }

  /// Fails if a group norm would compute statistics of a single value.
  static func checkGroups(_ sizes: [Int], _ groups: Int, type: String) throws(XylemError) {
    guard sizes.count >= 2 else { throw rank(sizes, wanted: 2...6, type: type) }
    guard groups > 0 else { throw layerInput("a group norm of \(groups) groups", sizes, type: type) }
    // As in PyTorch: the values in one group.
    guard sizes.dropFirst(2).reduce(sizes[0] * sizes[1] / groups, *) != 1 else {
      throw layerInput("a group norm needs more than one value per group", sizes, type: type)
    }
  }
}
