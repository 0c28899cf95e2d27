import Foundation
import NIOCore
import Testing

@testable import Operations

/// What one process hands to the next.
struct InheritanceTests {
    @Test func socketsOfAServiceManagerAreForTheProcessThatItNames() {
        let environment = ["LISTEN_PID": "42", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "a:b"]
        #expect(Inheritance(environment: environment, processID: 42).sockets == [3, 4])
        #expect(Inheritance(environment: environment, processID: 43) == Inheritance())
    }

    @Test func aSuccessorGetsSocketsAPipeAndThePIDFile() {
        let both = Inheritance(environment: [Inheritance.environmentKey: "2 1"], processID: 1)
        #expect(both.sockets == [3, 4] && both.readiness == 5 && both.pidFile == 6)
        let none = Inheritance(environment: [Inheritance.environmentKey: "0 0"], processID: 1)
        #expect(none.sockets == [] && none.readiness == 3 && none.pidFile == nil)
    }

    @Test(arguments: ["", "2", "x 1", "-1 0", "65 0", "1 1 1", "99999999999999999999 1"])
    func whatIsNoneIsIgnored(value: String) {
        let environment = [
            Inheritance.environmentKey: value, "LISTEN_PID": "1", "LISTEN_FDS": value,
        ]
        let inherited = Inheritance(environment: environment, processID: 1)
        #expect(inherited.readiness == nil && (value == "2" || inherited == Inheritance()))
    }

    @Test func aSocketOfTheSameAddressIsTakenOverOnce() throws {
        let address = HostAndPort(host: "127.0.0.1", port: 0)
        let first = try ListeningSockets().take(address, setting: "http.listen")
        let port = try #require(Self.port(of: first))
        let sockets = ListeningSockets([first])
        let same = HostAndPort(host: "127.0.0.1", port: port)
        #expect(try sockets.take(HostAndPort(host: "127.0.0.2", port: port), setting: "a") != first)
        #expect(try sockets.take(same, setting: "http.listen") == first)
        _ = listen(first, 1)
        let error = #expect(throws: ListenFailure.self) { try sockets.take(same, setting: "http.listen") }
        #expect(error?.description.hasPrefix("http.listen = 127.0.0.1:\(port): Address already in use") == true)
        let copies = try sockets.copies()
        #expect(copies.count == 2 && copies.allSatisfy { fcntl($0, F_GETFD) & FD_CLOEXEC != 0 })
        for descriptor in copies + [first] { close(descriptor) }
    }

    @Test func whatNoSettingAsksForIsClosedAndNamed() throws {
        let unasked = try ListeningSockets().take(HostAndPort(host: "127.0.0.1", port: 0), setting: "a")
        let port = try #require(Self.port(of: unasked))
        let sockets = ListeningSockets([unasked])
        #expect(sockets.closeUnused() == ["127.0.0.1:\(port)"])
        #expect(sockets.closeUnused() == [])
    }

    private static func port(of descriptor: CInt) -> Int? {
        var address = sockaddr_in()
        var count = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(descriptor, $0, &count) }
        }
        return status == 0 ? Int(in_port_t(bigEndian: address.sin_port)) : nil
    }

    @Test func aSocketForAllAddressesThatTheSettingDoesNotNameIsExplained() throws {
        let all = try ListeningSockets().take(HostAndPort(host: "::", port: 0), setting: "a")
        defer { close(all) }
        _ = listen(all, 1)
        let port = try #require(Self.port(of: all))
        let error = #expect(throws: ListenFailure.self) {
            try ListeningSockets([all]).take(HostAndPort(host: "0.0.0.0", port: port), setting: "https.listen")
        }
        #expect(
            error?.description.hasSuffix("given a socket for [::]:\(port): both have to name the same address") == true)
    }

    @Test func aPIDFileIsHandedOver() throws {
        let folder = try TemporaryFolder(["x": ""])
        let old = try PIDFile(folder("pid"), processID: 1)
        let new = try PIDFile(folder("pid"), inherited: dup(old.descriptor))
        try Data("1\n".utf8).write(to: URL(fileURLWithPath: folder("other")))
        #expect(new.write())
        old.remove()
        #expect(try String(contentsOfFile: folder("pid"), encoding: .utf8) == "\(getpid())\n")
        #expect(throws: PIDFileError.self) { try PIDFile(folder("pid")) }  // locked all the time
        let elsewhere = try PIDFile(folder("other"), inherited: dup(new.descriptor))
        elsewhere.remove()
        new.remove()
        #expect(!FileManager.default.fileExists(atPath: folder("pid")))
    }

    @Test func eachProcessRemovesItsOwnPIDFile() throws {
        let folder = try TemporaryFolder(["x": ""])
        // The new one writes another file: nobody but the old one would ever remove the first.
        let old = try PIDFile(folder("old"), processID: 1)
        let new = try PIDFile(folder("new"), inherited: dup(old.descriptor))
        old.remove()
        #expect(!FileManager.default.fileExists(atPath: folder("old")))
        // Somebody removed the file, and another process has one there now.
        try FileManager.default.removeItem(atPath: folder("new"))
        let other = try PIDFile(folder("new"))
        new.remove()
        #expect(FileManager.default.fileExists(atPath: folder("new")))
        other.remove()
        // A process that was to take over, and ends before that.
        let running = try PIDFile(folder("pid"), processID: 1)
        try PIDFile(folder("pid"), inherited: dup(running.descriptor)).remove()
        #expect(try String(contentsOfFile: folder("pid"), encoding: .utf8) == "1\n")
        running.remove()
    }

    @Test func whatCantBeHandedOverStartsNoProcess() throws {
        // It would run without the pipe that it is to say into that it is ready, and be waited for in vain.
        let error = #expect(throws: Successor.Failure.self) {
            try Successor(["/bin/true"], sockets: [], pidFile: 1_000_000)
        }
        #expect(error?.description == "what is handed over can't be copied: Bad file descriptor")
    }

    @Test func aServiceManagerIsTold() throws {
        let folder = try TemporaryFolder(["x": ""])
        let receiver = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        defer { close(receiver) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: folder("notify").utf8) }
        let status = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(receiver, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(status == 0)
        let manager = ServiceManager(environment: ["NOTIFY_SOCKET": folder("notify")])
        manager.ready(status: "running")
        manager.reloading()
        manager.stopping()
        var messages: [String] = []
        for _ in 0..<3 {
            var buffer = [UInt8](repeating: 0, count: 200)
            let count = unsafe recv(receiver, &buffer, buffer.count, CInt(MSG_DONTWAIT))
            messages.append(String(decoding: buffer[..<max(0, count)], as: UTF8.self))
        }
        #expect(messages[0] == "READY=1\nMAINPID=\(getpid())\nSTATUS=running")
        #expect(messages[1].hasPrefix("RELOADING=1\nMONOTONIC_USEC=") && messages[2] == "STOPPING=1")
        ServiceManager(environment: [:]).ready(status: "")  // nobody listens
        ServiceManager(environment: ["NOTIFY_SOCKET": "/none/notify"]).stopping()
    }
}
