internal import XylemErrors
internal import XylemNN
internal import XylemTensor

/// Three sizes as one value, whose parts are nodes while a model is traced.
struct TupleOfSizes: ModuleValue {
  let moduleValue: Value
  static var typeDescription: String { "Tuple[int, int, int]" }

  init(_ value: Value) { moduleValue = value }
  init(moduleValue: Value) { self.moduleValue = moduleValue }

  func size(_ index: Int) throws(XylemError) -> Size { try Size(moduleValue: moduleValue.part(index, as: "int")) }

  /// The sizes as numbers.
  ///
  /// - Throws: `trace.concrete-value` if they depend on the input of a model that is being traced.
  func numbers() throws -> [Int] { try (0..<3).map { try Int(size($0)) } }
}
