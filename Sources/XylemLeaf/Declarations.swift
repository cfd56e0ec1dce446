internal import CXylem

/// The leaves declared in C, which must match those that the Swift code registered.
@safe struct Declarations {
  private let leaves: [UnsafeMutablePointer<xylem_swift_leaf>]

  init(_ leaves: UnsafeBufferPointer<UnsafeMutablePointer<xylem_swift_leaf>>) {
    unsafe self.leaves = unsafe Array(leaves)
  }

  /// Connects each declaration to its implementation, which then lives as long as the process.
  ///
  /// - Throws: ``LeafError`` with all differences, not only the first.
  func bind(_ implementations: [Implementation]) throws(LeafError) {
    var faults: [String] = []
    var byName: [String: Implementation] = [:]
    for implementation in implementations
    where byName.updateValue(implementation, forKey: implementation.name) != nil {
      faults.append("'\(implementation.name)' is registered twice")
    }
    for i in unsafe leaves.indices {
      let leaf = unsafe leaves[i]
      let name = unsafe Self.name(of: leaf)
      guard let implementation = byName.removeValue(forKey: name) else {
        faults.append("'\(name)' is declared but not registered in Swift")
        continue
      }
      unsafe faults += Self.differences(leaf, implementation)
      unsafe leaf.pointee.implementation = Unmanaged.passRetained(implementation).toOpaque()
    }
    faults += byName.keys.sorted().map { "'\($0)' is registered in Swift but not declared" }
    if !faults.isEmpty { throw LeafError(faults.joined(separator: "; ")) }
  }

  private static func name(of leaf: UnsafePointer<xylem_swift_leaf>) -> String {
    let name = unsafe leaf.pointee.module?.pointee.type_name ?? leaf.pointee.function?.pointee.name
    return unsafe name.map { unsafe String(cString: $0) } ?? ""
  }

  private static func differences(
    _ leaf: UnsafePointer<xylem_swift_leaf>, _ implementation: Implementation
  ) -> [String] {
    let name = implementation.name
    if let module = implementation as? ModuleImplementation {
      guard let type = unsafe leaf.pointee.module else {
        return ["'\(name)' is declared as a function but registered as a module"]
      }
      return unsafe backwardFault(name, declared: type.pointee.backward != nil, registered: module.hasBackward)
    }
    guard let function = implementation as? FunctionImplementation, let declared = unsafe leaf.pointee.function else {
      return ["'\(name)' is declared as a module but registered as a function"]
    }
    let signature = unsafe declared.pointee.signature.map { unsafe String(cString: $0) } ?? ""
    var faults = unsafe backwardFault(
      name, declared: declared.pointee.backward != nil, registered: function.backward != nil)
    if signature != function.signature {
      faults.append(
        "'\(name)' is declared as \(signature), but the signature of its Swift type is \(function.signature)")
    }
    return faults
  }

  private static func backwardFault(_ name: String, declared: Bool, registered: Bool) -> [String] {
    guard declared != registered else { return [] }
    return [
      declared
        ? "'\(name)' declares a gradient function but registers none in Swift"
        : "'\(name)' registers a gradient function in Swift but declares none"
    ]
  }
}
