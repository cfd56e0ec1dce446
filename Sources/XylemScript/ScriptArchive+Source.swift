internal import CXylem
package import XylemErrors
internal import XylemTensor

extension ScriptArchive {
  /// Compiles an archive from text, with no file and no Python: for tests and tools that make models up.
  ///
  /// The text has the form in which archives keep their code:
  ///
  ///     class Scale(Module):
  ///       __parameters__ = ["weight"]
  ///       __buffers__ = []
  ///       training : bool
  ///       weight : Tensor
  ///       def forward(self, x: Tensor) -> Tensor:
  ///         return torch.mul(x, self.weight)
  ///
  /// Another class of the text is `__torch__.Scale` there. The root is a fresh object: its submodules are made with it,
  /// one for each attribute, and are in train mode; numbers are 0; tensors have the shape `[0]`, and lists and
  /// dictionaries are empty. ``ScriptObject/setAttribute(_:to:)`` gives them other values, and makes one module of
  /// two attributes.
  ///
  /// - Parameters:
  ///   - source: the classes.
  ///   - root: the name of the root's class.
  ///   - file: what places in the source are said to be in.
  /// - Throws: `runtime.not-found` and its like without a runtime; `archive.unreadable` with the compiler's message.
  package convenience init(source: String, root: String, file: String = "source.py") throws(XylemError) {
    let library = try RuntimeLibrary.shared()
    var out: OpaquePointer?
    try unsafe check(.archiveUnreadable, "the source can't be compiled") { error in
      unsafe source.withText { source in
        unsafe file.withText { file in
          unsafe root.withText { unsafe library.table.pointee.archive_compile(source, file, $0, &out, error) }
        }
      }
    }
    guard let handle = unsafe out else {
      throw RuntimeErrors.failed(.archiveUnreadable, "the source can't be compiled", reason: "there is no code")
    }
    unsafe self.init(adopting: handle, library: library, path: file)
  }
}
