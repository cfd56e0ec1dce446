import Foundation
import Testing
import XylemGraph
import XylemTensor
import XylemTrace

/// Structures of inputs, and what differs between two.
@Suite struct InputStructureTests {
  private func structure(_ value: Value) throws -> InputStructure { try InputStructure(of: value) }

  private let number = Value.int(1)

  @Test func `a structure has the lengths and keys of containers, and no numbers`() throws {
    let found = try structure(
      .list([
        number, .none, .tuple([.string("a"), .list([])], names: []), .dictionary([(.string("k"), .list([number]))]),
      ])
    )
    #expect(
      found
        == .list([
          .value, .none, .tuple([.value, .list([])]),
          .dictionary([InputStructure.Entry(key: .string("k"), value: .list([.value]))]),
        ]))
  }

  @Test func `the first difference is named with its place`() throws {
    func difference(_ expected: Value, _ found: Value) throws -> String? {
      try structure(expected).difference(from: structure(found), at: "batch")
    }
    let two = Value.list([number, number])
    #expect(try difference(two, two) == nil)
    #expect(try difference(two, .list([number])) == "batch has 1 element, not 2")
    #expect(try difference(.list([two]), .list([.list([])])) == "batch[0] has 0 elements, not 2")
    #expect(try difference(.list([number]), .list([.none])) == "batch[0] is None, not a value")
    #expect(try difference(two, .tuple([number, number], names: [])) == "batch is a tuple, not a list")
    let (a, b) = ((Value.string("a"), number), (Value.string("b"), number))
    #expect(
      try difference(.dictionary([a, b]), .dictionary([b, a])) == "batch has the keys ['b', 'a'], not ['a', 'b']")
    #expect(
      try difference(.dictionary([(.string("a"), two)]), .dictionary([(.string("a"), .list([]))]))
        == "batch['a'] has 0 elements, not 2")
  }

  @Test func `structures read back equal`() throws {
    let found = try structure(.dictionary([(.int(3), .list([number, .none])), (.string("k"), .tuple([], names: []))]))
    #expect(try JSONDecoder().decode(InputStructure.self, from: JSONEncoder().encode(found)) == found)
  }
}
