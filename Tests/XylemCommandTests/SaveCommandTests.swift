import Foundation
import Testing
import XylemTestSupport

@Suite(.needsRuntime, .serialized) struct SaveCommandTests {
  private let model = Fixtures.path("zoo/resnet18.pt")
  private let photo = Fixtures.path("images/chelsea.png")

  @Test func `a saved extractor is a MODEL for every command`() async throws {
    try await withTemporaryFolder { folder in
      let saved = folder + "/f.xylem"
      let save = await xylem("extract", model, "--return", "layer1", "fc=logits", "--save", saved)
      #expect(save.status == 0 && save.output == "saved \(saved)\n", "\(save.errors)")
      let original = await xylem(
        "extract", model, "--return", "layer1", "fc=logits", "--input", photo, "--format", "json")
      let again = await xylem("extract", saved, "--input", photo, "--format", "json")
      #expect(again.output == original.output)
      let whole = await xylem("nodes", model)
      #expect(await xylem("nodes", saved).output == whole.output)
      #expect(await xylem("graph", saved, "--format", "json").status == 0)
      let bench = await xylem("bench", saved, "--input-shape", "1,3,64,64", "--runs", "1", "--warmup", "0")
      let instructions = try bench.json()["instructions"] as? Int
      #expect((instructions ?? 0) > 0, "\(bench.errors)")
      let one = await xylem("extract", saved, "--return", "layer1.0", "--input", photo)
      #expect(one.status == 0)
    }
  }

  @Test func `an archive that PyTorch loads is written whole`() async throws {
    try await withTemporaryFolder { folder in
      let saved = folder + "/f.pt"
      let run = await xylem("extract", model, "--return", "layer1", "--save", saved, "--format", "json")
      let reported = try run.json()["saved"] as? String
      #expect(reported == saved)
      let nodes = await xylem("nodes", saved)
      #expect(nodes.status == 0 && nodes.lines.count > 5, "\(nodes.errors)")
    }
  }

  @Test func `modes may return different nodes; one of them may be saved alone`() async throws {
    try await withTemporaryFolder { folder in
      let googlenet = Fixtures.path("zoo/googlenet.pt")
      let both = await xylem("extract", googlenet, "--return", "aux1", "--save", folder + "/g.xylem")
      #expect(both.status == 2 && both.errors.contains("no node or module 'aux1' in eval mode"), "\(both.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder + "/g.xylem"))
      let train = await xylem("extract", googlenet, "--train-return", "aux1", "--save", folder + "/g.xylem")
      #expect(train.status == 0, "\(train.errors)")
      let nodes = await xylem("nodes", folder + "/g.xylem")
      #expect(nodes.status == 2 && nodes.errors.contains("--mode train"))
      #expect(await xylem("nodes", folder + "/g.xylem", "--mode", "train").lines.contains("aux1.fc2"))
    }
  }

  @Test func `errors of saving and loading give the reason`() async throws {
    try await withTemporaryFolder { folder in
      try Data("no extractor".utf8).write(to: URL(fileURLWithPath: folder + "/bad.xylem"))
      #expect(await xylem("nodes", folder + "/bad.xylem").status == 2)
      let leaf = await xylem("nodes", folder + "/bad.xylem", "--leaf", "Conv2d")
      #expect(leaf.status == 64 && leaf.errors.contains("already traced"))
      let ending = await xylem("extract", model, "--return", "fc", "--save", folder + "/x.tflite")
      #expect(ending.status == 64)
      let nowhere = await xylem("extract", model, "--return", "fc", "--save", folder + "/none/x.xylem")
      #expect(nowhere.status == 2 && nowhere.errors.contains("file.unwritable"))
    }
  }

  @Test func `an explanation names the copies and their reasons`() async throws {
    let run = await xylem("extract", model, "--return", "bn1", "layer1", "--input", photo, "--explain")
    #expect(run.output.contains("copied once, because relu overwrites it"), "\(run.errors)")
    #expect(run.output.contains("not copied: nothing that runs later overwrites it"))
    let json = try await xylem(
      "extract", model, "--return", "bn1", "layer1", "--input", photo, "--explain", "--format", "json"
    ).json()
    let explanation = try #require(json["explanation"] as? [[String: Any]])
    #expect(explanation.map { $0["copied"] as? Bool } == [true, false])
    #expect(explanation[0]["ran"] as? [String] == ["x", "conv1", "bn1"])
  }
}
