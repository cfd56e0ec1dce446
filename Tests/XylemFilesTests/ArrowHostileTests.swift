import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemFiles

/// Damaged Arrow files and streams are errors.
@Suite struct ArrowHostileTests {
  private func read(_ bytes: [UInt8], _ what: @autoclosure () -> String) {
    do {
      _ = try ArrowStreamReader.read(bytes)
    } catch {
      #expect([.fileMalformed, .fileUnsupported].contains(error.id), "\(what()): \(error)")
    }
  }

  @Test(arguments: ["union", "other", "dictionary"])
  func `a stream that ends anywhere is an error, or ends between messages`(name: String) throws {
    let whole = try Fixtures.bytes("arrow/\(name).arrows")
    for count in 0..<whole.count { read(Array(whole.prefix(count)), "\(name) cut at \(count)") }
  }

  /// `make fuzz` changes more, many thousands of times.
  @Test(arguments: ["compressed", "union", "other"])
  func `a stream with any byte changed is read, or is an error`(name: String) throws {
    let whole = try Fixtures.bytes("arrow/\(name).arrows")
    for index in whole.indices {
      for byte in (name == "other" ? [whole[index] ^ 1] : [0, 0x7F, 0xFF]) as [UInt8] {
        var changed = whole
        changed[index] = byte
        read(changed, "\(name), byte \(index) as \(byte)")
      }
    }
  }

  @Test func `a file with any byte of its ends changed is read, or is an error`() throws {
    let folder = try TemporaryFolder()
    let whole = try Fixtures.bytes("arrow/union.arrow")
    for index in Array(whole.indices.prefix(16)) + whole.indices.suffix(240) {
      for byte in [0xFF] as [UInt8] {
        var changed = whole
        changed[index] = byte
        do {
          let file = try ArrowFileReader(folder.write(changed, "x.arrow"))
          for batch in 0..<file.count { _ = try file.recordBatch(batch) }
        } catch let error as XylemError {
          #expect([.fileMalformed, .fileUnsupported].contains(error.id), "byte \(index) as \(byte): \(error)")
        }
      }
    }
  }

  @Test func `a file that was not finished says so`() throws {
    let folder = try TemporaryFolder()
    let whole = try Fixtures.bytes("arrow/known.arrow")
    let error = expectError(.fileMalformed) {
      _ = try ArrowFileReader(folder.write(Array(whole.dropLast(100)), "x.arrow"))
    }
    #expect(
      error?.message == "the file does not end like an Arrow file: it is truncated, or was not finished")
    expectError(.fileMalformed) { _ = try ArrowFileReader(folder.write([], "y.arrow")) }
  }

  @Test func `offsets that go backwards or out of the data are malformed`() throws {
    let schema = ArrowSchema([ArrowField("a", .utf8)])
    for offsets in [[0, 2, 1], [0, 1, 9], [-1, 0, 0]] as [[Int32]] {
      let column = ArrowColumn(
        count: 2, buffers: [[], offsets.flatMap(\.littleEndianBytes)[...], [65, 66][...]])
      let error = expectError(.runtimeTensor) { _ = try ArrowRecordBatch(schema, [column], count: 2) }
      #expect(error?.message.contains("the offsets of the column 'a' are not in order") == true)
    }
  }

  @Test func `a schema that repeats its parts without end is refused`() throws {
    // A vector of two fields that are the field that has it.
    var deep = ArrowField("x", .int8)
    for _ in 0..<70 { deep = ArrowField("x", .structure, children: [deep]) }
    let error = expectError(.fileMalformed) {
      _ = try ArrowStreamReader.read(ArrowMessage.bytes(of: ArrowSchema([deep])))
    }
    #expect(error?.message == "the schema is nested deeper than 64")
  }
}
