extension [String: String] {
  /// The former keys of convolutions that are now in a block with a norm, whose first part they are.
  ///
  /// - Parameter blocks: the path that each convolution had, and the path of its block.
  static func withoutNorm(_ blocks: [(former: String, now: String)]) -> [String: String] {
    var keys: [String: String] = [:]
    for (former, now) in blocks {
      for name in ["weight", "bias"] { keys["\(former).\(name)"] = "\(now).0.\(name)" }
    }
    return keys
  }
}
