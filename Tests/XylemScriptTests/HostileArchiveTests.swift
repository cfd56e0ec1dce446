import XylemGraph
import XylemTestSupport
import Foundation
import Testing
import XylemErrors

@testable import XylemTensor

extension RuntimeTests {
  /// Archives that are whole as zip files go, and that attack whoever loads them: each is an error that says what is wrong.
  @Suite struct HostileArchiveTests {
    private static let causes = [
      "claiming_constant": "the storage '0' claims 16384 elements and its record has 16 bytes",
      "claiming_storage": "the storage '0' claims 16384 elements and its record has 16 bytes",
      "damaged_sources":
        "the record 'code/__torch__/hostile.py.debug_pkl' is damaged: the instruction 32 is unknown",
      "deep_blocks": "the record 'code/__torch__/hostile.py' is damaged: its code nests too deeply",
      "deep_brackets": "the record 'code/__torch__/hostile.py' is damaged: its code nests too deeply",
      "deep_tuples": "the record 'data.pkl' is damaged: its values nest more than 1024 deep",
      "deep_types": "the record 'code/__torch__/hostile.py' is damaged: its code nests too deeply",
      "empty_stack":
        "the record 'data.pkl' is damaged: an instruction takes more values than there are",
      "long_chain": "the record 'code/__torch__/hostile.py' is damaged: an expression in its code is too long",
      "long_string": "the record 'data.pkl' is damaged: it ends within a value",
      "memo_index": "the record 'data.pkl' is damaged: an index of its memo is larger than the file",
      "offset_before": "a tensor lies outside of its storage, which has 16 bytes",
      "other_sources":
        "the record 'code/__torch__/hostile.py.debug_pkl' is damaged: it is not a table of source lines",
      "reaching_tensor": "a tensor needs 32768 bytes and its storage has 16",
      "self_holding_list": "the record 'data.pkl' is damaged: a container holds itself",
      "shared_tuples":
        "the record 'data.pkl' is damaged: its shared values stand for more than 1048576 of them",
    ]
    /// What the runtime does not survive by its own fault; the command line's tests have these.
    private static let ends = ["crash", "endless", "memory", "state_grows"]

    @Test func everyOneIsAnErrorThatSaysWhatIsWrong() {
      #expect(Fixtures.archives(in: "hostile") == (Self.causes.keys + Self.ends).sorted())
      for (name, cause) in Self.causes.sorted(by: { $0.key < $1.key }) {
        let error = expectError(.archiveTruncated) { _ = try Fixtures.archive("hostile/" + name) }
        #expect(error?.cause.map { "\($0)" } == cause)
      }
    }

    @Test func nothingIsWrongWithAnArchiveOfTheZoo() throws {
      for folder in ["zoo", "constructs", "detection"] {
        for name in Fixtures.archives(in: folder) where name != "non_ascii_names" {
          #expect(throws: Never.self, "\(folder)/\(name)") { _ = try Fixtures.archive(folder + "/" + name) }
        }
      }
    }

    @Test func aLargeDictionaryIsReadInOneGo() throws {
      let library = try RuntimeLibrary.shared()
      let count = 60_000
      let words: [(key: Value, value: Value)] = (0..<count).map { (.string("word\($0)"), .int($0)) }
      let object = RuntimeObject(adopting: try Value.dictionary(words).makeRaw(library), library: library)
      let elements = try object.elements()
      #expect(elements.count == 2 * count)
      for index in 0..<count {
        guard case .literal(.string(let key)) = elements[2 * index],
          case .literal(.int(let value)) = elements[2 * index + 1]
        else {
          Issue.record("element \(index) is neither a word nor a number")
          return
        }
        guard key == "word\(index)", value == index else {
          Issue.record("element \(index) is \(key): \(value)")
          return
        }
      }
    }
  }
}
