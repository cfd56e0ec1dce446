import XylemTestSupport
import XylemErrors
@testable import XylemScript
@testable import XylemTensor

extension ScriptObject {
  /// This module and every one below it, with paths, each once.
  func modules(_ prefix: String = "", _ seen: inout Set<UInt64>) throws -> [(path: String, module: ScriptObject)] {
    guard seen.insert(identity).inserted else { return [] }
    var found = [(path: prefix, module: self)]
    for attribute in try attributes() {
      guard case .object(let child) = attribute.value, child.kind == .module else { continue }
      let path = prefix.isEmpty ? attribute.name : prefix + "." + attribute.name
      found += try archive.object(child).modules(path, &seen)
    }
    return found
  }

  /// This module and every one below it, with paths, each once.
  func modules() throws -> [(path: String, module: ScriptObject)] {
    var seen: Set<UInt64> = []
    return try modules("", &seen)
  }

  /// The class's name without namespaces and mangling.
  var className: String { String(type.name.split(separator: ".").last ?? "") }

  /// The whole `forward` with every mode below fixed; nil leaves each as it is.
  func callable(isTraining: Bool?) throws -> Callable {
    let forward = method("forward") ?? method("forward__0")
    guard let forward else { throw Reason("no forward") }
    let count = try forward.schema().arguments.count
    let modes = try modules().compactMap { entry in
      entry.module.isTraining.map { Callable.ModuleMode(module: entry.module, isTraining: isTraining ?? $0) }
    }
    let known: [ScriptObject?] = [self] + [ScriptObject?](repeating: nil, count: count - 1)
    return try Callable(forward, known: known, modes: modes)
  }

  /// Every attribute's value below, as text, with tensors' contents.
  func stateText() throws -> [String] {
    try modules().flatMap { entry in
      try entry.module.attributes().map { "\(entry.path).\($0.name) \($0.value.contents)" }
    }
  }

  /// Every tensor below, in attributes and in containers that are attributes.
  func stateTensors() throws -> [Tensor] {
    try modules().flatMap { try $0.module.attributes().flatMap(\.value.tensors) }
  }
}
