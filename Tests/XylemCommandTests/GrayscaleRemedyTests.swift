import Testing
import XylemNN
import XylemTensor
import XylemTestSupport

private final class Grayscale: Module {
  let conv: Conv2d
  init(channels: Int) { conv = Conv2d(channels, 2, kernelSize: 3) }
}

extension Grayscale: Layer {
  func forward(_ x: Tensor) throws -> Tensor { try conv(x) }
}

/// The remedy for colour images in a model of grayscale images, which is taken from the runtime's own message: a newer
/// runtime that words it differently fails here.
@Suite(.needsRuntime) struct GrayscaleRemedyTests {
  private func extract(channels: Int, _ options: String...) async -> CommandRun {
    let own = ModelDefinition("gray", "a layer", inputShape: [1, channels, 8, 8]) { Grayscale(channels: channels) }
    return await xylem(
      ["extract", "gray", "--return", "conv", "--input", Fixtures.path("images/chelsea.png")] + options, models: [own])
  }

  @Test func `a model of one channel offers grayscale images, and they work`() async {
    let run = await extract(channels: 1)
    #expect(run.status == 2)
    #expect(run.errors.contains("try: --channels 1 --mean 0.5 --std 0.5  # the model expects grayscale images"))
    #expect(await extract(channels: 1, "--channels", "1", "--mean", "0.5", "--std", "0.5").status == 0)
  }

  @Test func `a model of another number of channels does not`() async {
    let run = await extract(channels: 4)
    #expect(run.status == 2 && run.errors.contains("to have 4 channels"), "\(run.errors)")
    #expect(!run.errors.contains("grayscale"))
  }
}
