import Foundation
import Testing
import XylemErrors
import XylemTestSupport

@testable import XylemPlugins

@Suite struct SignatureTests {
  @Test(arguments: [
    ("(f64,i64)->f64", "(f64, i64) -> f64"), ("  ( )  ->  ( ) ", "() -> ()"), ("()->tensor", "() -> tensor"),
    ("(tensor ! , opt < tensor! >)\n->\t()", "(tensor!, opt<tensor!>) -> ()"),
    ("(i64[],f64 [ ],bool[],tensor[])->i64[]", "(i64[], f64[], bool[], tensor[]) -> i64[]"),
    (
      "(opt<i8>,opt<cstr>,opt<ptr>,opt<i64[]>)->opt<tensor>",
      "(opt<i8>, opt<cstr>, opt<ptr>, opt<i64[]>) -> opt<tensor>"
    ),
  ])
  func `Whitespace is ignored, and the string form is canonical`(_ text: String, _ canonical: String) throws {
    let signature = try Signature(text)
    #expect(signature.description == canonical)
    #expect(try Signature(canonical) == signature)
    let coded = try JSONDecoder().decode([Signature].self, from: JSONEncoder().encode([signature]))
    #expect(coded == [signature])
  }

  @Test func `Every number type is a parameter, a result and an optional parameter`() throws {
    for number in Signature.Number.allCases {
      let signature = try Signature("(\(number.rawValue), opt<\(number.rawValue)>) -> \(number.rawValue)")
      #expect(signature.parameters == [.plain(.number(number)), .optional(.number(number))])
      #expect(signature.result == .plain(.number(number)))
    }
  }

  @Test(arguments: [
    ("(f46) -> f64", "there is no type 'f46'; did you mean 'f64'?\n(f46) -> f64\n ^^^"),
    ("(double) -> f64", "'double' is not a signature type; write 'f64'\n(double) -> f64\n ^^^^^^"),
    ("(f64, tensr) -> f64", "there is no type 'tensr'; did you mean 'tensor'?\n(f64, tensr) -> f64\n      ^^^^^"),
    ("f64 -> f64", "a signature begins with '(', found 'f64'\nf64 -> f64\n^^^"),
    ("(f64", "expected ',' or ')', found the end\n(f64\n    ^"),
    ("(f64,) -> f64", "expected a type, found ')'\n(f64,) -> f64\n     ^"),
    ("(f64)", "expected '->' and the result's type, '()' for none, found the end\n(f64)\n     ^"),
    ("(f64) -> f64 f64", "expected the end, found 'f64'\n(f64) -> f64 f64\n             ^^^"),
    (
      "(tensor) -> tensor!",
      "'tensor!' is an argument that the function writes; a result is a 'tensor'\n(tensor) -> tensor!\n            ^^^^^^"
    ),
    (
      "() -> opt<i64>",
      "an optional number is passed by address, which a result doesn't have; use 'i64' for the result\n() -> opt<i64>\n      ^^^"
    ),
    ("(opt<opt<i64>>) -> ()", "an optional of an optional is not supported\n(opt<opt<i64>>) -> ()\n     ^^^"),
    ("(opt i64) -> ()", "expected '<' after 'opt', as in 'opt<i64>', found 'i64'\n(opt i64) -> ()\n     ^^^"),
    ("(i32[]) -> ()", "lists contain i64, f64, bool and tensor\n(i32[]) -> ()\n ^^^"),
    ("(i64[][]) -> ()", "a list of lists is not supported\n(i64[][]) -> ()\n      ^"),
    ("(i64[3]) -> ()", "expected ']'; a list has no count\n(i64[3]) -> ()\n     ^"),
    ("(i64!) -> ()", "only tensors are written in place; 'i64' can't have a '!'\n(i64!) -> ()\n    ^"),
    ("(tensor![]) -> ()", "tensors in a list are read-only; write 'tensor[]'\n(tensor![]) -> ()\n        ^"),
    ("() -> (f64)", "a result is one type, '()', or two to 16 tensors\n() -> (f64)\n       ^^^"),
    ("() -> (tensor)", "a single result has no parentheses: write 'tensor'\n() -> (tensor)\n             ^"),
    (
      "() -> (tensor, f64)", "a result is one type, '()', or two to 16 tensors\n() -> (tensor, f64)\n               ^^^"
    ),
    ("((tensor, tensor)) -> ()", "expected a type, found '('\n((tensor, tensor)) -> ()\n ^"),
    ("", "a signature begins with '(', found the end\n\n^"),
  ])
  func `What can't be read is shown with its place`(_ text: String, _ cause: String) {
    let error = expectError(.pluginSignature) { try Signature(text) }
    #expect(error?.cause.map { "\($0)" } == cause)
  }

