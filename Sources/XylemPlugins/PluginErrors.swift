internal import XylemErrors

/// The texts of this module's errors.
enum PluginErrors {}
