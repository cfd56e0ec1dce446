import XylemTestSupport
import Testing
import XylemErrors

@testable import XylemFiles

@Suite struct SafetensorsWriterTests {
  @Test func bytesAreThoseOfPythonsSafetensors() throws {
    let folder = try TemporaryFolder()
    let path = folder("x.safetensors")
    try SafetensorsWriter.write(GoldenTensors.numpy, metadata: GoldenTensors.numpyMetadata, to: path)
    #expect(try contents(path) == Fixtures.bytes("files/numpy.safetensors"))
    try SafetensorsWriter.write(GoldenTensors.torch, metadata: ["format": "pt"], to: path)
    #expect(try contents(path) == Fixtures.bytes("files/torch.safetensors"))
    try SafetensorsWriter.write([("x", counted(.float32, [2]))], to: path)
    #expect(try contents(path) == Fixtures.bytes("files/tiny.safetensors"))
    try SafetensorsWriter.write([], to: path)
    #expect(try contents(path) == Fixtures.bytes("files/nothing.safetensors"))
    #expect(try folder.names == ["x.safetensors"])
  }

  @Test func theOrderGivenDoesNotMatter() throws {
    let folder = try TemporaryFolder()
    let metadata = ["b": "1", "a": "2", "\u{E9}": "3", "c": "4"]
    try SafetensorsWriter.write(GoldenTensors.numpy, metadata: metadata, to: folder("a"))
    try SafetensorsWriter.write(GoldenTensors.numpy.reversed(), metadata: metadata, to: folder("b"))
    #expect(try contents(folder("a")) == contents(folder("b")))
    let header = String(decoding: try contents(folder("a")).dropFirst(8).prefix(60), as: UTF8.self)
    #expect(header.hasPrefix(#"{"__metadata__":{"a":"2","b":"1","c":"4","é":"3"},"#))
  }

  @Test func whatIsReadAndWrittenAgainIsTheSame() throws {
    let folder = try TemporaryFolder()
    for name in ["values.safetensors", "numpy.safetensors", "torch.safetensors"] {
      let file = try SafetensorsFile(Fixtures.path("files/" + name))
      let tensors = try file.names.map { ($0, try file.array($0)) }
      try SafetensorsWriter.write(tensors, metadata: file.metadata, to: folder(name))
      #expect(try contents(folder(name)) == Fixtures.bytes("files/" + name), "\(name)")
    }
  }

  @Test func whatTheFormatCannotHoldIsAnErrorAndWritesNothing() throws {
    let folder = try TemporaryFolder()
    let x = try counted(.float32, [2])
    let double = expectError(.fileUnsupported) { try SafetensorsWriter.write([("a", x), ("a", x)], to: folder("x")) }
    #expect(double?.message == "two tensors have the name 'a'")
    expectError(.fileUnsupported) { try SafetensorsWriter.write([("__metadata__", x)], to: folder("x")) }
    let complex = try counted(.complex128, [2])
    let error = expectError(.fileUnsupported) { try SafetensorsWriter.write([("c", complex)], to: folder("x")) }
    #expect(
      error?.description == """
        safetensors files can't hold 'c', which is complex128 (file.unsupported)
          file: \(folder("x"))
          try: write a .npy file instead
          try: convert to complex64 first
        """)
    #expect(try folder.names.isEmpty)
  }
}
