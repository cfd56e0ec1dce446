import Testing
import XylemTrace

/// The keys of checkpoints against those of models.
@Suite struct StateKeyMatchTests {
  private let wanted: [StateKeyMatch.Key] = [
    ("conv.weight", [4, 3, 3, 3]), ("bn.weight", [4]), ("bn.num_batches_tracked", []), ("fc.weight", [10, 4]),
    ("fc.bias", [10]),
  ]

  private func given(_ prefix: String, without: Set<String> = []) -> [StateKeyMatch.Key] {
    wanted.filter { !without.contains($0.key) }.map { (prefix + $0.key, $0.shape) }
  }

  @Test(arguments: ["", "module.", "_orig_mod.", "model.", "state_dict.module.", "backbone.net."])
  func `a prefix of all keys is found`(_ prefix: String) {
    let match = StateKeyMatch(given(prefix), wanted: wanted)
    #expect(match.prefix == prefix)
    #expect(match.found == Dictionary(uniqueKeysWithValues: wanted.enumerated().map { ($1.key, $0) }))
    #expect(match.unexpected == [] && match.outside == [] && match.ambiguous == [])
  }

  @Test func `wrappers' words are also left out between components, and may be the model's own`() {
    let match = StateKeyMatch([("conv.module.weight", [4, 3, 3, 3]), ("_orig_mod.bn.weight", [4])], wanted: wanted)
    #expect(match.found == ["conv.weight": 0, "bn.weight": 1])
    let own: [StateKeyMatch.Key] = [("module.weight", [2]), ("weight", [2])]
    #expect(
      StateKeyMatch([("weight", [2]), ("module.weight", [2])], wanted: own).found == ["weight": 0, "module.weight": 1])
  }

  @Test func `keys that the model lacks are unexpected under the prefix, and outside of it otherwise`() {
    let match = StateKeyMatch(
      given("encoder.") + [("encoder.extra", [1]), ("head.weight", [2, 2])], wanted: wanted)
    #expect(match.prefix == "encoder.")
    #expect(match.unexpected == [5] && match.outside == [6])
  }

  @Test func `two parts of a checkpoint that fit as well are ambiguous, and a given prefix decides`() {
    let both = given("teacher.") + given("student.")
    #expect(Set(StateKeyMatch(both, wanted: wanted).ambiguous) == ["teacher.", "student."])
    let chosen = StateKeyMatch(both, wanted: wanted, under: "student.")
    #expect(chosen.ambiguous == [] && chosen.prefix == "student.")
    #expect(chosen.found["conv.weight"] == wanted.count && chosen.outside == Array(0..<wanted.count))
  }

  @Test func `a head of another shape does not hide the prefix, and its key is found for the caller to judge`() {
    let match = StateKeyMatch(
      given("model.", without: ["fc.weight", "fc.bias"]) + [
        ("model.fc.weight", [1000, 4]), ("model.fc.bias", [1000]),
      ],
      wanted: wanted)
    #expect(match.prefix == "model." && match.found.count == wanted.count)
  }
}
