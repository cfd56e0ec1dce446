import XylemTestSupport
import Testing
import XylemErrors

@testable import XylemFiles
@testable import XylemTensor

extension RuntimeTests {
  @Suite struct TensorTests {
    @Test(arguments: DType.allCases) func everyTypeGoesInAndComesBack(_ dtype: DType) throws {
      let array = try counted(dtype, [2, 3])
      let tensor = try Tensor(array)
      #expect(tensor.dtype == dtype)
      #expect(try tensor.sizes == [2, 3])
      #expect(try tensor.strides == [3, 1])
      #expect(try tensor.count == 6)
      #expect(try tensor.device == "cpu")
      #expect(try tensor.hostArray() == array)
    }

    @Test func aTransposedTensorIsReadInItsOwnOrder() throws {
      let tensor = try Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
      let turned = try TensorOperator.call("aten::transpose", overload: "int", [.tensor(tensor), .int(0), .int(1)])
      #expect(try turned.sizes == [3, 2])
      #expect(try turned.strides == [1, 3])
      #expect(try turned.floats() == [1, 4, 2, 5, 3, 6])
      #expect(turned.sharesStorage(with: tensor))
      #expect(turned.dataAddress == tensor.dataAddress)
    }

    @Test(arguments: [[0], [2, 0, 3], [0, 0]]) func aDimensionOfZeroHoldsNothing(_ shape: [Int]) throws {
      let tensor = try Tensor([], shape: shape)
      #expect(try tensor.sizes == shape)
      #expect(try tensor.count == 0)
      #expect(try tensor.floats().isEmpty)
      #expect(try tensor.hostArray().shape == shape)
    }

    @Test func aScalarHasNoDimensions() throws {
      let tensor = try Tensor([7], shape: [])
      #expect(try tensor.sizes.isEmpty)
      #expect(try tensor.count == 1)
      #expect(try tensor.floats() == [7])
    }

    @Test(arguments: [0, 4, 7, 9, 16]) func aWrongCountOfBytesIsAnError(_ count: Int) {
      expectError(.runtimeTensor) {
        try [UInt8](repeating: 0, count: count).withUnsafeBytes {
          _ = try Tensor(bytes: $0, shape: [2], dtype: .float32)
        }
      }
    }

    @Test(arguments: [[-1], [1 << 40, 1 << 40]]) func anImpossibleShapeIsAnError(_ shape: [Int]) {
      expectError(.runtimeTensor) {
        try [UInt8]().withUnsafeBytes { _ = try Tensor(bytes: $0, shape: shape, dtype: .float32) }
      }
    }

    @Test func aCloneHasStorageOfItsOwn() throws {
      let tensor = try Tensor([1, 2], shape: [2])
      let copy = try tensor.clone()
      #expect(!copy.sharesStorage(with: tensor))
      _ = try TensorOperator.call("aten::add_", overload: "Scalar", [.tensor(copy), .int(1)])
      #expect(try tensor.floats() == [1, 2])
      #expect(try copy.floats() == [2, 3])
    }

    @Test func aConjugateIsResolvedBeforeItIsRead() throws {
      let numbers = try HostArray([1, 2, 3, 4] as [Float], shape: [4])
      let tensor = try Tensor(HostArray(dtype: .complex64, shape: [2], bytes: numbers.bytes))
      let conjugate = try TensorOperator.call("aten::conj", [.tensor(tensor)])
      let expected = try HostArray([1, -2, 3, -4] as [Float], shape: [4])
      #expect(try conjugate.hostArray().bytes == expected.bytes)
    }

    @Test func aNegatedViewIsResolvedBeforeItIsRead() throws {
      let numbers = try HostArray([1, 2, 3, 4] as [Float], shape: [4])
      let tensor = try Tensor(HostArray(dtype: .complex64, shape: [2], bytes: numbers.bytes))
      let conjugate = try TensorOperator.call("aten::conj", [.tensor(tensor)])
      let imaginary = try TensorOperator.call("aten::imag", [.tensor(conjugate)])
      #expect(try imaginary.floats() == [-2, -4])
      #expect(try imaginary.hostArray().floats() == [-2, -4])
    }

    @Test func layoutsWithoutPlainStorageAreRefused() throws {
      let dense = try Tensor([0, 1, 2, 0], shape: [2, 2])
      let sparse = try TensorOperator.call("aten::to_sparse", overload: "sparse_dim", [.tensor(dense), .int(2)])
      #expect(try sparse.sizes == [2, 2])
      #expect(try sparse.strides.isEmpty)
      #expect(sparse.dataAddress == nil)
      #expect(throws: XylemError.self) { try sparse.hostArray() }
    }
  }
}
