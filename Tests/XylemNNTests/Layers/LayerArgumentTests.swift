import Testing
import XylemErrors
import XylemExtract
import XylemFiles
import XylemNN
import XylemTensor
import XylemTestSupport
import XylemTrace

/// What a layer can't work with is given to its initialiser: an error names it wherever the layer is used, and nothing ends
/// the program.
@Suite struct LayerArgumentTests {
  /// Layers that PyTorch refuses to make, or to call, and what the error says.
  private static let faulty: [(message: String, make: @Sendable () -> Module)] = [
    ("3 and 4 channels can't be divided into 2 groups", { Conv2d(3, 4, kernelSize: 1, groups: 2) }),
    ("3 and 4 channels can't be divided into 0 groups", { Conv2d(3, 4, kernelSize: 1, groups: 0) }),
    ("3 and 3 channels can't be divided into -3 groups", { Conv1d(3, 3, kernelSize: 1, groups: -3) }),
    ("3 and 4 channels can't be divided into 2 groups", { ConvTranspose2d(3, 4, kernelSize: 1, groups: 2) }),
    ("3 channels can't be divided into 2 groups", { GroupNorm(2, 3) }),
    ("3 channels can't be divided into 0 groups", { GroupNorm(0, 3) }),
    ("5 features can't be divided among 2 heads", { MultiheadAttention(5, 2) }),
    ("6 features can't be divided among 0 heads", { MultiheadAttention(6, 0) }),
    ("kernelSize is [1, 2, 3]", { Conv2d(3, 4, kernelSize: [1, 2, 3]) }),
    ("kernelSize is []", { Conv2d(3, 4, kernelSize: []) }),
    ("padding is [1, 2, 3]", { Conv2d(3, 4, kernelSize: 1, padding: [1, 2, 3]) }),
    ("padding is [1, 2, 3]", { ZeroPad2d([1, 2, 3]) }),
    ("stride is [1, 2, 3]", { MaxPool2d(kernelSize: 2, stride: [1, 2, 3]) }),
    ("kernelSize is [1, 2]", { AvgPool3d(kernelSize: [1, 2]) }),
    ("outputSize has 3 sizes", { AdaptiveAvgPool2d([1, 2, 3]) }),
    ("outputSize has 0 sizes", { AdaptiveMaxPool2d([]) }),
    ("padding 'same' with a stride of [2]", { Conv2d(3, 4, kernelSize: 3, stride: 2, padding: .same) }),
    ("p is 2.0", { Dropout(p: 2) }),
    ("p is -0.5", { StochasticDepth(-0.5, .row) }),
    ("p is nan", { Dropout2d(p: .nan) }),
    ("dropout is 2.0", { LSTM(2, 3, numLayers: 2, dropout: 2) }),
    ("paddingIdx is 9", { Embedding(3, 2, paddingIdx: 9) }),
    ("paddingIdx is 0", { Embedding(0, 2, paddingIdx: 0) }),
    ("hiddenChannels is empty", { MLP(3, []) }),
    ("projSize is 3", { LSTM(2, 3, projSize: 3) }),
    ("hiddenSize is 0", { GRU(2, 0) }),
    ("numLayers is -1", { RNN(2, 2, numLayers: -1) }),
    ("in1Features is 0", { Bilinear(0, 2, 2) }),
    ("size is 0", { LocalResponseNorm(0) }),
    ("either both size and scaleFactor are given, or neither", { Upsample() }),
    ("either both size and scaleFactor are given, or neither", { Upsample(size: 2, scaleFactor: 2) }),
    ("alignCorners is given for the mode nearest", { Upsample(size: 2, alignCorners: true) }),
    ("recomputeScaleFactor is given with a size", { Upsample(size: 2, recomputeScaleFactor: true) }),
    ("scaleFactor has 0 numbers", { Upsample(scaleFactor: []) }),
  ]

  private struct Caught: Error {}

  private func error(_ body: () throws -> Void) -> XylemError? {
    do { try body() } catch let error as XylemError { return error } catch { return nil }
    return nil
  }

  @Test func `an invalid argument of a layer is the error of every use of its model, with its path`() {
    for (message, make) in Self.faulty {
      let layer = make()
      let model = Sequential(("stem", Identity()))
      final class Holder: Module {
        let layer: Module
        init(_ layer: Module) { self.layer = layer }
      }
      let holder = Holder(layer)
      #expect(layer.fault?.message == message)
      #expect(layer.fault?.cause != nil)
      let uses: [() throws -> Void] = [
        { _ = try SwiftModel(holder).trace() }, { _ = try holder.load([:]) }, { try holder.eval() },
        { _ = try holder.namedModules() }, { try holder.initialize() }, { _ = try holder.parameters() },
        { _ = try FeatureExtractor(of: holder, returning: ["layer"]) },
      ]
      for use in uses {
        let found = error(use)
        #expect(found?.id == .modelArgument && found?.message == message)
        #expect(found?.place.modulePath == "layer" && found?.place.moduleType == type(of: layer).typeName)
      }
      #expect(model.fault == nil)
    }
  }

