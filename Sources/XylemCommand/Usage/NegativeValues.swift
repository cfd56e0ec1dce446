/// Negative numbers are values: `--mean -1,-1,-1`.
///
/// Values such as `-.npy`, which name standard output and a format, are treated the same way. The argument parser
/// treats every word that begins with a hyphen as an option, so each value is joined to the option before it.
enum NegativeValues {
  /// The arguments with `--mean -1,-1,-1` as `--mean=-1,-1,-1`. Arguments after `--` are unchanged.
  static func joined(_ arguments: [String]) -> [String] {
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    guard arguments[..<end].contains(where: isNegative) else { return arguments }
    let outline = CommandOutline(of: arguments)
    var result: [String] = []
    for (index, argument) in arguments.enumerated() {
      if index < end, isNegative(argument), let last = result.last, let option = outline.option(last),
        option.takesValue
      {
        result[result.endIndex - 1] = "\(option.names[0])=\(argument)"
      } else {
        result.append(argument)
      }
    }
    return result
  }

  /// Whether a word begins with a negative number: `-1`, `-.5,0,0`, `-inf`; or with a hyphen and a dot, which no option
  /// does.
  private static func isNegative(_ word: String) -> Bool {
    guard word.hasPrefix("-") else { return false }
    let rest = word.dropFirst()
    return rest.hasPrefix(".") || rest.first?.isWholeNumber == true || rest.hasPrefix("inf") || rest.hasPrefix("nan")
  }
}
