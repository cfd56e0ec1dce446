/// A string that equals another only if their UTF-8 bytes are equal.
///
/// Swift's strings are also equal if they look the same (a composed and a decomposed `é`); names in files are not.
package struct ExactText: Hashable, Comparable {
  private let bytes: [UInt8]

  package init(_ text: String) { bytes = Array(text.utf8) }

  package static func < (a: ExactText, b: ExactText) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}
