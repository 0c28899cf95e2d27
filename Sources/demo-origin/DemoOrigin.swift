import ArgumentParser
import NIOCore
import NIOHTTP1
import NIOPosix
import Reports

/// A small site whose pages change with each request, to try the line on.
@main struct DemoOrigin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo-origin",
        abstract: "Serve a small site whose pages change with each request: something to try railgun on.",
        discussion: "Pages are made up from a seed, are never compressed, and change as those of real sites do.")

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"
    @Option(help: "The port to listen on; 0 for any that is free.")
    var port = 8000
    @Option(help: "What the pages are made from.")
    var seed: UInt64 = 1

    func validate() throws {
        if !(0...65535).contains(port) { throw ValidationError("--port \(port): use 0...65535") }
    }

    func run() async throws {
        let site = DemoSite(seed: seed)
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(DemoHandler(site: site))
                }
            }
            .bind(host: host, port: port).get()
        Terminal.standardError.write("demo-origin: http://\(host):\(server.localAddress?.port ?? port)/\n")
        try await server.closeFuture.get()
    }
}
