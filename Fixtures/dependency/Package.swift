// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "FirstFeature",
  dependencies: [
    .package(name: "xylem", path: "../..")
  ],
  targets: [
    .executableTarget(name: "FirstFeature", dependencies: [.product(name: "Xylem", package: "xylem")])
  ])
