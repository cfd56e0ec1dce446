import ArgumentParser
import Testing
import XylemImage
import XylemTestSupport

@testable import XylemLook

@Suite(.needsRuntime, .serialized) struct LookTests {
  private let photo = Fixtures.path("images/chelsea.png")

  @Test func `the picture has a row of maps for each layer`() throws {
    try withTemporaryFolder { folder in
      let output = folder + "/look.png"
      let layers = ["--layer", "layer1", "--layer", "layer4", "--layer", "fc"]
      try Look.parse([Fixtures.path("zoo/resnet18.pt"), photo, "-o", output] + layers).run()
      let picture = try PixelImage.decode(path: output)
      try Look.parse([Fixtures.path("zoo/resnet18.pt"), photo, "-o", output] + layers.prefix(4)).run()
      let first = try PixelImage.decode(path: output)
      #expect(picture.height > first.height + 96)
      // The upper rows are the same.
      let rows = 60
      #expect(
        try picture.cropped(x: 0, y: 0, width: 600, height: rows) == first.cropped(x: 0, y: 0, width: 600, height: rows)
      )
    }
  }

  @Test func `a model with code that can't be traced is shown from its first to its last stage`() throws {
    try withTemporaryFolder { folder in
      let output = folder + "/look.png"
      try Look.parse([Fixtures.path("models/efficientnet_lite0.pt"), photo, "-o", output]).run()
      #expect(try PixelImage.decode(path: output).height > 1000)
    }
  }
}
