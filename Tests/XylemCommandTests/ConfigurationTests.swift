import Foundation
import Testing
import XylemErrors
import XylemTestSupport
import XylemTrace

@testable import XylemCommand

@Suite struct ConfigurationTests {
  private static let digest = String(repeating: "7d1a54127b222502", count: 4)

  /// What a file of that text reads as; names of the folder are written FOLDER.
  private func load(_ text: String, in folder: String) throws -> Configuration {
    let path = folder + "/xylem.yaml"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return try Configuration.load(path)
  }

  private func failure(_ text: String) async throws -> String {
    try withTemporaryFolder { folder in
      do {
        _ = try load(text, in: folder)
        return "no error"
      } catch let error as XylemError {
        return String(describing: error).replacingOccurrences(of: folder, with: "FOLDER")
      }
    }
  }

  @Test func `every key is read, and paths are relative to the file`() async throws {
    try withTemporaryFolder { folder in
      let found = try load(
        """
        # what this project always wants
        leaf: [Conv2dSame, "path:encoder.*"]
        wrap:
          - swish
        no-default-leaves: false
        auto-leaf: true
        naming: torchvision
        concrete: {return_features: false, depth: 3, scale: 0.5, mask: null, other: ~, word: sum, digits: "1"}
        plugins:
          - path: plugins/libsame.so
            sha256: \(Self.digest.uppercased())
            prefer: [Conv2dSame]
          - path: /opt/libother.so
            sha256: "\(Self.digest)"
        wrap-symbol: ["libm.so.6:erf(f64) -> f64", "./libmine.so:f(f64) -> f64"]
        allow-asserted: true
        weights: ../weights.safetensors
        expectations: []
        """, in: folder)
      var expected = Configuration(file: folder + "/xylem.yaml")
      expected.leaves = ["Conv2dSame", "path:encoder.*"]
      expected.wrapped = ["swish"]
      expected.noDefaultLeaves = false
      expected.autoLeaf = true
      expected.naming = .torchvision
      expected.concrete = ["return_features=false", "depth=3", "scale=0.5", "mask=null", "other=null"]
        .compactMap(ConcreteValue.init)
      expected.concrete.append(ConcreteValue("word", string: "sum"))
      expected.concrete.append(ConcreteValue("digits", string: "1"))
      expected.plugins = [
        .init(path: folder + "/plugins/libsame.so", sha256: Self.digest, prefer: ["Conv2dSame"]),
        .init(path: "/opt/libother.so", sha256: Self.digest, prefer: []),
      ]
      expected.wrapSymbols = ["libm.so.6:erf(f64) -> f64", folder + "/libmine.so:f(f64) -> f64"]
      expected.allowAsserted = true
      expected.weights = folder + "/../weights.safetensors"
      #expect(found == expected)
    }
  }

  @Test(arguments: ["", "# nothing\n", "{}", "---\n"]) func `an empty configuration says nothing`(text: String)
    async throws
  {
    try withTemporaryFolder { folder in
      let found = try load(text, in: folder)
      #expect(found == Configuration(file: folder + "/xylem.yaml"))
    }
  }

  @Test func `the errors of configurations are as recorded`() async throws {
    let texts = [
      "leafs: [A]\n", "colour: red\n", "plugins:\n  - path: a.so\n    sha265: x\n",
      "leaf: Conv2dSame\n", "leaf: [Conv2dSame, 3]\n", "wrap: [no]\n", "wrap: [[a]]\n", "leaf: [\"path:\"]\n",
      "leaf:\n", "leaf: ['']\n", "auto-leaf: yes\n", "auto-leaf: \"true\"\n", "naming: torchvison\n",
      "naming: [exact]\n", "concrete: [a]\n", "symbolic: a\n", "symbolic: [1]\n", "concrete: {a: .inf}\n",
      "concrete: {a: yes}\n", "weights: 3\n", "plugins: a.so\n", "plugins:\n  - a.so\n",
      "plugins:\n  - sha256: \(Self.digest)\n", "plugins:\n  - path: a.so\n",
      "plugins:\n  - path: a.so\n    sha256: abc\n",
      "plugins:\n  - {path: a.so, sha256: \(Self.digest)}\n  - {path: ./a.so, sha256: \(Self.digest)}\n",
      "plugins:\n\t- path: a.so\n", "leaf: [A\nwrap: [b]\n", "leaf: [A]\nwrap: [b]\nleaf: [C]\n", "- leaf\n", "text\n",
      "leaf: [A]\n---\nleaf: [B]\n", "leaf: 'A\n", "leaf: *there\n", "leaf: !type [A]\n", "leaf: [!type A]\n",
      "? [leaf]\n: [A]\n", "<<: {leaf: [A]}\n", "expectations: [{rule: a}]\n", "expectations: true\n",
    ]
    var report: [String] = []
    for text in texts {
      report.append(
        "\(text.debugDescription.replacingOccurrences(of: Self.digest, with: "DIGEST"))\n\(try await failure(text))\n")
    }
    try expectSnapshot(report.joined(separator: "\n"), "configuration-errors")
  }

  @Test func `an unreadable string is an error`() async throws {
    try withTemporaryFolder { folder in
      func id(_ path: String) -> ErrorID? {
        do {
          _ = try Configuration.load(path)
          return nil
        } catch {
          return error.id
        }
      }
      let path = folder + "/xylem.yaml"
      #expect(id(path) == .fileNotFound && id(folder) == .fileUnreadable)
      try Data([0x6C, 0xFF, 0x00]).write(to: URL(fileURLWithPath: path))
      #expect(id(path) == .configMalformed)
      try Data(repeating: 0x23, count: (1 << 20) + 1).write(to: URL(fileURLWithPath: path))
      #expect(id(path) == .configMalformed)
      let deep = String(repeating: "[", count: 100_000)
      try Data("leaf: \(deep)".utf8).write(to: URL(fileURLWithPath: path))
      #expect(id(path) == .configMalformed)
      let laughs =
        "a: &a [x, x]\n" + (1...40).map { "b\($0): &b\($0) [*\($0 == 1 ? "a" : "b\($0 - 1)"), x]\n" }.joined()
      try Data(laughs.utf8).write(to: URL(fileURLWithPath: path))
      #expect(id(path) == .configUnknownKey)
    }
  }

  @Test func `an argument that the command line fixes wins over the file's`() throws {
    let configured = ["a=1", "b=2"].compactMap(ConcreteValue.init)
    let given = ["b=3", "c=4"].compactMap(ConcreteValue.init)
    #expect(Configuration.overriding(configured, with: given) == ["a=1", "b=3", "c=4"].compactMap(ConcreteValue.init))
    #expect(Configuration.overriding(nil, with: given) == given)
  }
}
