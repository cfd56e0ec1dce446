import Foundation
import Testing
import XylemFiles
import XylemNN
import XylemScript
import XylemTensor
import XylemGraph
import XylemTestSupport

@testable import XylemCommand

private final class Scale: Module, Layer {
  let weight = Parameter([3], .ones)
  func forward(_ x: Tensor) throws -> Tensor { try x * weight.tensor }
}

/// What inputs come in, what features go out as, and what is said of both.
@Suite(.needsRuntime, .serialized) struct FileOptionTests {
  private let parts = Fixtures.path("forms/parts.pt")
  private let resnet = Fixtures.path("zoo/resnet18.pt")

  private func numbers(_ shape: [Int], _ dtype: DType = .float32) throws -> HostArray {
    let values = (0..<shape.reduce(1, *)).map { Double($0 % 5) / 4 }
    return dtype == .float64
      ? try HostArray(values, shape: shape) : try HostArray(values.map { Float($0) }, shape: shape)
  }

  @Test func `a dictionary that is read from npz has the file's order: code may iterate over it`() throws {
    try withTemporaryFolder { folder in
      let file = folder + "/d.npz"
      try NpzFile.write(["b", "a", "c"].map { ("d." + $0, try numbers([2])) }, to: file)
      var input = StructuredInput(try NpzFile(file))
      let value = try input.value(of: .dictionary(key: .string, value: .tensor), at: "d")
      guard case .dictionary(let entries)? = value else { throw CocoaError(.propertyListReadCorrupt) }
      #expect(entries.map(\.key.literal) == [.string("b"), .string("a"), .string("c")])
      #expect(input.unused.isEmpty)
    }
  }

  @Test func `npz goes in and out`() async throws {
    try await withTemporaryFolder { folder in
      try NpzFile.write([("x", numbers([2, 4]))], to: folder + "/x.npz")
      try NpyFile.write(numbers([2, 4]), to: folder + "/x.npy")
      for (input, output) in [("x.npz", "f.npz"), ("x.npy", "f.npy")] {
        let run = await xylem(
          "extract", parts, "--return", "first=f", "--input", folder + "/" + input, "-o", folder + "/" + output)
        #expect(run.status == 0, "\(run.errors)")
      }
      let file = try NpzFile(folder + "/f.npz")
      let expected = try NpyFile.read(folder + "/f.npy")
      #expect(file.names == ["f"])
      let found = try file.array("f")
      #expect(found == expected)
    }
  }

  @Test func `float64 into a float model is an error with the option that helps, which helps`() async throws {
    try await withTemporaryFolder { folder in
      try NpyFile.write(numbers([2, 4], .float64), to: folder + "/d.npy")
      try NpyFile.write(numbers([2, 4]), to: folder + "/f.npy")
      let plain = await xylem("extract", parts, "--return", "first", "--input", folder + "/d.npy")
      #expect(plain.status == 2)
      #expect(plain.errors.contains("\n  try: --dtype f32  # "), "\(plain.errors)")
      var features: [HostArray] = []
      for (input, options) in [("d.npy", ["--dtype", "f32"]), ("f.npy", [])] {
        let run = await xylem(
          ["extract", parts, "--return", "first", "--input", folder + "/" + input, "-o", folder + "/o.npy"] + options)
        #expect(run.status == 0, "\(run.errors)")
        features.append(try NpyFile.read(folder + "/o.npy"))
      }
      #expect(features[0] == features[1])
    }
  }

  @Test func `a named model is cast with its weights`() async throws {
    try await withTemporaryFolder { folder in
      try NpyFile.write(numbers([2, 3]), to: folder + "/x.npy")
      try StateDictFile.write([("weight", Tensor([1, 2, 3], shape: [3]))], to: folder + "/w.pth")
      let models = [ModelDefinition("scale", "three factors") { Scale() }]
      for (option, dtype) in [("f64", DType.float64), ("f16", .float16), ("f32", .float32)] {
        let run = await xylem(
          ["extract", "scale", "--weights", folder + "/w.pth", "--return", "mul", "--input", folder + "/x.npy"]
            + ["--dtype", option, "-o", folder + "/o.npy"], models: models)
        #expect(run.status == 0, "\(run.errors)")
        let found = try NpyFile.read(folder + "/o.npy")
        #expect(found.dtype == dtype)
        #expect(try found.doubles() == [0, 0.5, 1.5, 0.75, 2, 0])
      }
    }
  }

