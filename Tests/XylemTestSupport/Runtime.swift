internal import XylemTensor

/// Whether the tensor runtime is there, with one thread, as the goldens were made: some kernels give other last bits with more.
package let runtimeIsThere: Bool = {
  guard (try? TensorRuntime.load()) != nil else { return false }
  return (try? TensorRuntime.setThreads(1)) != nil
}()
