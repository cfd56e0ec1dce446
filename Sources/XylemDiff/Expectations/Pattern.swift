/// Matches places against patterns with `*` (any characters, dots included) and `?` (one character).
enum Pattern {
  /// Whether the whole text matches.
  static func matches(_ text: String, _ pattern: String) -> Bool {
    let (text, pattern) = (Array(text.utf8), Array(pattern.utf8))
    let (star, any) = (UInt8(ascii: "*"), UInt8(ascii: "?"))
    var (t, p) = (0, 0)
    var (lastStar, resume) = (-1, 0)
    while t < text.count {
      if p < pattern.count, pattern[p] == star {
        (lastStar, resume) = (p, t)
        p += 1
      } else if p < pattern.count, pattern[p] == any || pattern[p] == text[t] {
        (t, p) = (t + 1, p + 1)
      } else if lastStar >= 0 {
        resume += 1
        (p, t) = (lastStar + 1, resume)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == star }
  }

  /// Whether a pattern says nothing: it has no letter or digit of its own, so that it matches almost any place.
  static func saysNothing(_ pattern: String) -> Bool {
    !pattern.isEmpty && pattern.allSatisfy { "*?._".contains($0) } && pattern.contains("*")
  }
}
