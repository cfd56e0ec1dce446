import Foundation
import Testing
import XylemFiles
import XylemTestSupport

@Suite(.needsRuntime, .serialized) struct ExtractOutputTests {
  private let resnet = Fixtures.path("zoo/resnet18.pt")
  private let photo = Fixtures.path("images/chelsea.png")

  @Test(arguments: [
    ["--return", "nothing", "-o", "F/f.safetensors"], ["--return", "fc", "layer1=fc", "-o", "F/f.safetensors"],
    ["--return", "fc", "layer4", "-o", "F/f.npy"], ["--return", "fc", "-o", "F/no/f.npy"],
    ["--return", "fc", "-o", "F/f.npy", "--images", "F/no/maps"],
    ["--return", "fc", "-o", "F/f.npy", "--images", "F/kept.txt"],
    ["--return", "fc", "-o", "F/f.npy", "--labels", "F/no.json"],
    ["--return", "fc", "-o", "F/f.npy", "--labels", "F/kept.txt"],
    ["--return", "fc", "-o", "F/folder.npy"],
    ["--return", "fc", "-o", "F/f.npy", "--leaf", "path:fc", "--concrete", "y=1"],
  ])
  func `a run that fails writes nothing`(options: [String]) async throws {
    try await withTemporaryFolder { folder in
      try Data("kept".utf8).write(to: URL(fileURLWithPath: folder + "/kept.txt"))
      try FileManager.default.createDirectory(atPath: folder + "/folder.npy", withIntermediateDirectories: false)
      let options = options.map { $0.hasPrefix("F/") ? folder + $0.dropFirst() : $0 }
      let run = await xylem(["extract", resnet, "--input", photo] + options)
      #expect(run.status == 2 || run.status == 64)
      #expect(run.output.isEmpty && run.errors.hasPrefix("error: "), "\(run.errors)")
      #expect(try contents(of: folder) == ["folder.npy", "kept.txt"])
      #expect(try String(contentsOfFile: folder + "/kept.txt", encoding: .utf8) == "kept")
    }
  }

  @Test func `an input that the model can't take writes nothing`() async throws {
    try await withTemporaryFolder { folder in
      try NpyFile.write(HostArray([1, 2] as [Float], shape: [1, 2]), to: folder + "/x.npy")
      let run = await xylem("extract", resnet, "--return", "fc", "--input", folder + "/x.npy", "-o", folder + "/f.npy")
      #expect(run.status == 2 && run.errors.contains("node: conv1"))
      #expect(try contents(of: folder) == ["x.npy"])
    }
  }

  @Test(arguments: [
    "no.png", "README.md", "zoo/resnet18.pt", "images", "files/bad_object.npy", "files/nothing.safetensors",
  ])
  func `an input that can't be read ends with 2 and its name`(name: String) async {
    let run = await xylem("extract", resnet, "--return", "fc", "--input", Fixtures.path(name))
    #expect(run.status == 2)
    #expect(run.errors.contains("file: " + Fixtures.path(name)), "\(run.errors)")
  }

  @Test func `an output that is read is refused`() async throws {
    try await withTemporaryFolder { folder in
      let x = try HostArray(Array(repeating: 1 as Float, count: 3 * 64 * 64), shape: [1, 3, 64, 64])
      try NpyFile.write(x, to: folder + "/x.npy")
      let run = await xylem("extract", resnet, "--return", "fc", "--input", folder + "/x.npy", "-o", folder + "/x.npy")
      #expect(run.status == 64)
      #expect(try NpyFile.read(folder + "/x.npy") == x)
    }
  }

  @Test func `npy and the summary contain the printed values`() async throws {
    try await withTemporaryFolder { folder in
      let npy = await xylem("extract", resnet, "--return", "fc", "--input", photo, "-o", folder + "/my logits.npy")
      #expect(npy.status == 0, "\(npy.errors)")
      let array = try NpyFile.read(folder + "/my logits.npy")
      #expect(array.shape == [1, 1000])
      let json = await xylem(
        "extract", resnet, "--return", "fc", "--input", photo, "-o", folder + "/s.json", "--format", "json")
      let summary = try String(contentsOfFile: folder + "/s.json", encoding: .utf8)
      #expect(summary == json.output)
    }
  }

  @Test func `each feature is drawn under its key`() async throws {
    try await withTemporaryFolder { folder in
      let run = await xylem(
        "extract", resnet, "--return", "layer4=a/b", "fc", "--input", photo, "--images", folder + "/maps")
      #expect(run.status == 0, "\(run.errors)")
      let names = try contents(of: folder + "/maps")
      #expect(names == ["a_b.png", "fc.png"])
    }
  }

  @Test func `pictures say what they show, and a contact sheet has all features`() async throws {
    try await withTemporaryFolder { folder in
      let run = await xylem(
        "extract", resnet, "--return", "layer4", "layer1", "fc=logits", "--input", photo, "--images", folder + "/maps",
        "--contact-sheet", folder + "/sheet.png", "--image-channels", "9", "--format", "json")
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.errors.contains("note: layer4.png shows 9 of 512 channels\n"), "\(run.errors)")
      let pictures = try #require(try run.json()["pictures"] as? [[String: Any]])
      #expect(pictures.map { $0["file"] as? String } == ["layer4.png", "layer1.png", "logits.png"])
      #expect(pictures.map { $0["layout"] as? String } == ["channels-first", "channels-first", "vector"])
      #expect(pictures.map { $0["channels"] as? Int } == [512, 64, 1000])
      #expect(pictures.map { $0["drawn"] as? Int } == [9, 9, 1000])
      #expect(try contents(of: folder) == ["maps", "sheet.png"])
      #expect(try contents(of: folder + "/maps") == ["layer1.png", "layer4.png", "logits.png"])
    }
  }

  @Test(arguments: [
    (["--image-layout", "channels-last"], "[1000]"), (["--image-layout", "fc=tokens"], "[1000]"),
    (["--image-layout", "vector", "fc=matrix"], "[1000]"),
  ])
  func `a layout that a feature can't have is refused, and nothing is written`(options: [String], shape: String)
    async throws
  {
    try await withTemporaryFolder { folder in
      let run = await xylem(
        ["extract", resnet, "--return", "fc", "--input", photo, "--images", folder + "/maps"] + options)
      #expect(run.status == 2)
      #expect(run.errors.contains("a feature of shape \(shape) can't be drawn as"), "\(run.errors)")
      #expect(run.errors.contains("node: fc"), "\(run.errors)")
      let written = try contents(of: folder)
      #expect(written == [])
    }
  }

  @Test func `a NaN in the input comes out counted`() async throws {
    try await withTemporaryFolder { folder in
      var values = Array(repeating: 1 as Float, count: 3 * 64 * 64)
      values[0] = .nan
      try NpyFile.write(HostArray(values, shape: [1, 3, 64, 64]), to: folder + "/x.npy")
      let run = await xylem(
        "extract", resnet, "--return", "fc", "--input", folder + "/x.npy", "--images", folder + "/maps")
      #expect(run.status == 0)
      #expect(run.lines.last?.hasSuffix(" 1000") == true, "\(run.output)")
    }
  }
}
