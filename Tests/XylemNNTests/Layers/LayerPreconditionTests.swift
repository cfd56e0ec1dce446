import Testing
import XylemNN

/// A programmer's mistakes in making a layer end the program, with a message.
@Suite struct LayerPreconditionTests {
  @Test func `groups have to divide the channels`() async {
    await #expect(processExitsWith: .failure) { _ = Conv2d(3, 4, kernelSize: 1, groups: 2) }
    await #expect(processExitsWith: .failure) { _ = ConvTranspose2d(3, 4, kernelSize: 1, groups: 2) }
    await #expect(processExitsWith: .failure) { _ = GroupNorm(2, 3) }
    await #expect(processExitsWith: .failure) { _ = MultiheadAttention(6, 4) }
  }

  @Test func `sizes are one, or as many as there are dimensions`() async {
    await #expect(processExitsWith: .failure) { _ = Conv2d(3, 4, kernelSize: [1, 2, 3]) }
    await #expect(processExitsWith: .failure) { _ = ZeroPad2d([1, 2, 3]) }
  }

  @Test func `padding that keeps the size needs a stride of 1`() async {
    await #expect(processExitsWith: .failure) { _ = Conv2d(3, 4, kernelSize: 3, stride: 2, padding: .same) }
  }

  @Test func `probabilities lie between 0 and 1`() async {
    await #expect(processExitsWith: .failure) { _ = Dropout(p: 1.5) }
    await #expect(processExitsWith: .failure) { _ = StochasticDepth(-0.5, .row) }
    await #expect(processExitsWith: .failure) { _ = LSTM(2, 3, numLayers: 2, dropout: 2) }
  }

  @Test func `rows, widths and projections have to be there`() async {
    await #expect(processExitsWith: .failure) { _ = Embedding(3, 2, paddingIdx: 3) }
    await #expect(processExitsWith: .failure) { _ = MLP(3, []) }
    await #expect(processExitsWith: .failure) { _ = LSTM(2, 3, projSize: 3) }
    await #expect(processExitsWith: .failure) { _ = GRU(2, 0) }
  }

  @Test func `an upsampling has a size or a factor`() async {
    await #expect(processExitsWith: .failure) { _ = Upsample() }
    await #expect(processExitsWith: .failure) { _ = Upsample(size: 2, scaleFactor: 2) }
    await #expect(processExitsWith: .failure) { _ = Upsample(size: 2, alignCorners: true) }
  }
}
