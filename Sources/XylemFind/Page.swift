import Foundation
import Xylem

/// A page of HTML with the pictures in it: each image, and what was found for it.
struct Page {
  let title: String
  let summary: String
  let rows: [(query: Query, matches: [Match])]

  func html() throws -> String {
    let rows = try rows.map { query, matches in
      let found = try matches.map { try figure($0.photo, "\($0.photo.name), \($0.text)") }.joined()
      return "<section>\(try figure(query.photo, query.photo.name))<b aria-hidden=true>&rarr;</b>\(found)</section>"
    }
    return """
      <!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">
      <title>\(escaped(title))</title><style>
      body { font: 15px system-ui, sans-serif; margin: 2rem; color-scheme: light dark }
      section { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; margin-bottom: 1.5rem }
      figure { margin: 0; width: 12rem } img { width: 100%; height: 9rem; object-fit: contain }
      figcaption { font-size: 13px; overflow-wrap: anywhere }
      </style><h1>Nearest neighbours by \(escaped(title))</h1><p>\(escaped(summary))</p>
      \(rows.joined(separator: "\n"))</html>
      """
  }

  /// A picture, made small, with a line of text.
  private func figure(_ photo: Photo, _ caption: String) throws -> String {
    let side = min(photo.image.width, photo.image.height, 192)
    let data = try Data(photo.image.resized(shorterSide: side).encodeJPEG()).base64EncodedString()
    return
      "<figure><img alt=\"\(escaped(caption))\" src=\"data:image/jpeg;base64,\(data)\"><figcaption>\(escaped(caption))</figcaption></figure>"
  }

  private func escaped(_ text: String) -> String {
    [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;")].reduce(text) {
      $0.replacingOccurrences(of: $1.0, with: $1.1)
    }
  }
}
