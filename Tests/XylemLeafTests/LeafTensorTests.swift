import CXylem
import Testing

@testable import XylemLeaf

@Suite struct LeafTensorTests {
  /// `[[1, 2, 3], [4, 5, 6]]`, column after column.
  private let columns = Lent([1, 4, 2, 5, 3, 6] as [Float], shape: [2, 3], strides: [1, 2])

  private func message(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return String(describing: error)
    }
  }

  @Test func `Elements come in row-major order, whatever the strides are`() throws {
    let tensor = unsafe try LeafTensor(columns.pointer, for: Lease())
    #expect(!tensor.isCompact && tensor.count == 6 && tensor.dataType == .float32)
    #expect(try tensor.elements(of: Float.self) == [1, 2, 3, 4, 5, 6])
    #expect(try tensor.withElements(of: Float.self) { span in span.indices.map { span[$0] } } == [1, 2, 3, 4, 5, 6])
    #expect(try tensor[1, 0, as: Float.self] == 4)
    #expect(try tensor.map { (x: Float) in Int64(x) * 2 }.elements(of: Int64.self) == [2, 4, 6, 8, 10, 12])
  }

  @Test func `Sizes of one and of zero, and no dimension at all, are tensors too`() throws {
    let broadcast = unsafe try LeafTensor(
      Lent([7.0], shape: [2, 1, 2], strides: [0, 9, 0]).pointer, for: Lease())
    #expect(try broadcast.elements(of: Double.self) == [7, 7, 7, 7])
    let scalar = unsafe try LeafTensor(Lent([7.0], shape: [], strides: []).pointer, for: Lease())
    #expect(try scalar.isCompact && scalar[as: Double.self] == 7)
    #expect(try LeafTensor([Float](), shape: [3, 0]).elements(of: Float.self) == [])
  }

  @Test func `A tensor that is used after its time throws`() throws {
    let lease = Lease()
    let tensor = unsafe try LeafTensor(columns.pointer, for: lease)
    lease.end()
    let late = "a tensor was used after the call that lent it"
    #expect(message { _ = try tensor.elements(of: Float.self) } == late)
    #expect(message { _ = try tensor[0, 0, as: Float.self] } == late)
    #expect(message { _ = unsafe try tensor.given() } == late)
  }

  @Test func `Wrong types, indices and shapes are errors`() throws {
    let tensor = unsafe try LeafTensor(columns.pointer, for: Lease())
    let found = [
      message { _ = try tensor.elements(of: Double.self) },
      message { _ = try tensor[2, 0, as: Float.self] },
      message { _ = try tensor[0, as: Float.self] },
      message { _ = try tensor[0, -1, as: Float.self] },
      message { _ = try LeafTensor([1.0, 2], shape: [3]) },
      message { _ = try LeafTensor([1.0, 2], shape: [-1, -2]) },
      message { _ = try LeafTensor(shape: [.max, 2], of: Float.self) { _ in } },
    ]
    #expect(
      found == [
        "the tensor's elements are float32; float64 is expected",
        "there is no element [2, 0] in a tensor of shape [2, 3]",
        "there is no element [0] in a tensor of shape [2, 3]",
        "there is no element [0, -1] in a tensor of shape [2, 3]",
        "2 elements don't match a tensor of shape [3]",
        "a tensor can't have the shape [-1, -2]",
        "a tensor can't have the shape [9223372036854775807, 2]",
      ])
  }

  @Test func `Tensors of another DLPack, another device or strange elements are refused by name`() throws {
    let tensor = Lent([1.0], shape: [1], strides: [1], code: 5)
    #expect(
      message { _ = unsafe try LeafTensor(tensor.pointer, for: Lease()).elements(of: Double.self) }
        == "the tensor's elements are complex64; float64 is expected")
    unsafe tensor.pointer.pointee.dl_tensor.device.device_type = 2
    #expect(
      message { _ = unsafe try LeafTensor(tensor.pointer, for: Lease()) }
        == "the tensor is on DLPack's device 2; the CPU is expected")
    unsafe tensor.pointer.pointee.version.major = 9
    #expect(
      message { _ = unsafe try LeafTensor(tensor.pointer, for: Lease()) }
        == "the host's tensors are of DLPack 9; 1 is expected")
  }

  @Test func `Writing follows the strides, and needs the host's leave`() throws {
    let target = Lent([1, 4, 2, 5, 3, 6] as [Float], shape: [2, 3], strides: [1, 2])
    let tensor = unsafe try WritableLeafTensor(target.pointer, for: Lease())
    try tensor.withMutableElements(of: Float.self) { elements in
      for i in elements.indices { elements[i] *= 10 }
      elements[1] = -1
    }
    #expect(target.memory(6, as: Float.self) == [10, 40, -1, 50, 30, 60])
    let fixed = Lent([1.0], shape: [1], strides: [1], flags: UInt64(XYLEM_TENSOR_READ_ONLY))
    #expect(
      message { _ = unsafe try WritableLeafTensor(fixed.pointer, for: Lease()) }
        == "the tensor is read-only; the leaf's declaration must list it as written")
  }

  @Test func `A result is the plugin's memory once and a copy after that; an argument goes back as it came`() throws {
    let made = try LeafTensor([1, 2, 3] as [Int32], shape: [3])
    let (first, second) = unsafe (try made.given(), try made.given())
    defer {
      unsafe LeafTensor.drop(first)
      unsafe LeafTensor.drop(second)
    }
    #expect(unsafe first.pointee.dl_tensor.data != second.pointee.dl_tensor.data)
    let elements = unsafe [first, second].map { (tensor: UnsafeMutablePointer<DLManagedTensorVersioned>) in
      unsafe try? LeafTensor(tensor, for: Lease()).elements(of: Int32.self)
    }
    #expect(elements == [[1, 2, 3], [1, 2, 3]])
    #expect(unsafe try LeafTensor(columns.pointer, for: Lease()).given() == columns.pointer)
    let parameter = unsafe try LeafTensor(columns.pointer, for: Lease(), ofModule: true)
    let copy = unsafe try parameter.given()
    defer { unsafe LeafTensor.drop(copy) }
    #expect(unsafe copy != columns.pointer && copy.pointee.dl_tensor.data != columns.pointer.pointee.dl_tensor.data)
  }
}
