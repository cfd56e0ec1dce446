import Foundation
import Testing
import XylemErrors
import XylemGraph
import XylemTensor
import XylemTestSupport

@testable import XylemPlugins

@Suite struct WrappedSymbolTests {
  /// The library of subjects, which the build puts beside the tests.
  private static func subjects() throws -> String {
    let executable = try #require(Bundle.main.executableURL).resolvingSymlinksInPath()
    return executable.deletingLastPathComponent().appendingPathComponent("libCallSubjects.so").path
  }

  /// A subject by its symbol, with the signature that its own table has, or another one.
  private static func wrap(_ name: String, _ signature: String? = nil) throws -> WrappedSymbol {
    let types = try signature ?? Subjects.function(name).signature.description
    return try WrappedSymbol("\(subjects()):\(name)\(types)")
  }

  @Test(arguments: [
    ("libm.so.6:erf(f64) -> f64", ["libm.so.6", "erf", "(f64) -> f64"]),
    (" libm.so.6:erf (f64)->f64", ["libm.so.6", "erf", "(f64) -> f64"]),
    ("/opt/a:b (1)/x.so:f()->()", ["/opt/a:b (1)/x.so", "f", "() -> ()"]),
    ("./x.so:f() -> cstr", ["./x.so", "f", "() -> cstr"]),
  ])
  func `A library, a symbol and a signature are distinguished`(_ text: String, _ parts: [String]) throws {
    let wrapped = try WrappedSymbol(text)
    #expect([wrapped.library, wrapped.symbol, wrapped.signature.description] == parts)
    #expect(try WrappedSymbol(wrapped.description) == wrapped)
  }

  @Test func `A string of another form is an error`() {
    for text in ["", "libm.so.6", "libm.so.6:erf", "erf(f64) -> f64", ":erf(f64) -> f64", "libm.so.6:(f64) -> f64"] {
      expectError(.pluginSignature) { try WrappedSymbol(text) }
    }
    let typo = expectError(.pluginSignature) { try WrappedSymbol("libm.so.6:erf(f46) -> f64") }
    #expect(typo?.cause.map { "\($0)" }?.contains("did you mean 'f64'?") == true)
    for text in ["sub/x.so:f() -> ()", "../x.so:f() -> ()"] {
      let error = expectError(.pluginUnloadable) { try WrappedSymbol(text) }
      #expect(error?.remedies == ["--wrap-symbol './\(text)'"])
    }
  }

  @Test func `A signature that nothing can check must be allowed`() throws {
    let erf = try WrappedSymbol("libm.so.6:erf(f64) -> f64")
    let error = expectError(.pluginAsserted) { try erf.load(allowsAsserted: false) }
    #expect(error?.remedies == ["--allow-asserted"])
    let (function, plugin) = try erf.load(allowsAsserted: true)
    #expect([function.name, function.plugin, plugin.id] == ["erf", "libm.so.6", "libm.so.6"])
    #expect(function.tier == .asserted)
    #expect(function.threading == .serial)
    #expect(plugin.digest.count == 64)
    expectEqual(try function([.float(0)]), .float(0))
    #expect(try function([.int(1)]).number.map { abs($0 - 0.8427007929497149) < 1e-12 } == true)
  }

  @Test func `A symbol that is not there is an error with those that are near`() throws {
    let error = expectError(.pluginSymbolNotFound) {
      try WrappedSymbol("libm.so.6:erg(f64) -> f64").load(allowsAsserted: true)
    }
    #expect(error?.message == "libm.so.6 has no function 'erg'")
    #expect(error?.cause.map { "\($0)" }?.contains("erf") == true)
    #expect(error?.place.file?.hasPrefix("/") == true)
    let data = expectError(.pluginSymbolNotFound) { try Self.wrap("counter", "() -> i64").load(allowsAsserted: true) }
    #expect(data?.message.contains("is data, not a function") == true)
    let elsewhere = expectError(.pluginSymbolNotFound) {
      try Self.wrap("malloc", "(u64) -> ptr").load(allowsAsserted: true)
    }
    #expect(elsewhere != nil)
  }

