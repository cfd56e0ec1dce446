import Foundation
import Testing
import XylemTestSupport

@testable import XylemTrace

/// What is not traced through, by the names of types, paths and functions.
@Suite struct LeafPolicyTests {
  /// What torchvision does not trace through; see Fixtures/README.md.
  struct Leaves: Decodable {
    let modules: [String: Bool]
    let functions: [String]

    static func read() throws -> Leaves {
      try JSONDecoder().decode(
        Leaves.self, from: Data(contentsOf: Fixtures.folder.appending(path: "goldens/leaves.json")))
    }
  }

  @Test func `the default leaf modules are those of torchvision, of all 605 types`() throws {
    let leaves = try Leaves.read()
    #expect(leaves.modules.count == 605)
    // Containers are never called, so torch.fx does not ask for them.
    let uncalled: Set = ["torch.nn.modules.container.ModuleList", "torch.nn.modules.container.ModuleDict"]
    let wrong = leaves.modules.filter { type, isLeaf in
      !uncalled.contains(type) && (LeafPolicy().rule(forModule: type, at: "a") != nil) != isLeaf
    }
    #expect(wrong.keys.sorted() == [])
    for type in leaves.modules.keys { #expect(LeafPolicy.none.rule(forModule: type, at: "a") == nil) }
  }

  @Test func `every function that torchvision wraps is a leaf`() throws {
    let functions = try Leaves.read().functions
    #expect(functions.count == 22)
    #expect(functions.filter { LeafPolicy().rule(forFunction: $0) == nil } == [])
    #expect(functions.filter { LeafPolicy.none.rule(forFunction: $0) != nil } == [])
  }

  @Test func `rules name types and functions with or without their modules, and paths with globs`() {
    let policy = LeafPolicy.none.leaf(type: "Block").leaf(type: "net.Stem").leaf(path: "encoder.*").wrap("fuse")
    #expect(policy.rule(forModule: "net.Block", at: "a") == .type("Block"))
    #expect(policy.rule(forModule: "Block", at: "a") == .type("Block"))
    #expect(policy.rule(forModule: "net.MyBlock", at: "a") == nil)
    #expect(policy.rule(forModule: "other.Stem", at: "a") == nil)
    #expect(policy.rule(forModule: "x.net.Stem", at: "a") == .type("net.Stem"))
    #expect(policy.rule(forModule: "net.Other", at: "encoder.0") == .path("encoder.*"))
    #expect(policy.rule(forModule: "net.Other", at: "encoder.0.1") == nil)
    #expect(policy.rule(forFunction: "net.fuse") == .function("fuse"))
    #expect(policy.rule(forFunction: "net.refuse") == nil)
    #expect(policy.rule(forFunction: "Block") == nil)
  }

  @Test func `a mangled name in a rule is the readable one`() {
    let policy = LeafPolicy.none.leaf(type: "__torch__.net.___torch_mangle_3.Block")
    #expect(policy.rule(forModule: "net.Block", at: "") != nil)
  }

  @Test func `the first rule that matches is the one that is recorded`() {
    let policy = LeafPolicy().leaf(path: "a").leaf(type: "Conv2d")
    let conv = "torch.nn.modules.conv.Conv2d"
    #expect(policy.rule(forModule: conv, at: "a") == .path("a"))
    #expect(policy.rule(forModule: conv, at: "b") == .type("Conv2d"))
    #expect(policy.chosenRule(forModule: conv, at: "b") == .type("Conv2d"))
    #expect(LeafPolicy().rule(forModule: conv, at: "b") == .type(conv))
    #expect(LeafPolicy().chosenRule(forModule: conv, at: "b") == nil)
  }

  @Test func `a path is matched literally by its own glob`() {
    let paths = ["a.*", "b[0]", "c{d,e}", "f\\g", "h?"]
    for path in paths {
      let policy = LeafPolicy.none.leaf(path: LeafPolicy.literal(path))
      #expect(paths.filter { policy.rule(forModule: "T", at: $0) != nil } == [path])
    }
  }

  @Test func `policies read back equal`() throws {
    let policy = LeafPolicy(includesDefaults: false).leaf(type: "Block").leaf(path: "a.*").wrap("fuse")
    let copy = try JSONDecoder().decode(LeafPolicy.self, from: JSONEncoder().encode(policy))
    #expect(copy == policy)
  }
}
