/// A font of fixed width for the captions of pictures: the public-domain font 6x13 of the X Window System.
enum PixelFont {
  /// The width of a character, in pixels.
  static let width = 6
  /// The height of a line, in pixels.
  static let height = 13

  /// The width of a line of text, in pixels.
  static func width(of text: String) -> Int { text.count * width }

  /// The rows of a character from the top, the leftmost pixel in the highest bit. A character that is not in Latin-1
  /// has an empty box.
  static func rows(of character: Character) -> [UInt8] {
    guard let scalar = character.unicodeScalars.first, character.unicodeScalars.count == 1,
      let rows = glyphs[scalar.value]
    else { return box }
    return rows
  }

  private static let box: [UInt8] = [0, 0, 0xF8] + [UInt8](repeating: 0x88, count: 8) + [0xF8, 0]

  private static let glyphs: [UInt32: [UInt8]] = {
    let codes = [UInt32](0x20...0x7E) + [UInt32](0xA0...0xFF)
    let lines = glyphRows.split(separator: "\n")
    return Dictionary(
      uniqueKeysWithValues: zip(codes, lines).map { code, line in
        let digits = line.compactMap { $0.hexDigitValue }
        return (code, stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
      })
  }()
}

extension PixelCanvas {
  /// Writes one line of text. What lies outside the picture is not drawn.
  mutating func write(_ text: String, x: Int, y: Int, color: PixelColor, isBold: Bool = false) {
    for (index, character) in text.enumerated() {
      let left = x + index * PixelFont.width
      for (row, bits) in PixelFont.rows(of: character).enumerated() {
        // A bold character is drawn twice, one pixel apart.
        let drawn = isBold ? bits | bits >> 1 : bits
        for column in 0..<8 where drawn & 0x80 >> UInt8(column) != 0 {
          guard (0..<width).contains(left + column), (0..<height).contains(y + row) else { continue }
          fill(x: left + column, y: y + row, width: 1, height: 1, color: color)
        }
      }
    }
  }
}
