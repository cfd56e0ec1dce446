internal import XylemErrors
internal import XylemGraph
internal import XylemTensor

extension ShapeEvaluator {
  /// Tensors of the known shapes for the arguments of `forward`, by name.
  ///
  /// - Throws: `runtime.not-found`, `runtime.tensor`; `trace.shape` if there is not enough memory.
  static func inputs(for arguments: [ForwardArgument]) throws(XylemError) -> [String: Value] {
    var inputs: [String: Value] = [:]
    for argument in arguments {
      guard !argument.shapes.isEmpty else { continue }
      inputs[argument.name] = try value(argument.name, argument.type.unwrapped, argument.structure, argument.shapes)
    }
    return inputs
  }

  private static func value(
    _ name: String, _ type: TypeExpression, _ structure: InputStructure?, _ shapes: [String: KnownShape]
  ) throws(XylemError) -> Value? {
    if let shape = shapes[name] {
      do throws(XylemError) {
        let zeros = try TensorOperator.call(
          "aten::zeros", [.list(shape.sizes.map { .int($0) }), .int(Int(shape.dtype.runtimeCode)), .none, .none, .none])
        return .tensor(zeros)
      } catch { throw TraceErrors.impossibleShape(name, shape, error) }
    }
    func parts(_ names: [String], _ types: [TypeExpression], _ inner: [InputStructure?]) throws(XylemError) -> [Value]?
    {
      var values: [Value] = []
      for (index, name) in names.enumerated() {
        guard let part = try value(name, types[index].unwrapped, inner[index], shapes) else { return nil }
        values.append(part)
      }
      return values
    }
    switch (type, structure) {
    case (.list(let element), .list(let elements)?):
      let names = elements.indices.map { "\(name).\($0)" }
      return try parts(names, elements.map { _ in element }, elements).map { .list($0) }
    case (.list(let element), nil):
      let count = (0...).first { shapes["\(name).\($0)"] == nil } ?? 0
      guard count > 0 else { return nil }
      let names = (0..<count).map { "\(name).\($0)" }
      return try parts(names, names.map { _ in element }, names.map { _ in nil }).map { .list($0) }
    case (.tuple(let types, let labels), .tuple(let elements)?) where types.count == elements.count:
      let names = elements.indices.map { "\(name).\($0)" }
      return try parts(names, types, elements).map { .tuple($0, names: labels ?? []) }
    case (.dictionary(_, let type), .dictionary(let entries)?):
      let names = entries.map { entry in
        if case .string(let key) = entry.key { "\(name).\(key)" } else { "\(name).\(entry.key)" }
      }
      return try parts(names, entries.map { _ in type }, entries.map(\.value)).map { values in
        .dictionary(zip(entries, values).map { (.literal($0.key), $1) })
      }
    default: return nil
    }
  }
}
