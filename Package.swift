// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// libtorch's unpacked `include/` and `lib/`: the folder named by XYLEM_LIBTORCH where that is set, else the `.libtorch`
/// link that `make` leaves here. Where it has no libtorch everything but the tensor runtime still builds.
let libtorch: String? = {
  let folder = Context.environment["XYLEM_LIBTORCH"] ?? Context.packageDirectory + "/.libtorch"
  return FileManager.default.fileExists(atPath: folder + "/include/torch/csrc/jit/api/module.h") ? folder : nil
}()

/// OpenVINO's unpacked `include/` and `lib/`: the folder named by XYLEM_OPENVINO, else the link `.openvino`. Where it is
/// missing everything but the engine builds.
let openvino: String? = {
  let folder = Context.environment["XYLEM_OPENVINO"] ?? Context.packageDirectory + "/.openvino"
  return FileManager.default.fileExists(atPath: folder + "/include/openvino/openvino.hpp") ? folder : nil
}()

let warningsAsErrors: [SwiftSetting] =
  Context.environment["XYLEM_WARNINGS_AS_ERRORS"] == "1" ? [.treatAllWarnings(as: .error)] : []

let strict: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ] + warningsAsErrors

/// For programs to copy from: the language mode alone, as in a new package.
let example: [SwiftSetting] = [.swiftLanguageMode(.v6)] + warningsAsErrors

/// For targets that touch C.
let strictMemory: [SwiftSetting] = strict + [.strictMemorySafety()]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let collections: Target.Dependency = .product(name: "OrderedCollections", package: "swift-collections")

var products: [Product] = [
  .executable(name: "xylem", targets: ["xylem"]),
  .executable(name: "xylem-example", targets: ["XylemExample"]),
  .executable(name: "xylem-look", targets: ["XylemLook"]),
  .executable(name: "xylem-find", targets: ["XylemFind"]),
  .executable(name: "xylem-train", targets: ["XylemTrain"]),
  .library(name: "Xylem", targets: ["Xylem"]),
  .library(name: "XylemCommand", targets: ["XylemCommand"]),
  .library(name: "XylemNN", targets: ["XylemNN"]),
  .library(name: "XylemDetection", targets: ["XylemDetection"]),
  .executable(name: "xylem-scan", targets: ["XylemScan"]),
  .library(name: "XylemLeaf", targets: ["XylemLeaf"]),
  .library(name: "GatedUnit", type: .dynamic, targets: ["GatedUnit", "GatedUnitDeclarations"]),
  // For tests: functions that are found in a library by their symbols.
  .library(name: "CallSubjects", type: .dynamic, targets: ["CallSubjects"]),
  // For tests: an engine that computes nothing right.
  .library(name: "LyingEngine", type: .dynamic, targets: ["LyingEngine"]),
  .library(name: "SamePadding", type: .dynamic, targets: ["SamePadding"]),
  .library(name: "DetectionOps", type: .dynamic, targets: ["DetectionOps"]),
]

