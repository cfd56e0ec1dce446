/// A text that equals another only where its UTF-8 bytes do.
///
/// Swift's strings also equal where they look the same (a composed and a decomposed `é`); names in files don't.
package struct ExactText: Hashable, Comparable {
  private let bytes: [UInt8]

  package init(_ text: String) { bytes = Array(text.utf8) }

  package static func < (a: ExactText, b: ExactText) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}
