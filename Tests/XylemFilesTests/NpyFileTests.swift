import XylemTestSupport
import Foundation
import Testing
import XylemErrors

@testable import XylemFiles

@Suite struct NpyFileTests {
  static let types = DType.allCases.filter { $0.npyDescription != nil }

  @Test(arguments: types)
  func everyTypeIsReadAndWrittenAsNumpyDoes(_ dtype: DType) throws {
    let folder = try TemporaryFolder()
    let array = try counted(dtype, [2, 3])
    #expect(try NpyFile.read(Fixtures.path("files/\(dtype.rawValue).npy")) == array)
    try NpyFile.write(array, to: folder("x.npy"))
    #expect(try contents(folder("x.npy")) == Fixtures.bytes("files/\(dtype.rawValue).npy"))
  }

  @Test(arguments: [
    ("scalar", DType.float32, []), ("vector", .float32, [5]), ("empty", .float32, [2, 0, 3]),
    ("deep", .int16, [Int](repeating: 1, count: 60) + [2]),
  ])
  func everyShapeIsReadAndWrittenAsNumpyDoes(_ name: String, _ dtype: DType, _ shape: [Int]) throws {
    let folder = try TemporaryFolder()
    let array = try counted(dtype, shape)
    #expect(try NpyFile.read(Fixtures.path("files/\(name).npy")) == array)
    try NpyFile.write(array, to: folder("x.npy"))
    #expect(try contents(folder("x.npy")) == Fixtures.bytes("files/\(name).npy"))
  }

  @Test(arguments: [DType.bool, .int16, .float32, .complex64, .complex128])
  func columnMajorFilesBecomeRowMajor(_ dtype: DType) throws {
    let path = Fixtures.path("files/fortran_\(dtype.rawValue).npy")
    #expect(try NpyFile.read(path) == counted(dtype, [3, 2, 4, 2]))
  }

  @Test(arguments: [DType.int16, .float32, .uint64, .complex64, .complex128])
  func bigEndianFilesBecomeLittleEndian(_ dtype: DType) throws {
    #expect(try NpyFile.read(Fixtures.path("files/big_\(dtype.rawValue).npy")) == counted(dtype, [2, 3]))
  }

  @Test func bothOrdersMayBeOtherwise() throws {
    #expect(try NpyFile.read(Fixtures.path("files/big_fortran_int32.npy")) == counted(.int32, [3, 2]))
  }

  @Test(arguments: ["version2", "version3", "python2"])
  func otherVersionsAndSpellingsAreRead(_ name: String) throws {
    #expect(try NpyFile.read(Fixtures.path("files/\(name).npy")) == counted(.float32, [2, 3]))
  }

  @Test func aPipeIsReadToItsEnd() throws {
    let array = try counted(.float32, [2, 3])
    #expect(try readThroughPipe(Fixtures.bytes("files/float32.npy")) == array)
    expectError(.fileMalformed) { _ = try readThroughPipe(Fixtures.bytes("files/float32.npy").dropLast()) }
    expectError(.fileMalformed) { _ = try readThroughPipe(Fixtures.bytes("files/float32.npy") + [0]) }
    expectError(.fileMalformed, "must not take memory for what never comes") {
      _ = try readThroughPipe(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }"))
    }
  }

  private func readThroughPipe(_ bytes: some Collection<UInt8>) throws -> HostArray {
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data(bytes))
    try pipe.fileHandleForWriting.close()
    return try NpyFile.read("/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)")
  }

  @Test func aHeaderTooLongForTheFirstVersionIsWrittenAsTheSecond() throws {
    let folder = try TemporaryFolder()
    let array = try counted(.int8, [Int](repeating: 1, count: 30_000))
    try NpyFile.write(array, to: folder("x.npy"))
    let bytes = try contents(folder("x.npy"))
    #expect(bytes[6...7] == [2, 0])
    #expect((bytes.count - 1) % 64 == 0)
    #expect(try NpyFile.read(folder("x.npy")) == array)
  }

  @Test(arguments: [DType.bfloat16, .float8e4m3fn, .float8e5m2])
  func typesThatNumpyLacksAreUnsupportedAndNameTheWayOut(_ dtype: DType) throws {
    let folder = try TemporaryFolder()
    let array = try counted(dtype, [2])
    let error = expectError(.fileUnsupported) { try NpyFile.write(array, to: folder("x.npy")) }
    #expect(error?.message == "npy files can't hold \(dtype.rawValue)")
    #expect(error?.remedies == ["write a .safetensors file instead"])
    #expect(try folder.names.isEmpty)
  }

  @Test(arguments: [
    ("bad_structured", "the npy file holds records; only arrays of numbers are supported"),
    ("bad_object", "the npy file's element type '|O' is not supported"),
    ("bad_text", "the npy file's element type '<U5' is not supported"),
    ("bad_date", "the npy file's element type '<M8[ns]' is not supported"),
    ("bad_void", "the npy file's element type '|V2' is not supported"),
  ])
  func elementsThatAreNoNumbersAreUnsupported(_ name: String, _ message: String) throws {
    let error = expectError(.fileUnsupported) { _ = try NpyFile.read(Fixtures.path("files/\(name).npy")) }
    #expect(error?.message == message)
  }

  @Test func missingFilesAndFoldersAreErrors() throws {
    let folder = try TemporaryFolder()
    expectError(.fileNotFound) { _ = try NpyFile.read(folder("none.npy")) }
    expectError(.fileUnreadable) { _ = try NpyFile.read(folder.path) }
    expectError(.fileMalformed) { _ = try NpyFile.read("/dev/null") }
  }
}

/// A npy file of version 1.0 with this header and these data.
func npy(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
  let text = Array((header + "\n").utf8)
  return NpyHeader.magic + [1, 0, UInt8(text.count & 255), UInt8(text.count >> 8)] + text + data
}