  @Test func `a file of features says where they came from, the same bytes each time`() async throws {
    try await withTemporaryFolder { folder in
      let photo = Fixtures.path("images/chelsea.png")
      var files: [Data] = []
      for _ in 0..<2 {
        let run = await xylem(
          "extract", resnet, "--return", "layer4=deep", "--input", photo, "--resize", "64", "--crop", "32",
          "--interpolation", "bicubic", "-o", folder + "/f.safetensors")
        #expect(run.status == 0, "\(run.errors)")
        files.append(try Data(contentsOf: URL(fileURLWithPath: folder + "/f.safetensors")))
      }
      #expect(files[0] == files[1])
      let metadata = try SafetensorsFile(folder + "/f.safetensors").metadata
      #expect(metadata["model"] == "resnet18.pt" && metadata["mode"] == "eval" && metadata["naming"] == "exact")
      #expect(metadata["model_sha256"]?.count == 64 && metadata["nodes"] == "{\"deep\":\"layer4\"}")
      #expect(metadata["preprocessing"]?.contains("\"interpolation\":\"bicubic\"") == true)
      #expect(metadata["xylem"] != nil)
      #expect(!metadata.values.contains { $0.contains(folder) || $0.contains("/") })
    }
  }

  @Test func `losses of images are reported, and requested ones are not`() async throws {
    let turned = Fixtures.path("transforms/codecs/rgb-orientation.jpg")
    let deep = Fixtures.path("transforms/codecs/gray-16.png")
    let options = ["extract", resnet, "--return", "bn1", "--resize", "40", "--crop", "32", "--input"]
    let silent = await xylem(options + [turned, "--exif", "ignore"])
    #expect(silent.status == 0 && !silent.errors.contains("warning"), "\(silent.errors)")
    let said = await xylem(options + [turned, deep])
    #expect(said.status == 0)
    #expect(said.errors.contains("warning: \(turned) has an EXIF orientation"), "\(said.errors)")
    #expect(said.errors.contains("warning: \(deep) has 16-bit gray levels"))
    #expect(said.output != silent.output)
    let applied = await xylem(options + [turned, "--exif", "apply"])
    #expect(applied.status == 0 && !applied.errors.contains("warning") && applied.output != silent.output)
  }

  @Test func `gray images have one channel, and one mean`() async throws {
    try await withTemporaryFolder { folder in
      let photo = Fixtures.path("images/chelsea.png")
      let options = ["extract", parts, "--return", "x", "--resize", "8", "--crop", "4", "--input", photo]
      let run = await xylem(
        options + ["--channels", "1", "--mean", "0.5", "--std", "0.5", "-o", folder + "/x.npy"])
      #expect(run.status == 0, "\(run.errors)")
      let shape = try NpyFile.read(folder + "/x.npy").shape
      #expect(shape == [1, 1, 4, 4])
      let unclear = await xylem(options + ["--channels", "1"])
      #expect(unclear.status == 64 && unclear.errors.contains("try: --mean 0.5 --std 0.5"), "\(unclear.errors)")
    }
  }

  @Test func `pictures never replace an input`() async throws {
    try await withTemporaryFolder { folder in
      try FileManager.default.copyItem(atPath: Fixtures.path("images/chelsea.png"), toPath: folder + "/fc.png")
      let before = try Data(contentsOf: URL(fileURLWithPath: folder + "/fc.png"))
      let run = await xylem("extract", resnet, "--return", "fc", "--input", folder + "/fc.png", "--images", folder)
      #expect(run.status == 64 && run.errors.contains("would overwrite an input file"), "\(run.errors)")
      let after = try Data(contentsOf: URL(fileURLWithPath: folder + "/fc.png"))
      #expect(after == before)
    }
  }

  @Test func `errors of files are in the system's words, without a library's wrapping`() async throws {
    try await withTemporaryFolder { folder in
      try NpyFile.write(numbers([2, 4]), to: folder + "/x.npy")
      let input = ["extract", parts, "--return", "first", "--input"]
      for arguments in [
        input + [folder], input + [folder + "/x.npy", "--images", "/proc/none"],
        input + [folder + "/x.npy", "--labels", folder], ["nodes", folder],
        input + [folder + "/x.npy", "-o", "/proc/f.npy"],
      ] {
        let run = await xylem(arguments)
        #expect(run.status == 2 && !run.errors.contains("Domain"), "\(arguments): \(run.errors)")
        #expect(run.errors.split(separator: "\n").count < 6)
      }
    }
  }

  @Test(.needsExecutable) func `a dash is standard output, and the table goes to the error stream`() async throws {
    try withTemporaryFolder { folder in
      try NpyFile.write(numbers([2, 4]), to: folder + "/x.npy")
      for (dash, start) in [("-.npy", [0x93, 0x4E] as [UInt8]), ("-.npz", [0x50, 0x4B]), ("-.json", [0x7B])] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Fixtures.executable))
        process.arguments = ["extract", parts, "--return", "first", "--input", folder + "/x.npy", "-o", dash]
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && bytes.starts(with: start), "\(text)")
        #expect(text.contains("first"))
      }
    }
  }
}
