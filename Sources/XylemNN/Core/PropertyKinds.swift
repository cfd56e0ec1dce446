internal import XylemFiles
internal import XylemScript
internal import XylemTensor

/// Classifies the values of properties by type; each type is examined once.
///
/// Checking a value's conformances takes longer than everything else that is done with most properties.
final class PropertyKinds {
  enum Kind {
    /// Contains no part of a model.
    case plain
    case module
    case parameter
    case buffer
    case tensor
    case namedModules
    case namedParameters
    case representable
    case optional
    /// Must be examined.
    case other
  }

  private var known: [ObjectIdentifier: Kind] = [:]
  private var keys: [String: String] = [:]

  /// The kind of a value, by its dynamic type.
  func kind(of value: Any) -> Kind {
    let type = Swift.type(of: value)
    if let kind = known[ObjectIdentifier(type)] { return kind }
    let fresh = Self.kind(ofType: type)
    known[ObjectIdentifier(type)] = fresh
    return fresh
  }

  private static func kind(ofType type: Any.Type) -> Kind {
    switch type {
    case is any PlainValue.Type: .plain
    case is Module.Type: .module
    case is Parameter.Type: .parameter
    case is Buffer.Type: .buffer
    case is Tensor.Type: .tensor
    case is any NamedModules.Type: .namedModules
    case is any NamedParameters.Type: .namedParameters
    case is any ModuleRepresentable.Type: .representable
    case is any OptionalValue.Type: .optional
    default: .other
    }
  }

  /// A property's name in snake case.
  func key(of property: String) -> String {
    if let key = keys[property] { return key }
    let fresh = SnakeCase.name(property)
    keys[property] = fresh
    return fresh
  }
}

/// An optional of any type.
protocol OptionalValue {
  /// The value, if there is one.
  var wrappedValue: Any? { get }
}

extension Optional: OptionalValue {
  var wrappedValue: Any? { self }
}

/// Values known to contain no part of a model, without examination.
protocol PlainValue {}
extension Int: PlainValue {}
extension Double: PlainValue {}
extension Float: PlainValue {}
extension Bool: PlainValue {}
extension String: PlainValue {}
extension DType: PlainValue {}
extension Array: PlainValue where Element: PlainValue {}
extension Sizes: PlainValue {}
extension OutputSize: PlainValue {}
extension PaddingMode: PlainValue {}
extension ConvolutionPadding: PlainValue {}
extension ConvolutionOperators: PlainValue {}
extension OperatorReference: PlainValue {}
