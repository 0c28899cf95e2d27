import Glibc
import CFuzzer

// fuzz TARGET [libFuzzer's arguments]: what Fuzz/run calls. All targets are one program, which is built and linked once.

/// What an input is given to, by the name of its target.
let targets: [String: ([UInt8]) -> Void] = [
    "answers": testAnswers, "configuration": testConfiguration, "container": testDeltas, "heads": testHeads,
    "items": testItems, "link": testLane, "requests": testRequests, "texts": testTexts,
]

guard CommandLine.argc > 1, let test = targets[CommandLine.arguments[1]] else {
    print("fuzz TARGET, one of: \(targets.keys.sorted().joined(separator: " "))")
    exit(2)
}
nonisolated(unsafe) let chosen = test
var count = CommandLine.argc - 1
unsafe CommandLine.unsafeArgv[1] = CommandLine.unsafeArgv[0]
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv + 1
exit(
    unsafe LLVMFuzzerRunDriver(&count, &arguments) { data, size in
        unsafe chosen(Array(UnsafeBufferPointer(start: data, count: size)))
        return 0
    })
