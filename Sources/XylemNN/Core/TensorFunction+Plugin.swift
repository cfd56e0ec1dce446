public import XylemPlugins
internal import XylemTensor

extension TensorFunction {
  /// Creates a function from a plugin's leaf function, for use in a model's code.
  ///
  ///     let roundUp = TensorFunction<Double, Int, Value>(plugin.functions[0])
  ///
  /// A trace records it as a leaf if its policy has the function's rule. Without a rule the call fails if its arguments
  /// are known only at run time, since the function can't be traced through. The types are those of the signature:
  /// integers are `Int`, floating-point numbers `Double`. A number that the function returns is a `Value` while models
  /// are traced, since it is known only at run time.
  public init(_ function: PluginFunction) {
    self.init(unchecked: function.name) { (input: repeat each Input) in
      var values: [Value] = []
      repeat values.append((each input).moduleValue)
      return try Output(moduleValue: try function(values))
    }
  }
}
