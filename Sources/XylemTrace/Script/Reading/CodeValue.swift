internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// What a value of code is while the code is read: known now, or told apart from others by how it is computed.
indirect enum CodeValue {
  case literal(Literal)
  case module(ScriptModule)
  case function(ScriptFunction)
  case tuple(CodeSequence)
  /// A list whose elements are known.
  case list(CodeSequence)
  case symbol(CodeSymbol)
}

/// A value that is known only when running.
struct CodeSymbol {
  /// A hash of how it is computed: equal for equal computations, within one process.
  var digest: Int
  /// Where it may lie in memory, by the numbers of places.
  var places: Set<Int> = []
  /// Whether random numbers went into it.
  var isRandom = false
  /// Whether it is known not to be None.
  var isSome = false
  /// The attribute of the model of which it is a copy, at most in another type or on another device.
  var copies: String?
}

/// A list that code holds by reference, or a tuple. ``CodeReader`` makes them and lets go of them.
final class CodeSequence {
  var elements: [CodeValue]
  /// In how many blocks that may not run it was made.
  let depth: Int
  /// Where the list itself lies, if it is the model's.
  let places: Set<Int>
  /// What it is after code changed it in a way that can't be followed.
  var symbol: CodeSymbol?

  init(_ elements: [CodeValue], depth: Int, places: Set<Int> = []) {
    self.elements = elements
    self.depth = depth
    self.places = places
  }
}

extension CodeValue {
  static var none: CodeValue { .literal(.none) }

  /// The constant that it is.
  var literal: Literal? {
    if case .literal(let literal) = self { return literal }
    return nil
  }

  var bool: Bool? {
    switch self {
    case .literal(.bool(let flag)): flag
    case .literal(.int(let number)): number != 0
    default: nil
    }
  }

  var int: Int? {
    if case .literal(.int(let number)) = self { return number }
    return nil
  }
}

/// Where values may lie in memory: what each place is of the model and of the arguments, what was written there, and what a container there
/// holds.
struct CodePlaces {
  /// What is known of a place.
  struct Contents {
    /// Paths of attributes of the model.
    var attributes: Set<String> = []
    /// Numbers of arguments.
    var arguments: Set<Int> = []
    /// Whether random numbers were written there.
    var isRandom = false
    /// A hash of everything that was written there; 0 before the first write.
    var version = 0
    /// Places of what was put into the container there.
    var held: Set<Int> = []
  }

  private var contents: [Contents] = []
  private var byAttribute: [String: Int] = [:]

  mutating func fresh() -> Int {
    contents.append(Contents())
    return contents.count - 1
  }

  mutating func argument(_ number: Int) -> Int {
    let place = fresh()
    contents[place].arguments = [number]
    return place
  }

  mutating func attribute(_ path: String) -> Int {
    if let known = byAttribute[path] { return known }
    let place = fresh()
    contents[place].attributes = [path]
    byAttribute[path] = place
    return place
  }

  subscript(_ place: Int) -> Contents {
    get { contents[place] }
    set { contents[place] = newValue }
  }

  /// Places, and those of everything that the containers there hold.
  func reachable(from places: Set<Int>) -> Set<Int> {
    var (found, open) = (places, Array(places))
    while let next = open.popLast() {
      for place in contents[next].held where found.insert(place).inserted { open.append(place) }
    }
    return found
  }

  /// Lets the containers at places hold what lies at others.
  mutating func put(_ held: Set<Int>, into places: Set<Int>) {
    for place in places { contents[place].held.formUnion(held) }
  }

  /// A hash of what was written to places and to what they hold, whatever their numbers.
  func version(of places: Set<Int>) -> Int { reachable(from: places).reduce(0) { $0 &+ contents[$1].version } }

  func isRandom(_ places: Set<Int>) -> Bool { reachable(from: places).contains { contents[$0].isRandom } }
}
