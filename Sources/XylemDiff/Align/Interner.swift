/// Maps strings to integers, from 0 in order of first appearance.
struct Interner {
  private var numbers: [String: Int] = [:]
  /// The strings by their integers.
  private(set) var texts: [String] = []

  /// The integer for a string.
  mutating func number(of text: String) -> Int {
    if let number = numbers[text] { return number }
    numbers[text] = texts.count
    texts.append(text)
    return texts.count - 1
  }
}
