internal import XylemErrors
internal import XylemTensor
public import XylemTrace

/// A function of tensors with a name of its own, which a ``LeafPolicy`` can keep whole.
///
///     let window = TensorFunction("window") { (x: Tensor, size: Size) in try x.narrow(dim: 1, start: 0, length: size) }
///     let y = try window(x, 7)
///     let policy = LeafPolicy().wrap(window)
///
/// Without a rule that matches, traces go through it.
public struct TensorFunction<each Input: ModuleValue, Output: ModuleValue>: @unchecked Sendable {
  /// The name that rules match, and that nodes have.
  public let name: String
  private let body: (repeat each Input) throws -> Output

  /// A function under a name.
  public init(_ name: String, _ body: @escaping @Sendable (repeat each Input) throws -> Output) {
    self.name = name
    self.body = body
  }

  /// A function whose body may be called from any thread, also where the compiler can't tell.
  init(unchecked name: String, _ body: @escaping (repeat each Input) throws -> Output) {
    self.name = name
    self.body = body
  }

  /// Runs the function, or writes its call down where a model is being traced.
  ///
  /// - Throws: what the function throws, and while tracing what the tracer throws.
  public func callAsFunction(
    _ input: repeat each Input, file: String = #fileID, line: Int = #line
  ) throws -> Output {
    guard let tracer = Recording.current as? ModuleTracer else { return try body(repeat each input) }
    return try tracer.callFunction(
      name, consistsOfOperators: false, repeat each input, at: CallSite(file, line), body)
  }
}

extension LeafPolicy {
  /// The policy with modules of a type as leaves.
  public func leaf(_ type: Module.Type) -> LeafPolicy { leaf(type: type.typeName) }

  /// The policy with those modules of a model as leaves that a predicate chooses, by their paths.
  ///
  ///     let policy = try LeafPolicy().leaf(in: model) { path, module in module is Sequential && path != "layer1" }
  ///
  /// The predicate is asked once for each module. The policy has a rule for each path that was chosen, and no closure, so that it
  /// can be compared and saved.
  ///
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

/// Runs one of PyTorch's functional forms, which traces keep whole where the policy says so.
func functional<each Input: ModuleValue, Output: ModuleValue>(
  _ name: String, _ input: repeat each Input, at site: CallSite, _ body: @escaping (repeat each Input) throws -> Output
) throws -> Output {
  guard let tracer = Recording.current as? ModuleTracer else { return try body(repeat each input) }
  return try tracer.callFunction(name, consistsOfOperators: true, repeat each input, at: site, body)
}
