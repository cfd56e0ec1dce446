import Foundation
import Testing
import XylemErrors
import XylemFiles
import XylemTensor
import XylemTestSupport

/// Features that are not plain tensors, and requests that nothing answers.
@Suite(.needsRuntime, .serialized) struct FeatureFormTests {
  private let forms = Fixtures.path("forms/forms.pt")
  private let keys = ["quint8", "qint8", "qint32", "complex32", "coo", "csr", "mkldnn"]

  /// Runs `body` with the fixture's input in a file, and a folder for results.
  private func withInput(_ body: (_ input: String, _ folder: String) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      let goldens = try SafetensorsFile(Fixtures.path("forms/goldens.safetensors"))
      try NpyFile.write(goldens.array("x"), to: folder + "/x.npy")
      try await body(folder + "/x.npy", folder)
    }
  }

  @Test func `quantized, sparse and complex half features are written as the numbers that they stand for`() async throws
  {
    try await withInput { input, folder in
      let requests = keys.indices.map { "output[0][tensors][\($0)]=\(keys[$0])" }
      let run = await xylem(
        ["extract", forms, "--return"] + requests + ["--input", input, "-o", folder + "/f.safetensors"])
      #expect(run.status == 0, "\(run.errors)")
      let goldens = try SafetensorsFile(Fixtures.path("forms/goldens.safetensors"))
      let file = try SafetensorsFile(folder + "/f.safetensors")
      for key in keys {
        let expected = try goldens.array(key)
        #expect(try file.array(key) == expected, "\(key)")
      }
      let notes = run.errors.split(separator: "\n").filter { $0.hasPrefix("note: '") }
      #expect(notes.count == keys.count)
      #expect(notes.first == "note: 'quint8' is quantized (quint8) in the model; its values are given as float32")
    }
  }

  @Test func `one quantized feature becomes a npy file of its numbers`() async throws {
    try await withInput { input, folder in
      let run = await xylem(
        "extract", forms, "--return", "quantize_per_tensor", "--input", input, "-o", folder + "/f.npy", "--format",
        "json")
      #expect(run.status == 0, "\(run.errors)")
      let expected = try SafetensorsFile(Fixtures.path("forms/goldens.safetensors")).array("quint8")
      #expect(try NpyFile.read(folder + "/f.npy") == expected)
      #expect(run.output.contains("\"convertedFrom\":\"quantized (quint8)\""))
    }
  }

  @Test func `an integer, a float and a truth value are arrays without dimensions`() async throws {
    try await withInput { input, folder in
      let run = await xylem(
        "extract", forms, "--return", "output[1]=n", "--input", input, "-o", folder + "/f.safetensors")
      #expect(run.status == 0, "\(run.errors)")
      let file = try SafetensorsFile(folder + "/f.safetensors")
      #expect(Set(file.names) == ["n.0", "n.1", "n.2"])
      let (whole, truth) = (try HostArray([3] as [Int64], shape: []), try HostArray([true], shape: []))
      #expect(try file.array("n.0") == whole)
      #expect(try file.array("n.1").dtype == .float64)
      #expect(try file.array("n.2") == truth)
    }
  }

  @Test func `a None inside a structure is left out with a note`() async throws {
    try await withInput { input, folder in
      let run = await xylem(
        "extract", forms, "--return", "output[4]=s", "--input", input, "-o", folder + "/f.safetensors")
      #expect(run.status == 0)
      #expect(run.errors.contains("note: 's.1' is None and is not in the file"))
      let names = try SafetensorsFile(folder + "/f.safetensors").names
      #expect(names == ["s.0"])
    }
  }

  @Test func `a string is shown in the table and in JSON`() async throws {
    try await withInput { input, _ in
      let table = await xylem("extract", forms, "--return", "output[5]=s", "--input", input)
      #expect(table.lines.last == "s    output  \"a text\"  str          -     -        -", "\(table.output)")
      let json = await xylem("extract", forms, "--return", "output[5]=s", "--input", input, "--format", "json")
      #expect(json.output.contains("\"value\":\"a text\""))
    }
  }

  @Test(arguments: [
    (["--return", "output[2]=k"], "the feature 'k' is None, so there is nothing to return"),
    (["--return", "output[3]=k"], "the feature 'k' is an empty list or tuple, so there is nothing to return"),
    (["--return", "output[5]=k", "-o", "F/f.safetensors"], "'k' is a string, which the file can't hold"),
    (["--return", "output[5]=k", "-o", "F/f.npy"], "'k' is a string, which the file can't hold"),
    (["--return", "output[6]=k", "-o", "F/f.safetensors"], "'k.1' is a string, which the file can't hold"),
    (["--return", "output[1][0]=k", "--images", "F/maps"], "'k', int64 [], can't be drawn"),
    (["--return", "output[0][tensors][3]=k", "--images", "F/maps"], "'k', complex64 [3, 4], can't be drawn"),
    (
      ["--return", "quantize_p*r_nothing"],
      "the pattern 'quantize_p*r_nothing' matches no node or module in eval mode"
    ),
  ])
  func `a request that nothing answers is an error and writes nothing`(options: [String], message: String) async throws
  {
    try await withInput { input, folder in
      let options = options.map { $0.hasPrefix("F/") ? folder + $0.dropFirst() : $0 }
      let run = await xylem(["extract", forms, "--input", input] + options)
      #expect(run.status == 2 && run.output.isEmpty)
      #expect(run.errors.contains("error: " + message), "\(run.errors)")
      let names = try contents(of: folder)
      #expect(names == ["x.npy"])
    }
  }

  @Test func `an identity of a traced model is its value or an error, never nothing`() async throws {
    try await withInput { input, folder in
      let run = await xylem(
        "extract", Fixtures.path("forms/parts.pt"), "--return", "act", "--input", input, "-o", folder + "/f.safetensors"
      )
      if run.status == 0 {
        let names = try SafetensorsFile(folder + "/f.safetensors").names
        #expect(names == ["act"])
      } else {
        #expect(run.errors.contains("extract.no-tensor"), "\(run.errors)")
        let names = try contents(of: folder)
        #expect(names == ["x.npy"])
      }
    }
  }

  @Test func `bench refuses a feature that is nothing`() async {
    let run = await xylem("bench", forms, "--return", "output[2]", "--input-shape", "3,4", "--runs", "1")
    #expect(run.status == 2 && run.errors.contains("extract.no-tensor"), "\(run.errors)")
  }

  @Test func `labels that fit no feature are an error`() async throws {
    try await withInput { input, folder in
      try Data("[\"a\", \"b\"]".utf8).write(to: URL(fileURLWithPath: folder + "/l.json"))
      let run = await xylem(
        "extract", forms, "--return", "x", "--input", input, "--labels", folder + "/l.json")
      #expect(run.status == 64 && run.errors.contains("no feature has 2 values per input"), "\(run.errors)")
    }
  }

  @Test func `the elements of a quantized tensor are refused unless its plain form is requested`() throws {
    let x = try Tensor([0, 1, 2, 3], shape: [4])
    let quantized = try TensorOperator.call(
      "aten::quantize_per_tensor", [.tensor(x), .float(0.5), .int(0), .int(13)])
    #expect(try quantized.specialForm == .quantized("quint8"))
    let error = #expect(throws: XylemError.self) { try quantized.hostArray() }
    #expect(
      error?.id == .runtimeTensor && error?.message == "the tensor is quantized (quint8) and has no plain elements")
    let expected = try x.hostArray()
    #expect(try quantized.dense().hostArray() == expected)
    #expect(try x.specialForm == nil)
  }
}
