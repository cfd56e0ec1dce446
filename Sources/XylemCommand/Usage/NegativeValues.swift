/// Negative numbers are values: `--mean -1,-1,-1`.
///
/// So are `-.npy` and its like, which name standard output and a format. The argument parser takes every word that begins with a hyphen for an option, so each is joined to the option before it.
enum NegativeValues {
  /// The arguments with `--mean -1,-1,-1` as `--mean=-1,-1,-1`; what follows `--` stays as it is.
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

  /// Whether a word is a number below zero, or begins with one: `-1`, `-.5,0,0`, `-inf`; or begins with a hyphen and a dot, as no
  /// option does.
  private static func isNegative(_ word: String) -> Bool {
    guard word.hasPrefix("-") else { return false }
    let rest = word.dropFirst()
    return rest.hasPrefix(".") || rest.first?.isWholeNumber == true || rest.hasPrefix("inf") || rest.hasPrefix("nan")
  }
}
