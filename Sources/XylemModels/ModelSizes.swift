extension ModelZoo {
  /// The multiplications of each model for one input of its size, as `xylem nodes NAME --long` counts them.
  static let multiplyAdds: [String: Int] = [:]
}
