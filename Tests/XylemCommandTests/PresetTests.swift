import Foundation
import Testing
import XylemFiles
import XylemNN
import XylemTensor
import XylemTestSupport

@testable import XylemCommand

private final class Pixels: Module, Layer {
  let conv = Conv2d(3, 3, kernelSize: 1)
  func forward(_ x: Tensor) throws -> Tensor { try conv(x).flatten(startDim: 2) }
}

/// The preparation of images for built-in models: their presets, others, and options that replace parts of them.
@Suite(.needsRuntime) struct PresetTests {
  private static let photo = Fixtures.path("images/chelsea.png")
  private static let small = ModelDefinition(
    "pixels", "a convolution", inputShape: [1, 3, 20, 20],
    preset: ImagePreset(
      resize: [24], crop: 20, interpolation: .bicubic, mean: [0.5, 0.5, 0.5], standardDeviation: [0.25, 0.25, 0.25])
  ) { Pixels() }

  /// The input of the model after some options, and what is printed to standard error.
  private func input(_ options: [String], of model: String = "pixels") async throws -> (HostArray, String) {
    try await withTemporaryFolder { folder in
      let file = folder + "/x.safetensors"
      let run = await xylem(
        ["extract", model, "--return", "x", "--input", Self.photo, "-o", file] + options, models: [Self.small])
      #expect(run.status == 0, "\(run.errors)")
      return (try SafetensorsFile(file).array("x"), run.errors)
    }
  }

  private static let explicit = [
    "--resize", "24", "--crop", "20", "--interpolation", "bicubic", "--mean", "0.5,0.5,0.5", "--std", "0.25,0.25,0.25",
  ]

  @Test func `a built-in model's images are prepared with its preset, and a note says so`() async throws {
    let (own, note) = try await input([])
    #expect(
      note.contains("note: images are prepared with the preset of pixels: 24, crop 20, bicubic, mean / std 0.5 / 0.25"))
    let (same, silent) = try await input(["--preset", "none"] + Self.explicit)
    #expect(own == same && own.shape == [1, 3, 20, 20])
    #expect(!silent.contains("preset"))
  }

  @Test func `none uses the defaults of the options, as for an archive`() async throws {
    let (none, note) = try await input(["--preset", "none"])
    let (other, _) = try await input([
      "--resize", "256", "--crop", "224", "--interpolation", "bilinear", "--mean", "0.485,0.456,0.406", "--std",
      "0.229,0.224,0.225",
    ])
    #expect(none == other && none.shape == [1, 3, 224, 224] && !note.contains("preset"))
  }

  @Test func `another model's preset is chosen by its name`() async throws {
    let (chosen, note) = try await input(["--preset", "inception_v3"])
    #expect(chosen.shape == [1, 3, 299, 299] && !note.contains("preset"))
  }

  @Test func `options win over the preset, and a conflict is said`() async throws {
    let (changed, note) = try await input(["--crop", "16", "--interpolation", "bicubic"])
    #expect(changed.shape == [1, 3, 16, 16])
    #expect(note.contains("note: options replace parts of the preset of pixels: --crop 16 (it has 20)\n"))
    let (_, black) = try await input(["--crop", "32"])
    #expect(
      black.contains("warning: the crop of 32 pixels is larger than the shorter side of 24: the border becomes black"))
    let (gray, grayNote) = try await input(
      ["--preset", "resnet50", "--crop", "none", "--resize", "8"])
    #expect(gray.shape[2] == 8)
    #expect(grayNote.contains("of resnet50: --resize 8 (it has 232), --crop none (it has 224)\n"))
  }

  @Test func `an archive keeps the defaults, and takes a preset if asked`() async throws {
    let archive = Fixtures.path("zoo/resnet50.pt")
    let (plain, note) = try await input([], of: archive)
    #expect(plain.shape == [1, 3, 224, 224] && !note.contains("preset"))
    let (explicit, _) = try await input(["--resize", "256", "--crop", "224"], of: archive)
    #expect(plain == explicit)
    let (preset, _) = try await input(["--preset", "resnet50"], of: archive)
    let (same, _) = try await input(["--resize", "232", "--crop", "224"], of: archive)
    #expect(preset == same && preset != plain)
  }

  @Test func `a saved extractor of a built-in model has the model's preset`() async throws {
    try await withTemporaryFolder { folder in
      let saved = folder + "/f.xylem"
      let save = await xylem(["extract", "pixels", "--return", "x", "--save", saved], models: [Self.small])
      #expect(save.status == 0, "\(save.errors)")
      let run = await xylem(
        ["extract", saved, "--input", Self.photo, "-o", folder + "/x.safetensors"], models: [Self.small])
      #expect(run.status == 0 && run.errors.contains("the preset of pixels"), "\(run.errors)")
      let (own, _) = try await input([])
      #expect(try SafetensorsFile(folder + "/x.safetensors").array("x") == own)
    }
  }

  @Test func `a run of both graphs prepares images in the same way`() async throws {
    let run = await xylem(
      ["diff", "pixels", "--witness", "--input", Self.photo, "--seed", "1"], models: [Self.small])
    #expect(run.status == 0 && run.errors.contains("the preset of pixels"), "\(run.errors)")
  }

  @Test func `the metadata of features has the preset's transform`() async throws {
    try await withTemporaryFolder { folder in
      let file = folder + "/x.safetensors"
      let run = await xylem(
        ["extract", "pixels", "--return", "x", "--input", Self.photo, "-o", file], models: [Self.small])
      #expect(run.status == 0)
      let metadata = try SafetensorsFile(file).metadata["preprocessing"]
      #expect(
        metadata
          == #"{"channels":3,"crop":20,"interpolation":"bicubic","mean":[0.5,0.5,0.5],"resize":24,"std":[0.25,0.25,0.25]}"#
      )
    }
  }

  @Test(arguments: [
    ("rsnet50", "'--preset rsnet50' does not name a built-in model", "--preset resnet50"),
    ("r3d_18", "'r3d_18' has no preset for images", "--preset none"),
    ("", "'--preset ' does not name", "--preset none"),
  ])
  func `an unknown preset is refused with the nearest names`(name: String, message: String, remedy: String) async {
    let run = await xylem("extract", "resnet18", "--return", "fc", "--input", Self.photo, "--preset", name)
    #expect(
      run.status == 64 && run.errors.contains(message) && run.errors.contains("try: \(remedy)\n"), "\(run.errors)")
  }

  @Test func `a model of clips does not take images`() async {
    let run = await xylem("extract", "r3d_18", "--return", "fc", "--input", Self.photo)
    #expect(
      run.status == 2 && run.errors.contains("r3d_18 does not take images: its input has the shape 1,3,16,112,112"))
  }
}
