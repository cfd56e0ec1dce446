import Testing
import XylemErrors
import XylemFiles
import XylemNN
import XylemTensor
import XylemTrace

private final class Leafy: Module {
  let weight = Parameter([2], .ones)
  let steps = Buffer([], dtype: .int64)
  let scratch = Buffer([3], isPersistent: false)
}

private class Base: Module {
  let first = Linear(2, 2)
}

private final class Everything: Base {
  let classToken = Parameter([1, 4], .zeros)
  let maybe: Linear? = Linear(1, 1, bias: false)
  let none: Linear? = nil
  let blocks = [Leafy(), Leafy()]
  let byName = ["b": Leafy(), "a": Leafy()]
  let pair = (left: Linear(1, 1, bias: false), right: 3)
  let nested = [[Linear(1, 1, bias: false)]]
  lazy var late = Linear(1, 1)
  var LSTMCell = Leafy()
  let width = 3
  let names = ["x"]
  override class var keys: [String: String?] { ["maybe": "Mixed_5b", "unused": "x"] }
}

@Suite struct ModuleTreeTests {
  @Test func `parameters and buffers are found in every kind of property, in the order of declaration`() throws {
    let keys = try Everything().state().map(\.key)
    #expect(
      keys == [
        "class_token", "first.weight", "first.bias", "Mixed_5b.weight", "blocks.0.weight", "blocks.0.steps",
        "blocks.1.weight", "blocks.1.steps", "by_name.a.weight", "by_name.a.steps", "by_name.b.weight",
        "by_name.b.steps",
        "pair.left.weight", "nested.0.0.weight", "lstm_cell.weight", "lstm_cell.steps",
      ])
  }

  @Test func `modules have the paths of their properties, each once`() throws {
    let block = Leafy()
    final class Shared: Module {
      let a: Leafy
      let b: Leafy
      init(_ block: Leafy) { (a, b) = (block, block) }
    }
    let shared = Shared(block)
    #expect(try shared.namedModules().map(\.path) == ["", "a"])
    #expect(try shared.state().map(\.key) == ["a.weight", "a.steps", "b.weight", "b.steps"])
    #expect(try shared.parameters().count == 1)
    #expect(try shared.module(at: "b") === block)
  }

  @Test func `a property's name becomes snake case as a reader would do it`() {
    let cases = [
      "conv1": "conv1", "classToken": "class_token", "inProjWeight": "in_proj_weight", "rnnLSTMCell": "rnn_lstm_cell",
      "layer_norm": "layer_norm", "LSTM": "lstm", "weightIhL0": "weight_ih_l0", "aB": "a_b", "x": "x",
    ]
    for (property, key) in cases { #expect(SnakeCase.name(property) == key) }
  }

  @Test func `a bare tensor is an error with the property and the correct code`() throws {
    final class Bare: Module {
      let scale: Tensor
      init(_ scale: Tensor) { self.scale = scale }
    }
    final class Outer: Module {
      let inner: Bare
      init(_ scale: Tensor) { inner = Bare(scale) }
    }
    let model = Outer(Parameter([1], .ones).tensor)
    let error = #expect(throws: XylemError.self) { try model.state() }
    #expect(error?.id == .modelUnregistered && error?.place.modulePath == "inner")
    #expect(error?.message == "the property 'scale' holds a tensor that is not part of the model")
    #expect(error?.remedies.first?.hasPrefix("let scale: Parameter") == true)
  }

  @Test func `tensors and modules within objects that are no modules, and within sets, are errors`() throws {
    final class Holder { var layers: [Any] = [Linear(1, 1)] }
    final class Hidden: Module { let holder = Holder() }
    final class InSet: Module { let tensors: Set<ObjectIdentifier> = []; let holders: [Holder?] = [nil, Holder()] }
    for model in [Hidden(), InSet()] as [Module] {
      let error = #expect(throws: XylemError.self) { try model.parameters() }
      #expect(error?.id == .modelUnregistered)
    }
  }

  @Test func `a property that keys leave out may hold anything`() throws {
    final class Child: Module {
      weak var parent: Module?
      let weight = Parameter([1], .ones)
      override class var keys: [String: String?] { ["parent": nil] }
    }
    final class Parent: Module { let child = Child() }
    let parent = Parent()
    parent.child.parent = parent
    #expect(try parent.state().map(\.key) == ["child.weight"])
  }

  @Test func `a module that contains itself is an error with both places`() throws {
    final class Loop: Module { var next: Loop? }
    let (a, b) = (Loop(), Loop())
    a.next = b
    b.next = a
    defer { b.next = nil }
    let error = #expect(throws: XylemError.self) { try a.train() }
    #expect(error?.id == .modelCycle && error?.place.modulePath == "next.next")
  }

  @Test func `two properties of one name are an error, and so is a name with a dot`() throws {
    final class Twice: Module {
      let conv = Linear(1, 1)
      let other = Linear(1, 1)
      override class var keys: [String: String?] { ["other": "conv"] }
    }
    final class Dotted: Module {
      let conv = Linear(1, 1)
      override class var keys: [String: String?] { ["conv": "a.b"] }
    }
    let twice = #expect(throws: XylemError.self) { try Twice().state() }
    #expect(twice?.message == "two properties have the name 'conv' in the model: 'conv' and 'other'")
    let dotted = #expect(throws: XylemError.self) { try Dotted().state() }
    #expect(dotted?.id == .modelDuplicateKey)
  }

  @Test func `train and eval reach every module, and freezing those that are named or of a type`() throws {
    let model = Everything()
    try model.eval()
    #expect(try model.namedModules().allSatisfy { !$0.module.isTraining })
    try model.train()
    #expect(try model.namedModules().allSatisfy { $0.module.isTraining })
    #expect(try model.freeze("blocks.*") == ["blocks.0.weight", "blocks.1.weight"])
    #expect(try model.freeze(Leafy.self).count == 5)
    let open = try model.namedParameters().filter { $0.parameter.tensor.requiresGrad }.map(\.path)
    #expect(
      open == ["class_token", "first.weight", "first.bias", "Mixed_5b.weight", "pair.left.weight", "nested.0.0.weight"])
    let error = #expect(throws: XylemError.self) { try model.freeze("block.*") }
    #expect(error?.id == .modelUnknownPath)
  }
}
