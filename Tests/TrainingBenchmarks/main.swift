import Foundation
import Xylem

/// What a step of training costs: `.ci/bench_training.py` runs it beside PyTorch.
///
///     TrainingBenchmarks resnet18|maskrcnn FILE THREADS
///
/// FILE has the initial weights (`model.…`) and the data, so that both compute the same. Each line of standard input
/// is a number of steps; the answer is a line of JSON with the milliseconds and the loss of each, the processor time of
/// all threads, the resident memory after it, and the peak of the process, in kibibytes.
struct Answer: Encodable {
  var milliseconds: [Double] = []
  var processor: [Double] = []
  var losses: [Double] = []
  var resident: [Int] = []
  var peak = 0
}

/// Numbers of `/proc/self/status`, in kibibytes.
func memory(_ name: String) -> Int {
  let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
  return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0
}

func nanoseconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

let arguments = CommandLine.arguments
guard arguments.count == 4, let threads = Int(arguments[3]) else {
  FileHandle.standardError.write(Data("usage: TrainingBenchmarks resnet18|maskrcnn FILE THREADS\n".utf8))
  exit(64)
}
try TensorRuntime.setThreads(threads)
let step = try TrainingStep.make(arguments[1], try StateDictFile.read(arguments[2]))
try TensorRuntime.setSeed(1)
print("ready")
fflush(nil)
while let count = readLine().flatMap({ Int($0) }) {
  var answer = Answer()
  for _ in 0..<count {
    let (start, busy) = (nanoseconds(CLOCK_MONOTONIC), nanoseconds(CLOCK_PROCESS_CPUTIME_ID))
    let loss = try step()
    answer.milliseconds.append((nanoseconds(CLOCK_MONOTONIC) - start) / 1e6)
    answer.processor.append((nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - busy) / 1e6)
    answer.losses.append(loss)
    answer.resident.append(memory("VmRSS"))
  }
  answer.peak = memory("VmHWM")
  print(String(decoding: try JSONEncoder().encode(answer), as: UTF8.self))
  fflush(nil)
}
