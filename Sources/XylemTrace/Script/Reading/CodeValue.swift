internal import XylemGraph
internal import XylemScript
internal import XylemTensor

/// A value while code is read: a known constant, or identified by how it is computed.
indirect enum CodeValue {
  case literal(Literal)
  case module(ScriptModule)
  case function(ScriptFunction)
  case tuple(CodeSequence)
  /// A list whose elements are known.
  case list(CodeSequence)
  case symbol(CodeSymbol)
}

/// A value that is known only at run time.
struct CodeSymbol {
  /// A hash of how it is computed, equal for equal computations within one process.
  var digest: Int
  /// The numbers of the places in memory where it may be.
  var places: Set<Int> = []
  /// Whether it depends on random numbers.
  var isRandom = false
  /// Whether it is known not to be None.
  var isSome = false
  /// The attribute of the model of which it is a copy, possibly in another type or on another device.
  var copies: String?
}

/// A list that code holds by reference, or a tuple. ``CodeReader`` creates and releases them.
final class CodeSequence {
  var elements: [CodeValue]
  /// The number of enclosing blocks that may not run at its creation.
  let depth: Int
  /// The place of the list itself, if it belongs to the model.
  let places: Set<Int>
  /// Its value after code changed it in a way that can't be followed.
  var symbol: CodeSymbol?

  init(_ elements: [CodeValue], depth: Int, places: Set<Int> = []) {
    self.elements = elements
    self.depth = depth
    self.places = places
  }
}

extension CodeValue {
  static var none: CodeValue { .literal(.none) }

  /// The constant value.
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

/// Places in memory where values may be: their attributes and arguments, their writes, and the contents of containers
/// there.
struct CodePlaces {
  /// The facts about a place.
  struct Contents {
    /// Paths of attributes of the model.
    var attributes: Set<String> = []
    /// Numbers of arguments.
    var arguments: Set<Int> = []
    /// Whether random numbers were written there.
    var isRandom = false
    /// A hash of all writes to it. 0 before the first write.
    var version = 0
    /// The places of values that were put into the container there.
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

  /// Places, with those of everything in the containers there.
  func reachable(from places: Set<Int>) -> Set<Int> {
    var (found, open) = (places, Array(places))
    while let next = open.popLast() {
      for place in contents[next].held where found.insert(place).inserted { open.append(place) }
    }
    return found
  }

  /// Records that the containers at some places hold the values at others.
  mutating func put(_ held: Set<Int>, into places: Set<Int>) {
    for place in places { contents[place].held.formUnion(held) }
  }

  /// A hash of the writes to places and to their contents, independent of the places' numbers.
  func version(of places: Set<Int>) -> Int { reachable(from: places).reduce(0) { $0 &+ contents[$1].version } }

  func isRandom(_ places: Set<Int>) -> Bool { reachable(from: places).contains { contents[$0].isRandom } }
}