  @Test(.needsRuntime) func `a faulty layer throws when it is called, and when its forward is`() throws {
    let x = try Tensor([Float](repeating: 0.5, count: 24), shape: [2, 3, 2, 2])
    for (message, make) in Self.faulty {
      guard let layer = make() as? any Layer else { continue }
      #expect(error { _ = try layer(x) }?.message == message)
      guard !(layer is MLP) else { continue }
      #expect(error { _ = try layer.forward(x) }?.message == message)
    }
    #expect(error { _ = try MultiheadAttention(5, 2).forward(x, x, x) }?.id == .modelArgument)
    #expect(error { _ = try GRU(2, 0).forward(x) }?.id == .modelArgument)
    #expect(error { _ = try LSTM(2, 3, projSize: 3)(x) }?.id == .modelArgument)
    #expect(error { _ = try Bilinear(0, 2, 2)(x, x) }?.id == .modelArgument)
  }

  @Test func `a shape that no tensor has is the error of everything that uses the parameter, with its path`() {
    let layers: [(path: String, make: () -> Module)] = [
      ("weight", { Linear(.max, 2) }), ("weight", { Linear(-1, 2) }),
      ("weight", { Conv2d(3, 4, kernelSize: Sizes(.max)) }),
      ("weight", { Conv2d(3, .max, kernelSize: 3) }), ("weight", { BatchNorm1d(-3) }), ("weight", { LayerNorm([-1]) }),
      ("weight", { Embedding(.max, .max) }), ("in_proj_weight", { MultiheadAttention(.max, 1) }),
      ("weight_ih_l0", { LSTM(2, .max) }), ("weight", { PReLU(-1) }), ("fc2.weight", { SqueezeExcitation(3, -2) }),
    ]
    for (key, make) in layers {
      let layer = make()
      let found = error { _ = try layer.state() }
      #expect(found?.id == .modelArgument, "\(key): \(found.map(String.init(describing:)) ?? "nothing")")
      let path = found?.place.modulePath ?? ""
      let words = found?.message.split(separator: "'", omittingEmptySubsequences: false)
      let name = words?.dropFirst().first.map(String.init) ?? "nothing"
      #expect(key.hasSuffix(name) || path == "fc1", "\(key): \(path) \(name)")
    }
    let parameter = Parameter([.max, 2], .zeros)
    #expect(error { _ = try parameter.tensor.count }?.id == .runtimeTensor)
    #expect(error { _ = try parameter.tensor.strides }?.id == .runtimeTensor)
    #expect(error { _ = try parameter.tensor.floats() }?.id == .runtimeTensor)
    #expect(Parameter([2], dtype: .int64, .zeros).tensor.lazy?.fault?.id == .runtimeTensor)
  }

  @Test func `a position in a sequence that has no layer is an error`() throws {
    let layers = Sequential(Identity(), Flatten())
    let (first, last) = (try layers[0], try layers[-1])
    #expect(first is Identity && last is Flatten)
    for position in [2, 3, -3, Int.max, Int.min] {
      #expect(error { _ = try layers[position] }?.message == "there is no layer \(position)")
    }
  }

  @Test(.needsRuntime) func `functions refuse sizes that are not as many as the dimensions`() throws {
    let x = try Tensor([Float](repeating: 1, count: 16), shape: [1, 1, 4, 4])
    let weight = try Tensor([1, 1, 1, 1], shape: [1, 1, 2, 2])
    let uses: [() throws -> Void] = [
      { _ = try F.maxPool2d(x, kernelSize: [1, 2, 3]) }, { _ = try F.maxPool2d(x, kernelSize: 2, stride: Sizes([])) },
      { _ = try F.avgPool2d(x, kernelSize: [1, 2, 3]) }, { _ = try F.conv2d(x, weight, stride: [1, 2, 3]) },
      { _ = try F.conv2d(x, weight, padding: [1, 2, 3]) }, { _ = try F.conv1d(x, weight, dilation: [1, 2]) },
      { _ = try F.convTranspose2d(x, weight, outputPadding: [1, 2, 3]) },
      { _ = try F.unfold(x, kernelSize: [1, 2, 3]) },
      { _ = try F.fold(x, outputSize: [1, 2, 3], kernelSize: 2) },
      { _ = try F.interpolate(x, scaleFactor: .init([.infinity]), mode: .area) },
      { _ = try Upsample(scaleFactor: Scales([.nan]), recomputeScaleFactor: true)(x) },
    ]
    for (index, use) in uses.enumerated() { #expect(error(use)?.id == .modelArgument, "\(index)") }
    let layer = ConvTranspose2d(1, 1, kernelSize: 2, padding: Sizes(.max), dilation: Sizes(.max))
    #expect(error { _ = try layer(x, outputSize: [4, 4]) } != nil)
    #expect(
      error { _ = try Conv2d(1, 1, kernelSize: 2, padding: .same, dilation: Sizes(.max), paddingMode: .reflect)(x) }
        != nil)
  }

  @Test(.needsRuntime) func `a parameter whose elements are there is filled in place`() throws {
    let layer = Linear(2, 2)
    let tensor = layer.weight.tensor
    let before = try tensor.floats()
    #expect(before != [3, 3, 3, 3])
    layer.weight.initialize(.constant(3))
    #expect(try tensor.floats() == [3, 3, 3, 3])
    #expect(tensor.requiresGrad)
    let own = try Parameter(Tensor([1, 2], shape: [2]))
    own.initialize(.constant(5))
    #expect(try own.tensor.floats() == [5, 5])
    let nothing = Linear(2, 2)
    nothing.weight.initialize(.truncatedNormal(from: 2, to: 1))
    #expect(error { try nothing.initialize() }?.message == "no values lie between 2.0 and 1.0")
  }
}
