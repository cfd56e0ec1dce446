internal import CXylem
package import XylemErrors
internal import XylemTensor

extension ScriptArchive {
  /// Compiles an archive from source code, without a file or Python. For tests and tools that generate models.
  ///
  /// The source has the form in which archives store their code:
  ///
  ///     class Scale(Module):
  ///       __parameters__ = ["weight"]
  ///       __buffers__ = []
  ///       training : bool
  ///       weight : Tensor
  ///       def forward(self, x: Tensor) -> Tensor:
  ///         return torch.mul(x, self.weight)
  ///
  /// Another class in the source is `__torch__.Scale` there. The root is a new object: its submodules are created with
  /// it, one for each attribute, in train mode; numbers are 0; tensors have the shape `[0]`; lists and dictionaries are
  /// empty. ``ScriptObject/setAttribute(_:to:)`` sets other values, and can make two attributes the same module.
  ///
  /// - Parameters:
  ///   - source: the classes.
  ///   - root: the name of the root's class.
  ///   - file: the file name in source locations.
  /// - Throws: `runtime.not-found` and related errors without a runtime; `archive.unreadable` with the compiler's
  ///   message.
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
