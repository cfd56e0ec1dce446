/// Holds an open file for a copyable owner.
package final class InputFileBox: Sendable {
  package let file: InputFile

  package init(_ file: consuming InputFile) { self.file = file }
}
