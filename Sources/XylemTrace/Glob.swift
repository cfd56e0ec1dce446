/// Matches texts against patterns with `*` (any characters, dots included) and `?` (one character).
public enum Glob {
  /// Whether the whole text matches. Takes time linear in both for a pattern with one `*`, and the product at worst.
  public static func matches(_ text: String, _ pattern: String) -> Bool {
    let text = Array(text.utf8)
    let pattern = Array(pattern.utf8)
    let (star, any) = (UInt8(ascii: "*"), UInt8(ascii: "?"))
    var (t, p) = (0, 0)
    var (lastStar, resume) = (-1, 0)
    while t < text.count {
      if p < pattern.count, pattern[p] == star {
        (lastStar, resume) = (p, t)
        p += 1
      } else if p < pattern.count, pattern[p] == any || pattern[p] == text[t] {
        t += 1
        p += 1
      } else if lastStar >= 0 {
        resume += 1
        (p, t) = (lastStar + 1, resume)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == star }
  }

  /// Whether a text has characters that make it a pattern.
  public static func isPattern(_ text: String) -> Bool { text.contains("*") || text.contains("?") }
}
