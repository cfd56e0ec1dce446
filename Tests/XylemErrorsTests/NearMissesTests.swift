import Testing
import XylemErrors

@Suite struct NearMissesTests {
  @Test func `candidates within a third of the word's length come nearest first, ties in their order`() {
    #expect(nearMisses(of: "layer5", among: ["layer1", "layer4", "fc"]) == ["layer1", "layer4"])
    #expect(
      nearMisses(of: "layer4.relu", among: ["layer3.relu_1", "layer4.relu_1", "conv1"]) == [
        "layer4.relu_1", "layer3.relu_1",
      ])
  }

  @Test func `a candidate farther than the bound is left out`() {
    #expect(nearMisses(of: "abcdef", among: ["abcdxy", "abcxyz"]) == ["abcdxy"])
    #expect(nearMisses(of: "ab", among: ["xb", "xy"]) == ["xb"])
  }

  @Test func `a candidate that contains a word of three letters comes after those that are spelled alike`() {
    #expect(nearMisses(of: "relu", among: ["encoder.layers.0.relu_1", "rely"]) == ["rely", "encoder.layers.0.relu_1"])
    #expect(nearMisses(of: "re", among: ["encoder.layers.0.relu"]) == [])
  }

  @Test func `nothing is near to the empty word`() {
    #expect(nearMisses(of: "", among: ["a", "", "abc"]) == [])
  }

  @Test func `an empty candidate is near to a single letter alone`() {
    #expect(nearMisses(of: "a", among: [""]) == [""])
    #expect(nearMisses(of: "ab", among: [""]) == [])
  }

  @Test func `case does not count, beyond ASCII too`() {
    #expect(nearMisses(of: "BATCHNORM", among: ["batchnorm"]) == ["batchnorm"])
    #expect(nearMisses(of: "ÄRGER", among: ["ärger", "xxger"]) == ["ärger"])
  }

  @Test func `words that are not ASCII are compared by scalar`() {
    #expect(nearMisses(of: "слой1", among: ["слой2", "выход"]) == ["слой2"])
    #expect(nearMisses(of: "层一", among: ["层二", "头"]) == ["层二"])
    #expect(nearMisses(of: "👩‍👩‍👧", among: ["👩‍👩‍👦"]) == ["👩‍👩‍👦"])
  }

  @Test(arguments: [(-1, 0), (0, 0), (1, 1), (3, 3), (9, 4)])
  func `no more than the limit are offered`(limit: Int, count: Int) {
    #expect(nearMisses(of: "conv0", among: ["conv1", "conv2", "conv3", "conv4"], limit: limit).count == count)
  }

  @Test func `a candidate that occurs twice is offered once`() {
    #expect(nearMisses(of: "conv0", among: ["conv1", "conv1"]) == ["conv1"])
  }

  @Test func `the bounded distance agrees with Levenshtein's on all short words`() {
    let words = [
      "", "a", "b", "aa", "ab", "ba", "bb", "aab", "aba", "abb", "baa", "bab", "bba", "abab", "bbbb", "abba",
    ]
    for word in words where !word.isEmpty {
      let bound = max(1, word.count / 3)
      let near = words.filter { levenshtein(Array(word), Array($0)) <= bound }
      let expected = near.sorted { levenshtein(Array(word), Array($0)) < levenshtein(Array(word), Array($1)) }
      let containing = words.filter { word.count >= 3 && !near.contains($0) && $0.contains(word) }
      #expect(nearMisses(of: word, among: words, limit: 100) == expected + containing, "\(word)")
    }
  }

  private func levenshtein(_ a: [Character], _ b: [Character]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    if a[0] == b[0] { return levenshtein(Array(a.dropFirst()), Array(b.dropFirst())) }
    let (shortA, shortB) = (Array(a.dropFirst()), Array(b.dropFirst()))
    return 1 + min(levenshtein(shortA, b), levenshtein(a, shortB), levenshtein(shortA, shortB))
  }
}
