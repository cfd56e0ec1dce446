extension PickleReader {
  /// The bytes after the protocol in every file of `torch.save` in the format before PyTorch 1.6: the pickle of a magic
  /// number.
  package static let legacyMagic: [UInt8] = [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
}
