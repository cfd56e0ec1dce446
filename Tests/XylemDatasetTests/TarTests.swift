import Foundation
import Testing
import XylemErrors
import XylemFiles
import XylemTestSupport

@testable import XylemDataset

@Suite struct TarTests {
  private func members(_ path: String) throws -> [TarReader.Member] {
    var reader = try TarReader(InputFile(path, regularOnly: true))
    var found: [TarReader.Member] = []
    while let member = try reader.next() { found.append(member) }
    return found
  }

  @Test(arguments: ["ustar", "gnu", "pax"]) func `members are where Python finds them`(form: String) throws {
    let golden = try #require(Fixtures.object("tars/members.json")[form] as? [[String: Any]])
    let found = try members(Fixtures.path("tars/\(form).tar"))
    #expect(found.map { String(decoding: $0.name, as: UTF8.self) } == golden.map { $0["name"] as? String })
    #expect(found.map(\.offset) == golden.map { $0["offset"] as? Int })
    #expect(found.map(\.size) == golden.map { $0["size"] as? Int })
  }

  @Test func `each sample's image is an input, with the sample's key`() throws {
    let inputs = try DatasetInputs([Fixtures.path("tars/ustar.tar")])
    let keys = (0..<inputs.source.count).map { inputs.source.id(at: $0) }
    #expect(keys == ["train/0001", "train/0002", "0003", "ünïcode key", "last"])
    #expect(try inputs.source.bytes(at: 4).starts(with: [0x89, 0x50]))
    #expect(
      inputs.notes == [
        "5 members of \(Fixtures.path("tars/ustar.tar")) were not read as an image, such as 'train/0001.json'"
      ])
  }

  @Test func `a tar file that is cut anywhere is an error, or has lost nothing`() throws {
    let folder = try TemporaryFolder()
    let whole = try Fixtures.bytes("tars/gnu.tar")
    let all = try members(Fixtures.path("tars/gnu.tar"))
    let end = try #require(all.last).offset + 1024
    for length in stride(from: 0, to: end, by: 97) {
      let path = try folder.write(Array(whole[..<length]), "cut.tar")
      expectError(.fileMalformed, "cut at \(length)") { _ = try members(path) }
    }
  }

  @Test func `damaged bytes are an error or other members, and never a crash`() throws {
    let folder = try TemporaryFolder()
    let whole = try Fixtures.bytes("tars/pax.tar")
    var random = SplitMix64(seed: 3)
    for _ in 0..<2000 {
      var bytes = whole
      for _ in 0...random.next() % 4 {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      let path = try folder.write(bytes, "damaged.tar")
      do { _ = try TarImages(path: path) } catch let error as XylemError { #expect(error.id == .fileMalformed) }
    }
  }

  @Test func `a compressed tar file says how to decompress it`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0], "a.tar")
    #expect(
      expectError(.fileUnsupported) { _ = try DatasetInputs([path]) }?.remedies == [
        "gzip -d \(path)  # decompresses it"
      ])
  }

  @Test func `a tar file that has changed gives no wrong image`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(try Fixtures.bytes("tars/ustar.tar"), "a.tar")
    let source = try TarImages(path: path)
    _ = try folder.write(Array(try Fixtures.bytes("tars/ustar.tar").dropLast(512)), "a.tar")
    expectError(.datasetInput) { _ = try source.bytes(at: 0) }
  }
}
