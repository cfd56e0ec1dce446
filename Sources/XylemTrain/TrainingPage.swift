import Foundation
import Xylem

/// A page of HTML: the scenes with what was found before and after, and the loss curve.
struct TrainingPage {
  let result: TrainingResult
  private let colors = ["", "#e66101", "#1b7837", "#2166ac"]

  func html() throws -> String {
    let rows = try result.scenes.enumerated().map { number, scene in
      "<section>\(try figure(scene, result.before[number], "scene \(number), before"))"
        + "\(try figure(scene, result.after[number], "scene \(number), after"))</section>"
    }
    return """
      <!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">
      <title>Training a detector</title><style>
      body { font: 15px system-ui, sans-serif; margin: 2rem; color-scheme: light dark }
      section { display: flex; flex-wrap: wrap; gap: 1.5rem; margin-bottom: 1.5rem }
      figure { margin: 0 } svg { display: block; max-width: 100% } figcaption { font-size: 13px }
      </style><h1>Training a detector</h1>
      <h2>Loss</h2>\(curve())
      <h2>Boxes and masks</h2>\(rows.joined(separator: "\n"))</html>
      """
  }

  private func figure(_ scene: Scene, _ found: [Found], _ caption: String) throws -> String {
    let data = try Data(painted(scene, found).encodePNG()).base64EncodedString()
    let boxes = found.map { object in
      let color = colors[object.label]
      let label = "\(Scene.classes[object.label]) \(String(format: "%.2f", object.score))"
      return String(
        format: "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='none' stroke='%@'/>", object.box[0],
        object.box[1], object.box[2] - object.box[0], object.box[3] - object.box[1], color)
        + String(
          format: "<text x='%.1f' y='%.1f' font-size='7' fill='%@'>%@</text>", object.box[0] + 1, object.box[1] + 7,
          color,
          label)
    }
    let count = found.isEmpty ? "nothing found" : "\(found.count) found"
    return """
      <figure><svg width=384 viewBox='0 0 \(scene.side) \(scene.side)'><image width='\(scene.side)' height='\(scene.side)' \
      href='data:image/png;base64,\(data)'/>\(boxes.joined())</svg><figcaption>\(caption): \(count)</figcaption></figure>
      """
  }

  /// The scene with masks in their classes' colours.
  private func painted(_ scene: Scene, _ found: [Found]) throws -> PixelImage {
    var pixels = scene.image.pixels
    for object in found {
      let color = (0..<3).map { Int(colors[object.label].dropFirst(1 + 2 * $0).prefix(2), radix: 16) ?? 0 }
      for (index, isInside) in object.mask.enumerated() where isInside {
        for channel in 0..<3 {
          pixels[index * 3 + channel] = UInt8((Int(pixels[index * 3 + channel]) + color[channel]) / 2)
        }
      }
    }
    return try PixelImage(width: scene.side, height: scene.side, pixels: pixels)
  }

  /// The losses, with the highest and the last as numbers.
  private func curve() -> String {
    let highest = result.losses.max() ?? 1
    let step = 560 / Double(max(result.losses.count - 1, 1))
    let points = result.losses.enumerated().map { index, loss in
      String(format: "%.1f,%.1f", 40 + Double(index) * step, 170 - 150 * loss / highest)
    }
    return """
      <svg width=640 viewBox='0 0 640 200' font-size=11 fill=currentColor role=img aria-label='The loss of each step'>\
      <path d='M40 15V170H600' fill=none stroke=currentColor opacity=.5 />\
      <polyline points='\(points.joined(separator: " "))' fill=none stroke='#2166ac' stroke-width=1.5 />\
      <text x=36 y=24 text-anchor=end>\(String(format: "%.2f", highest))</text><text x=36 y=174 text-anchor=end>0</text>\
      <text x=600 y=186 text-anchor=end>step \(result.losses.count): \(String(format: "%.3f", result.losses.last ?? 0))</text></svg>
      """
  }
}
