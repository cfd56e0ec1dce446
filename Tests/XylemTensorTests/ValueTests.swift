import XylemGraph
import XylemTestSupport
import Testing
import XylemErrors

@testable import XylemTensor

extension RuntimeTests {
  @Suite struct ValueTests {
    /// What the runtime makes of a value.
    private func returned(_ value: Value) throws -> Value {
      let library = try RuntimeLibrary.shared()
      return try Value(adopting: value.makeRaw(library), library: library)
    }

    @Test(arguments: [
      Value.none, .bool(true), .bool(false), .int(.min), .int(.max), .float(-0.5), .float(.infinity), .complex(1.5, -2),
      .string(""), .string("größe 🌳 \0 end"), .device("cpu"), .device("cuda:1"), .list([]),
      .list([.int(1), .int(2)]), .list([.string("a"), .string("ß")]),
      .list([.list([.int(1)]), .list([.int(2), .int(3)])]),
      .list([.int(1), .string("mixed")]), .list([.none, .int(1)]), .tuple([], names: []),
      .tuple([.int(1), .tuple([.none, .string("x")], names: [])], names: []), .dictionary([]),
      .dictionary([(.string("z"), .int(1)), (.string("a"), .int(2))]), .dictionary([(.int(3), .list([.float(1)]))]),
      .dictionary([(.string("a"), .int(2)), (.string("b"), .none)]),
    ])
    func aValueComesBackAsItWent(_ value: Value) throws {
      #expect(try returned(value).contents == value.contents)
    }

    @Test func aContainerWithinItselfIsAnError() throws {
      let library = try RuntimeLibrary.shared()
      let outer = try Value.list([.list([.int(1)]), .string("a")]).makeRaw(library)
      let list = RuntimeObject(adopting: outer, library: library)
      let append = try TensorOperator("aten::append", overload: "t")
      _ = try append([.object(list), .object(list)])
      expectError(.runtimeTensor) { _ = try Value.object(list).unpacked() }
    }

    @Test func containersThatAreHeldManyTimesAreAnError() throws {
      let library = try RuntimeLibrary.shared()
      var list = RuntimeObject(adopting: try Value.list([.int(1)]).makeRaw(library), library: library)
      for _ in 0..<60 {
        let pair = Value.list([.object(list), .object(list)])
        list = RuntimeObject(adopting: try pair.makeRaw(library), library: library)
      }
      expectError(.runtimeTensor) { _ = try Value.object(list).unpacked() }
    }

    @Test func manyContainersAreUnpacked() throws {
      let library = try RuntimeLibrary.shared()
      let pairs = (0..<70_000).map { Value.tuple([.int($0), .int(-$0)], names: []) }
      let different = RuntimeObject(adopting: try Value.list(pairs).makeRaw(library), library: library)
      #expect(try Value.object(different).unpacked().contents == Value.list(pairs).contents)
      let pair = RuntimeObject(adopting: try pairs[7].makeRaw(library), library: library)
      let shared = Value.list(Array(repeating: .object(pair), count: 70_000))
      let same = RuntimeObject(adopting: try shared.makeRaw(library), library: library)
      let copies = Value.list(Array(repeating: pairs[7], count: 70_000))
      #expect(try Value.object(same).unpacked().contents == copies.contents)
    }

    @Test func notANumberComesBack() throws {
      guard case .literal(.float(let number)) = try returned(.float(.nan)) else { throw Reason("no number") }
      #expect(number.isNaN)
    }

    @Test func tensorsInContainersAreShared() throws {
      let tensor = try Tensor([1, 2], shape: [2])
      let value = Value.dictionary([(.string("x"), .tuple([.list([.tensor(tensor)]), .int(1)], names: []))])
      #expect(try returned(value).tensors.map(\.dataAddress) == [tensor.dataAddress])
    }

    @Test func anEmptyListTakesTheDeclaredElementType() throws {
      let sum = try TensorOperator("aten::sum", overload: "dim_IntList")
      let tensor = try Tensor([1, 2], shape: [2])
      #expect(try sum([.tensor(tensor), .list([])]).first?.tensor?.floats() == [3])
      let library = try RuntimeLibrary.shared()
      let declared = try #require(sum.schema.arguments[1].type.contained.first)
      let raw = try Value.list([]).makeRaw(library, type: declared.handle)
      #expect(ScriptType(of: Value(adopting: raw, library: library))?.name == "List[int]")
    }

    @Test func listsOfOneTypeAndOfSeveralHaveTheirTypes() throws {
      #expect(ScriptType(of: .list([.int(1)]))?.name == "List[int]")
      #expect(ScriptType(of: .list([.none, .int(1)]))?.name == "List[Optional[int]]")
      #expect(ScriptType(of: .list([.int(1), .string("")]))?.name == "List[Any]")
      #expect(ScriptType(of: .list([]))?.name == "List[Tensor]")
      #expect(ScriptType(of: .dictionary([]))?.name == "Dict[str, Tensor]")
    }

    @Test func aKeyMustBeOneThatDictionariesTake() {
      expectError(.runtimeTensor) { _ = try returned(.dictionary([(.list([]), .int(1))])) }
      expectError(.runtimeTensor) { _ = try returned(.dictionary([(.int(1), .int(1)), (.string("a"), .int(1))])) }
    }

    @Test(arguments: ["", "nonsense", "cpu:x"]) func whatIsNoDeviceIsAnError(_ text: String) {
      expectError(.runtimeTensor) { _ = try returned(.device(text)) }
    }

    @Test func containersShareTheirContentsUntilTheyAreUnpacked() throws {
      let list = try returned(.list([.int(1)]))
      let append = try TensorOperator("aten::append", overload: "t")
      _ = try append([list, .int(2)])
      #expect(list.contents == "[1, 2]")
      expectError(.runtimeOperator) { _ = try append([list, .string("x")]) }
      #expect(list.contents == "[1, 2]")
    }

    @Test func aSummaryLeavesTensorsOut() throws {
      let value = try returned(.list([.tensor(Tensor([1, 2], shape: [2]))]))
      guard case .object(let object) = value else { throw Reason("no object") }
      #expect(object.summary == "[Tensor]")
      #expect(object.kind == .list)
    }
  }
}
