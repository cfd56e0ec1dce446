internal import XylemFiles
internal import XylemTensor

/// Numbers of torch.export's schema in terms of the runtime's.
enum ExportedCodes {
  /// Element types.
  static let scalarType: [Int: Int] = [
    1: 0, 2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6, 8: 7, 9: 8, 10: 9, 11: 10, 12: 11, 13: 15, 28: 27, 29: 24, 30: 23, 31: 26,
    32: 25, 33: 44, 34: 28, 35: 29,
  ]

  /// Layouts of tensors: the schema's seven is the runtime's zero, plain strides.
  static let layout: [Int: Int] = [1: 1, 2: 2, 3: 4, 4: 5, 5: 6, 6: 3, 7: 0]

  /// The schema's number of the layout with plain strides.
  static let strided = 7

  /// Memory formats.
  static let memoryFormat: [Int: Int] = [1: 0, 2: 2, 3: 3, 4: 1]

  /// The element type with a number of the schema. Nil for one without a plain form.
  static func dtype(_ code: Int) -> DType? {
    scalarType[code].flatMap { DType(runtimeCode: Int32($0)) }
  }
}
