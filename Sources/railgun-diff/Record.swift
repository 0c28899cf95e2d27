import ArgumentParser
struct Record: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "x")
}
