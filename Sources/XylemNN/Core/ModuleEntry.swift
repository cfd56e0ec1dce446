internal import Synchronization
internal import XylemErrors
internal import XylemGraph
public import XylemTensor

/// How a module is run as a whole: the names of `forward`'s arguments, and `forward` on values.
public struct ModuleEntry {
  /// An argument of `forward`.
  struct DeclaredArgument {
    let name: String
    let type: TypeExpression
    /// The number of elements of a list. Nil for other arguments, and if it is not declared.
    let count: Int?
    /// The value that the argument keeps while the module is traced, unless it is made an input. Nil if it has none.
    let defaultValue: NodeInput?
  }

  let arguments: [DeclaredArgument]
  let body: ([Value]) throws -> Value

  /// Creates an entry from a `forward` with named arguments. Optional arguments may be omitted.
  ///
  /// A list of tensors needs its number of elements if the module is the root of a trace: a trace has a node for each
  /// element.
  ///
  ///     override var entry: ModuleEntry? {
  ///       ModuleEntry("features", counts: ["features": 4]) { [unowned self] (features: [Tensor]) in try forward(features) }
  ///     }
  ///
  /// An argument with a default keeps it while the module is traced, as one of an archive does, unless an input is given
  /// for it.
  ///
  ///     override var entry: ModuleEntry? {
  ///       ModuleEntry("x", "scale", defaults: ["scale": 2.0]) { (x: Tensor, scale: Double) in try x * scale }
  ///     }
  ///
  /// - Parameters:
  ///   - names: one for each argument.
  ///   - counts: the numbers of elements of list arguments, checked when a graph runs.
  ///   - defaults: numbers, Booleans, strings or nil, by the argument's name.
  ///   - forward: the function to run.
  public init<each Input: ModuleValue, Output: ModuleValue>(
    _ names: String..., counts: [String: Int] = [:], defaults: [String: any ModuleValue] = [:],
    forward: @escaping (repeat each Input) throws -> Output
  ) {
    var arguments: [DeclaredArgument] = []
    func add(_ type: any ModuleValue.Type) {
      let name = names.indices.contains(arguments.count) ? names[arguments.count] : "input_\(arguments.count)"
      arguments.append(
        DeclaredArgument(
          name: name, type: TypeExpression(parsing: type.typeDescription), count: counts[name],
          defaultValue: defaults[name]?.moduleValue.literal.map { .literal($0) }))
    }
    repeat add((each Input).self)
    self.arguments = arguments
    body = onValues(forward)
  }
}

/// A module that maps one tensor to one tensor: most layers, and most whole models.
///
///     final class Head: Module, Layer {
///       let fc = Linear(512, 10)
///       func forward(_ x: Tensor) throws -> Tensor { try fc(x.flatten(startDim: 1)) }
///     }
///
/// Calling it, `try head(x)`, is a call of the module in traces; calling `forward` itself is not.
public protocol Layer: Module {
  /// Computes the layer's value.
  func forward(_ x: Tensor) throws -> Tensor
}

extension Layer {
  /// Runs the layer, or records its call while a model is traced.
  ///
  /// - Throws: the errors of `forward`, and while tracing the tracer's errors.
  public func callAsFunction(_ x: Tensor, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try call(x, file: file, line: line) { try self.forward($0) }
  }
}

extension Module {
  /// Runs `forward` as a call of this module. Use it in your own `callAsFunction` for modules with several inputs or
  /// outputs.
  ///
  ///     func callAsFunction(_ image: Tensor, _ mask: Tensor?) throws -> Heads {
  ///       try call(image, mask) { try self.forward($0, $1) }
  ///     }
  ///
  /// - Throws: the errors of `forward`, and while tracing the tracer's errors; ``fault`` if there is one;
  ///   `model.recursion` if modules call each other without end.
  public final func call<each Input: ModuleValue, Output: ModuleValue>(
    _ input: repeat each Input, file: String = #fileID, line: Int = #line,
    forward: @escaping (repeat each Input) throws -> Output
  ) throws -> Output {
    try checkFault()
    try StackGuard.check(Swift.type(of: self).typeName, at: CallSite(file, line))
    guard let tracer = Recording.current as? ModuleTracer else { return try forward(repeat each input) }
    return try tracer.callModule(self, repeat each input, at: CallSite(file, line), forward: forward)
  }
}
