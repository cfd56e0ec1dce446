internal import CElfutils

/// A C type, as far as calls depend on it.
indirect enum CType: Equatable {
  case void
  case integer(bits: Int, isSigned: Bool)
  case enumeration(bits: Int)
  case boolean(bits: Int)
  case floating(bits: Int)
  case pointer(to: CType, isConstant: Bool)
  case structure(String)
  case other
}

/// A function's types in C.
struct FunctionDeclaration {
  /// A type and its C spelling, as in `const char *`.
  struct Part {
    let type: CType
    let text: String
  }

  let parameters: [Part]
  let result: Part
  /// Whether the function is variadic.
  let isVariadic: Bool
}

/// The DWARF information of a file about the types of functions.
@safe
struct DebugInformation {
  private let debug: OpaquePointer

  /// Opens debug information, which stays open.
  init(_ debug: OpaquePointer) { unsafe self.debug = unsafe debug }

  /// Returns the declaration of the function whose code begins at an address, or nil if there is none.
  func declaration(at address: UInt64) -> FunctionDeclaration? {
    var unit = unsafe Dwarf_Die()
    if unsafe dwarf_addrdie(debug, address, &unit) != nil, let found = unsafe function(at: address, in: &unit, depth: 0)
    {
      return unsafe declaration(found)
    }
    // The index of addresses may be missing.
    var offset: Dwarf_Off = 0
    var next: Dwarf_Off = 0
    var headerSize = 0
    while unsafe dwarf_nextcu(debug, offset, &next, &headerSize, nil, nil, nil) == 0 {
      defer { offset = next }
      guard unsafe dwarf_offdie(debug, offset + Dwarf_Off(headerSize), &unit) != nil else { continue }
      if let found = unsafe function(at: address, in: &unit, depth: 0) { return unsafe declaration(found) }
    }
    return nil
  }

  /// Functions are in a unit or in its namespaces.
  private func function(at address: UInt64, in parent: inout Dwarf_Die, depth: Int) -> Dwarf_Die? {
    var child = unsafe Dwarf_Die()
    guard depth < 16, unsafe dwarf_child(&parent, &child) == 0 else { return nil }
    repeat {
      switch unsafe Int(dwarf_tag(&child)) {
      case DW_TAG_subprogram:
        var entry: Dwarf_Addr = 0
        if unsafe dwarf_entrypc(&child, &entry) == 0, entry == address { return unsafe child }
      case DW_TAG_namespace:
        if let found = unsafe function(at: address, in: &child, depth: depth + 1) { return unsafe found }
      default: break
      }
    } while unsafe Self.advance(&child)
    return nil
  }

  /// Moves to the next sibling entry. Returns false at the last one.
  private static func advance(_ die: inout Dwarf_Die) -> Bool {
    var next = unsafe Dwarf_Die()
    guard unsafe dwarf_siblingof(&die, &next) == 0 else { return false }
    unsafe die = unsafe next
    return true
  }

  private func declaration(_ function: Dwarf_Die) -> FunctionDeclaration {
    var function = unsafe function
    var parameters: [FunctionDeclaration.Part] = []
    var isVariadic = false
    var child = unsafe Dwarf_Die()
    if unsafe dwarf_child(&function, &child) == 0 {
      repeat {
        switch unsafe Int(dwarf_tag(&child)) {
        case DW_TAG_formal_parameter: parameters.append(unsafe part(&child))
        case DW_TAG_unspecified_parameters: isVariadic = true
        default: break
        }
      } while unsafe Self.advance(&child)
    }
    return FunctionDeclaration(parameters: parameters, result: unsafe part(&function), isVariadic: isVariadic)
  }

  // MARK: Types

  private func part(_ owner: inout Dwarf_Die) -> FunctionDeclaration.Part {
    guard var type = unsafe type(of: &owner) else { return .init(type: .void, text: "void") }
    return unsafe .init(type: shape(&type, depth: 0).type, text: text(&type, depth: 0))
  }

  /// The entry that `DW_AT_type` refers to; nil for void.
  private func type(of owner: inout Dwarf_Die) -> Dwarf_Die? {
    var attribute = unsafe Dwarf_Attribute()
    var found = unsafe Dwarf_Die()
    guard unsafe dwarf_attr_integrate(&owner, UInt32(DW_AT_type), &attribute) != nil,
      unsafe dwarf_formref_die(&attribute, &found) != nil
    else { return nil }
    return unsafe found
  }

  /// The underlying type, without typedefs and qualifiers. Damaged files may have cyclic types.
  private func shape(_ die: inout Dwarf_Die, depth: Int) -> (type: CType, isConstant: Bool) {
    guard depth < 32 else { return (.other, false) }
    let bits = unsafe max(0, Int(dwarf_bytesize(&die))) * 8
    switch unsafe Int(dwarf_tag(&die)) {
    case DW_TAG_typedef, DW_TAG_volatile_type, DW_TAG_restrict_type:
      guard var inner = unsafe type(of: &die) else { return (.void, false) }
      return unsafe shape(&inner, depth: depth + 1)
    case DW_TAG_const_type:
      guard var inner = unsafe type(of: &die) else { return (.void, true) }
      return unsafe (shape(&inner, depth: depth + 1).type, true)
    case DW_TAG_base_type: return unsafe (base(&die, bits: bits), false)
    case DW_TAG_enumeration_type: return (.enumeration(bits: bits), false)
    case DW_TAG_pointer_type:
      guard var inner = unsafe type(of: &die) else { return (.pointer(to: .void, isConstant: false), false) }
      let target = unsafe shape(&inner, depth: depth + 1)
      return (.pointer(to: target.type, isConstant: target.isConstant), false)
    case DW_TAG_structure_type, DW_TAG_class_type, DW_TAG_union_type:
      return unsafe (.structure(name(&die) ?? ""), false)
    default: return (.other, false)
    }
  }

  private func base(_ die: inout Dwarf_Die, bits: Int) -> CType {
    var attribute = unsafe Dwarf_Attribute()
    var encoding: Dwarf_Word = 0
    guard unsafe dwarf_attr_integrate(&die, UInt32(DW_AT_encoding), &attribute) != nil,
      unsafe dwarf_formudata(&attribute, &encoding) == 0
    else { return .other }
    switch Int(encoding) {
    case DW_ATE_signed, DW_ATE_signed_char: return .integer(bits: bits, isSigned: true)
    case DW_ATE_unsigned, DW_ATE_unsigned_char, DW_ATE_UTF: return .integer(bits: bits, isSigned: false)
    case DW_ATE_boolean: return .boolean(bits: bits)
    case DW_ATE_float: return .floating(bits: bits)
    default: return .other
    }
  }

  private func text(_ die: inout Dwarf_Die, depth: Int) -> String {
    guard depth < 32 else { return "…" }
    let tag = unsafe Int(dwarf_tag(&die))
    if let name = unsafe name(&die) { return tag == DW_TAG_enumeration_type ? "enum " + name : name }
    var inner = "void"
    if var found = unsafe type(of: &die) { inner = unsafe text(&found, depth: depth + 1) }
    switch tag {
    case DW_TAG_const_type: return inner.hasSuffix("*") ? inner + "const" : "const " + inner
    case DW_TAG_pointer_type: return inner.hasSuffix("*") ? inner + "*" : inner + " *"
    case DW_TAG_volatile_type, DW_TAG_restrict_type: return inner
    case DW_TAG_subroutine_type: return "function"
    default: return "a type without a name"
    }
  }

  private func name(_ die: inout Dwarf_Die) -> String? {
    unsafe dwarf_diename(&die).map { unsafe String(cString: $0) }
  }
}
