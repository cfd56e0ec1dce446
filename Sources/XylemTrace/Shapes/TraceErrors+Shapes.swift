internal import XylemErrors
internal import XylemGraph

/// The messages of errors about known shapes.
extension TraceErrors {
  /// The error for a node that fails on tensors of the known shapes.
  static func shapeFailure(at node: Node, _ error: XylemError) -> XylemError {
    XylemError(
      .traceShape, "the model can't run on inputs of these shapes",
      at: .init(modulePath: node.modulePath, node: node.name, source: node.location.map { String(describing: $0) }),
      cause: error,
      remedies: Audience.remedies(
        program: ["shapes: [\"\": [1, 3, 224, 224]]  // sizes that the model takes"],
        commandLine: ["--shape 1,3,224,224  # sizes that the model takes"]))
  }

  static func impossibleShape(_ name: String, _ shape: KnownShape, _ error: XylemError) -> XylemError {
    XylemError(.traceShape, "the input '\(name)' of the shape \(shape) can't be made", cause: error)
  }

  static func negativeShape(_ name: String, _ shape: KnownShape) -> XylemError {
    XylemError(.traceShape, "the shape \(shape) of '\(name)' has a negative size")
  }

  static func unnamedShape(_ names: [String], _ shape: KnownShape) -> XylemError {
    let sizes = shape.sizes.map(String.init).joined(separator: ",")
    return XylemError(
      .traceShape,
      names.isEmpty ? "forward takes no tensor, so it has no shape" : "a shape needs the name of its argument",
      cause: names.isEmpty ? nil : Reason("forward takes " + names.joined(separator: ", ")),
      remedies: names.prefix(2).flatMap { name in
        Audience.remedies(
          program: ["shapes: [\"\(name)\": \(shape)]"], commandLine: ["--shape \(name)=\(sizes)"])
      })
  }

  static func shapeOfOther(_ argument: ForwardArgument, _ shape: KnownShape) -> XylemError {
    XylemError(
      .traceShape, "the argument '\(argument.name)' of forward is not a tensor, so it has no shape",
      cause: Reason("its type is \(argument.type)"))
  }

  static func fixedWithShape(_ name: String) -> XylemError {
    XylemError(
      .traceShape, "the argument '\(name)' of forward can't have both a fixed value and a shape",
      remedies: Audience.remedies(
        program: ["remove '\(name)' from concrete or from shapes"],
        commandLine: ["leave out --concrete \(name)=VALUE", "leave out --shape \(name)=SIZES"]))
  }

  static func missingShape(_ place: String, given: [String]) -> XylemError {
    XylemError(
      .traceShape, "the shape of '\(place)' is missing",
      cause: Reason("there are shapes of " + given.joined(separator: ", ")),
      remedies: Audience.remedies(
        program: ["shapes: [\"\(place)\": [3, 224, 224]]"], commandLine: ["--shape \(place)=3,224,224"]))
  }

  static func twoShapes(_ place: String) -> XylemError {
    XylemError(.traceShape, "'\(place)' has two shapes", remedies: ["leave out one of them"])
  }
}
