import ArgumentParser
import Foundation
import Testing
import XylemTestSupport

@testable import XylemFind

@Suite(.needsRuntime, .serialized) struct FindTests {
  @Test func `every altered copy has its original as nearest neighbour`() throws {
    try withTemporaryFolder { folder in
      let output = folder + "/found.html"
      let model = Fixtures.path("models/efficientnet_lite0.pt")
      try Find.parse([model, Fixtures.path("images"), "--node", "global_pool", "--copies", "-o", output]).run()
      let page = try String(contentsOfFile: output, encoding: .utf8)
      let photos = try Photo.all(in: Fixtures.path("images"))
      #expect(page.contains("\(4 * photos.count) of \(4 * photos.count) copies have their original"))
      #expect(page.matches(of: /<section>/).count == 4 * photos.count)
      // Nothing is fetched.
      #expect(page.matches(of: /src="(?!data:)/).isEmpty)
    }
  }

  @Test func `an image is not its own neighbour, and names are escaped`() throws {
    try withTemporaryFolder { folder in
      for name in ["a<b>.jpg", "c&d.jpg"] {
        try FileManager.default.copyItem(atPath: Fixtures.path("images/rocket.jpg"), toPath: folder + "/" + name)
      }
      let output = folder + "/found.html"
      let model = Fixtures.path("zoo/resnet18.pt")
      try Find.parse([model, folder, "--node", "avgpool", "-o", output]).run()
      let page = try String(contentsOfFile: output, encoding: .utf8)
      #expect(page.contains("<figcaption>a&lt;b&gt;.jpg</figcaption>"))
      #expect(page.contains("<figcaption>c&amp;d.jpg, 1.000</figcaption>"))
      #expect(page.matches(of: /<img/).count == 4)
    }
  }
}
