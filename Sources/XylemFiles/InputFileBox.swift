/// Keeps an open file where a copyable owner is needed.
package final class InputFileBox: Sendable {
  package let file: InputFile

  package init(_ file: consuming InputFile) { self.file = file }
}