  @Test func `A place in a long string is shown with its surroundings`() {
    let text = "(" + Array(repeating: "f64", count: 50).joined(separator: ", ") + ", f65) -> f64"
    let error = expectError(.pluginSignature) { try Signature(text) }
    let lines = error?.cause.map { "\($0)" }?.split(separator: "\n") ?? []
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.count < 110 })
    let place = lines[2].firstIndex(of: "^").map { lines[2].distance(from: lines[2].startIndex, to: $0) } ?? 0
    #expect(lines[1].dropFirst(place).hasPrefix("f65)"))
  }

  @Test func `Parameters and bytes are limited`() throws {
    func text(_ count: Int) -> String { "(" + Array(repeating: "i8", count: count).joined(separator: ",") + ") -> ()" }
    #expect(try Signature(text(64)).parameters.count == 64)
    expectError(.pluginSignature) { try Signature(text(65)) }
    #expect(try Signature("() -> ()" + String(repeating: " ", count: 4088)).parameters.isEmpty)
    expectError(.pluginSignature) { try Signature("() -> ()" + String(repeating: " ", count: 4089)) }
    expectError(.pluginSignature) { try Signature(String(repeating: "opt<", count: 1000)) }
  }

  @Test(arguments: [
    (
      "(tensor, f64, i32, bool, cstr, ptr) -> tensor",
      "(Tensor a0, float a1, int a2, bool a3, str a4, int a5) -> Tensor"
    ),
    ("(tensor!, opt<tensor!>, opt<tensor>) -> ()", "(Tensor(a!) a0, Tensor(b!)? a1, Tensor? a2) -> ()"),
    ("(i64[], f64[], bool[], tensor[]) -> tensor[]", "(int[] a0, float[] a1, bool[] a2, Tensor[] a3) -> Tensor[]"),
    ("(opt<f32>, opt<i64[]>) -> opt<tensor>", "(float? a0, int[]? a1) -> Tensor?"), ("() -> u8", "() -> int"),
  ])
  func `The dispatcher's schema has PyTorch's types`(_ text: String, _ schema: String) throws {
    #expect(try Signature(text).operatorSchema == schema)
  }

  @Test func `Random and damaged strings read back unchanged or are refused`() {
    var random = SplitMix64(seed: 2024)
    let words = [
      "i8", "i64", "u64", "f32", "f64", "bool", "cstr", "ptr", "tensor", "opt", "int", "(", ")", ",", "->", "<", ">",
      "[", "]", "!",
      " ", "\n", "-", "é", "🦩", "\0", "\u{301}",
    ]
    let seeds = [
      "(f64, i64) -> f64", "(tensor!, opt<i64[]>, tensor[]) -> tensor[]", "() -> ()", "(opt<cstr>, ptr) -> opt<ptr>",
    ]
    var readable = 0
    for round in 0..<100_000 {
      var text: String
      if round.isMultiple(of: 3) {
        text = (0..<random.below(12)).map { _ in words[random.below(words.count)] }.joined()
      } else {
        var letters = Array(seeds[random.below(seeds.count)])
        for _ in 0..<(1 + random.below(3)) { Self.damage(&letters, with: words, &random) }
        text = String(letters)
      }
      guard let signature = try? Signature(text) else { continue }
      readable += 1
      let again = try? Signature(signature.description)
      #expect(again == signature && again?.description == signature.description, "\(text)")
    }
    #expect(readable > 1000)
  }

  private static func damage(_ letters: inout [Character], with words: [String], _ random: inout SplitMix64) {
    let place = random.below(letters.count + 1)
    switch random.below(4) {
    case 0 where place < letters.count: letters.remove(at: place)
    case 1 where place < letters.count: letters[place] = letters[random.below(letters.count)]
    case 2: letters.insert(contentsOf: words[random.below(words.count)], at: place)
    default: letters.insert(contentsOf: letters[..<place], at: place)
    }
  }
}
