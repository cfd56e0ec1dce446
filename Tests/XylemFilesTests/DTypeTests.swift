import Testing

@testable import XylemFiles

@Suite struct DTypeTests {
  @Test func rawValuesArePyTorchsNames() {
    #expect(
      DType.allCases.map(\.rawValue) == [
        "float32", "float64", "float16", "bfloat16", "int8", "uint8", "int16", "int32", "int64", "bool", "complex64",
        "complex128", "uint16", "uint32", "uint64", "float8_e4m3fn", "float8_e5m2",
      ])
  }

  @Test func everyTypeHasItsSize() {
    #expect(DType.allCases.map(\.byteCount) == [4, 8, 2, 2, 1, 1, 2, 4, 8, 1, 8, 16, 2, 4, 8, 1, 1])
  }

  @Test func safetensorsNamesGoThereAndBack() {
    #expect(
      DType.allCases.map(\.safetensorsName) == [
        "F32", "F64", "F16", "BF16", "I8", "U8", "I16", "I32", "I64", "BOOL", "C64", nil, "U16", "U32", "U64",
        "F8_E4M3", "F8_E5M2",
      ])
    for dtype in DType.allCases {
      if let name = dtype.safetensorsName { #expect(DType(safetensorsName: name) == dtype) }
    }
    #expect(DType(safetensorsName: "F4") == nil)
    #expect(DType(safetensorsName: "f32") == nil)
  }

  @Test func everyTypeWithASafetensorsNameHasAPlaceInItsOrder() {
    #expect(Set(DType.safetensorsOrder) == Set(DType.allCases.filter { $0.safetensorsName != nil }))
    #expect(DType.safetensorsOrder.count == 16)
    let sizes = DType.safetensorsOrder.map(\.byteCount)
    #expect(sizes == sizes.sorted(by: >))
  }

  @Test func npyDescriptionsAreNumpys() {
    #expect(
      DType.allCases.map(\.npyDescription) == [
        "<f4", "<f8", "<f2", nil, "|i1", "|u1", "<i2", "<i4", "<i8", "|b1", "<c8", "<c16", "<u2", "<u4", "<u8", nil,
        nil,
      ])
  }
}
