/// The columns of an Arrow file or stream, and notes about the whole.
public struct ArrowSchema: Sendable, Hashable {
  /// The columns, in order.
  public var fields: [ArrowField]
  /// Notes about the whole.
  public var metadata: [ArrowMetadata]

  /// Creates a schema.
  public init(_ fields: [ArrowField], metadata: [ArrowMetadata] = []) {
    (self.fields, self.metadata) = (fields, metadata)
  }

  /// The position of the first column with a name. Nil if there is none.
  public func index(of name: String) -> Int? { fields.firstIndex { $0.name == name } }
}

/// A column, or a part of a nested one.
public struct ArrowField: Sendable, Hashable {
  /// The name. Names need not differ.
  public var name: String
  /// The type.
  public var type: ArrowType
  /// Whether values may be null.
  public var isNullable: Bool
  /// The parts of a nested type: the elements of a list, the members of a struct.
  public var children: [ArrowField]
  /// Notes.
  public var metadata: [ArrowMetadata]

  /// Creates a field.
  public init(
    _ name: String, _ type: ArrowType, isNullable: Bool = true, children: [ArrowField] = [],
    metadata: [ArrowMetadata] = []
  ) {
    (self.name, self.type, self.isNullable) = (name, type, isNullable)
    (self.children, self.metadata) = (children, metadata)
  }

  /// Creates a field of lists.
  public static func list(
    _ name: String, of type: ArrowType, isNullable: Bool = true, metadata: [ArrowMetadata] = []
  ) -> ArrowField {
    // The name that other writers give to elements.
    ArrowField(
      name, .list, isNullable: isNullable, children: [ArrowField("item", type, isNullable: true)], metadata: metadata)
  }

  /// The value of a note. Nil if there is none, or if it is not UTF-8.
  public func note(_ key: String) -> String? {
    metadata.first { $0.key == key }.flatMap { String(validating: $0.value, as: UTF8.self) }
  }
}

/// A note about a column or a schema.
public struct ArrowMetadata: Sendable, Hashable {
  /// The name. May occur more than once.
  public var key: String
  /// The value, UTF-8 in general.
  public var value: [UInt8]

  /// Creates a note.
  public init(key: String, value: [UInt8]) { (self.key, self.value) = (key, value) }

  /// Creates a note whose value is a string.
  public init(_ key: String, _ value: String) { self.init(key: key, value: Array(value.utf8)) }
}
