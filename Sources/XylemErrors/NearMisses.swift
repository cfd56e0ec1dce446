/// The candidates whose spelling is closest to a word that was not found, closest first, at most `limit`.
///
/// The distance is the Levenshtein distance over lowercased Unicode scalars. Candidates farther away than 1 and than a
/// third of the word's length are left out, unless they contain a word of three letters or more; those come last. Ties
/// keep the candidates' order. An empty word has no near misses.
///
///     nearMisses(of: "layer5", among: ["layer1", "layer4", "fc"])  // ["layer1", "layer4"]
///
/// Costs `O(candidates × length²)`; the list is intended for an error message.
public func nearMisses(of word: String, among candidates: some Sequence<String>, limit: Int = 3) -> [String] {
  let wanted = Array(word.lowercased().unicodeScalars)
  guard !wanted.isEmpty, limit > 0 else { return [] }
  let bound = max(1, wanted.count / 3)
  var scored: [(score: Int, order: Int, candidate: String)] = []
  var seen: Set<String> = []
  for (order, candidate) in candidates.enumerated() where seen.insert(candidate).inserted {
    let other = Array(candidate.lowercased().unicodeScalars)
    var score = boundedDistance(wanted, other, bound: bound)
    if score == nil, wanted.count >= 3, contains(other, wanted) { score = bound + 1 }
    if let score { scored.append((score, order, candidate)) }
  }
  scored.sort { ($0.score, $0.order) < ($1.score, $1.order) }
  return scored.prefix(limit).map(\.candidate)
}

private func contains(_ text: [Unicode.Scalar], _ part: [Unicode.Scalar]) -> Bool {
  guard part.count <= text.count else { return false }
  return (0...(text.count - part.count)).contains { text[$0..<($0 + part.count)].elementsEqual(part) }
}

/// The Levenshtein distance, or nil if it exceeds `bound`.
private func boundedDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar], bound: Int) -> Int? {
  guard abs(a.count - b.count) <= bound else { return nil }
  var row = Array(0...b.count)
  for i in 0..<a.count {
    var diagonal = row[0]
    row[0] = i + 1
    for j in 0..<b.count {
      let substitution = diagonal + (a[i] == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substitution, row[j] + 1, diagonal + 1)
    }
  }
  return row[b.count] <= bound ? row[b.count] : nil
}
