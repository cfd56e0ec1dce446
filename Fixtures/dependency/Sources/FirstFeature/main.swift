import Xylem

let extractor = try FeatureExtractor(of: resnet18(), returning: ["layer1"])
let image = try Tensor([Float](repeating: 0.5, count: 3 * 64 * 64), shape: [1, 3, 64, 64])
let features = try extractor([.tensor(image)])
print("layer1", try features["layer1"]?.tensor?.sizes ?? [])
