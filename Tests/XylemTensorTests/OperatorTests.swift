import Testing
import XylemErrors
import XylemFiles
import XylemGraph
import XylemTestSupport

@testable import XylemTensor

extension RuntimeTests {
  @Suite struct OperatorTests {
    private func tensor(_ values: [Float], _ shape: [Int]? = nil) throws -> Value {
      .tensor(try Tensor(values, shape: shape ?? [values.count]))
    }

    @Test(arguments: [
      ("aten::no_such_thing", ""), ("aten::add", "NoSuch"), ("add", ""), ("", ""), ("a::", ""), ("größe::ü", ""),
    ])
    func anUnknownNameIsAnError(_ name: String, _ overload: String) {
      expectError(.runtimeUnknownOperator) { _ = try TensorOperator(name, overload: overload) }
    }

    @Test(arguments: ["prim::ConstantChunk", "prim::FusedConcat", "prim::TypeCheck", "prim::DifferentiableGraph"])
    func anOperatorThatIsMadeForItsPlaceInCodeNeverCrashesElsewhere(_ name: String) throws {
      guard let op = try? TensorOperator(name) else { return }
      expectError(.runtimeOperator) { _ = try op([tensor([1])]) }
    }

    @Test func defaultsStandInForMissingArguments() throws {
      let add = try TensorOperator("aten::add", overload: "Tensor")
      let sum = try add([tensor([1, 2]), tensor([3, 4])])
      #expect(try sum.first?.tensor?.floats() == [4, 6])
      let weighted = try add([tensor([1, 2]), tensor([3, 4]), .int(2)])
      #expect(try weighted.first?.tensor?.floats() == [7, 10])
    }

    @Test func aMissingArgumentIsNamed() throws {
      let add = try TensorOperator("aten::add", overload: "Tensor")
      let error = expectError(.runtimeOperator) { _ = try add([tensor([1])]) }
      #expect(error.map { "\($0)" }?.contains("'other' is missing") == true)
      expectError(.runtimeOperator) { _ = try add([]) }
    }

    @Test func anArgumentTooManyIsAnError() throws {
      let add = try TensorOperator("aten::add", overload: "Tensor")
      expectError(.runtimeOperator) { _ = try add([tensor([1]), tensor([1]), .int(1), .int(1)]) }
    }

    @Test func anArgumentOfAnotherTypeIsNamedWithBothTypes() throws {
      let add = try TensorOperator("aten::add", overload: "Tensor")
      let values: [Value] = [
        .none, .bool(true), .int(1), .float(1), .complex(1, 1), .string("x"), .device("cpu"), .list([]),
        .list([.int(1)]),
        .tuple([], names: []), .dictionary([]),
      ]
      for value in values {
        let error = expectError(.runtimeOperator) { _ = try add([tensor([1]), value]) }
        #expect(error.map { "\($0)" }?.contains("'other' must be of type Tensor") == true)
      }
    }

    @Test func listsOfAnotherElementTypeAreRefused() throws {
      let cat = try TensorOperator("aten::cat")
      expectError(.runtimeTensor) { _ = try cat([.list([.int(1)]), .int(0)]) }
      expectError(.runtimeTensor) { _ = try cat([.list([tensor([1]), .string("x")])]) }
      let view = try TensorOperator("aten::view")
      expectError(.runtimeTensor) { _ = try view([tensor([1, 2]), .list([tensor([1])])]) }
    }

    @Test func listsAreTakenAndGiven() throws {
      let joined = try TensorOperator("aten::cat")([.list([tensor([1]), tensor([2, 3])]), .int(0)])
      #expect(try joined.first?.tensor?.floats() == [1, 2, 3])
      let parts = try TensorOperator("aten::chunk")([tensor([1, 2, 3, 4]), .int(2)])
      #expect(parts.count == 1)
      #expect(try parts[0].tensors.map { try $0.floats() } == [[1, 2], [3, 4]])
    }

    @Test func optionalsTakeNone() throws {
      let clamp = try TensorOperator("aten::clamp")
      #expect(try clamp([tensor([-1, 2, 5]), .none, .int(3)]).first?.tensor?.floats() == [-1, 2, 3])
      #expect(try clamp([tensor([-1, 2, 5]), .float(0)]).first?.tensor?.floats() == [0, 2, 5])
    }

    @Test func anIntegerStandsForAFloat() throws {
      let dropout = try TensorOperator("aten::dropout")
      #expect(try dropout([tensor([1, 2]), .int(0), .bool(false)]).first?.tensor?.floats() == [1, 2])
    }

    @Test func severalResultsComeInOrder() throws {
      let max = try TensorOperator("aten::max", overload: "dim")
      let results = try max([tensor([1, 5, 3, 9, 2, 4], [2, 3]), .int(1)])
      #expect(results.count == 2)
      #expect(try results[0].tensor?.floats() == [5, 9])
      #expect(try results[1].tensor?.hostArray().elements(as: Int64.self) == [1, 0])
    }

    @Test func anOperatorWithoutAKernelSaysSo() throws {
      let nms = try TensorOperator("torchvision::nms")
      let boxes = try tensor([0, 0, 1, 1], [1, 4])
      expectError(.runtimeMissingKernel) { _ = try nms([boxes, tensor([1]), .float(0.5)]) }
    }

    @Test func aFailureOfTheOperatorIsItsCause() throws {
      let multiply = try TensorOperator("aten::mm")
      let error = expectError(.runtimeOperator) { _ = try multiply([tensor([1, 2], [1, 2]), tensor([1], [1, 1])]) }
      #expect(error?.message == "the operator aten::mm failed")
      #expect(error.map { "\($0)" }?.contains("1x2") == true)
    }

    @Test func numbersThatStandForNoTypeAreRefused() throws {
      let to = try TensorOperator("aten::to", overload: "dtype")
      for code in [-1, 999, Int.max, Int.min] {
        expectError(.runtimeOperator) { _ = try to([tensor([1]), .int(code)]) }
      }
    }

    @Test(arguments: ["aten::remainder", "aten::floordiv"]) func dividingIntegersByZeroIsAnError(_ name: String) throws
    {
      let divide = try TensorOperator(name, overload: "int")
      expectError(.runtimeOperator) { _ = try divide([.int(1), .int(0)]) }
      expectError(.runtimeOperator) { _ = try divide([.int(.min), .int(-1)]) }
    }

    @Test func anyNumberOfArgumentsGoToAnOperatorThatTakesThem() throws {
      let format = try TensorOperator("aten::format")
      guard case .literal(.string(let text))? = try format([.string("{} and {}"), .int(1), .string("ü")]).first else {
        Issue.record("no text")
        return
      }
      #expect(text == "1 and ü")
      expectError(.runtimeOperator) { _ = try format([]) }
      expectError(.runtimeOperator) { _ = try format([.int(1)]) }
    }

    @Test func anUndefinedResultIsNone() throws {
      // With every part masked out, the backward pass gives undefined tensors.
      let backward = try TensorOperator("aten::convolution_backward")
      let x = try tensor([Float](repeating: 1, count: 9), [1, 1, 3, 3])
      let weight = try tensor([1], [1, 1, 1, 1])
      let ones = Value.list([.int(1), .int(1)])
      let zeros = Value.list([.int(0), .int(0)])
      let results = try backward([
        x, x, weight, .none, ones, zeros, ones, .bool(false), zeros, .int(1),
        .list([.bool(true), .bool(false), .bool(false)]),
      ])
      #expect(results.count == 3)
      #expect(results[0].tensor != nil)
      #expect(results[1].contents == "None" && results[2].contents == "None")
    }
  }
}
