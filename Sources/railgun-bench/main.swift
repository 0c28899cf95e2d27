import Corpus
import Foundation
try CorpusGenerator(seed: 1).write(to: URL(fileURLWithPath: CommandLine.arguments[1]), versionCount: 13) { print($0, $1) }
