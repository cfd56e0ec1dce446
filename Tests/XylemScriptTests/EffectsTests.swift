import Testing
import XylemErrors

import XylemGraph
import XylemTestSupport
@testable import XylemScript
@testable import XylemTensor

/// What a run did, beside its results: seen from outside.
private struct Observation {
  var writes: Set<Int> = []
  var aliases: Set<Int> = []
  var writesModel = false
  var aliasesModel = false
  var isRandom = false
  var resultsAlias = false

  init(arguments: [Value], model: ScriptObject? = nil, _ body: ([Value]) throws -> [Value]) throws {
    let before = arguments.map(\.contents)
    let state = try model?.stateText() ?? []
    let random = try TensorRuntime.randomState().hostArray()
    let results = try body(arguments)
    for (index, argument) in arguments.enumerated() {
      if argument.contents != before[index] { writes.insert(index) }
      if results.contains(where: { Self.share($0, argument) }) { aliases.insert(index) }
    }
    if let model {
      writesModel = try model.stateText() != state
      aliasesModel = try model.stateTensors().contains { tensor in
        results.contains { Self.share($0, .tensor(tensor)) }
      }
    }
    isRandom = try TensorRuntime.randomState().hostArray() != random
    for a in results.indices {
      for b in results.indices where a < b { resultsAlias = resultsAlias || Self.share(results[a], results[b]) }
    }
  }

  private static func share(_ a: Value, _ b: Value) -> Bool {
    let (left, right) = (a.tensors.filter { (try? $0.count) != 0 }, b.tensors.filter { (try? $0.count) != 0 })
    return left.contains { x in right.contains { x.sharesStorage(with: $0) } }
  }
}

extension RuntimeTests {
  @Suite struct EffectsTests {
    @Test func everyLeafOfTheZooDoesOnlyWhatItsEffectsTell() throws {
      var seen: Set<String> = []
      var checked = 0
      for name in Fixtures.archives(in: "zoo") {
        let archive = try Fixtures.archive("zoo/" + name)
        for (path, module) in try archive.root().modules() {
          guard try Self.isLeaf(module), seen.insert(try Self.kind(module)).inserted else { continue }
          for isTraining in [true, false] {
            guard let (observed, told) = try Self.run(module, isTraining: isTraining) else { continue }
            let what = "\(name) \(path) \(module.className) training \(isTraining)"
            #expect(observed.writes.isSubset(of: told.writes), "\(what)")
            #expect(observed.aliases.isSubset(of: told.aliases), "\(what)")
            #expect(!observed.writesModel || told.writesModel, "\(what)")
            #expect(!observed.aliasesModel || told.aliasesModel, "\(what)")
            #expect(!observed.isRandom || told.usesRandomState, "\(what)")
            checked += 1
          }
        }
      }
      #expect(checked > 60, "\(checked) runs")
    }

    private static func isLeaf(_ module: ScriptObject) throws -> Bool {
      module.type.name.contains("torch.nn.modules") && module.method("forward") != nil
        && !module.className.hasPrefix("Sequential")
    }

    /// The class with the attributes that steer its code.
    private static func kind(_ module: ScriptObject) throws -> String {
      let scalars = try module.attributes().filter { [.int, .bool, .float, .string, .list].contains($0.type.kind) }
      return module.className + scalars.map { $0.name + $0.value.contents }.joined()
    }

    /// Runs a module with the first of several inputs that it takes.
    private static func run(
      _ module: ScriptObject, isTraining: Bool
    ) throws -> (Observation, Effects)? {
      let callable = try module.callable(isTraining: isTraining)
      let told = try callable.effects()
      let count = try (module.method("forward") ?? module.method("forward__0"))?.schema().arguments.count ?? 0
      let widths = Set(try module.attributes().flatMap { try $0.value.tensor?.sizes ?? [] }).union([4]).sorted()
      for width in widths {
        for shape in [[2, width, 8, 8], [2, width, 4, 8, 8], [2, 3, width], [2, width], [2, 4, 4, width]] {
          let input = Value.tensor(try Goldens.formula(shape))
          let arguments = [.object(module.object)] + [Value](repeating: input, count: 1)
          let others = try Self.defaults(module, from: 2, count: count, like: input)
          guard (try? callable(arguments + others)) != nil else { continue }
          let fresh = try arguments.map { value in try value.tensor.map { .tensor(try $0.clone()) } ?? value }
          return (try Observation(arguments: fresh + others, model: module) { try callable($0) }, told)
        }
      }
      return nil
    }

