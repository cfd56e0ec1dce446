import Testing
import XylemErrors
import XylemExtract
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

/// Subscripts, arithmetic and functional forms in a forward of a module's own.
private final class Mixing: Module, Layer {
  func forward(_ x: Tensor) throws -> Tensor {
    let (n, c) = (try x.shape[0], try x.shape[1])
    let first = try x[.all, 0]
    let rest = try x[.all, .slice(1), .ellipsis, .slice(step: 2)]
    let scaled = try (1 - first) * 0.5 / c
    let parts = try rest.chunk(2, dim: 1)
    let pooled = try F.adaptiveAvgPool2d(F.relu(parts[1]), 1, 1).reshape([n, -1])
    let best = try scaled.flatten(startDim: 1).topk(2).values
    return try Tensor.cat([pooled, best], dim: 1).softmax(dim: -1)
  }
}

private final class Writing: Module, Layer {
  func forward(_ x: Tensor) throws -> Tensor {
    let y = try x.clone()
    try y.assign(1, at: 0)
    try y.assign(x[1], at: .range(1..<2))
    try y.add_(1)
    return try y.maskedFill(y.gt(1.5), 0)
  }
}

private final class Splitting: Module, Layer {
  let count: Int?
  init(_ count: Int?) { self.count = count }
  func forward(_ x: Tensor) throws -> Tensor {
    let parts = try x.split(2, dim: 1, count: count)
    return try parts[0] - parts[1].clamp(min: 0)
  }
}

@Suite(.needsRuntime) struct OperationTraceTests {
  private func names(_ model: Module, naming: Naming = .exact) throws -> [String] {
    try SwiftModel(model).trace(TraceOptions(mode: .eval, naming: naming)).nodeNames
  }

  private func input(_ shape: [Int]) throws -> Tensor {
    let numbers = (0..<shape.reduce(1, *)).map { Float($0 * 7919 % 1009) / 1009 - 0.5 }
    return try Tensor(numbers, shape: shape)
  }

  /// Checks that a trace, which was made at no size, gives at some what the module gives.
  private func expectSame(_ model: some Layer & Module, at shapes: [[Int]]) throws {
    let extractor = try FeatureExtractor(of: model, returning: ["output"])
    for shape in shapes {
      let x = try input(shape)
      #expect(try extractor([.tensor(x)])["output"]?.tensor?.floats() == model(x).floats())
    }
  }

  @Test func `subscripts are one node each, and operators have PyTorch's names`() throws {
    #expect(
      try names(Mixing()) == [
        "x", "size", "getitem", "size_1", "getitem_1", "getitem_2", "getitem_3", "rsub", "mul", "div", "chunk",
        "getitem_4", "getitem_5", "relu", "adaptive_avg_pool2d", "reshape", "flatten", "topk", "getitem_6",
        "getitem_7", "cat", "softmax",
      ])
    try expectSame(Mixing(), at: [[2, 5, 4, 4], [1, 3, 6, 5]])
  }

  @Test func `sizes are read, sliced and used as a node each`() throws {
    final class Resizing: Module, Layer {
      func forward(_ x: Tensor) throws -> Tensor {
        let (n, c, _, _) = try x.size().four
        let small = try Functional.interpolate(x, size: 4, mode: .bilinear)
        let large = try Functional.interpolate(small, sizes: x.shape[(-2)...], mode: .bilinear, alignCorners: false)
        return try large.view([n, c, -1])
      }
    }
    let items = ["getitem", "getitem_1", "getitem_2", "getitem_3"]
    let expected = ["x", "size"] + items + ["interpolate"]
    #expect(
      try names(Resizing(), naming: .torchvision) == expected + ["getattr", "getitem_4", "interpolate_1", "view"])
    #expect(try names(Resizing()) == expected + ["size_1", "getitem_4", "interpolate_1", "view"])
    try expectSame(Resizing(), at: [[1, 2, 8, 8], [2, 3, 7, 11]])
  }

  @Test func `writes are a view and a copy, of a number made a tensor, as in archives`() throws {
    #expect(
      try names(Writing()) == [
        "x", "clone", "getitem", "dtype", "device", "tensor", "copy", "getitem_1", "getitem_2", "copy_1", "add", "gt",
        "masked_fill",
      ])
    try expectSame(Writing(), at: [[2, 3], [4, 1]])
  }

  @Test func `parts of a list become nodes if their number is given, otherwise the trace fails`() throws {
    #expect(try names(Splitting(2)) == ["x", "split", "getitem", "getitem_1", "clamp", "sub"])
    try expectSame(Splitting(2), at: [[1, 4], [3, 4]])
    let error = #expect(throws: XylemError.self) { try names(Splitting(nil)) }
    #expect(error?.id == .traceConcreteValue)
    #expect(error?.place.source?.hasPrefix("XylemNNTests/OperationTraceTests.swift:") == true)
  }

  @Test func `functional forms stay whole, and show their operators where no rule keeps them`() throws {
    final class Forms: Module, Layer {
      func forward(_ x: Tensor) throws -> Tensor {
        let resized = try F.interpolate(F.normalize(x), size: [4, 4], mode: .bilinear)
        let pooled = try F.adaptiveMaxPool2d(F.gelu(F.pad(resized, [1, 1])), 2, 2)
        return try F.dropout(F.hardswish(F.pixelShuffle(pooled, 2)), training: false)
      }
    }
    let whole = ["x", "normalize", "interpolate", "pad", "gelu", "adaptive_max_pool2d", "pixel_shuffle", "hardswish"]
    #expect(try names(Forms()) == whole + ["dropout"])
    let through = try SwiftModel(Forms()).trace(TraceOptions(mode: .eval, policy: .none)).nodeNames
    #expect(
      through == [
        "x", "norm", "clamp_min", "expand_as", "div", "upsample_bilinear2d", "pad", "gelu", "adaptive_max_pool2d",
        "getitem", "getitem_1", "pixel_shuffle", "hardswish", "dropout",
      ])
  }

  @Test func `a stand-in prints as one`() throws {
    final class Printing: Module, Layer {
      nonisolated(unsafe) var text = ""
      func forward(_ x: Tensor) throws -> Tensor {
        text = "\(x)"
        return x
      }
    }
    let model = Printing()
    _ = try names(model)
    #expect(model.text == "Tensor(stand-in)")
  }
}
