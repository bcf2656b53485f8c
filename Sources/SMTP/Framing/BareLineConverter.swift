package import NIOCore

/// Makes CRLF of each bare LF and each bare CR (`BareLinePolicy.convert`); what is right already passes as it is.
package struct BareLineConverter: Sendable {
    private enum Held {
        case nothing
        /// A CR at the end of the chunk before: whether it is bare shows only now.
        case carriageReturn
    }

    private var held = Held.nothing

    /// For one message.
    package init() {}

    /// Converts a chunk; a CR at its end is held back.
    package mutating func convert(_ chunk: ByteBuffer) -> ByteBuffer {
        let view = chunk.readableBytesView
        guard held == .carriageReturn || BareLineConverter.needsWork(view) else { return chunk }
        var output = ByteBuffer()
        output.reserveCapacity(chunk.readableBytes + 64)
        for octet in view {
            switch (held, octet) {
            case (.carriageReturn, 0x0a), (.nothing, 0x0a):
                writeLineEnd(&output)
                held = .nothing
            case (.carriageReturn, 0x0d):
                writeLineEnd(&output)
            case (.nothing, 0x0d):
                held = .carriageReturn
            case (.carriageReturn, _):
                writeLineEnd(&output)
                output.writeInteger(octet)
                held = .nothing
            case (.nothing, _):
                output.writeInteger(octet)
            }
        }
        return output
    }

    private func writeLineEnd(_ output: inout ByteBuffer) {
        output.writeInteger(UInt16(0x0d0a))
    }

    /// Whether anything is bare, or a CR stands last.
    private static func needsWork(_ view: ByteBufferView) -> Bool {
        var previous: UInt8 = 0
        for octet in view {
            if (octet == 0x0a) != (previous == 0x0d) { return true }
            previous = octet
        }
        return previous == 0x0d
    }
}
