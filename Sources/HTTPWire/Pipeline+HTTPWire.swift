package import NIOCore

extension ChannelPipeline.SynchronousOperations {
    /// Adds strict HTTP/1 towards a client: `HTTPServerRequestPart` in, `HTTPServerResponsePart` out.
    ///
    /// See ``FrontCodec``.
    package func addFrontCodec(limits: HeadLimits = HeadLimits()) throws {
        try addHandler(FrontCodec(limits: limits))
    }

    /// Adds strict HTTP/1 towards an origin: `HTTPClientResponsePart` in, `HTTPClientRequestPart` out.
    ///
    /// - Returns: The handler, which a connection pool asks for ``OriginCodec/isIdle``.
    @discardableResult
    package func addOriginCodec(limits: HeadLimits = HeadLimits()) throws -> OriginCodec {
        let codec = OriginCodec(limits: limits)
        try addHandler(codec)
        return codec
    }
}
