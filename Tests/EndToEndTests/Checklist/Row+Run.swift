import Foundation

extension Row {
    /// Carries the row out on what listens at a port, in front of an origin.
    func run(at port: UInt16, _ origin: ScriptedOrigin) throws -> Exchange {
        origin.answer(key, with: script)
        let socket = try TCPSocket(connectingTo: port)
        let reader = WireReader(socket, within: .seconds(30))
        var exchange = Exchange(key: key)
        var methods = self.methods[...]
        do {
            for step in send {
                try carryOut(step, socket, reader, &methods, &exchange)
            }
            while !methods.isEmpty, exchange.answers.last?.cut == nil {
                exchange.answers.append(try reader.answer(to: methods.removeFirst()))
            }
        } catch WireFailure.finished {
            exchange.ending = .closed
        } catch {
            exchange.failure = "\(error)"
        }
        listen(reader, &exchange)
        socket.close()
        // A request that was cut off arrives cut off: give it the time.
        if send.contains(where: \.endsEarly) { Thread.sleep(forTimeInterval: 0.3) }
        exchange.seen = origin.requests(key)
        return exchange
    }

    private func carryOut(
        _ step: Step, _ socket: TCPSocket, _ reader: WireReader, _ methods: inout ArraySlice<String>,
        _ exchange: inout Exchange
    ) throws {
        func send(_ text: String) { try? socket.send([UInt8](latin1: text.replacing("$K", with: key))) }
        switch step {
        case .send(let text): send(text)
        case .eachByte(let text): for byte in text.replacing("$K", with: key) { send(String(byte)) }
        case .sendMany(let text, let count): send(String(repeating: text, count: count))
        case .pause(let time): Thread.sleep(forTimeInterval: time / .seconds(1))
        case .body(let body):
            for index in 0..<body.blockCount {
                let size = String(LongBody.blockBytes, radix: 16)
                guard (try? socket.send(Array("\(size)\r\n".utf8) + body.block(index) + [13, 10])) != nil else { break }
            }
            send("0\r\n\r\n")
        case .awaitBytes: while reader.unread.isEmpty, try reader.fill() {}
        case .awaitAnswer: exchange.answers.append(try reader.answer(to: methods.removeFirst()))
        case .finish: socket.finish()
        case .closeNow: socket.close()
        }
    }

    /// Waits for the end of the connection where one is due, and a moment for what must not come.
    private func listen(_ reader: WireReader, _ exchange: inout Exchange) {
        guard case .open = exchange.ending else { return }
        let isDue =
            exchange.answers.last.map { $0.status >= 400 || $0.fields.has("Connection") || $0.cut != nil } ?? true
        let end = ContinuousClock.now + (isDue ? max(linger, .seconds(5)) : linger)
        do {
            while ContinuousClock.now < end {
                if try !reader.fill(within: end - ContinuousClock.now) {
                    exchange.ending = .closed
                    break
                }
            }
        } catch WireFailure.cut {
            exchange.ending = .reset
        } catch {}
        exchange.rest = latin1(reader.takeUnread())
    }
}

extension Row.Step {
    fileprivate var endsEarly: Bool {
        switch self {
        case .finish, .closeNow: true
        default: false
        }
    }
}
