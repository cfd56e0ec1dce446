internal import XylemErrors
package import XylemTensor
public import XylemTrace

/// A named function of tensors, which a ``LeafPolicy`` can make a leaf.
///
///     let window = TensorFunction("window") { (x: Tensor, size: Size) in try x.narrow(dim: 1, start: 0, length: size) }
///     let y = try window(x, 7)
///     let policy = LeafPolicy().wrap(window)
///
/// Without a matching rule, traces go through it.
public struct TensorFunction<each Input: ModuleValue, Output: ModuleValue>: @unchecked Sendable {
  /// The name that rules match and nodes have.
  public let name: String
  private let body: (repeat each Input) throws -> Output
  /// Whether it is a function of this package, whose code does nothing but call operators and look at sizes.
  private let isOfPackage: Bool

  /// Creates a function with a name.
  public init(_ name: String, _ body: @escaping @Sendable (repeat each Input) throws -> Output) {
    self.name = name
    self.body = body
    isOfPackage = false
  }

  /// Creates a function of this package, whose code does nothing but call operators and look at sizes.
  package init(ofPackage name: String, _ body: @escaping @Sendable (repeat each Input) throws -> Output) {
    self.name = name
    self.body = body
    isOfPackage = true
  }

  /// Creates a function whose body may be called from any thread, even if the compiler can't prove it.
  init(unchecked name: String, _ body: @escaping (repeat each Input) throws -> Output) {
    self.name = name
    self.body = body
    isOfPackage = false
  }

  /// Runs the function, or records its call while a model is traced.
  ///
  /// - Throws: the errors of the function, and while tracing the tracer's errors.
  public func callAsFunction(
    _ input: repeat each Input, file: String = #fileID, line: Int = #line
  ) throws -> Output {
    guard let tracer = Recording.current as? ModuleTracer else { return try body(repeat each input) }
    return try tracer.callFunction(
      name, consistsOfOperators: false, isOfPackage: isOfPackage, repeat each input, at: CallSite(file, line), body)
  }
}

extension LeafPolicy {
  /// The policy with modules of a type as leaves.
  public func leaf(_ type: Module.Type) -> LeafPolicy { leaf(type: type.typeName) }

  /// The policy with the modules of a model that a predicate selects by path as leaves.
  ///
  ///     let policy = try LeafPolicy().leaf(in: model) { path, module in module is Sequential && path != "layer1" }
  ///
  /// The predicate is called once for each module. The policy has a rule for each selected path and no closure, so it
  /// can be compared and saved.
  ///
  /// - Throws: as ``Module/namedModules()``, and the errors of the predicate.
  /// - Throws: as ``Module/namedModules()``, and what the predicate throws.
  public func leaf(
    in model: Module, where isLeaf: (_ path: String, _ module: Module) throws -> Bool
  ) throws -> LeafPolicy {
    try model.namedModules().filter(isLeaf).reduce(self) { $0.leaf(path: Self.literal($1.path)) }
  }

  /// The policy with a function as a leaf.
  public func wrap<each Input: ModuleValue, Output: ModuleValue>(
    _ function: TensorFunction<repeat each Input, Output>
  ) -> LeafPolicy { wrap(function.name) }
}

/// Runs one of PyTorch's or torchvision's functional forms, which is a leaf if the policy says so. Its body consists of
/// operators.
package func functional<each Input: ModuleValue, Output: ModuleValue>(
  _ name: String, _ input: repeat each Input, at site: CallSite, _ body: @escaping (repeat each Input) throws -> Output
) throws -> Output {
  guard let tracer = Recording.current as? ModuleTracer else { return try body(repeat each input) }
  return try tracer.callFunction(name, consistsOfOperators: true, repeat each input, at: site, body)
}
