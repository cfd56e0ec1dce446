import XylemTestSupport
import CXylem
import Synchronization
import Testing
import XylemErrors

@testable import XylemFiles
@testable import XylemTensor

/// How often the deleters of the tensors made here ran, by the tensor's number.
private let deletions = Mutex<[Int: Int]>([:])

/// A foreign library's tensor over memory of its own.
private final class ForeignTensor {
  let pointer = UnsafeMutablePointer<DLManagedTensorVersioned>.allocate(capacity: 1)
  let data: UnsafeMutablePointer<Float>
  let shape: UnsafeMutablePointer<Int64>
  let strides: UnsafeMutablePointer<Int64>
  let number: Int
  private static let next = Mutex(0)

  init(_ values: [Float], shape sizes: [Int64], strides steps: [Int64]? = nil) {
    number = Self.next.withLock { last in
      last += 1
      return last
    }
    data = .allocate(capacity: max(values.count, 1))
    data.initialize(from: values, count: values.count)
    shape = .allocate(capacity: max(sizes.count, 1))
    shape.initialize(from: sizes, count: sizes.count)
    strides = .allocate(capacity: max(sizes.count, 1))
    if let steps { strides.initialize(from: steps, count: steps.count) }
    pointer.initialize(
      to: DLManagedTensorVersioned(
        version: DLPackVersion(major: 1, minor: 0), manager_ctx: UnsafeMutableRawPointer(bitPattern: number),
        deleter: { own in
          let number = Int(bitPattern: own?.pointee.manager_ctx)
          deletions.withLock { $0[number, default: 0] += 1 }
        },
        flags: 0,
        dl_tensor: DLTensor(
          data: values.isEmpty ? nil : UnsafeMutableRawPointer(data), device: DLDevice(device_type: 1, device_id: 0),
          ndim: Int32(sizes.count), dtype: DLDataType(code: 2, bits: 32, lanes: 1), shape: shape,
          strides: steps == nil ? nil : strides, byte_offset: 0)))
  }

  deinit {
    pointer.deallocate()
    data.deallocate()
    shape.deallocate()
    strides.deallocate()
  }

  var deletionCount: Int { deletions.withLock { $0[number] ?? 0 } }
}

extension RuntimeTests {
  @Suite struct DLPackTests {
    @Test func aRoundTripSharesStorage() throws {
      let tensor = try Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
      let turned = try TensorOperator.call("aten::t", [.tensor(tensor)])
      let handed = try turned.dlpack()
      let back = try Tensor(dlpack: #require(handed.release()))
      #expect(handed.address == nil)
      #expect(back.dataAddress == tensor.dataAddress)
      #expect(try back.strides == [1, 3])
      #expect(try back.floats() == [1, 4, 2, 5, 3, 6])
      _ = try TensorOperator.call("aten::zero_", [.tensor(back)])
      #expect(try tensor.floats() == [0, 0, 0, 0, 0, 0])
    }

    @Test(arguments: DType.allCases) func everyTypeMakesTheRoundTripOrIsRefused(_ dtype: DType) throws {
      let array = try counted(dtype, [3])
      let tensor = try Tensor(array)
      let handed: DLPackTensor
      do { handed = try tensor.dlpack() } catch {
        #expect(error.id == .runtimeTensor)
        return
      }
      #expect(try Tensor(dlpack: #require(handed.release())).hostArray() == array)
    }

    @Test func aTensorThatIsNotHandedOnIsDeleted() throws {
      let tensor = try Tensor([1], shape: [1])
      _ = try tensor.dlpack()
      #expect(try tensor.floats() == [1])
    }

    @Test func withoutStridesATensorIsCompact() throws {
      let foreign = ForeignTensor([1, 2, 3, 4], shape: [2, 2])
      do {
        let tensor = try Tensor(dlpack: foreign.pointer)
        #expect(try tensor.strides == [2, 1])
        #expect(try tensor.floats() == [1, 2, 3, 4])
        #expect(tensor.dataAddress == UInt(bitPattern: foreign.data))
        #expect(foreign.deletionCount == 0)
      }
      #expect(foreign.deletionCount == 1)
    }

    @Test func stridesAreHonoured() throws {
      let foreign = ForeignTensor([1, 2, 3, 4], shape: [2, 2], strides: [1, 2])
      do { #expect(try Tensor(dlpack: foreign.pointer).floats() == [1, 3, 2, 4]) }
      #expect(foreign.deletionCount == 1)
    }

    @Test func anOffsetIsHonoured() throws {
      let foreign = ForeignTensor([1, 2, 3, 4], shape: [2])
      foreign.pointer.pointee.dl_tensor.byte_offset = 8
      do { #expect(try Tensor(dlpack: foreign.pointer).floats() == [3, 4]) }
      #expect(foreign.deletionCount == 1)
    }

    @Test func anEmptyTensorMayHaveNoData() throws {
      let foreign = ForeignTensor([], shape: [0, 3])
      do {
        let tensor = try Tensor(dlpack: foreign.pointer)
        #expect(try tensor.sizes == [0, 3])
        #expect(try tensor.floats().isEmpty)
      }
      #expect(foreign.deletionCount == 1)
    }

    @Test func aScalarHasNoShape() throws {
      let foreign = ForeignTensor([7], shape: [])
      foreign.pointer.pointee.dl_tensor.shape = nil
      do { #expect(try Tensor(dlpack: foreign.pointer).floats() == [7]) }
      #expect(foreign.deletionCount == 1)
    }

    @Test func aTensorWithoutADeleterIsTaken() throws {
      let foreign = ForeignTensor([7], shape: [1])
      foreign.pointer.pointee.deleter = nil
      do { #expect(try Tensor(dlpack: foreign.pointer).floats() == [7]) }
      #expect(foreign.deletionCount == 0)
    }

    @Test(arguments: [
      "major", "type", "lanes", "bits", "dimensions", "many", "size", "shape", "data", "device", "overflow", "stride",
    ])
    func aTensorThatCannotBeTakenIsDeletedOnce(_ what: String) {
      let foreign = ForeignTensor([1, 2], shape: [2], strides: [1])
      let tensor = foreign.pointer.pointer(to: \.dl_tensor)!
      switch what {
      case "major": foreign.pointer.pointee.version.major = 2
      case "type": tensor.pointee.dtype.code = 77
      case "lanes": tensor.pointee.dtype.lanes = 4
      case "bits": tensor.pointee.dtype.bits = 24
      case "dimensions": tensor.pointee.ndim = -1
      case "many": tensor.pointee.ndim = .max
      case "size": foreign.shape[0] = -2
      case "shape": tensor.pointee.shape = nil
      case "data": tensor.pointee.data = nil
      case "device": tensor.pointee.device.device_type = 99
      case "overflow": foreign.shape[0] = .max
      case "stride": foreign.strides[0] = -1
      default: Issue.record("no such fault")
      }
      let error = expectError(.runtimeTensor) { _ = try Tensor(dlpack: foreign.pointer) }
      if what == "major" { #expect(error.map { "\($0)" }?.contains("DLPack 2.x; this host reads 1.x") == true) }
      #expect(foreign.deletionCount == 1)
    }
  }
}
