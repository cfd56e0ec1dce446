import XylemTestSupport
import Testing
import XylemErrors

@testable import XylemFiles

@Suite struct HostArrayTests {
  @Test func elementsComeBackAsTheyWent() throws {
    let array = try HostArray([1, -2, 3.5, 4, 5, .infinity] as [Float], shape: [2, 3])
    #expect(array.dtype == .float32)
    #expect(array.count == 6)
    #expect(array.byteCount == 24)
    #expect(array.bytes.prefix(8) == [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
    #expect(try array.elements(as: Float.self) == [1, -2, 3.5, 4, 5, .infinity])
    #expect(array.description == "float32 [2, 3]")
  }

  @Test func aScalarHasNoDimensionsAndOneElement() throws {
    let scalar = try HostArray([7] as [Int64], shape: [])
    #expect(scalar.count == 1)
    #expect(try scalar.floats() == [7])
    expectError(.runtimeTensor) { _ = try HostArray([] as [Int64], shape: []) }
  }

  @Test func aDimensionOfZeroMakesAnEmptyArray() throws {
    let empty = try HostArray([] as [Float], shape: [2, 0, 3])
    #expect(empty.count == 0)
    #expect(try empty.floats().isEmpty)
  }

  @Test(arguments: [[-1], [2, -3], [Int.max], [1 << 62, 2], [1 << 31, 1 << 31, 2], [0, Int.max, Int.max], [0, -1]])
  func anImpossibleShapeIsAnError(_ shape: [Int]) {
    #expect(HostArray.byteCount(of: .float32, shape: shape) == nil)
    let error = expectError(.runtimeTensor) { _ = try HostArray(dtype: .float32, shape: shape, bytes: []) }
    #expect(error?.message == "the shape \(shape) of float32 elements is invalid")
  }

  @Test func bytesThatDoNotFitTheShapeAreAnError() {
    let error = expectError(.runtimeTensor) {
      _ = try HostArray(dtype: .int16, shape: [2, 2], bytes: [UInt8](repeating: 0, count: 7))
    }
    #expect(error?.message == "the shape [2, 2] of int16 elements needs 8 bytes, not 7")
  }

  @Test(arguments: DType.allCases.filter { !$0.isComplex })
  func everyRealTypeConvertsToFloatsAndDoubles(_ dtype: DType) throws {
    let array = try counted(dtype, [2, 3])
    let expected: [Double] = dtype == .bool ? [0, 1, 0, 1, 0, 1] : [0, 1, 2, 3, 4, 5]
    #expect(try array.doubles() == expected)
    #expect(try array.floats() == expected.map { Float($0) })
  }

  @Test(arguments: [DType.complex64, .complex128])
  func complexElementsHaveNoFloats(_ dtype: DType) throws {
    let array = try counted(dtype, [2])
    expectError(.runtimeTensor) { _ = try array.floats() }
  }

  @Test func elementsOfAnotherTypeAreAnError() throws {
    let array = try counted(.int32, [2])
    let error = expectError(.runtimeTensor) { _ = try array.elements(as: Float.self) }
    #expect(error?.message == "the array's elements are int32, not float32")
  }

  @Test func signedAndWideNumbersKeepTheirValue() throws {
    #expect(try HostArray([-128, 127] as [Int8], shape: [2]).floats() == [-128, 127])
    #expect(try HostArray([UInt64.max, 1 << 53] as [UInt64], shape: [2]).doubles() == [0x1p64, 0x1p53])
    #expect(try HostArray([Int64.min] as [Int64], shape: [1]).doubles() == [-0x1p63])
    #expect(try HostArray(dtype: .bool, shape: [3], bytes: [0, 1, 255]).floats() == [0, 1, 1])
  }

  @Test(arguments: [DType.float16, .bfloat16, .float8e4m3fn, .float8e5m2])
  func smallFloatsHaveTheValuesThatTorchGivesThem(_ dtype: DType) throws {
    let file = try SafetensorsFile(Fixtures.path("files/values.safetensors"))
    let array = try file.array(dtype.rawValue)
    #expect(array.dtype == dtype)
    let expected = try file.array(dtype.rawValue + ".as_float32").elements(as: Float.self)
    let found = try array.floats()
    #expect(found.map { $0.isNaN } == expected.map { $0.isNaN })
    #expect(found.map { $0.isNaN ? 0 : $0.bitPattern } == expected.map { $0.isNaN ? 0 : $0.bitPattern })
  }
}