    private static func defaults(_ module: ScriptObject, from: Int, count: Int, like input: Value) throws -> [Value] {
      let arguments = try (module.method("forward") ?? module.method("forward__0"))?.schema().arguments ?? []
      return arguments.dropFirst(from).map { $0.defaultValue ?? input }
    }

    private static let operators: [(name: String, overload: String, rest: [Value])] = [
      ("view", "", [.list([.int(6)])]), ("reshape", "", [.list([.int(6)])]), ("flatten", "using_ints", []),
      ("transpose", "int", [.int(0), .int(1)]), ("t", "", []), ("permute", "", [.list([.int(1), .int(0)])]),
      ("squeeze", "", []), ("unsqueeze", "", [.int(0)]), ("expand", "", [.list([.int(2), .int(3)])]),
      ("detach", "", []),
      ("contiguous", "", []), ("clone", "", []), ("select", "int", [.int(0), .int(0)]), ("slice", "Tensor", []),
      ("narrow", "", [.int(0), .int(0), .int(1)]), ("split", "Tensor", [.int(1)]), ("chunk", "", [.int(2)]),
      ("unbind", "int", []), ("unsafe_split", "Tensor", [.int(1)]), ("unsafe_chunk", "", [.int(2)]),
      ("tensor_split", "sections", [.int(2)]), ("diagonal", "", []), ("unfold", "", [.int(0), .int(1), .int(1)]),
      ("view_as", "", [.none]), ("expand_as", "", [.none]), ("reshape_as", "", [.none]), ("type_as", "", [.none]),
      ("to", "dtype", [.int(6)]), ("to", "prim_dtype", [.int(6)]), ("movedim", "int", [.int(0), .int(1)]),
      ("swapaxes", "", [.int(0), .int(1)]), ("ravel", "", []), ("numpy_T", "", []), ("real", "", []),
      ("conj", "", []), ("resolve_conj", "", []), ("resolve_neg", "", []),
      ("as_strided", "", [.list([.int(2)]), .list([.int(1)])]),
      ("dropout", "", [.float(0.5), .bool(false)]), ("dropout", "", [.float(0.5), .bool(true)]),
      ("dropout_", "", [.float(0.5), .bool(true)]), ("alpha_dropout", "", [.float(0.5), .bool(false)]),
      ("feature_dropout", "", [.float(0.5), .bool(false)]), ("rrelu", "", []), ("bernoulli", "p", [.float(0.5)]),
      ("relu", "", []), ("relu_", "", []), ("add_", "Scalar", [.int(1)]), ("mul_", "Scalar", [.int(2)]),
      ("sub_", "Scalar", [.int(1)]), ("div_", "Scalar", [.int(2)]), ("zero_", "", []), ("fill_", "Scalar", [.int(3)]),
      ("clamp_", "", [.float(0), .float(0.1)]), ("sigmoid_", "", []), ("tanh_", "", []), ("hardswish_", "", []),
      ("leaky_relu_", "", []), ("normal_", "", []), ("uniform_", "", []), ("copy_", "", [.none]), ("t_", "", []),
      ("squeeze_", "", []), ("transpose_", "", [.int(0), .int(1)]), ("unsqueeze_", "", [.int(0)]),
      ("atleast_1d", "", []), ("atleast_2d", "", []), ("atleast_3d", "", []), ("positive", "", []), ("lift", "", []),
      ("pad", "", [.list([.int(0), .int(0)])]), ("repeat", "", [.list([.int(1), .int(1)])]),
      ("hsplit", "int", [.int(1)]),
      ("adaptive_avg_pool1d", "", [.list([.int(3)])]), ("softmax", "int", [.int(1)]),
      ("layer_norm", "", [.list([.int(3)])]),
      ("dequantize", "self", []), ("to_dense", "", []), ("requires_grad_", "", [.bool(false)]), ("data", "", []),
    ]

