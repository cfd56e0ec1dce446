import Foundation
import Testing
import XylemFiles
import XylemTestSupport

@Suite(.needsRuntime, .serialized) struct ExtractCommandTests {
  private let resnet = Fixtures.path("zoo/resnet18.pt")
  private let photo = Fixtures.path("images/chelsea.png")

  private func construct(_ name: String) -> String { Fixtures.path("constructs/\(name).pt") }

  @Test func `JSON has exactly the contract's keys, the same bytes run after run`() async throws {
    let arguments = ["extract", resnet, "--return", "layer4", "fc=logits", "--input", photo, "--format", "json"]
    let run = await xylem(arguments)
    #expect(run.status == 0)
    #expect(await xylem(arguments).output == run.output)
    let json = try run.json()
    #expect(json.keys.sorted() == ["features", "keptOperations", "mode", "prunedOperations", "schema"])
    let features = try #require(json["features"] as? [[String: Any]])
    #expect(features.map { $0["key"] as? String } == ["layer4", "logits"])
    #expect(features.map { $0["node"] as? String } == ["layer4", "fc"])
    for feature in features {
      #expect(feature.keys.sorted() == ["dtype", "key", "max", "mean", "min", "node", "shape"])
    }
  }

  @Test func `several images make one batch, written under their keys in the requested order`() async throws {
    try await withTemporaryFolder { folder in
      let run = await xylem(
        "extract", resnet, "--return", "fc=logits", "--return", "layer*", "--input", photo,
        Fixtures.path("images/rocket.jpg"), "-o", folder + "/f.safetensors")
      #expect(run.status == 0, "\(run.errors)")
      #expect(
        run.lines.map { $0.prefix { $0 != " " } } == ["key", "logits", "layer1", "layer2", "layer3", "layer4"])
      let file = try SafetensorsFile(folder + "/f.safetensors")
      #expect(file.names.sorted() == ["layer1", "layer2", "layer3", "layer4", "logits"])
      #expect(file.entry("logits")?.shape == [2, 1000])
    }
  }

  @Test func `the table of values that come out as they went in is as recorded`() async throws {
    try await withTemporaryFolder { folder in
      let input = try HostArray([1, -2.5, .nan, 1e-9, .nan, 12345678] as [Float], shape: [2, 3])
      try NpyFile.write(input, to: folder + "/x.npy")
      let run = await xylem(
        "extract", construct("number_outputs"), "--return", "x=größe", "mul", "div", "eq", "--input", folder + "/x.npy")
      #expect(run.status == 0, "\(run.errors)")
      try expectSnapshot(run.output, "extract-table")
    }
  }

  @Test func `a tensor of size zero shows dashes`() async throws {
    try await withTemporaryFolder { folder in
      try NpyFile.write(HostArray([] as [Float], shape: [0, 4]), to: folder + "/x.npy")
      let run = await xylem("extract", construct("number_outputs"), "--return", "x", "--input", folder + "/x.npy")
      #expect(run.lines.last == "x    x     [0, 4]  float32        -     -        -")
    }
  }

  @Test func `numbers are written as arrays without dimensions`() async throws {
    try await withTemporaryFolder { folder in
      try NpyFile.write(HostArray([1, 2, 3, 4] as [Float], shape: [1, 4]), to: folder + "/x.npy")
      let run = await xylem(
        "extract", construct("number_outputs"), "--return", "x", "mul", "--input", folder + "/x.npy", "-o",
        folder + "/f.safetensors")
      #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
      let file = try SafetensorsFile(folder + "/f.safetensors")
      #expect(Set(file.names) == ["x", "mul"])
      let expected = try HostArray([2] as [Int64], shape: [])
      #expect(try file.array("mul") == expected)
    }
  }

  @Test func `parts of a structure have their own keys`() async throws {
    let run = await xylem(
      "extract", Fixtures.path("zoo/fcn_resnet50.pt"), "--return", "backbone=b", "--input", photo, "--crop", "64")
    #expect(run.lines.dropFirst().map { $0.prefix { $0 != " " } } == ["b.out"], "\(run.errors)")
  }

  @Test func `arguments come by their names, lists as NAME.0, and a lone tensor serves as a list`() async throws {
    try await withTemporaryFolder { folder in
      let a = try HostArray(Array(repeating: 0.5 as Float, count: 8), shape: [2, 4])
      let b = try HostArray(Array(repeating: 0.25 as Float, count: 10), shape: [2, 5])
      try SafetensorsWriter.write([("a", a), ("b", b)], to: folder + "/ab.safetensors")
      let both = await xylem(
        "extract", construct("multiple_inputs_outputs"), "--return", "add", "--input", folder + "/ab.safetensors")
      #expect(both.status == 0, "\(both.errors)")
      let image = try HostArray(Array(repeating: 0.5 as Float, count: 48), shape: [3, 4, 4])
      try SafetensorsWriter.write([("images.0", image), ("images.1", image)], to: folder + "/list.safetensors")
      try SafetensorsWriter.write([("whatever", image)], to: folder + "/one.safetensors")
      for (file, count) in [("list", 2), ("one", 1)] {
        let list = await xylem(
          "extract", construct("list_input"), "--auto-leaf", "--return", "len", "images", "--input",
          folder + "/\(file).safetensors")
        #expect(list.status == 0, "\(list.errors)")
        #expect(list.lines.count == 2 + count)
      }
    }
  }

  @Test func `arguments that forward lacks, or that are missing, are named`() async throws {
    try await withTemporaryFolder { folder in
      let a = try HostArray([1, 2, 3, 4] as [Float], shape: [1, 4])
      try SafetensorsWriter.write([("a", a), ("q", a)], to: folder + "/aq.safetensors")
      let unknown = await xylem(
        "extract", construct("multiple_inputs_outputs"), "--return", "add", "--input", folder + "/aq.safetensors")
      #expect(unknown.status == 2 && unknown.errors.contains("not arguments of forward: q"))
      try SafetensorsWriter.write([("a", a)], to: folder + "/a.safetensors")
      let missing = await xylem(
        "extract", construct("multiple_inputs_outputs"), "--return", "add", "--input", folder + "/a.safetensors")
      #expect(missing.status == 2 && missing.errors.contains("'b' is missing"))
      let enough = await xylem(
        "extract", construct("multiple_inputs_outputs"), "--return", "left", "--input", folder + "/a.safetensors")
      #expect(enough.status == 0, "\(enough.errors)")
    }
  }

  @Test func `a name that only the other mode has comes with that remedy`() async {
    let run = await xylem("extract", Fixtures.path("zoo/googlenet.pt"), "--return", "aux1", "--input", photo)
    #expect(run.status == 2)
    #expect(run.errors.contains("try: --mode train"))
  }

  @Test func `a request that means another node under the other naming is warned of`() async {
    let model = Fixtures.path("zoo/vit_b_16.pt")
    let name = "encoder.layers.encoder_layer_3.ln_1"
    let run = await xylem("extract", model, "--return", name, "--input", photo)
    #expect(run.status == 0)
    #expect(
      run.errors
        == "warning: '\(name)' would mean the node 'encoder.layers.encoder_layer_3.ln_2' of this naming under --naming torchvision\n"
    )
    let same = await xylem("extract", model, "--return", "heads.head", "--input", photo)
    #expect(same.errors.isEmpty)
  }

  @Test func `each mode has its own requests`() async {
    let arguments = ["extract", resnet, "--train-return", "fc", "--eval-return", "layer4=fc", "--input", photo]
    #expect(await xylem(arguments).lines.last?.hasPrefix("fc   layer4 ") == true)
    #expect(await xylem(arguments + ["--mode", "train"]).lines.last?.hasPrefix("fc   fc ") == true)
  }

  @Test func `a seed makes random numbers the same`() async throws {
    try await withTemporaryFolder { folder in
      try NpyFile.write(HostArray(Array(repeating: 1 as Float, count: 8), shape: [2, 4]), to: folder + "/x.npy")
      let arguments = [
        "extract", construct("dropout_half"), "--mode", "train", "--return", "*", "--input", folder + "/x.npy",
        "--seed", "7",
      ]
      let run = await xylem(arguments)
      #expect(run.status == 0, "\(run.errors)")
      #expect(await xylem(arguments).output == run.output)
    }
  }
}
