import CXylem
import Foundation
import Testing
import XylemTestSupport

@testable import XylemPlugins

/// The SDK's headers as the compilers of the machine see them.
@Suite(.disabled(if: Sanitizer.isUsed, "compilers build these plugins without the sanitizer")) struct SDKCompileTests {
  struct Compiler: CustomTestStringConvertible {
    let path: String
    let standard: String
    var isCXX: Bool { standard.hasPrefix("c++") }
    var testDescription: String { URL(fileURLWithPath: path).lastPathComponent + " " + standard }

    /// Those of this machine; one that isn't there is left out.
    static let all: [Compiler] =
      [("cc", "c11"), ("clang", "c11"), ("gcc", "c11")].compactMap(named)
      + ["clang++", "g++"].flatMap { name in ["c++17", "c++20"].compactMap { named((name, $0)) } }
    static let c = all.filter { !$0.isCXX }
    static let cxx = all.filter(\.isCXX)
    static let cxx17 = cxx.filter { $0.standard == "c++17" }

    private static func named(_ pair: (name: String, standard: String)) -> Compiler? {
      let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      let path = folders.map { "\($0)/\(pair.name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
      return path.map { Compiler(path: $0, standard: pair.standard) }
    }
  }

  private static let package = Fixtures.folder.deletingLastPathComponent().path

  /// Compiles a text into a library, with every warning an error.
  ///
  /// - Returns: what the compiler said; empty where it is content.
  private func compile(_ text: String, _ compiler: Compiler, into library: String) throws -> String {
    let source = library + (compiler.isCXX ? ".cpp" : ".c")
    try text.write(toFile: source, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: compiler.path)
    process.arguments = [
      "-std=" + compiler.standard, "-Wall", "-Wextra", "-pedantic", "-Werror", "-shared", "-fPIC",
      "-fvisibility=hidden",
      "-I\(Self.package)/Sources/CXylem/include", source, "-o", library, "-lm",
    ]
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, pipe)
    try process.run()
    let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect((process.terminationStatus == 0) == said.isEmpty, "\(said)")
    return said
  }

  private func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("xylem-sdk-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }

  /// What a plugin's leaves are, a line each; compiled, loaded and asked.
  private func leaves(_ text: String, _ compiler: Compiler) throws -> [String] {
    try withFolder { folder in
      let library = folder + "/libsubject.so"
      try #require(try compile(text, compiler, into: library) == "")
      let functions = try unsafe PluginLibrary(library).functions()
      return unsafe functions.keys.sorted().map { name in
        let raw = unsafe functions[name]!.pointee
        let texts = unsafe [raw.signature, raw.operator_name, raw.backward_signature]
        return unsafe ([name] + texts.compactMap { unsafe $0.map { unsafe String(cString: $0) } }).joined(
          separator: " ")
      }
    }
  }

  private static let rounding = """
    XYLEM_PLUGIN("org.example.rounding", "Rounding", "1.0")
    static double round_up(double x, int64_t places) {
      const double scale = pow(10, (double)places);
      return ceil(x * scale) / scale;
    }

    """

  @Test(arguments: Compiler.c) func `the example of the C header compiles without a warning, and loads`(
    _ compiler: Compiler
  ) throws {
    let text =
      "#include <xylem_sdk.h>\n#include <math.h>\n" + Self.rounding
      + #"XYLEM_LEAF_FUNCTION(round_up, f64, (f64, i64), XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC, "rounds up")"#
      + "\n"
    #expect(try leaves(text, compiler) == ["round_up (f64, i64) -> f64"])
  }

  @Test(arguments: Compiler.c) func `a signature that is not the function's own does not compile in C`(
    _ compiler: Compiler
  ) throws {
    let text =
      "#include <xylem_sdk.h>\n#include <math.h>\n" + Self.rounding
      + #"XYLEM_LEAF_FUNCTION(round_up, f32, (f64, i64), XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC, "rounds up")"#
      + "\n"
    let said = try withFolder { try compile(text, compiler, into: $0 + "/libwrong.so") }
    // GCC quotes its apostrophe.
    #expect(said.contains("own type is not (f64, i64) -> f32"))
  }

  private static let everyType = """
    #include <xylem_sdk.hpp>
    #include <cmath>
    \(rounding)
    XYLEM_FUNCTION(round_up, XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC, "rounds up")

    namespace {
    using xylem::List, xylem::OwnedTensor, xylem::Tensor, xylem::WrittenTensor;
    using std::optional, std::vector;

    OwnedTensor scale(const Tensor &x, double) { return x.copy(); }
    vector<OwnedTensor> scale_back(const Tensor &, double, const Tensor &) { return vector<OwnedTensor>(2); }
    XYLEM_FUNCTION_WITH_BACKWARD(scale, scale_back, XYLEM_REENTRANT, 0, "scales")

    WrittenTensor fill(WrittenTensor x, bool, int8_t, uint16_t, int32_t, uint64_t, float) { return x; }
    XYLEM_OPERATOR("example::fill", fill, XYLEM_PER_INSTANCE, 0, "fills")

    optional<std::string> texts(const char *, std::string_view, const std::string &, void *) noexcept { return {}; }
    XYLEM_FUNCTION(texts, XYLEM_SERIAL, 0, "texts")

    vector<int64_t> lists(List<int64_t>, const vector<double> &, List<bool>, const vector<Tensor> &) { return {1, 2}; }
    XYLEM_FUNCTION(lists, XYLEM_SERIAL, 0, "lists")

    void options(optional<double>, optional<Tensor>, optional<std::string_view>, optional<List<int64_t>>) {}
    XYLEM_FUNCTION(options, XYLEM_SERIAL, 0, "options")

    OwnedTensor pick(const Tensor &x, int64_t) { return x.copy(); }
    vector<OwnedTensor> pick_back(const Tensor &, int64_t, const Tensor &) { return vector<OwnedTensor>(2); }
    XYLEM_OPERATOR_WITH_BACKWARD("example::pick", pick, pick_back, XYLEM_SERIAL, 0, "picks")
    }  // namespace

    """

  @Test(arguments: Compiler.cxx) func `signatures are derived from the types of C++, without a warning`(
    _ compiler: Compiler
  ) throws {
    #expect(
      try leaves(Self.everyType, compiler) == [
        "fill (tensor!, bool, i8, u16, i32, u64, f32) -> tensor example::fill",
        "lists (i64[], f64[], bool[], tensor[]) -> i64[]",
        "options (opt<f64>, opt<tensor>, opt<cstr>, opt<i64[]>) -> ()",
        "pick (tensor, i64) -> tensor example::pick (tensor, i64, tensor) -> tensor[]",
        "round_up (f64, i64) -> f64",
        "scale (tensor, f64) -> tensor (tensor, f64, tensor) -> tensor[]",
        "texts (cstr, cstr, cstr, ptr) -> opt<cstr>",
      ])
  }

  @Test(
    arguments: Compiler.cxx17,
    [
      (
        "static double f(long double x) { return double(x); }\nXYLEM_FUNCTION(f, XYLEM_SERIAL, 0, \"\")",
        "no argument of a leaf function has this type"
      ),
      (
        "static long double f(double x) { return x; }\nXYLEM_FUNCTION(f, XYLEM_SERIAL, 0, \"\")",
        "no result of a leaf function has this type"
      ),
      (
        "static void f(double &x) { x = 1; }\nXYLEM_FUNCTION(f, XYLEM_SERIAL, 0, \"\")",
        "a leaf function takes its arguments by value or by constant reference"
      ),
      (
        """
        static xylem::OwnedTensor f(const xylem::Tensor &x, double) { return x.copy(); }
        static std::vector<xylem::OwnedTensor> back(const xylem::Tensor &, const xylem::Tensor &) { return {}; }
        XYLEM_FUNCTION_WITH_BACKWARD(f, back, XYLEM_SERIAL, 0, "")
        """,
        "a backward takes the function's arguments, then the gradient of its result"
      ),
    ])
  func `types that can't cross don't compile in C++`(_ compiler: Compiler, _ wrong: (text: String, message: String))
    throws
  {
    let text = "#include <xylem_sdk.hpp>\nXYLEM_PLUGIN(\"org.example.wrong\", \"Wrong\", \"1\")\n\(wrong.text)\n"
    let said = try withFolder { try compile(text, compiler, into: $0 + "/libwrong.so") }
    #expect(said.contains(wrong.message))
  }

  private static let thrower = """
    #include <xylem_sdk.hpp>
    XYLEM_PLUGIN("org.example.thrower", "Thrower", "1")
    static double refuse(double x) {
      if (x > 1) xylem::fail("expects at most ", 1, ", not ", x);
      if (x < 0) throw 3;
      return x;
    }
    XYLEM_FUNCTION(refuse, XYLEM_REENTRANT, 0, "refuses numbers above one")

    """

  @Test(arguments: Compiler.cxx) func `a thrown error becomes the call's failure, and nothing else`(
    _ compiler: Compiler
  )
    throws
  {
    try withFolder { folder in
      let library = folder + "/libthrower.so"
      try #require(try compile(Self.thrower, compiler, into: library) == "")
      let raw = try unsafe #require(PluginLibrary(library).functions()["refuse"]).pointee.function
      let refuse = try unsafe unsafeBitCast(#require(raw), to: (@convention(c) (Double) -> Double).self)
      var kept = 0.0
      #expect(HostServices.capturingFailure { kept = refuse(0.5) } == nil)
      #expect(kept == 0.5)
      #expect(HostServices.capturingFailure { _ = refuse(1.5) } == "expects at most 1, not 1.5")
      #expect(HostServices.capturingFailure { _ = refuse(-1) } == "something was thrown that is no std::exception")
    }
  }

  /// The indented commands of a README that call a compiler.
  private func commands(in readme: String) throws -> [String] {
    let text = try String(contentsOfFile: Self.package + "/Plugins/\(readme)/README.md", encoding: .utf8)
    return text.split(separator: "\n").map { $0.drop { $0 == " " } }
      .filter { $0.hasPrefix("cc ") || $0.hasPrefix("c++ ") }.map(String.init)
  }

  @Test(arguments: [
    ("SamePadding", ["Conv2dSame"]),
    (
      "DetectionOps", ["deform_conv2d", "nms", "ps_roi_align", "ps_roi_pool", "roi_align", "roi_pool"]
    ),
  ])
  func `the README's one line builds a plugin that loads`(_ name: String, _ leaves: [String]) throws {
    let line = try #require(try commands(in: name).first)
    try withFolder { folder in
      let library = folder + "/lib\(name).so"
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.currentDirectoryURL = URL(fileURLWithPath: Self.package)
      process.arguments = ["-c", line.replacingOccurrences(of: "-o lib\(name).so", with: "-o \(library)")]
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
      let plugin = try PluginLibrary(library)
      let names =
        name == "SamePadding" ? try unsafe Array(plugin.modules().keys) : try unsafe Array(plugin.functions().keys)
      #expect(names.sorted() == leaves)
    }
  }
}
