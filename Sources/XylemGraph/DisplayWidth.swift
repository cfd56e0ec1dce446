/// The number of terminal columns that a string takes: one for each character, two for wide East Asian ones and emoji.
package func displayWidth(_ text: String) -> Int {
  text.reduce(0) { $0 + displayWidth($1) }
}

private func displayWidth(_ character: Character) -> Int {
  guard let first = character.unicodeScalars.first else { return 0 }
  switch first.value {
  case 0..<0x1100: return 1
  case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
    0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF, 0x20000...0x3FFFD:
    return 2
  default: return 1
  }
}

/// The string, or as much of its beginning and end as fits `width` columns with `…` between them.
package func truncatedInTheMiddle(_ text: String, toWidth width: Int) -> String {
  guard displayWidth(text) > width else { return text }
  let room = max(0, width - 1)
  let head = text.prefix(fitting: (room + 1) / 2)
  let tail = String(text.reversed()).prefix(fitting: room / 2)
  return head + "…" + String(tail.reversed())
}

extension String {
  /// The longest prefix that takes at most `width` columns.
  fileprivate func prefix(fitting width: Int) -> String {
    var rest = width
    return String(
      self.prefix { character in
        rest -= displayWidth(character)
        return rest >= 0
      })
  }
}
