internal import XylemGraph

/// Makes fingerprints: sixteen hexadecimal digits that identify a difference, independent of wording, source lines and
/// the numbers in names.
enum Fingerprint {
  /// The fingerprint of a rule at a module, with further properties that distinguish the difference from others.
  static func make(_ rule: RuleID, module: String, operation: String, edit: String, arguments: [NodeInput] = [])
    -> String
  {
    var hash = StableHash()
    hash.combine(rule.rawValue)
    hash.combine(module)
    hash.combine(operation)
    hash.combine(edit)
    for argument in arguments { hash.combine(argument) }
    let digits = String(hash.value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension Operation {
  /// An operation without the prefixes that archives add to names.
  var normalName: String {
    switch self {
    case .leafFunction(let function): kind.rawValue + " " + NormalName.function(function.name)
    case .getItem, .output: kind.rawValue
    default: kind.rawValue + " " + target
    }
  }
}
