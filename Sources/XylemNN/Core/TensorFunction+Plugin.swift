public import XylemPlugins
internal import XylemTensor

extension TensorFunction {
  /// A leaf function of a plugin, to be called from a model's code.
  ///
  ///     let roundUp = TensorFunction<Double, Int, Value>(plugin.functions[0])
  ///
  /// Traces that are to record it as a leaf need a policy with its rule; without one the call fails where its arguments are
  /// known only when the model runs, since nothing can be traced through. The types are those of the signature: integers are `Int`,
  /// floating-point numbers `Double`; a number that the function gives is a `Value` where models are traced, since it is known only when
  /// they run.
  public init(_ function: PluginFunction) {
    self.init(unchecked: function.name) { (input: repeat each Input) in
      var values: [Value] = []
      repeat values.append((each input).moduleValue)
      return try Output(moduleValue: try function(values))
    }
  }
}
