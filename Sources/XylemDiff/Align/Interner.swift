/// Numbers for texts, from 0 in the order in which they come.
struct Interner {
  private var numbers: [String: Int] = [:]
  /// The texts by their numbers.
  private(set) var texts: [String] = []

  /// The number of a text.
  mutating func number(of text: String) -> Int {
    if let number = numbers[text] { return number }
    numbers[text] = texts.count
    texts.append(text)
    return texts.count - 1
  }
}
