import Testing
import XylemGraph

@Suite struct DisjointSetsTests {
  @Test func `a set is known by its smallest member, whatever the order of joining`() {
    for pairs in [[(4, 2), (2, 7), (5, 6)], [(2, 7), (5, 6), (7, 4)], [(7, 4), (6, 5), (4, 2), (2, 7)]] {
      var sets = DisjointSets(count: 8)
      for (a, b) in pairs { sets.join(a, b) }
      #expect((0..<8).map { sets.find($0) } == [0, 1, 2, 3, 2, 5, 5, 2])
    }
  }

  @Test func `a long chain is found without recurring`() {
    var sets = DisjointSets(count: 1 << 17)
    for number in (1..<1 << 17).reversed() { sets.join(number - 1, number) }
    #expect((0..<1 << 17).allSatisfy { sets.find($0) == 0 })
  }
}

@Suite struct KeyedNameTests {
  @Test(arguments: [
    ("layer1", "layer1", nil), ("layer1=a", "layer1", "a"), ("layer1=a=b", "layer1", "a=b"), ("layer1=", "layer1", nil),
    ("=a", "", "a"), ("", "", nil), ("head[\"a=b\"]", "head[\"a=b\"]", nil),
    ("head[\"a=b\"][0]=first", "head[\"a=b\"][0]", "first"), ("a]=b", "a]", "b"), ("a[=b", "a[=b", nil),
  ])
  func `the first equals sign outside of brackets begins the key`(_ text: String, _ node: String, _ key: String?) {
    let name = KeyedName(text)
    #expect(name.node == node && name.key == key)
  }
}
