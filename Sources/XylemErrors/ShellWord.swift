/// A word quoted for a shell, if it has characters that the shell treats specially.
///
///     shellWord("layer4")    // layer4
///     shellWord("layer*")    // 'layer*'
///     shellWord("it's")      // 'it'\''s'
package func shellWord(_ word: String) -> String {
  let plain = word.unicodeScalars.allSatisfy { scalar in
    scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "_-./:,=+@%".unicodeScalars.contains(scalar)
  }
  guard !plain || word.isEmpty else { return word }
  return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}

/// Returns a string as a Python literal in double quotes.
///
///     pythonWord("a\"b")    // "a\"b"
package func pythonWord(_ string: String) -> String {
  var result = "\""
  for scalar in string.unicodeScalars {
    switch scalar {
    case "\"", "\\": result += "\\\(scalar)"
    case "\n": result += "\\n"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
