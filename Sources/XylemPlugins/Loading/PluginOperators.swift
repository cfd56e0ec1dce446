internal import Synchronization
internal import XylemErrors
internal import XylemGraph
internal import XylemTensor

/// Operators of the runtime that plugins implement. Archives, their leaves and their regions then call the plugin.
enum PluginOperators {
  /// The functions that implement operators, by operator name. An implementation stays for the life of the process.
  private static let installed = Mutex<[String: PluginIdentity]>([:])

  /// Registers the functions that implement operators. A function that is already registered stays.
  ///
  /// - Throws: `plugin.duplicate-name` if another plugin implements one of them; `runtime.operator` if the runtime has
  ///   its own implementation, or declares other types.
  static func install(_ functions: [PluginFunction], of plugin: PluginIdentity) throws(XylemError) {
    for function in functions {
      guard let name = function.operatorName else { continue }
      let outcome: Result<Void, XylemError> = installed.withLock { known in
        if let other = known[name] {
          return other == plugin ? .success(()) : .failure(LeafErrors.operatorTwice(name, other, plugin))
        }
        do throws(XylemError) {
          try TensorRuntime.implement(name, schema: function.signature.operatorSchema) { arguments in
            try results(of: function, arguments)
          }
        } catch { return .failure(error) }
        known[name] = plugin
        LeafRegistry.add(operator: name, by: plugin)
        return .success(())
      }
      try outcome.get()
    }
  }

  private static func results(of function: PluginFunction, _ arguments: [Value]) throws -> [Value] {
    let result = try function(arguments)
    if result.literal == Literal.none, function.signature.result == nil { return [] }
    var results = [result]
    if case .tensors = function.signature.result?.content, case .list(let several) = result { results = several }
    // The schema says that results are new, and the order of writes relies on the schema.
    for tensor in results.compactMap(\.tensor)
    where arguments.contains(where: { argument in argument.tensor.map { tensor.sharesStorage(with: $0) } ?? false }) {
      throw LeafErrors.operatorAlias(function.name, function.plugin)
    }
    return results
  }
}