    @Test(arguments: operators.indices) func anOperatorDoesOnlyWhatItsSchemaTells(_ index: Int) throws {
      let (name, overload, rest) = Self.operators[index]
      let op = try TensorOperator("aten::" + name, overload: overload)
      for shape in [[2, 3], [3, 2]] {
        let input = Value.tensor(try Goldens.formula(shape))
        let same = Value.tensor(try Goldens.formula(shape, shift: 5))
        let others = rest.map { value in if case .literal(.none) = value { same } else { value } }
        guard (try? op([input] + others)) != nil else {
          #expect(shape == [3, 2], "\(name) runs for one shape")
          continue
        }
        let fresh = Value.tensor(try Goldens.formula(shape))
        let observed = try Observation(arguments: [fresh] + others) { try op($0) }
        let schema = op.schema
        let written = schema.arguments.indices.filter { schema.arguments[$0].isWritten }
        #expect(observed.writes.isSubset(of: written), "\(schema.fullName)")
        #expect(observed.aliases.isSubset(of: schema.aliases), "\(schema.fullName)")
        #expect(!observed.isRandom || schema.isRandom, "\(schema.fullName)")
        #expect(!observed.resultsAlias || !schema.aliases.isEmpty, "\(schema.fullName)")
      }
    }

    @Test func runningStatisticsAreSeenToBeWritten() throws {
      let op = try TensorOperator("aten::batch_norm")
      func vector(_ number: Float) throws -> Value { .tensor(try Tensor([number, number], shape: [2])) }
      for isTraining in [true, false] {
        let input = Value.tensor(try Goldens.formula([3, 2]))
        let arguments = try [
          input, vector(1), vector(0), vector(0), vector(1), .bool(isTraining), .float(0.1), .float(1e-5), .bool(false),
        ]
        let observed = try Observation(arguments: arguments) { try op($0) }
        #expect(observed.writes == (isTraining ? [3, 4] : []))
      }
    }

    @Test(arguments: [
      ("counter_attribute", true), ("buffer_in_place", true), ("buffer_assignment", true), ("list_attribute", true),
      ("parameters", false), ("strings", false),
    ])
    func aConstructTellsWhetherItWritesTheModel(_ name: String, _ expected: Bool) throws {
      let root = try Fixtures.archive("constructs/" + name).root()
      #expect(try root.callable(isTraining: nil).effects().writesModel == expected)
    }

    @Test func whatAConstructWritesIsTold() throws {
      let root = try Fixtures.archive("constructs/write_to_input").root()
      #expect(try root.callable(isTraining: nil).effects().writes == [1])
    }

    @Test(arguments: try Fixtures.object("constructs/goldens.json").keys.sorted())
    func aConstructDoesOnlyWhatItsEffectsTell(_ name: String) throws {
      guard !["custom_operator", "torchvision_operators"].contains(name) else { return }
      let golden = try #require(Fixtures.object("constructs/goldens.json")[name] as? [String: Any])
      let entry = try #require(
        (golden["cases"] as? [[String: Any]])?.first {
          $0["method"] as? String == "forward" || $0["method"] as? String == "forward__0"
        })
      let inputs = try #require(entry["inputs"] as? [Any]).map(Goldens.value)
      for isTraining in [true, false] {
        let root = try Fixtures.archive("constructs/" + name).root()
        let callable = try root.callable(isTraining: isTraining)
        let told = try callable.effects()
        let declared = try (root.method("forward") ?? root.method("forward__0"))?.schema().arguments ?? []
        let library = try RuntimeLibrary.shared()
        // Containers go in as the runtime's own, so that changes of them are seen.
        let own = try inputs.enumerated().map { index, value in
          try Value(adopting: value.makeRaw(library, type: declared[index + 1].type.handle), library: library)
        }
        let rest = declared.dropFirst(1 + inputs.count).compactMap(\.defaultValue)
        let arguments = [.object(root.object)] + own + rest
        guard let observed = try? Observation(arguments: arguments, model: root, { try callable($0) }) else { continue }
        #expect(observed.writes.isSubset(of: told.writes), "\(name)")
        #expect(observed.aliases.isSubset(of: told.aliases), "\(name)")
        #expect(!observed.writesModel || told.writesModel, "\(name)")
        #expect(!observed.aliasesModel || told.aliasesModel, "\(name)")
        #expect(!observed.isRandom || told.usesRandomState, "\(name)")
      }
    }
  }
}
