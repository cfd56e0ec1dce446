import Foundation
import Testing
import XylemTestSupport

/// `--from` and `--set` of `xylem extract`.
@Suite(.needsRuntime, .serialized) struct EditCommandTests {
  private let model = Fixtures.path("zoo/resnet18.pt")
  private let photo = Fixtures.path("images/chelsea.png")

  /// A file with the features layer2, layer3 and fc of the photograph.
  private func store(in folder: String) async -> String {
    let stored = folder + "/stored.safetensors"
    let run = await xylem("extract", model, "--return", "layer2", "layer3", "fc", "--input", photo, "-o", stored)
    #expect(run.status == 0, "\(run.errors)")
    return stored
  }

  private func features(_ run: CommandRun) throws -> [String: [String: Any]] {
    #expect(run.status == 0, "\(run.errors)")
    let features = try run.json()["features"] as? [[String: Any]] ?? []
    return Dictionary(features.map { ($0["key"] as? String ?? "", $0) }, uniquingKeysWith: { first, _ in first })
  }

  @Test func `the rest of a model gives what the whole gives, and warns about no difference that it made`() async throws
  {
    try await withTemporaryFolder { folder in
      let stored = await store(in: folder)
      let whole = await xylem("extract", model, "--return", "fc", "--input", photo, "--format", "json")
      let rest = await xylem("extract", model, "--return", "fc", "--from", "layer3=" + stored, "--format", "json")
      let (found, wanted) = (try features(rest)["fc"], try features(whole)["fc"])
      for key in ["min", "mean", "max"] { #expect(found?[key] as? Double == wanted?[key] as? Double, "\(key)") }
      let starts = try rest.json()["from"] as? [String]
      #expect(starts == ["layer3"])
      #expect(!rest.errors.contains("modes may differ"), "\(rest.errors)")
      let saved = folder + "/rest.xylem"
      #expect(await xylem("extract", model, "--return", "fc", "--from", "layer3", "--save", saved).status == 0)
      let again = await xylem("extract", saved, "--from", "layer3=" + stored, "--format", "json")
      let loaded = try features(again)["fc"]
      #expect(loaded?["max"] as? Double == wanted?["max"] as? Double)
    }
  }

  @Test func `values are replaced by zeros, by their mean and by a file's tensor`() async throws {
    try await withTemporaryFolder { folder in
      let stored = await store(in: folder)
      func run(_ change: String) async -> CommandRun {
        await xylem("extract", model, "--return", "layer2", "fc", "--input", photo, "--set", change, "--format", "json")
      }
      let zero = await run("layer2=zero")
      let zeros = try features(zero)["layer2"]
      #expect(zeros?["max"] as? Double == 0 && zeros?["min"] as? Double == 0)
      let changes = try zero.json()["set"] as? [String: String]
      #expect(changes == ["layer2": "zero"])
      #expect(!zero.errors.contains("modes may differ") && !zero.errors.contains("original"), "\(zero.errors)")
      let mean = try features(await run("layer2=mean"))["layer2"]
      #expect(mean?["max"] as? Double == mean?["min"] as? Double)
      let whole = await xylem("extract", model, "--return", "fc", "--input", photo, "--format", "json")
      let same = await run("layer2=" + stored)
      let (found, wanted) = (try features(same)["fc"], try features(whole)["fc"])
      #expect(found?["max"] as? Double == wanted?["max"] as? Double)
      let other = await xylem(
        "extract", model, "--return", "fc", "--input", Fixtures.path("images/rocket.jpg"), "--crop", "128", "--set",
        "layer2=" + stored)
      #expect(other.status == 2 && other.errors.contains("does not have the form of the value"), "\(other.errors)")
    }
  }

  @Test func `what contradicts itself or names nothing is an error`() async throws {
    try await withTemporaryFolder { folder in
      let stored = await store(in: folder)
      let errors: [([String], Int32, String)] = [
        (["--from", "layer3=" + stored, "--input", photo], 64, "'--from' takes the place of '--input' (usage)"),
        (["--from", "layer3"], 64, "'--from layer3' has no file (usage)"),
        (["--from", "layer3=" + stored, "layer3=" + stored], 64, "'--from' names 'layer3' twice (usage)"),
        (["--from", "layer3.0.conv1=" + stored], 2, "'fc' needs more than 'layer3.0.conv1' (extract.start)"),
        (
          ["--from", "layer1=" + stored], 2,
          "the file has several tensors and none with the name 'layer1' (extract.input)"
        ),
        (["--from", "layer3=" + photo], 2, "'layer3' is a value of the model"),
        (
          ["--from", "layer5=" + stored], 2,
          "the model has no node or module 'layer5' in eval mode (extract.unknown-node)"
        ),
        (["--from", "layer3=missing.npy"], 2, "(file.not-found)"),
        (["--input", photo, "--set", "layer2=nothing"], 64, "'--set layer2=nothing' is none of zero, mean"),
        (["--input", photo, "--set", "layer2"], 64, "--set"),
        (["--input", photo, "--set", "layer2=plugin:f"], 64, "no plugin has a leaf function 'f' (usage)"),
        (["--input", photo, "--set", "layer9=zero"], 2, "the model has no node or module 'layer9'"),
      ]
      for (options, status, message) in errors {
        let run = await xylem(["extract", model, "--return", "fc"] + options)
        #expect(run.status == status && run.errors.contains(message), "\(options): \(run.errors)")
        #expect(run.output.isEmpty)
      }
    }
  }
}
