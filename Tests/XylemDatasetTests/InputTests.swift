import Foundation
import Testing
import XylemErrors
import XylemFiles
import XylemTestSupport

@testable import XylemDataset

@Suite struct InputTests {
  private func ids(_ source: any InputSource) -> [String] { (0..<source.count).map { source.id(at: $0) } }

  private func make(_ paths: [String], in folder: TemporaryFolder) throws {
    for path in paths {
      let url = URL(filePath: folder(path))
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data([1]).write(to: url)
    }
  }

  @Test func `a folder is walked in the order of the paths' bytes`() throws {
    let folder = try TemporaryFolder()
    let paths = [
      "a.jpg", "a/x.jpg", "a-b/x.jpg", "a.b/x.png", "a0.JPEG", "B.jpg", "a/y/z.jpg", "a/y.jpg", "ä.png", "a b.jpg",
      "a/y-.jpg",
    ]
    try make(paths, in: folder)
    let found = ids(try DatasetInputs([folder.path]).source)
    #expect(
      found
        == paths.map { folder($0) }.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
  }

  @Test func `hidden files and files that are not images are passed over, with a note`() throws {
    let folder = try TemporaryFolder()
    try make(["1.jpg", "._1.jpg", ".git/2.jpg", "labels.txt", "x/3.png", "x/4.npy"], in: folder)
    let inputs = try DatasetInputs([folder.path])
    #expect(ids(inputs.source) == [folder("1.jpg"), folder("x/3.png")])
    #expect(inputs.notes == ["2 files in \(folder.path) were not read as an image, such as '\(folder("labels.txt"))'"])
  }

  @Test func `links are followed, but not into a circle`() throws {
    let folder = try TemporaryFolder()
    try make(["a/1.jpg", "b/2.jpg"], in: folder)
    try FileManager.default.createSymbolicLink(atPath: folder("a/up"), withDestinationPath: folder.path)
    try FileManager.default.createSymbolicLink(atPath: folder("a/b"), withDestinationPath: folder("b"))
    let inputs = try DatasetInputs([folder.path])
    #expect(ids(inputs.source) == [folder("a/1.jpg"), folder("a/b/2.jpg"), folder("b/2.jpg")])
    #expect(inputs.notes == ["'\(folder("a/up"))' leads to a folder that it is in, and is not followed"])
  }

  @Test func `names with line breaks, bytes that are not UTF-8 and 255 bytes are inputs like others`() throws {
    let folder = try TemporaryFolder()
    let long = String(repeating: "n", count: 251) + ".jpg"
    try make(["a\nb.jpg", long], in: folder)
    let raw = PathBytes(folder.path).appending([0x7A, 0xFF, 0xC3, 0x28] + Array(".jpg".utf8))
    let descriptor = raw.bytes.withUnsafeBytes { bytes in
      let path = Array(bytes) + [0]
      return path.withUnsafeBytes {
        open($0.baseAddress!.assumingMemoryBound(to: CChar.self), O_CREAT | O_WRONLY, 0o644)
      }
    }
    try #require(descriptor >= 0)
    #expect(write(descriptor, "xyz", 3) == 3)
    close(descriptor)
    let source = try DatasetInputs([folder.path]).source
    #expect(ids(source) == [folder("a\nb.jpg"), folder(long), folder("z\\xff\\xc3(.jpg")])
    #expect(try source.bytes(at: 2) == Array("xyz".utf8))
  }

