package import XylemGraph
package import XylemTensor

/// The code and the state of a model, to run single nodes of its trace while the trace is made.
package protocol NodeCode: AnyObject {
  /// Calls the code of a leaf. Nil for a node that can't be run before the trace is complete, such as a region.
  func call(_ node: Node, _ arguments: [Value]) throws -> Value?

  /// An attribute of the model, as it is now. Nil if there is none.
  func attribute(at path: String) -> Value?

  /// A constant that has no literal form.
  func constant(_ reference: CodeReference) throws -> Value

  /// A module that is passed as a value. Nil if modules are not values.
  func module(_ path: String) -> Value?
}
