import XylemTestSupport
import Foundation
import Testing
import XylemErrors
import XylemGraph

@testable import XylemScript
@testable import XylemTensor

extension RuntimeTests {
  @Suite struct CallableTests {
    @Test(arguments: try Fixtures.object("constructs/goldens.json").keys.sorted())
    func aWholeConstructGivesWhatPythonGave(_ name: String) throws {
      let golden = try #require(Fixtures.object("constructs/goldens.json")[name] as? [String: Any])
      let file = try #require(golden["archive"] as? String)
      for entry in try #require(golden["cases"] as? [[String: Any]]) {
        let method = try #require(entry["method"] as? String)
        for (key, isTraining) in [("train", Bool?.none), ("eval", false)] {
          guard let expected = entry[key] as? [String: Any] else { continue }
          let inputs = try #require(entry["inputs"] as? [Any]).map(Goldens.value)
          let root = try ScriptArchive(path: Fixtures.path("constructs/" + file)).root()
          try check(root, method, inputs, isTraining, expected, "\(name).\(method) \(key)")
        }
      }
    }

    private func check(
      _ root: ScriptObject, _ method: String, _ inputs: [Value], _ isTraining: Bool?, _ expected: [String: Any],
      _ what: String
    ) throws {
      let function = try #require(root.method(method), "\(what)")
      let declared = try function.schema().arguments.dropFirst()
      let flags = try root.modules().map(\.module.isTraining)
      let modes = try root.modules().compactMap { entry in
        entry.module.isTraining.map { Callable.ModuleMode(module: entry.module, isTraining: isTraining ?? $0) }
      }
      let callable = try Callable(
        function, known: [root] + [ScriptObject?](repeating: nil, count: declared.count), modes: modes)
      let rest = declared.dropFirst(inputs.count).compactMap(\.defaultValue)
      let outcome = Result { try callable([.object(root.object)] + inputs + rest) }
      #expect(try root.modules().map(\.module.isTraining) == flags, "\(what): the flags stay")
      if ["custom_operator", "torchvision_operators"].contains(where: what.hasPrefix) {
        #expect((outcome.failure as? XylemError)?.id == .runtimeMissingKernel, "\(what)")
      } else if let message = expected["raises"] as? String {
        let text = outcome.failure.map { "\($0)" } ?? "nothing was raised"
        #expect(text.contains(message), "\(what)")
      } else {
        let results = try outcome.get()
        let difference = try Goldens.difference(results[0], Goldens.value(#require(expected["output"])))
        #expect(difference == nil, "\(what)")
      }
    }

    @Test func everyLeafOfAResNetRunsInBothModesAndKeepsItsFlag() throws {
      let root = try Fixtures.archive("zoo/resnet18").root()
      var counts: [String: Int] = [:]
      for (path, module) in try root.modules() where try module.modules().count == 1 {
        for isTraining in [true, false] {
          let callable = try module.callable(isTraining: isTraining)
          let effects = try callable.effects()
          let input = try Goldens.formula(Self.inputShape(of: module))
          let results = try callable([.object(module.object), .tensor(input)])
          #expect(results.count == 1 && results[0].tensor != nil, "\(path)")
          #expect(module.isTraining == false, "\(path)")
          switch module.className {
          case "ReLU":
            #expect(effects.writes == [1] && effects.aliases.contains(1) && !effects.writesModel)
            #expect(results[0].tensor?.dataAddress == input.dataAddress)
          case "BatchNorm2d":
            #expect(effects.writesModel == isTraining && effects.writes.isEmpty)
          case "Conv2d", "Linear", "MaxPool2d", "AdaptiveAvgPool2d":
            #expect(effects.writes.isEmpty && !effects.writesModel && !effects.usesRandomState)
          default: Issue.record("an unknown class \(module.className)")
          }
          counts[module.className, default: 0] += 1
        }
      }
      #expect(
        counts == ["Conv2d": 40, "BatchNorm2d": 40, "ReLU": 18, "MaxPool2d": 2, "AdaptiveAvgPool2d": 2, "Linear": 2])
    }

    private static func inputShape(of module: ScriptObject) throws -> [Int] {
      let shape = try module.attribute("weight")?.tensor?.sizes ?? []
      switch module.className {
      case "Conv2d": return [2, shape[1], 8, 8]
      case "BatchNorm2d": return [2, shape[0], 4, 4]
      case "Linear": return [2, shape[1]]
      default: return [2, 3, 8, 8]
      }
    }

    @Test func dropoutIsRandomInTrainingAlone() throws {
      let root = try Fixtures.archive("zoo/alexnet").root()
      let dropout = try #require(root.modules().first { $0.module.className == "Dropout" }?.module)
      #expect(try dropout.callable(isTraining: true).effects().usesRandomState)
      #expect(try !dropout.callable(isTraining: false).effects().usesRandomState)
      let attention = try #require(
        Fixtures.archive("zoo/vit_b_16").root().modules().first { $0.module.className == "MultiheadAttention" })
      let told = try attention.module.callable(isTraining: false).effects()
      #expect(
        !told.usesRandomState && told.writes.isEmpty && !told.writesModel && !told.aliasesModel && told.aliases.isEmpty)
    }

    @Test func trainingUpdatesTheStatisticsAndEvaluationDoesNot() throws {
      let norm = try #require(Fixtures.archive("zoo/resnet18").root().submodule(at: "bn1"))
      let input = Value.tensor(try Goldens.formula([2, 64, 3, 3]))
      let before = try norm.stateText()
      _ = try norm.callable(isTraining: false)([.object(norm.object), input])
      #expect(try norm.stateText() == before)
      _ = try norm.callable(isTraining: true)([.object(norm.object), input])
      #expect(try norm.stateText() != before)
    }

    @Test func aRegionRunsWithWhatItCaptures() throws {
      let root = try Fixtures.archive("constructs/if_on_data").root()
      let code = try #require(root.method("forward")).code()
      let place = try #require(code.statements.firstIndex { $0.kind == .if })
      let statement = code.statements[place]
      let captures = Self.captures(of: statement, in: code)
      let callable = try Callable(
        code.function, statement: place, captures: captures, known: captures.map { _ in nil }, modes: [])
      let isModule = captures.map { code.typeKinds[$0] == .module }
      for sign in [Float(1), -1] {
        let arguments: [Value] = try captures.indices.map { index in
          if isModule[index] { return .object(root.object) }
          if code.typeKinds[captures[index]] == .bool { return .bool(sign > 0) }
          return .tensor(try Tensor([Float](repeating: sign, count: 8), shape: [2, 4]))
        }
        #expect(try callable(arguments).count == statement.outputs.count)
      }
    }

    /// The values that a statement reads and doesn't define, constants left out.
    private static func captures(of statement: ScriptCode.Statement, in code: ScriptCode) -> [Int] {
      let constants = Set(code.statements.filter { $0.kind == .constant }.flatMap { Array($0.outputs) })
      var defined: Set<Int> = constants
      var read: [Int] = []
      func visit(_ statement: ScriptCode.Statement) {
        read += code.operands[statement.inputs]
        for block in code.blocks[statement.blocks] {
          defined.formUnion(block.inputs)
          for inner in code.statements[block.statements] {
            visit(inner)
            defined.formUnion(inner.outputs)
          }
          read += code.operands[block.outputs]
        }
      }
      visit(statement)
      var seen: Set<Int> = []
      return read.filter { !defined.contains($0) && seen.insert($0).inserted }
    }

    @Test func aRegionThatReadsMoreThanItCapturesIsRefused() throws {
      let root = try Fixtures.archive("constructs/if_on_data").root()
      let code = try #require(root.method("forward")).code()
      let place = try #require(code.statements.firstIndex { $0.kind == .if })
      expectError(.archiveUnreadable) {
        _ = try Callable(code.function, statement: place, captures: [], known: [], modes: [])
      }
      expectError(.archiveUnreadable) {
        _ = try Callable(code.function, statement: 1 << 20, captures: [], known: [], modes: [])
      }
      expectError(.archiveUnreadable) {
        _ = try Callable(code.function, statement: place, captures: [1 << 20], known: [nil], modes: [])
      }
      for known in [[], [root], [root, nil, nil]] {
        let error = expectError(.archiveUnreadable) { _ = try Callable(code.function, known: known, modes: []) }
        #expect(error?.cause.map { "\($0)" } == "it takes 2 values, not \(known.count)")
      }
    }

    @Test func wrongArgumentsAreErrors() throws {
      let root = try Fixtures.archive("zoo/resnet18").root()
      let fc = try #require(root.submodule(at: "fc"))
      let callable = try fc.callable(isTraining: false)
      let input = Value.tensor(try Goldens.formula([2, 512]))
      let own = Value.object(fc.object)
      let wrong: [[Value]] = [
        [], [own], [input], [own, input, input], [input, own], [own, own], [own, .none], [own, .int(1)],
        [own, .list([input])],
        [.none, input], [.object(root.object), input], [own, .string("x")], [own, .dictionary([])],
      ]
      for arguments in wrong { expectError(.runtimeOperator) { _ = try callable(arguments) } }
      #expect(try callable([own, input]).first?.tensor?.sizes == [2, 1000])
    }

    @Test func gradientsAreRecordedAgainAfterAFailure() throws {
      let root = try Fixtures.archive("constructs/no_grad").root()
      let callable = try root.callable(isTraining: nil)
      let bad = Value.tensor(try Tensor([1], shape: [1, 1, 1, 1, 1]))
      _ = try? callable([.object(root.object), bad])
      let x = try Tensor([1], shape: [1])
      try x.setRequiresGrad(true)
      #expect(try TensorOperator.call("aten::relu", [.tensor(x)]).requiresGrad)
    }

    @Test func eightThreadsCallOneCallable() async throws {
      let root = try Fixtures.archive("zoo/resnet18").root()
      let callable = try root.callable(isTraining: false)
      let input = try Goldens.formula([1, 3, 32, 32])
      let expected = try #require(try callable([.object(root.object), .tensor(input)]).first?.tensor).floats()
      let results = try await withThrowingTaskGroup(of: [Float].self) { group in
        for _ in 0..<8 {
          group.addTask {
            var last: [Float] = []
            for _ in 0..<4 {
              let results = try callable([.object(root.object), .tensor(input.clone())])
              last = try results[0].tensor?.floats() ?? []
            }
            return last
          }
        }
        return try await group.reduce(into: [[Float]]()) { $0.append($1) }
      }
      #expect(results.count == 8)
      for result in results {
        #expect(zip(result, expected).allSatisfy { Goldens.isNear(Double($0), Double($1)) })
        #expect(result.count == expected.count)
      }
    }

    @Test func dividingByZeroInCodeIsAnError() throws {
      let integers = try #require(Fixtures.archive("constructs/integer_arithmetic").root().method("forward"))
      let code = try integers.code()
      let divisions = code.statements.indices.filter {
        ["aten::remainder", "aten::floordiv"].contains(code.statements[$0].name)
          && code.operands[code.statements[$0].inputs].allSatisfy { code.typeKinds[$0] == .int }
      }
      #expect(!divisions.isEmpty)
      for place in divisions {
        let captures = Array(Set(code.operands[code.statements[place].inputs])).sorted()
        let callable = try Callable(
          integers, statement: place, captures: captures, known: captures.map { _ in nil }, modes: [])
        expectError(.runtimeOperator) { _ = try callable(captures.map { _ in .int(0) }) }
        #expect(throws: Never.self) { _ = try callable(captures.map { _ in .int(3) }) }
      }
    }
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { return error }
    return nil
  }
}