var targets: [Target] = [
  .executableTarget(name: "xylem", dependencies: ["XylemCommand"], swiftSettings: strict),
  .executableTarget(
    name: "XylemExample", dependencies: ["XylemCommand", "XylemNN", "XylemScript", "XylemTensor", "XylemFiles"],
    swiftSettings: strict),
  // Programs to copy from.
  .executableTarget(
    name: "XylemLook", dependencies: ["Xylem", argumentParser], swiftSettings: example),
  .executableTarget(
    name: "XylemFind", dependencies: ["Xylem", argumentParser], swiftSettings: example),
  .executableTarget(name: "XylemTrain", dependencies: ["Xylem", argumentParser], swiftSettings: example),
  .target(
    name: "XylemCommand",
    dependencies: [
      "Xylem", "XylemDataset", "XylemDetection", "XylemModels", "XylemNN", "XylemReport", "XylemDiff", "XylemWitness",
      "XylemExtract", "XylemTrace",
      "XylemPlugins",
      "XylemScript", "XylemTensor", "XylemFiles",
      "XylemGraph", "XylemImage", "XylemErrors", "CXylemGuard",
      argumentParser, yams,
    ],
    swiftSettings: strict),
  .target(
    name: "Xylem",
    dependencies: [
      "XylemDataset", "XylemDetection", "XylemTraining", "XylemModels", "XylemNN", "XylemReport", "XylemWitness",
      "XylemExtract",
      "XylemDiff", "XylemTrace",
      "XylemPlugins",
      "XylemScript", "XylemTensor", "XylemFiles", "XylemGraph", "XylemImage", "XylemErrors",
    ],
    swiftSettings: strict),
  .target(
    name: "XylemTraining",
    dependencies: [
      "XylemNN", "XylemImage", "XylemTrace", "XylemScript", "XylemTensor", "XylemFiles", "XylemGraph", "XylemErrors",
    ],
    swiftSettings: strict),
  .target(
    name: "XylemModels",
    dependencies: ["XylemNN", "XylemTrace", "XylemScript", "XylemTensor", "XylemFiles", "XylemGraph", "XylemErrors"],
    swiftSettings: strict),
  .target(
    name: "XylemDetection",
    dependencies: [
      "XylemModels", "XylemNN", "XylemTrace", "XylemPlugins", "XylemScript", "XylemTensor", "XylemFiles", "XylemGraph",
      "XylemErrors",
    ],
    swiftSettings: strict),
  .target(
    name: "XylemDataset",
    dependencies: [
      "XylemExtract", "XylemImage", "XylemTrace", "XylemTensor", "XylemFiles", "XylemGraph", "XylemErrors",
    ],
    swiftSettings: strict),
  .target(name: "CImageCodecs", linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png")]),
  .target(
    name: "XylemImage", dependencies: ["XylemErrors", "XylemFiles", "CImageCodecs"], swiftSettings: strictMemory),
  .target(
    name: "XylemExtract",
    dependencies: [
      "XylemDiff", "XylemNN", "XylemTrace", "XylemPlugins", "XylemScript", "XylemTensor", "XylemFiles", "XylemGraph",
      "XylemErrors",
    ],
    swiftSettings: strictMemory),
  .target(
    name: "XylemNN",
    dependencies: [
      "XylemTrace", "XylemPlugins", "XylemScript", "XylemTensor", "XylemFiles", "XylemGraph", "XylemErrors",
      collections,
    ],
    swiftSettings: strict),
  .target(
    name: "XylemTrace",
    dependencies: [
      "XylemPlugins", "XylemScript", "XylemTensor", "XylemFiles", "XylemGraph", "XylemErrors", collections,
    ],
    swiftSettings: strict),
  .target(
    name: "XylemReport", dependencies: ["XylemDiff", "XylemGraph", "XylemErrors"], exclude: ["Schemas"],
    swiftSettings: strictMemory),
  .target(name: "XylemDiff", dependencies: ["XylemGraph", "XylemErrors", collections], swiftSettings: strict),
  .target(
    name: "XylemWitness",
    dependencies: [
      "XylemExtract", "XylemDiff", "XylemTrace", "XylemScript", "XylemTensor", "XylemFiles", "XylemGraph",
      "XylemErrors",
    ],
    swiftSettings: strictMemory),
  .target(
    name: "XylemScript", dependencies: ["XylemTensor", "XylemFiles", "XylemGraph", "XylemErrors", "CXylem"],
    swiftSettings: strictMemory),
  .target(
    name: "XylemTensor", dependencies: ["XylemGraph", "XylemFiles", "XylemErrors", "CXylem", "CXylemGuard"],
    swiftSettings: strictMemory),
  .target(
    name: "XylemFiles", dependencies: ["XylemErrors", "CXylemGuard", "CZlib", "CMessageDigest"],
    swiftSettings: strictMemory),
  .target(name: "XylemGraph", dependencies: ["XylemErrors"], swiftSettings: strict),
  .target(name: "XylemErrors", swiftSettings: strict),
  .target(
    name: "XylemPlugins",
    dependencies: [
      "XylemScript", "XylemTensor", "XylemFiles", "XylemGraph", "XylemErrors", "CXylem", "CXylemGuard",
      "CXylemTemplates", "CFFI", "CElfutils",
    ],
    swiftSettings: strictMemory),
  .target(name: "CXylemGuard"),
  .executableTarget(
    name: "XylemScan", dependencies: ["XylemPlugins", "XylemScript", "XylemTensor", "XylemFiles"], swiftSettings: strict
  ),
  .target(name: "CXylem"),
  .target(name: "CXylemTemplates", exclude: ["files"]),
  .target(name: "XylemLeaf", dependencies: ["CXylem"], swiftSettings: strictMemory),
  .target(
    name: "GatedUnit", dependencies: ["XylemLeaf"], path: "Plugins/GatedUnit/Swift", swiftSettings: strictMemory),
  .target(
    name: "GatedUnitDeclarations", dependencies: ["CXylem"], path: "Plugins/GatedUnit/Declarations",
    publicHeadersPath: "."),
  // Where the compiler looks anyway; with a name for pkg-config, SwiftPM would complain where that is not installed.
  .systemLibrary(name: "CFFI"),
  .systemLibrary(name: "CElfutils"),
  .systemLibrary(name: "CMessageDigest"),
  .systemLibrary(name: "CZlib"),

  // Plugins: what they need of the package are headers, by path, as in a plugin of somebody else's.
  .target(
    name: "SamePadding", path: "Plugins/SamePadding", exclude: ["README.md"], publicHeadersPath: ".",
    cSettings: [.headerSearchPath("../../Sources/CXylem/include")]),
  .target(
    name: "DetectionOps", path: "Plugins/DetectionOps", exclude: ["README.md"], publicHeadersPath: ".",
    cxxSettings: [.headerSearchPath("../../Sources/CXylem/include")]),

  .testTarget(
    name: "XylemImageTests", dependencies: ["XylemTestSupport", "XylemImage", "XylemErrors"], swiftSettings: strict),
  .testTarget(
    name: "XylemExtractTests",
    dependencies: [
      "XylemTestSupport", "XylemWitness", "XylemExtract", "XylemTrace", "XylemPlugins", "XylemScript", "XylemTensor",
      "XylemFiles", "XylemGraph", "XylemErrors", "CXylem",
    ],
    swiftSettings: strict),
  .target(
    name: "XylemTestSupport",
    dependencies: ["XylemTrace", "XylemScript", "XylemTensor", "XylemFiles", "XylemGraph", "XylemErrors", "CXylem"],
    path: "Tests/XylemTestSupport", swiftSettings: strict),
  .testTarget(
    name: "XylemWitnessTests",
    dependencies: [
      "XylemTestSupport", "XylemWitness", "XylemExtract", "XylemDiff", "XylemTrace", "XylemScript", "XylemTensor",
      "XylemFiles", "XylemGraph", "XylemErrors",
    ],
    swiftSettings: strict),
  .testTarget(
    name: "XylemNNTests",
    dependencies: [
      "XylemTestSupport", "XylemNN", "XylemExtract", "XylemTrace", "XylemScript", "XylemTensor", "XylemFiles",
      "XylemGraph", "XylemErrors",
      "XylemPlugins",
    ],
    swiftSettings: strict),
  .testTarget(
    name: "XylemTrainingTests",
    dependencies: [
      "XylemTestSupport", "XylemTraining", "XylemNN", "XylemImage", "XylemTrace", "XylemTensor", "XylemFiles",
      "XylemErrors",
    ],
    swiftSettings: strict),
  .testTarget(
    name: "XylemModelsTests",
    dependencies: [
      "Xylem", "XylemTestSupport", "XylemModels", "XylemDiff", "XylemNN", "XylemWitness", "XylemExtract", "XylemTrace",
      "XylemScript", "XylemTensor", "XylemFiles",
      "XylemGraph",
      "XylemErrors",
    ],
    swiftSettings: strict),
  .testTarget(
    name: "XylemDetectionTests",
    dependencies: [
      "XylemTestSupport", "XylemDetection", "XylemModels", "XylemNN", "XylemExtract", "XylemTrace", "XylemPlugins",
      "XylemScript", "XylemTensor", "XylemFiles", "XylemGraph", "XylemErrors", "XylemImage",
    ],
    swiftSettings: strict),
  .testTarget(
    name: "XylemDatasetTests",
    dependencies: [
      "XylemTestSupport", "XylemDataset", "XylemExtract", "XylemImage", "XylemNN", "XylemTrace", "XylemScript",
      "XylemTensor", "XylemFiles", "XylemErrors",
    ],
    swiftSettings: strict),
  .testTarget(
    name: "XylemTraceTests",
    dependencies: [
      "XylemTestSupport", "XylemTrace", "XylemScript", "XylemTensor", "XylemFiles", "XylemGraph", "XylemErrors",
    ],
    swiftSettings: strict),
  .testTarget(
    name: "XylemPluginsTests",
    dependencies: [
      "XylemTestSupport", "CallSubjects", "XylemPlugins", "XylemScan", "XylemScript", "XylemTensor", "XylemFiles",
      "XylemGraph", "XylemErrors", "CXylem",
    ],
    swiftSettings: strictMemory),
  .testTarget(name: "XylemLeafTests", dependencies: ["XylemLeaf", "CXylem"], swiftSettings: strictMemory),
  .target(
    name: "LyingEngine", path: "Tests/LyingEngine", cSettings: [.headerSearchPath("../../Sources/CXylem/include")]),
  .target(name: "CallSubjects", dependencies: ["CXylem"], path: "Tests/CallSubjects"),
  .executableTarget(
    name: "DiffBenchmarks", dependencies: ["XylemReport", "XylemDiff", "XylemGraph"], path: "Tests/DiffBenchmarks",
    swiftSettings: strict),
  .executableTarget(
    name: "TrainingBenchmarks", dependencies: ["Xylem"], path: "Tests/TrainingBenchmarks", swiftSettings: example),
  // Damaged files for every command; the C part says where a process crashed.
  .target(name: "CMutationFuzz", path: "Tests/CMutationFuzz"),
  .executableTarget(
    name: "MutationFuzz",
    dependencies: [
      "CMutationFuzz", "CXylemGuard", "CZlib", "XylemCommand", "XylemExtract", "XylemTrace", "XylemScript",
      "XylemTensor", "XylemFiles",
      "XylemErrors",
    ],
    path: "Tests/MutationFuzz", exclude: ["operators.txt"], swiftSettings: strict),
  .executableTarget(
    name: "PluginBenchmarks",
    dependencies: [
      "XylemExtract", "XylemTrace", "XylemPlugins", "XylemScript", "XylemTensor", "XylemFiles", "XylemErrors", "CXylem",
    ],
    path: "Tests/PluginBenchmarks", swiftSettings: strict),
  .testTarget(
    name: "XylemFilesTests", dependencies: ["XylemTestSupport", "XylemFiles", "XylemErrors"], swiftSettings: strict),
  .testTarget(
    name: "XylemScriptTests",
    dependencies: ["XylemTestSupport", "XylemScript", "XylemTensor", "XylemFiles", "XylemGraph", "XylemErrors"],
    swiftSettings: strict),
  .testTarget(
    name: "XylemTensorTests",
    dependencies: ["XylemTestSupport", "XylemTensor", "XylemFiles", "XylemGraph", "XylemErrors", "CXylem"],
    swiftSettings: strict),
  .testTarget(
    name: "XylemGraphTests", dependencies: ["XylemTestSupport", "XylemGraph", "XylemErrors"], swiftSettings: strict),
  .testTarget(
    name: "XylemReportTests",
    dependencies: ["XylemSketches", "XylemTestSupport", "XylemReport", "XylemDiff", "XylemGraph"],
    exclude: ["Schemas", "Snapshots"], swiftSettings: strict),
  // Small graphs, line by line, for tests of diffs and their reports.
  .target(
    name: "XylemSketches", dependencies: ["XylemDiff", "XylemGraph"], path: "Tests/XylemSketches",
    swiftSettings: strict),
  .testTarget(
    name: "XylemDiffTests",
    dependencies: [
      "XylemTestSupport", "XylemSketches", "XylemWitness", "XylemExtract", "XylemDiff", "XylemTrace", "XylemScript",
      "XylemTensor",
      "XylemFiles", "XylemGraph", "XylemErrors",
    ],
    swiftSettings: strict),
  .testTarget(name: "XylemErrorsTests", dependencies: ["XylemErrors"], swiftSettings: strict),
  // The programs to copy from, on small data.
  .testTarget(
    name: "XylemProgramTests",
    dependencies: ["XylemTestSupport", "XylemLook", "XylemFind", "XylemTrain", "Xylem", "XylemImage", argumentParser],
    swiftSettings: strict),
  .testTarget(
    name: "XylemCommandTests",
    dependencies: [
      "XylemTestSupport", "XylemCommand", "XylemNN", "XylemExample", "MutationFuzz", "XylemWitness", "XylemReport",
      "XylemDiff", "XylemImage", "XylemDataset", "XylemFiles",
      "XylemGraph", "XylemErrors",
    ],
    exclude: ["Snapshots"],
    swiftSettings: strict),
]

/// Plugins that misbehave, each in its own way: what the checks of plugins are tested with.
let misbehaving = [
  "AnswersEverything", "BuiltForNewerABI", "CrashesAtExit", "CrashesInOpen", "DuplicateName", "EndsInOpen",
  "FreesTwice",
  "HangsInCall", "Leaks", "LiesAboutMode", "MalformedNote", "MissingSymbol", "NeedsNewerABI", "NotDeterministic",
  "NoteDisagrees", "OpenFails", "Prints", "ShortStruct", "SleepsInConstructor", "TrapsInConstructor",
  "UndefinedFunction", "WritesInput", "WritesModuleInput", "WrongMagic",
]
for name in misbehaving {
  products.append(.library(name: "misbehaving-" + name, type: .dynamic, targets: ["Misbehaving" + name]))
  targets.append(
    .target(
      name: "Misbehaving" + name, path: "Plugins/Misbehaving/" + name, publicHeadersPath: ".",
      cSettings: [.headerSearchPath("../../../Sources/CXylem/include")]))
}

if let libtorch {
  products.append(.library(name: "xylem-torch", type: .dynamic, targets: ["XylemTorch"]))
  targets.append(
    .target(
      name: "XylemTorch",
      cxxSettings: [
        // By path and not as a dependency: in C++20 an include of another target's header would need its module built.
        .headerSearchPath("../CXylem/include"),
        .unsafeFlags([
          "-isystem", libtorch + "/include", "-isystem", libtorch + "/include/torch/csrc/api/include",
          "-O2", "-fvisibility=hidden", "-Wall", "-Wextra",
        ]),
      ],
      linkerSettings: [
        // The second path is for a copy in the user's cache, where libtorch lies in the folder beside it.
        .unsafeFlags([
          "-L" + libtorch + "/lib", "-Xlinker", "-rpath", "-Xlinker", libtorch + "/lib",
          "-Xlinker", "-rpath", "-Xlinker", "$ORIGIN/../libtorch-2.13.0/lib", "-Xlinker", "--no-as-needed",
          "-Xlinker", "-z", "-Xlinker", "defs",
        ]),
        .linkedLibrary("torch_cpu"), .linkedLibrary("c10"), .linkedLibrary("torch"), .linkedLibrary("m"),
      ]))
}

if let openvino {
  products.append(.library(name: "xylem-openvino", type: .dynamic, targets: ["XylemOpenVINO"]))
  targets.append(
    .target(
      name: "XylemOpenVINO",
      cxxSettings: [
        .headerSearchPath("../CXylem/include"),
        .unsafeFlags(["-isystem", openvino + "/include", "-O2", "-fvisibility=hidden", "-Wall", "-Wextra"]),
      ],
      linkerSettings: [
        .unsafeFlags([
          "-L" + openvino + "/lib", "-Xlinker", "-rpath", "-Xlinker", openvino + "/lib",
          "-Xlinker", "-rpath", "-Xlinker", "$ORIGIN/../openvino-2026.4.1/lib", "-Xlinker", "-z", "-Xlinker", "defs",
        ]),
        .linkedLibrary("openvino"), .linkedLibrary("openvino_pytorch_frontend"),
      ]))
}

var dependencies: [Package.Dependency] = [
  .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
  .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
]
// For `make docs` alone, so that packages that depend on this one do not fetch it.
if Context.environment["XYLEM_DOCUMENTATION"] == "1" {
  dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}

// For `make sanitize`: the tests that need no tensor runtime and what they depend on, so that a build takes minutes.
if Context.environment["XYLEM_SANITIZE"] == "1" {
  func keep(_ name: String, without files: [String], dependencies: [Target.Dependency]) {
    for target in targets where target.name == name { (target.exclude, target.dependencies) = (files, dependencies) }
  }
  // Models, which these files trace, need the runtime.
  keep(
    "XylemTestSupport", without: ["ScriptModel+Tests.swift", "TouchedState.swift"],
    dependencies: ["XylemTensor", "XylemFiles", "XylemGraph", "XylemErrors", "CXylem", "CThreadSanitizer"])
  targets.append(.target(name: "CThreadSanitizer", path: "Tests/CThreadSanitizer"))
  keep(
    "XylemDiffTests", without: ["Modes", "RealModelTests.swift"],
    dependencies: ["XylemTestSupport", "XylemSketches", "XylemDiff", "XylemGraph", "XylemErrors"])

  let needed: Set = ["XylemScan", "CallSubjects", "SamePadding", "DetectionOps", "GatedUnit", "GatedUnitDeclarations"]
  let tests = ["Errors", "Graph", "Files", "Diff", "Report", "Image", "Leaf", "Plugins"].map { "Xylem\($0)Tests" }
  let subjects = needed.union(misbehaving.map { "Misbehaving" + $0 })
  products.removeAll { product in
    !((product as? Product.Library)?.targets ?? []).contains { subjects.contains($0) }
  }
  products.append(.executable(name: "xylem-scan", targets: ["XylemScan"]))
  var kept = subjects.union(tests)
  var open = Array(kept)
  while let name = open.popLast() {
    for case .byNameItem(let other, _) in targets.first(where: { $0.name == name })?.dependencies ?? []
    where kept.insert(other).inserted { open.append(other) }
  }
  targets.removeAll { !kept.contains($0.name) }
}

let package = Package(
  name: "xylem",
  products: products,
  dependencies: dependencies,
  targets: targets,
  cxxLanguageStandard: .cxx20
)
