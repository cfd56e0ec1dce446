import Foundation
import Testing
import XylemFiles
import XylemTestSupport

/// The trained model end to end.
@Suite(.needsRuntime, .serialized) struct EfficientNetTests {
  private let model = Fixtures.path("models/efficientnet_lite0.pt")

  @Test func `features of its own input equal the goldens to float rounding`() async throws {
    try await withTemporaryFolder { folder in
      let goldens = try SafetensorsFile(Fixtures.path("goldens/efficientnet_lite0_chelsea.safetensors"))
      try SafetensorsWriter.write([("x", goldens.array("input"))], to: folder + "/input.safetensors")
      let names = goldens.names.filter { $0 != "input" }.sorted()
      let run = await xylem(
        ["extract", model, "--auto-leaf", "--input", folder + "/input.safetensors", "-o", folder + "/f.safetensors"]
          + names.flatMap { ["--return", $0] })
      #expect(run.status == 0, "\(run.errors)")
      let file = try SafetensorsFile(folder + "/f.safetensors")
      #expect(file.names.sorted() == names)
      for name in names {
        let (found, expected) = (try file.array(name), try goldens.array(name))
        #expect(found.shape == expected.shape, "\(name)")
        let (a, b) = (try found.doubles(), try expected.doubles())
        // Another number of threads adds up in another order; what that changes goes with the tensor's largest values.
        let absolute = max(1e-5, 1e-6 * b.reduce(0) { max($0, abs($1)) })
        let wrong = zip(a, b).filter { abs($0 - $1) > absolute + 1e-4 * abs($1) }.count
        #expect(a.count == b.count && wrong == 0, "\(name): \(wrong) of \(b.count) values differ")
      }
    }
  }

  @Test(arguments: Fixtures.names(in: "images", ending: ".png") + Fixtures.names(in: "images", ending: ".jpg"))
  func `a photograph's five likeliest classes are those of PyTorch`(photo: String) async throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: Fixtures.path("goldens/efficientnet_lite0_photos.json")))
    let expected = try #require(try JSONDecoder().decode(Goldens.self, from: data).photos[photo])
    let run = await xylem(
      "extract", model, "--auto-leaf", "--return", "classifier", "--input", Fixtures.path("images/\(photo)"),
      "--mean", "0.5,0.5,0.5", "--std", "0.5,0.5,0.5", "--labels", Fixtures.path("goldens/imagenet_classes.json"))
    #expect(run.status == 0, "\(run.errors)")
    let classes = run.lines.suffix(5).map { $0.drop { $0 != "%" }.dropFirst().trimmingCharacters(in: .whitespaces) }
    #expect(classes == expected.map { "\($0.index)  \($0.name)" })
  }

  private struct Goldens: Decodable {
    struct Class: Decodable {
      let index: Int
      let name: String
    }
    let photos: [String: [Class]]
  }
}