  @Test(
    arguments: [
      ("*.jpg", ["1.jpg", "2.jpg"]), ("[!1].jpg", ["2.jpg"]), ("?.jpg", ["1.jpg", "2.jpg"]),
      ("**/*.jpg", ["1.jpg", "2.jpg", "x/3.jpg", "x/y/4.jpg"]),
      ("x/**/4.*", ["x/y/4.jpg"]), ("x/*", ["x/3.jpg", "x/y/4.jpg"]),
      ("**", ["1.jpg", "2.jpg", "x/3.jpg", "x/y/4.jpg"]), ("[1-2].j*g", ["1.jpg", "2.jpg"]),
    ] as [(String, [String])])
  func `a pattern matches as in a shell`(pattern: String, wanted: [String]) throws {
    let folder = try TemporaryFolder()
    try make(["1.jpg", "2.jpg", "x/3.jpg", "x/y/4.jpg", ".h.jpg", "notes.txt"], in: folder)
    let found = ids(try DatasetInputs([folder(pattern)]).source)
    // `**` matches the folder itself too, which has them all: each time a folder is matched it is walked.
    #expect(Set(found) == Set(wanted.map { folder($0) }))
    if pattern != "**" { #expect(found == wanted.map { folder($0) }) }
  }

  @Test func `an existing file is no pattern`() throws {
    let folder = try TemporaryFolder()
    try make(["a[1].jpg", "a1.jpg"], in: folder)
    #expect(ids(try DatasetInputs([folder("a[1].jpg")]).source) == [folder("a[1].jpg")])
  }

  @Test func `a list has paths and JSON objects, in its order, duplicates included`() throws {
    let folder = try TemporaryFolder()
    let list = try folder.write(
      Array(
        "b.jpg\n\n{\"path\": \"a\\nb.jpg\", \"id\": 7, \"label\": [1]}\r\nb.jpg\r\n{\"path\": \"c.jpg\"}\nlast.jpg".utf8
      ), "list")
    let source = try DatasetInputs([], lists: [list]).source
    #expect(ids(source) == ["b.jpg", "7", "b.jpg", "c.jpg", "last.jpg"])
    expectError(.fileNotFound) { _ = try source.bytes(at: 1) }
  }

  @Test(arguments: [
    ("a.jpg\n{\"path\": 3}\n", "line 2 of the list can't be used: 'path' is a number, not a string"),
    ("{\"id\": \"x\"}", "line 1 of the list can't be used: it has no 'path'"),
  ])
  func `a malformed line is an error with its number`(text: String, message: String) throws {
    let folder = try TemporaryFolder()
    let list = try folder.write(Array(text.utf8), "list")
    #expect(expectError(.datasetInput) { _ = try DatasetInputs([], lists: [list]) }?.message == message)
  }

  @Test func `no image, a pattern without a match, a missing file and a Parquet file are errors`() throws {
    let folder = try TemporaryFolder()
    try make(["x/notes.txt", "a.parquet"], in: folder)
    expectError(.datasetInput) { _ = try DatasetInputs([folder("x")]) }
    expectError(.datasetInput) { _ = try DatasetInputs([folder("*.gif")]) }
    expectError(.datasetInput) { _ = try DatasetInputs([]) }
    expectError(.fileNotFound) { _ = try DatasetInputs([folder("nothing.jpg")]) }
    expectError(.fileUnsupported) { _ = try DatasetInputs([folder("a.parquet")]) }
  }

  @Test func `joined sources keep their order, and digests tell orders apart`() throws {
    let (a, b) = (ImageFiles(paths: ["1", "2"]), ImageFiles(paths: []))
    let joined = JoinedInputs([b, a, b, ImageFiles(paths: ["3"]), b])
    #expect(ids(joined) == ["1", "2", "3"])
    let digests = [["1", "2"], ["2", "1"], ["12"], ["1", "2", ""]].map { ImageFiles(paths: $0).digest }
    #expect(Set(digests).count == 4)
  }

  @Test func `strings that share beginnings are kept as they are`() {
    var random = SplitMix64(seed: 1)
    var strings = ByteStrings()
    let all = (0..<500).map { index in
      Array("folder/\(random.next() % 7)/".utf8)
        + (0..<Int(random.next() % 300)).map { _ in UInt8(truncatingIfNeeded: index) }
    }
    for string in all { strings.append(string) }
    #expect((0..<strings.count).map { strings[$0] } == all)
    #expect(strings[250] == all[250])
  }
}
