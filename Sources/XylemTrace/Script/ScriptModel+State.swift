internal import OrderedCollections
package import XylemScript
public import XylemTensor

/// A tensor that a module of a model holds under a name.
public struct StateEntry: Sendable {
  /// The role of the tensor in the model.
  public enum Kind: Sendable, Hashable {
    case parameter, buffer
    /// A tensor that is neither, and is not in PyTorch's state dict.
    case attribute
  }

  /// The key in the model's state dict, as in `layer1.0.conv1.weight`.
  public let key: String
  /// The role of the tensor.
  public let kind: Kind
  /// The tensor itself, not a copy.
  public let tensor: Tensor
  /// The first path of the module. Differs from the key's path if the module is shared.
  package let modulePath: String
  /// The module that holds it.
  package let owner: ScriptObject?
  /// The attribute's name.
  package let name: String

  /// Creates a tensor of a model that is not an archive.
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
  /// All tensors that modules hold, under every path of the module, with their current values: a module's own before
  /// those of its submodules, each in the class's order.
  ///
  /// - Returns: the entries of the state dict, and tensors that are plain attributes.
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
  /// An attribute of a module that is not a module and was not a tensor when the model was loaded.
  package struct PlainAttribute: Sendable {
    package let owner: ScriptObject
    package let name: String
    package let value: Value
    /// The first path of the module.
    package let modulePath: String

    /// The path of the attribute.
    package var key: String { modulePath.isEmpty ? name : modulePath + "." + name }
  }

  /// The plain attributes of all modules, with their current values.
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
