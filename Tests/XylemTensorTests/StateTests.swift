import XylemTestSupport
import Foundation
import Testing
import XylemErrors

@testable import XylemFiles
@testable import XylemTensor

extension RuntimeTests {
  @Suite struct StateTests {
    private func draw() throws -> [Float] {
      let shape = Value.list([.int(4)])
      return try TensorOperator.call("aten::rand", [shape, .int(6), .none, .none, .none]).floats()
    }

    @Test func gradientsAddUpInTheLeaves() throws {
      let x = try Tensor([1, 2, 3], shape: [3])
      #expect(try x.gradient() == nil)
      try x.setRequiresGrad(true)
      #expect(x.requiresGrad)
      let square = try TensorOperator.call("aten::mul", overload: "Tensor", [.tensor(x), .tensor(x)])
      #expect(square.requiresGrad)
      let sum = try TensorOperator.call("aten::sum", [.tensor(square)])
      try sum.backward()
      #expect(try x.gradient()?.floats() == [2, 4, 6])
      let again = try TensorOperator.call("aten::mul", overload: "Scalar", [.tensor(x), .int(10)])
      try again.backward(gradient: Tensor([1, 0, 1], shape: [3]))
      #expect(try x.gradient()?.floats() == [12, 4, 16])
    }

    @Test func whatHasNoGradientSaysSo() throws {
      let x = try Tensor([1, 2], shape: [2])
      expectError(.runtimeTensor) { try x.backward() }
      try x.setRequiresGrad(true)
      expectError(.runtimeTensor, "more than one element") { try x.backward() }
      expectError(.runtimeTensor, "another shape") { try x.backward(gradient: Tensor([1], shape: [1])) }
      let integers = try Tensor(HostArray([1] as [Int64], shape: [1]))
      expectError(.runtimeTensor) { try integers.setRequiresGrad(true) }
    }

    @Test func nothingIsRecordedWithoutGradients() throws {
      let x = try Tensor([1], shape: [1])
      try x.setRequiresGrad(true)
      let relu = { try TensorOperator.call("aten::relu", [.tensor(x)]) }
      #expect(try TensorRuntime.withGradients(false) { try relu().requiresGrad } == false)
      #expect(try relu().requiresGrad)
      #expect(throws: CancellationError.self) { try TensorRuntime.withGradients(false) { throw CancellationError() } }
      #expect(try relu().requiresGrad, "an error puts it back too")
      #expect(
        try TensorRuntime.withGradients(false) { try TensorRuntime.withGradients(true) { try relu().requiresGrad } })
    }

    @Test func aSeedAndAStateRepeatTheDraws() throws {
      try TensorRuntime.setSeed(7)
      let state = try TensorRuntime.randomState()
      let first = try draw()
      let second = try draw()
      #expect(first != second)
      try TensorRuntime.setRandomState(state)
      #expect(try draw() == first)
      try TensorRuntime.setSeed(7)
      #expect(try [draw(), draw()] == [first, second])
      try TensorRuntime.setSeed(.max)
      #expect(try draw() != first)
    }

    @Test func aTensorThatIsNoStateIsRefused() throws {
      let state = try TensorRuntime.randomState()
      expectError(.runtimeTensor) { try TensorRuntime.setRandomState(Tensor([1, 2], shape: [2])) }
      expectError(.runtimeTensor) {
        try TensorRuntime.setRandomState(Tensor(HostArray([1, 2] as [UInt8], shape: [2])))
      }
      try TensorRuntime.setRandomState(state)
    }

    @Test func threadsCanBeSet() throws {
      let before = try TensorRuntime.load().threads
      defer { try? TensorRuntime.setThreads(before) }
      try TensorRuntime.setThreads(1)
      #expect(try TensorRuntime.load().threads == 1)
      try TensorRuntime.setThreads(2)
      #expect(try TensorRuntime.load().threads == 2)
      for count in [0, -1] { expectError(.runtimeTensor) { try TensorRuntime.setThreads(count) } }
    }

    @Test func theHighestCountOfBytesIsFound() throws {
      let megabyte = [Float](repeating: 0, count: 1 << 18)
      let (kept, peak) = try TensorRuntime.countingMemory {
        for _ in 0..<3 { _ = try Tensor(megabyte, shape: [1 << 18]) }
        return try (Tensor(megabyte, shape: [1 << 18]), Tensor(megabyte, shape: [1 << 18]))
      }
      #expect(try kept.0.count == 1 << 18)
      #expect(peak >= 2 << 20)
      #expect(peak < 2 << 20 + 4096)
      #expect(try TensorRuntime.countingMemory {}.peakBytes == 0)
    }

    @Test func countsWithinCountsAreSeenByBoth() throws {
      let outer = try TensorRuntime.countingMemory {
        try TensorRuntime.countingMemory { try Tensor([Float](repeating: 0, count: 1024), shape: [1024]) }
      }
      #expect(outer.result.peakBytes == 4096)
      #expect(outer.peakBytes == 4096)
    }

    @Test func theRuntimeDescribesItself() throws {
      let description = try TensorRuntime.load()
      #expect(description.name.hasPrefix("libtorch 2."))
      #expect(FileManager.default.fileExists(atPath: description.path))
      #expect(TensorRuntime.isLoaded)
    }
  }
}

@Suite struct RuntimeSearchTests {
  @Test func theProductsFolderIsSearched() {
    guard ProcessInfo.processInfo.environment["XYLEM_RUNTIME"] == nil else { return }
    let folders = TensorRuntime.searchPaths.map { URL(filePath: $0).deletingLastPathComponent().path }
    let products = Bundle.allBundles.map { $0.bundleURL.deletingLastPathComponent().resolvingSymlinksInPath().path }
    #expect(!TensorRuntime.searchPaths.isEmpty)
    #expect(
      folders.contains { products.contains(URL(filePath: $0).resolvingSymlinksInPath().path) } || products.isEmpty)
  }
}
