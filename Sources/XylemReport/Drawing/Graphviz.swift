internal import Glibc
internal import Synchronization

/// Graphviz's library, which lays out drawings. It is loaded when the first drawing is made, and never linked, so that
/// everything else works where it is not installed.
///
/// The library keeps global state: layouts run one at a time.
@safe final class Graphviz: Sendable {
  /// Why there is no layout.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// The names of the library's revisions that have the functions used here.
  private static let names = ["libgvc.so.6", "libgvc.so.7"]

  /// The loaded library, or why it can't be loaded.
  static let shared: Result<Graphviz, Failure> = Result { () throws(Failure) in try Graphviz() }

  private typealias MakeContext = @convention(c) () -> OpaquePointer?
  private typealias SetErrors = @convention(c) (CInt) -> CInt
  private typealias Read = @convention(c) (UnsafePointer<CChar>) -> OpaquePointer?
  private typealias Layout = @convention(c) (OpaquePointer, OpaquePointer, UnsafePointer<CChar>) -> CInt
  private typealias FreeLayout = @convention(c) (OpaquePointer, OpaquePointer) -> CInt
  private typealias Render =
    @convention(c) (
      OpaquePointer, OpaquePointer, UnsafePointer<CChar>, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>,
      UnsafeMutablePointer<Int>
    ) -> CInt
  private typealias FreeText = @convention(c) (UnsafeMutablePointer<CChar>) -> Void
  private typealias Close = @convention(c) (OpaquePointer) -> CInt

  private let isBusy = Mutex(())
  private nonisolated(unsafe) let context: OpaquePointer
  private let read: Read
  private let layout: Layout
  private let freeLayout: FreeLayout
  private let render: Render
  private let freeText: FreeText
  private let close: Close

  private init() throws(Failure) {
    var handle: UnsafeMutableRawPointer?
    for name in Self.names where unsafe handle == nil { unsafe handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) }
    guard let library = unsafe handle else {
      throw Failure(description: "Graphviz's library (\(Self.names[0])) is not installed")
    }
    // The functions of libcgraph are found too: libgvc needs it.
    func symbol<Function>(_ name: String, _: Function.Type) throws(Failure) -> Function {
      guard let found = unsafe dlsym(library, name) else {
        throw Failure(description: "Graphviz's library lacks '\(name)'")
      }
      return unsafe unsafeBitCast(found, to: Function.self)
    }
    unsafe read = try symbol("agmemread", Read.self)
    unsafe layout = try symbol("gvLayout", Layout.self)
    unsafe freeLayout = try symbol("gvFreeLayout", FreeLayout.self)
    unsafe render = try symbol("gvRenderData", Render.self)
    unsafe freeText = try symbol("gvFreeRenderData", FreeText.self)
    unsafe close = try symbol("agclose", Close.self)
    // Failures are known by their status. The library's own messages on standard error name no cause.
    let errorsAreSilent: CInt = 2
    _ = try symbol("agseterr", SetErrors.self)(errorsAreSilent)
    guard let context = unsafe try symbol("gvContext", MakeContext.self)() else {
      throw Failure(description: "Graphviz's library can't be initialised")
    }
    unsafe self.context = unsafe context
  }

  /// Lays out a graph by ranks.
  ///
  /// - Parameter graph: in Graphviz's language.
  /// - Returns: the places of nodes and edges in Graphviz's `plain` format, in inches.
  func plainLayout(of graph: String) throws(Failure) -> String {
    try isBusy.withLock { _ throws(Failure) in
      guard let parsed = unsafe read(graph) else { throw Failure(description: "Graphviz can't read a graph") }
      defer { _ = unsafe close(parsed) }
      guard unsafe layout(context, parsed, "dot") == 0 else {
        throw Failure(description: "Graphviz has no layout 'dot': its plugins are not installed")
      }
      defer { _ = unsafe freeLayout(context, parsed) }
      var text: UnsafeMutablePointer<CChar>?
      // Newer revisions write a size, older ones an integer of half the length.
      var length = 0
      guard unsafe render(context, parsed, "plain", &text, &length) == 0, let text = unsafe text else {
        throw Failure(description: "Graphviz has no format 'plain': its plugins are not installed")
      }
      defer { unsafe freeText(text) }
      return unsafe String(cString: text)
    }
  }
}
