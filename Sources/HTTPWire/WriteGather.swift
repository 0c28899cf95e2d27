internal import NIOCore

/// Puts small writes of one message into one buffer: a head and a short body are one write, and so one TLS record.
///
/// Large bodies go out as they are, without a copy.
struct WriteGather {
    /// Up to here a copy is cheaper than one more write.
    private static let copiedBytes = 4_096
    private var pending: ByteBuffer?

    /// The buffer to append to, followed by `send` when something must be seen or told.
    mutating func append(_ context: ChannelHandlerContext, _ body: (inout ByteBuffer) -> Void) {
        var buffer = pending.take() ?? context.channel.allocator.buffer(capacity: 1_024)
        body(&buffer)
        pending = buffer
    }

    mutating func append(_ context: ChannelHandlerContext, _ bytes: ByteBuffer) {
        if bytes.readableBytes > Self.copiedBytes {
            send(context, promise: nil)
            context.write(NIOAny(bytes), promise: nil)
        } else if bytes.readableBytes > 0 {
            append(context) { $0.writeImmutableBuffer(bytes) }
        }
    }

    /// Hands on what was gathered; `promise` is told of it and, writes being ordered, of all before it.
    mutating func send(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        if let buffer = pending.take() {
            context.write(NIOAny(buffer), promise: promise)
        } else if promise != nil {
            context.write(NIOAny(ByteBuffer()), promise: promise)
        }
    }
}

extension IOData {
    /// The bytes: neither end ever sends a file.
    var bytes: ByteBuffer {
        guard case .byteBuffer(let buffer) = self else { preconditionFailure("file regions are not used here") }
        return buffer
    }
}
