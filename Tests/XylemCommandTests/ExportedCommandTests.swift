import Foundation
import Testing
import XylemTestSupport

@testable import XylemCommand

/// Archives of torch.export as a MODEL of commands.
@Suite(.needsRuntime) struct ExportedCommandTests {
  private static let resnet = Fixtures.path("exported/resnet18.pt2")

  @Test func `nodes are those of the TorchScript archive`() async {
    let (exported, script) = (
      await xylem("nodes", Self.resnet), await xylem("nodes", Fixtures.path("zoo/resnet18.pt"))
    )
    #expect(exported.status == 0, "\(exported.errors)")
    #expect(exported.output == script.output)
  }

  @Test func `the modes of one file, and of two, are compared`() async {
    let one = await xylem("diff", Self.resnet)
    #expect(one.status == 0, "\(one.errors)")
    let two = await xylem(
      "diff", Fixtures.path("exported/small_sizes_train.pt2"), Fixtures.path("exported/small_sizes_eval.pt2"))
    #expect(two.status == 0, "\(two.errors)")
    #expect(two.output.contains("bn"))
    let other = await xylem("diff", Self.resnet, Fixtures.path("zoo/resnet18.pt"))
    #expect(other.status == 64)
  }

  @Test func `features of the archive are those of the TorchScript archive`() async throws {
    try await withTemporaryFolder { folder in
      var tables: [String] = []
      for path in [Self.resnet, Fixtures.path("zoo/resnet18.pt")] {
        let run = await xylem(
          "extract", path, "--return", "layer1", "fc", "--input", Fixtures.path("images/chelsea.png"), "--resize", "64",
          "--crop", "64", "-o", folder + "/f.safetensors")
        #expect(run.status == 0, "\(run.errors)")
        tables.append(run.output)
      }
      #expect(tables[0] == tables[1])
    }
  }

  @Test func `the script that made the small archives is the one that is printed`() async throws {
    let run = await xylem("export-script")
    #expect(run.status == 0)
    #expect(run.output == String(decoding: try Fixtures.bytes("exported/export.py"), as: UTF8.self))
  }
}
