internal import CXylem
package import XylemErrors

extension Value {
  /// The value with every tensor in it copied.
  ///
  /// - Throws: `runtime.tensor`.
  package func cloned() throws(XylemError) -> Value {
    let library = try RuntimeLibrary.shared()
    var raw = unsafe try makeRaw(library)
    defer { unsafe library.table.pointee.value_release(&raw) }
    var out = unsafe xylem_value()
    try unsafe check(.runtimeTensor, "a value can't be copied") {
      unsafe library.table.pointee.value_clone(&raw, &out, $0)
    }
    return unsafe Value(adopting: out, library: library)
  }
}
