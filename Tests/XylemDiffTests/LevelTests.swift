import Testing
import XylemDiff

@Suite("Levels and rules")
struct LevelTests {
  @Test func `errors are above warnings, and warnings above information`() {
    #expect(Finding.Level.allCases.sorted() == [.info, .warning, .error])
  }

  @Test func `a rule mirrored twice is itself, and only the rules of one side have another mirror`() {
    #expect(RuleID.allCases.map(\.mirrored.mirrored) == RuleID.allCases)
    #expect(RuleID.allCases.filter { $0.mirrored != $0 } == [.nodeOnlyInTrain, .nodeOnlyInEval])
  }

  @Test func `identifiers are the case names in kebab case`() {
    for rule in RuleID.allCases {
      let kebab = "\(rule)".reduce(into: "") { text, letter in
        text += letter.isUppercase ? "-" + letter.lowercased() : String(letter)
      }
      #expect(rule.rawValue == kebab)
    }
  }
}