  @Test func `A missing or invalid library is an error`() throws {
    let none = expectError(.pluginUnloadable) { try WrappedSymbol("libnone.so.9:f() -> ()").load(allowsAsserted: true) }
    #expect(none?.message == "the loader does not find the library 'libnone.so.9'")
    expectError(.pluginUnloadable) { try WrappedSymbol("/no/such.so:f() -> ()").load(allowsAsserted: true) }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, bytes) in [
      ("empty.so", Data()), ("text.so", Data("GROUP ( libm.so.6 )".utf8)), ("cut.so", Data([0x7f, 0x45])),
    ] {
      let path = folder.appendingPathComponent(name)
      try bytes.write(to: path)
      expectError(.pluginUnloadable) { try WrappedSymbol("\(path.path):f() -> ()").load(allowsAsserted: true) }
    }
  }

  @Test func `The current folder is not searched for a library's name`() async {
    await #expect(processExitsWith: .success) {
      let path = try Self.subjects()
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      #expect(FileManager.default.changeCurrentDirectoryPath(folder))
      expectError(.pluginUnloadable) {
        try WrappedSymbol("libCallSubjects.so:half(f64) -> f64").load(allowsAsserted: true)
      }
      let (half, _) = try WrappedSymbol("./libCallSubjects.so:half(f64) -> f64").load(allowsAsserted: false)
      expectEqual(try half([.float(1)]), .float(0.5))
    }
  }

  @Test func `Every subject's signature is checked by its debug information`() throws {
    for name in Subjects.names {
      // Their own results are wider on purpose.
      guard !name.hasPrefix("dirty") else { continue }
      let (function, _) = try Self.wrap(name).load(allowsAsserted: false)
      #expect(function.tier == .checked, "\(name)")
    }
    let (half, _) = try Self.wrap("half").load(allowsAsserted: false)
    expectEqual(try half([.float(3)]), .float(1.5))
  }

  @Test func `A signature of another width, sign or kind is a mismatch, all of it at once`() throws {
    let error = expectError(.pluginMismatch) {
      try Self.wrap("ratio", "(f64, i32, bool) -> ()").load(allowsAsserted: true)
    }
    #expect(
      error?.cause.map { "\($0)" } == """
        the signature has 3 parameters, the function 2
        parameter 1: f64 in the signature, float in the function
        parameter 2: i32 in the signature, float in the function
        result: () in the signature, float in the function
        """)
    #expect(error?.remedies == [try "--wrap-symbol '\(Self.subjects()):ratio(f32, f32) -> f32'"])
  }

  @Test(arguments: [
    ("same_i8", "(u8) -> i8"), ("same_i8", "(i16) -> i8"), ("same_i64", "(i64) -> u64"), ("same_u16", "(u16) -> i32"),
    ("same_bool", "(u8) -> bool"), ("given_i32", "(opt<u32>) -> i64"), ("given_i32", "(i32) -> i64"),
    ("half", "(opt<f64>) -> f64"), ("length", "(opt<i64[]>) -> i64"), ("sum_of", "(f64[]) -> i64"),
    ("weighted_sum", "(tensor!) -> f64"), ("add_one", "(tensor) -> ()"), ("scaled", "(tensor, f64) -> i64[]"),
    ("same_address", "(i64) -> ptr"), ("count_up", "(i64) -> i64"),
  ])
  func `No other signature passes`(_ name: String, _ signature: String) {
    expectError(.pluginMismatch) { try Self.wrap(name, signature).load(allowsAsserted: true) }
  }
}

extension Value {
  fileprivate var number: Double? {
    if case .literal(.float(let number)) = self { return number }
    return nil
  }
}
