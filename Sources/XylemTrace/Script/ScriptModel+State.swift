internal import OrderedCollections
package import XylemScript
public import XylemTensor

/// A tensor that a module of a model holds under a name.
public struct StateEntry: Sendable {
  /// What the model takes it for.
  public enum Kind: Sendable, Hashable {
    case parameter, buffer
    /// A tensor that is neither: it is in no state dict of PyTorch's.
    case attribute
  }

  /// The key in the model's state dict, as in `layer1.0.conv1.weight`.
  public let key: String
  /// What the model takes it for.
  public let kind: Kind
  /// The tensor itself, not a copy.
  public let tensor: Tensor
  /// The first path that reaches the module; differs from the key's where a module is shared.
  package let modulePath: String
  /// The module that holds it.
  package let owner: ScriptObject?
  /// The attribute's name.
  package let name: String

  /// A tensor of a model that is no archive.
  package init(key: String, kind: Kind, tensor: Tensor, modulePath: String, name: String) {
    self.init(key: key, kind: kind, tensor: tensor, modulePath: modulePath, owner: nil, name: name)
  }

  init(key: String, kind: Kind, tensor: Tensor, modulePath: String, owner: ScriptObject?, name: String) {
    self.key = key
    self.kind = kind
    self.tensor = tensor
    self.modulePath = modulePath
    self.owner = owner
    self.name = name
  }
}

extension ScriptModel {
  /// Every tensor that a module holds, under every path that reaches it, with its present value: a module's own before those of
  /// the modules in it, each in the class's order.
  ///
  /// - Returns: the state dict's entries, and tensors that are attributes and nothing else.
  public var tensors: [StateEntry] {
    var found: [StateEntry] = []
    collect(root, path: "", into: &found)
    return found
  }

  private func collect(_ module: ScriptModule, path: String, into found: inout [StateEntry]) {
    let prefix = path.isEmpty ? "" : path + "."
    for (name, attribute) in module.attributes {
      guard case .value(.tensor) = attribute.content, case .tensor(let tensor)? = module.object.attribute(name) else {
        continue
      }
      found.append(
        StateEntry(
          key: prefix + name, kind: attribute.isParameter ? .parameter : attribute.isBuffer ? .buffer : .attribute,
          tensor: tensor, modulePath: module.path, owner: module.object, name: name))
    }
    for (name, attribute) in module.attributes {
      if case .module(let child) = attribute.content { collect(child, path: prefix + name, into: &found) }
    }
  }
}

extension ScriptModel {
  /// What a module holds under a name that is neither a module nor, when the model was loaded, a tensor.
  package struct PlainAttribute: Sendable {
    package let owner: ScriptObject
    package let name: String
    package let value: Value
    /// The first path that reaches the module.
    package let modulePath: String

    /// The path of the attribute.
    package var key: String { modulePath.isEmpty ? name : modulePath + "." + name }
  }

  /// Every module's plain attributes with their present values.
  package var plainAttributes: [PlainAttribute] {
    modules.flatMap { module in
      module.attributes.compactMap { name, attribute in
        switch attribute.content {
        case .module, .value(.tensor): nil
        case .value:
          module.object.attribute(name).map {
            PlainAttribute(owner: module.object, name: name, value: $0, modulePath: module.path)
          }
        }
      }
    }
  }
}
