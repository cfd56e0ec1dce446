/// Compares an asserted signature with a function's declaration in C.
struct SignatureComparison {
  let signature: Signature
  let declaration: FunctionDeclaration

  /// All differences between the two, one line each.
  var faults: [String] {
    var faults: [String] = []
    if declaration.isVariadic { faults.append("the function takes a variable number of arguments") }
    let (said, found) = (signature.parameters, declaration.parameters)
    if said.count != found.count {
      faults.append("the signature has \(said.count) parameters, the function \(found.count)")
    }
    for index in 0..<min(said.count, found.count) where !Self.fits(said[index], found[index].type) {
      faults.append("parameter \(index + 1): \(said[index]) in the signature, \(found[index].text) in the function")
    }
    if !resultFits {
      faults.append(
        "result: \(signature.result?.description ?? "()") in the signature, \(declaration.result.text) in the function"
      )
    }
    return faults
  }

  /// The signature of the declaration; nil if it is not unambiguous.
  var suggestion: String? {
    guard !declaration.isVariadic else { return nil }
    var types: [String] = []
    for parameter in declaration.parameters {
      guard let type = Self.type(for: parameter.type, isResult: false) else { return nil }
      types.append(type)
    }
    guard let result = declaration.result.type == .void ? "()" : Self.type(for: declaration.result.type, isResult: true)
    else { return nil }
    return "(" + types.joined(separator: ", ") + ") -> " + result
  }

  private var resultFits: Bool {
    guard let result = signature.result else { return declaration.result.type == .void }
    switch (result.content, declaration.result.type) {
    case (.tensor, .pointer(to: .structure(Self.tensorName), _)): return true
    default: return Self.fits(result, declaration.result.type)
    }
  }

  private static let tensorName = "DLManagedTensorVersioned"

  private static func fits(_ said: Signature.ValueType, _ found: CType) -> Bool {
    switch (said.content, found) {
    case (.number(let number), .pointer(to: let target, _)) where said.isOptional: fits(number, target)
    case (.number(let number), let type) where !said.isOptional: fits(number, type)
    case (.text, .pointer(to: .integer(bits: 8, _), _)): true
    case (.pointer, .pointer): true
    case (.tensor, .pointer(to: .structure(tensorName), isConstant: true)): true
    case (.writtenTensor, .pointer(to: .structure(tensorName), isConstant: false)): true
    case (.list(let element), .pointer(to: .structure(let name), _)): name == "xylem_\(element.rawValue)_list"
    case (.tensors, .pointer(to: .structure(let name), _)): name == "xylem_tensor_list"
    default: false
    }
  }

  private static func fits(_ number: Signature.Number, _ found: CType) -> Bool {
    switch (number, found) {
    case (.f32, .floating(bits: 32)), (.f64, .floating(bits: 64)), (.bool, .boolean(bits: 8)): true
    case (.f32, _), (.f64, _), (.bool, _): false
    case (_, .integer(let bits, let isSigned)): number.rawValue == "\(isSigned ? "i" : "u")\(bits)"
    case (_, .enumeration(let bits)): number.rawValue.dropFirst() == "\(bits)"
    default: false
    }
  }

  private static func type(for type: CType, isResult: Bool) -> String? {
    switch type {
    case .integer(let bits, let isSigned): "\(isSigned ? "i" : "u")\(bits)"
    case .enumeration(let bits): "i\(bits)"
    case .boolean(bits: 8): "bool"
    case .floating(bits: 32): "f32"
    case .floating(bits: 64): "f64"
    case .pointer(to: .integer(bits: 8, isSigned: true), _): "cstr"
    case .pointer(to: .structure(tensorName), let isConstant): isConstant || isResult ? "tensor" : "tensor!"
    case .pointer(to: .structure(let name), _) where name.hasPrefix("xylem_") && name.hasSuffix("_list"):
      name.dropFirst(6).dropLast(5) + "[]"
    case .pointer: "ptr"
    default: nil
    }
  }
}
