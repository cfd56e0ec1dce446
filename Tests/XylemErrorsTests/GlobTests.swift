import Testing
import XylemErrors

@Suite struct GlobTests {
  @Test(
    arguments: [
      // pattern, what it matches, what it does not
      ("layer*", ["layer", "layer1", "layer12"], ["layer1.0", "xlayer1"]),
      ("*.conv1", ["a.conv1", ".conv1"], ["conv1", "layer1.0.conv1"]),
      ("*.*.conv1", ["layer1.0.conv1"], ["conv1", "a.conv1", "a.b.c.conv1"]),
      ("**.conv1", ["conv1", "a.conv1", "layer1.0.conv1"], ["xconv1", "a.xconv1", "conv1.0"]),
      ("layer1.**.relu", ["layer1.relu", "layer1.0.relu", "layer1.0.1.relu"], ["layer1relu", "layer1.0.relu_1"]),
      ("layer1.**", ["layer1.0", "layer1.0.conv1"], ["layer1", "layer10.0"]),
      ("**", ["", "a", "a.b"], []),
      ("**relu**", ["relu", "layer1.0.relu_1"], ["rel"]),
      ("layer?", ["layer1", "layerä"], ["layer", "layer12", "layer."]),
      ("layer[12]", ["layer1", "layer2"], ["layer3", "layer", "layer12"]),
      ("layer[2-4].[!0]", ["layer2.1", "layer4.9"], ["layer1.1", "layer2.0", "layer2.."]),
      ("a[]x]", ["a]", "ax"], ["a"]),
      ("layer{1,3}", ["layer1", "layer3"], ["layer2", "layer", "layer1,3"]),
      ("{layer{1,[34].*},fc}", ["layer1", "layer3.0", "layer4.conv", "fc"], ["layer2", "layer3"]),
      ("{**.conv1,fc}", ["conv1", "a.b.conv1", "fc"], ["a.fc"]),
      (#"a\*\[0\]"#, ["a*[0]"], ["ax[0]", "a*0"]),
      ("a[0", ["a[0"], ["a0"]), ("a{0", ["a{0"], ["a0"]), ("a}", ["a}"], ["a"]), ("[]", ["[]"], ["]"]),
      ("m[0]", ["m[0]", "m0"], ["m[1]"]), ("", [""], ["a"]), ("a", ["a"], ["b", "aa"]), (#"a\"#, [#"a\"#], ["a"]),
    ] as [(String, [String], [String])])
  func `a pattern matches these and not those`(pattern: String, those: [String], others: [String]) {
    for text in those { #expect(Glob.matches(text, pattern), "\(pattern) should match \(text)") }
    for text in others { #expect(!Glob.matches(text, pattern), "\(pattern) should not match \(text)") }
  }

  @Test func `a string without a special character is not a pattern`() {
    #expect(["a", "a.b", "a[0", "{", "a}", "]", "x\\"].filter(Glob.isPattern) == [])
    let patterns = ["*", "a?", "[0]", "{a}", #"\*"#]
    #expect(patterns.filter(Glob.isPattern) == patterns)
  }

  @Test func `components that are an asterisk alone can go across dots`() {
    #expect(Glob("*.conv1").acrossComponents == "**.conv1")
    #expect(Glob("layer1.*.*").acrossComponents == "layer1.**.**")
    #expect(Glob("layer*.conv1").acrossComponents == nil)
  }

  @Test func `hostile patterns take no more than the product of the lengths`() {
    let text = String(repeating: "a", count: 2_000)
    #expect(!Glob.matches(text, String(repeating: "a*", count: 200) + "b"))
    #expect(!Glob.matches(text, String(repeating: "{a,{a,b}}", count: 200) + "b"))
    #expect(Glob.matches(String(repeating: "{", count: 5_000), String(repeating: "{", count: 5_000)))
    #expect(!Glob.matches("b", String(repeating: "{", count: 5_000) + "a" + String(repeating: "}", count: 5_000)))
    #expect(!Glob.matches("b", String(repeating: "[", count: 5_000)))
  }
}

@Suite struct ShellWordTests {
  @Test(arguments: [
    ("layer4.0", "layer4.0"), ("layer*", "'layer*'"), ("a b", "'a b'"), ("", "''"), ("it's", #"'it'\''s'"#),
    ("a[0]", "'a[0]'"), ("NODE=KEY", "NODE=KEY"), ("größe", "größe"), ("#1", "'#1'"), ("$x", "'$x'"),
  ])
  func `a word is quoted where a shell would read it otherwise`(word: String, quoted: String) {
    #expect(shellWord(word) == quoted)
  }
}
