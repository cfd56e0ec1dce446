internal import XylemErrors
internal import XylemGraph

extension TraceOptions {
  /// The structure of a list of tensors with known shapes.
  static func parts(
    of argument: ForwardArgument, _ shapes: [String: KnownShape]
  ) throws(XylemError) -> [InputStructure] {
    let names = (0..<shapes.count).map { "\(argument.name).\($0)" }
    if let missing = names.first(where: { shapes[$0] == nil }) {
      throw TraceErrors.missingShape(missing, given: shapes.keys.sorted())
    }
    return names.map { _ in .value }
  }

  /// The known shapes, by argument and then as in ``ForwardArgument/shapes``.
  func shapes(of declared: [ForwardArgument]) throws(XylemError) -> [String: [String: KnownShape]] {
    var found: [String: [String: KnownShape]] = [:]
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      let argument: ForwardArgument
      var place = name
      if name.isEmpty {
        let open = declared.filter { $0.type.holdsTensors && concrete[$0.name] == nil }
        let needed = open.filter { $0.defaultValue == nil }
        let candidates = needed.isEmpty ? open : needed
        guard candidates.count == 1 else { throw TraceErrors.unnamedShape(candidates.map(\.name), shape) }
        argument = candidates[0]
        place = argument.name
      } else {
        let owner = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)[0]
        guard let named = declared.first(where: { $0.name == owner }) else {
          throw TraceErrors.unknownArgument(String(owner), known: declared.map(\.name)) { near in
            Audience.remedies(
              program: ["shapes: [\"\(near)\": \(shape)]"],
              commandLine: ["--shape \(near)=\(shape.sizes.map(String.init).joined(separator: ","))"])[0]
          }
        }
        argument = named
      }
      guard argument.type.holdsTensors else { throw TraceErrors.shapeOfOther(argument, shape) }
      guard shape.sizes.allSatisfy({ $0 >= 0 }) else { throw TraceErrors.negativeShape(place, shape) }
      // One tensor serves as a list of one.
      if place == argument.name, case .list = argument.type.unwrapped { place += ".0" }
      guard found[argument.name, default: [:]].updateValue(shape, forKey: place) == nil else {
        throw TraceErrors.twoShapes(place)
      }
    }
    return found
  }
}

extension TypeExpression {
  /// Whether a value of the type may contain tensors.
  fileprivate var holdsTensors: Bool {
    switch self {
    case .tensor, .any: true
    case .optional(let inner), .list(let inner), .dictionary(_, let inner): inner.holdsTensors
    case .tuple(let types, _): types.contains(where: \.holdsTensors)
    default: false
    }
  }
}
