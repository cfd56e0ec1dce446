import Foundation
import Testing
import XylemModels
import XylemTestSupport
import XylemNN

@testable import XylemCommand

/// The multiply-adds of `nodes --long`, compared with the figures on torchvision's pages.
@Suite(.needsRuntime) struct MultiplyAddsTests {
  private func totals(_ model: String, _ shape: [Int], _ options: String...) async throws -> [String: Any] {
    let run = await xylem(
      ["nodes", model, "--long", "--input-shape", shape.map(String.init).joined(separator: ","), "--format", "json"]
        + options)
    #expect(run.status == 0 && !run.errors.contains("multiply-adds"), "\(run.errors)")
    return try #require((try run.json()["totals"] as? [String: [String: Any]])?["eval"])
  }

  /// torchvision's `_ops`, in thousand millions of multiply-adds, of models whose work is within leaves.
  @Test(arguments: [
    ("efficientnet_b0", 0.386), ("mobilenet_v3_large", 0.217), ("regnet_y_400mf", 0.402), ("shufflenet_v2_x1_0", 0.145),
    ("vit_b_16", 17.564), ("swin_t", 4.491), ("convnext_tiny", 4.456),
  ])
  func `work within leaves is counted, as torchvision counts it`(model: String, billions: Double) async throws {
    let own = try #require(try await totals(model, [1, 3, 224, 224])["multiplyAdds"] as? Int)
    #expect((Double(own) / 1e6).rounded() == (billions * 1000).rounded())
    let archive = Fixtures.path("zoo/\(model).pt")
    guard FileManager.default.fileExists(atPath: archive) else { return }
    #expect(try await totals(archive, [1, 3, 224, 224])["multiplyAdds"] as? Int == own)
  }

  @Test func `leaves hide nothing: any choice of leaves has the same total`() async throws {
    let shape = [1, 3, 64, 64]
    let expected = try await totals("efficientnet_b0", shape)["multiplyAdds"] as? Int
    for options in [["--no-default-leaves"], ["--leaf", "MBConv"], ["--leaf", "path:features"], ["--leaf", "path:"]] {
      let run = await xylem(
        ["nodes", "efficientnet_b0", "--long", "--input-shape", "1,3,64,64", "--format", "json"] + options)
      guard run.status == 0 else { continue }
      let found = (try run.json()["totals"] as? [String: [String: Any]])?["eval"]?["multiplyAdds"] as? Int
      #expect(found == expected, "\(options)")
    }
  }

  @Test func `a leaf that returns a tuple has its count too`() async throws {
    let run = await xylem(
      "nodes", "vit_b_16", "--long", "--input-shape", "1,3,224,224", "--format", "json")
    let nodes = try #require((try run.json()["nodes"] as? [String: [[String: Any]]])?["eval"])
    let attention = nodes.filter { ($0["operation"] as? String)?.hasSuffix("MultiheadAttention") == true }
    #expect(attention.count == 12)
    // Projections of 197 tokens in and out, and both products of 12 heads of 64.
    let count = 197 * 768 * 768 * 4 + 2 * 197 * 197 * 768
    #expect(attention.allSatisfy { $0["multiplyAdds"] as? Int == count })
  }

  @Test func `code of plugins is not counted, and a warning says where`() async throws {
    let lite = Fixtures.path("models/efficientnet_lite0.pt")
    let run = await xylem(
      "nodes", lite, "--plugin", pluginPath("SamePadding"), "--long", "--input-shape", "1,3,224,224", "--format", "json"
    )
    #expect(run.status == 0)
    #expect(
      run.errors.contains(
        "warning: multiply-adds are not counted within conv_stem (plugin org.xylem.same-padding), "
          + "blocks.1.0.conv_dw (plugin org.xylem.same-padding), blocks.2.0.conv_dw (plugin org.xylem.same-padding) "
          + "and 2 more"), "\(run.errors)")
    let nodes = try #require((try run.json()["nodes"] as? [String: [[String: Any]]])?["eval"])
    #expect(nodes.filter { $0["uncounted"] as? [String] == ["plugin org.xylem.same-padding"] }.count == 5)
    let own = await xylem("nodes", lite, "--auto-leaf", "--long", "--input-shape", "1,3,224,224")
    #expect(own.status == 0 && !own.errors.contains("multiply-adds"))
  }

  private func pluginPath(_ name: String) -> String {
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
    let folder = bundle.map { URL(fileURLWithPath: $0).deletingLastPathComponent() } ?? Bundle.main.bundleURL
    return folder.appendingPathComponent("lib\(name).so").path
  }

  @Test func `the list of models has what nodes counts`() async throws {
    let isWhole = ProcessInfo.processInfo.environment["XYLEM_TEST_ALL"] != nil
    let few: Set<String> = ["alexnet", "mobilenet_v3_small", "efficientnet_b0", "regnet_y_400mf", "swin_t", "s3d"]
    for model in ModelZoo.models where isWhole || few.contains(model.name) {
      guard let shape = model.inputShape, let listed = model.multiplyAdds else {
        #expect(!few.contains(model.name), "\(model.name)")
        continue
      }
      #expect(try await totals(model.name, shape)["multiplyAdds"] as? Int == listed, "\(model.name)")
    }
  }
}
