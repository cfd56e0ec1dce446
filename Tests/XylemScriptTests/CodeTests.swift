import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemScript
@testable import XylemTensor

extension RuntimeTests {
  @Suite struct CodeTests {
    private func code(_ archive: String, _ path: String = "", method: String = "forward") throws -> ScriptCode {
      let root = try Fixtures.archive(archive).root()
      return try #require(root.submodule(at: path)?.method(method)).code()
    }

    @Test func aResNetsCodeGetsItsChildrenAndCallsThem() throws {
      let code = try code("zoo/resnet18", method: "_forward_impl")
      let body = code.statements[code.blocks[0].statements]
      #expect(body.filter { $0.kind == .getAttribute }.map(\.name).first == "conv1")
      let calls = body.filter { $0.kind == .callMethod }
      #expect(calls.count == 10)
      #expect(calls.allSatisfy { $0.name == "forward" && $0.function != nil })
      #expect(body.filter { $0.kind == .operator }.map { $0.operator?.schema.fullName } == ["aten::flatten.using_ints"])
      #expect(code.blocks[0].inputs == 0..<2)
      #expect(code.blocks[0].outputs.count == 1)
      #expect(code.valueNames[1] == "x")
      #expect(code.typeKinds[0] == .module && code.typeKinds[1] == .tensor)
    }

    @Test(arguments: [
      ("if_on_data", ScriptCode.Kind.if), ("while_on_data", .loop), ("for_over_size", .loop), ("named_tuples", .tuple),
      ("dict_string_keys", .dictionary), ("list_of_numbers", .list), ("tuple_unpacking", .tupleUnpack),
      ("assert_on_data", .raise), ("no_grad", .enter), ("no_grad", .exit), ("fork_wait", .fork),
      ("counter_attribute", .setAttribute), ("isinstance_union", .isInstance), ("script_class", .createObject),
      ("optional_argument", .cast),
    ])
    func eachStatementHasItsKind(_ construct: String, _ kind: ScriptCode.Kind) throws {
      #expect(try code("constructs/" + construct).statements.contains { $0.kind == kind })
    }

    @Test func everyConstructsCodeIsWhole() throws {
      for name in Fixtures.archives(in: "constructs") where name != "non_ascii_names" {
        let root = try Fixtures.archive("constructs/" + name).root()
        for method in ["forward", "forward__0"] {
          guard let code = try root.method(method)?.code() else { continue }
          let values = code.types.count
          #expect(code.valueNames.count == values && code.typeKinds.count == values)
          #expect(code.operands.allSatisfy { 0..<values ~= $0 }, "\(name)")
          for statement in code.statements {
            #expect(statement.inputs.upperBound <= code.operands.count && statement.outputs.upperBound <= values)
            #expect(statement.blocks.upperBound <= code.blocks.count)
            #expect(statement.kind != .operator || statement.operator != nil, "\(name): \(statement.name)")
          }
        }
      }
    }

    @Test func sourcesAreTheModelsOwn() throws {
      let code = try code("zoo/resnet18", method: "_forward_impl")
      let place = try #require(code.statements.firstIndex { $0.kind == .operator })
      let source = code.function.source(of: place)
      #expect(source.file.hasSuffix("torchvision/models/resnet.py"))
      #expect(source.line > 100)
      #expect(source.text.contains("flatten"))
      #expect(code.function.source(of: 1 << 20) == ScriptSource())
    }

    @Test func constantsHaveTheirValues() throws {
      let code = try code("zoo/resnet18", method: "_forward_impl")
      let constants = code.statements.compactMap(\.constant).map(\.contents)
      #expect(constants.contains("1") && constants.contains("-1"))
    }

    @Test func isInstanceIsDecidedByTheTypeWhereItCan() throws {
      let code = try code("constructs/isinstance_union")
      let place = try #require(code.statements.firstIndex { $0.kind == .isInstance })
      let answers = [Value.int(1), .float(1), .string(""), .bool(true)].map { value in
        ScriptType(of: value).flatMap { code.function.isInstance(statement: place, type: $0) }
      }
      #expect(answers.contains(true) && answers.contains(false))
    }

    @Test func aFunctionsDefaultsAreInItsSchema() throws {
      let root = try Fixtures.archive("constructs/default_arguments").root()
      let schema = try #require(try root.method("forward")?.schema())
      #expect(schema.arguments.first?.name == "self")
      #expect(schema.arguments.contains { $0.defaultValue != nil })
    }

    @Test func methodsAreFoundByQualifiedName() throws {
      let archive = try Fixtures.archive("zoo/resnet18")
      let forward = try #require(try archive.root().method("forward"))
      #expect(archive.function(named: try forward.code().qualifiedName) == forward)
      #expect(archive.function(named: "no.such.function") == nil)
      #expect(archive.function(named: "") == nil)
    }
  }
}
