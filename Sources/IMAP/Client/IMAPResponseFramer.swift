internal import NIOCore

/// Cuts responses out of what a server sends: a line, with the literals in it (RFC 9051 §4.3). A message's own octets do not
/// wait for the rest: they are handed on as they come, and an empty string stands for them in the response.
struct IMAPResponseFramer: Sendable {
    /// What was cut out.
    enum Piece: Sendable {
        /// A message begins in the response under way.
        case messageBegins(octets: Int64)
        /// Some of its octets.
        case octets(ByteBuffer)
        /// A whole response without its line end; each literal stands in it with its header.
        case response([UInt8])
    }

    private enum State: Sendable {
        case line
        /// Octets of a literal that belong to the response.
        case literal(left: Int)
        /// Octets of a message.
        case message(left: Int64)
    }

    private let limits: IMAPClientLimits
    private var state = State.line
    private var response: [UInt8] = []
    /// Octets of the input, behind those that were taken, that have no LF.
    private var searched = 0

    init(limits: IMAPClientLimits) { self.limits = limits }

    /// Takes what can be taken; nil when more is needed.
    mutating func next(_ input: inout ByteBuffer) throws(IMAPClientFailure) -> Piece? {
        while input.readableBytes > 0 {
            switch state {
            case .message(let left):
                let count = Int(min(left, Int64(input.readableBytes)))
                state = left == Int64(count) ? .line : .message(left: left - Int64(count))
                guard count > 0, let octets = input.readSlice(length: count) else { continue }
                return .octets(octets)
            case .literal(let left):
                let count = min(left, input.readableBytes)
                response += input.readBytes(length: count) ?? []
                state = left == count ? .line : .literal(left: left - count)
            case .line:
                guard try takeLine(&input) else { return nil }
                if let piece = try endLine() { return piece }
            }
        }
        return nil
    }

    /// - Returns: whether a line has ended.
    private mutating func takeLine(_ input: inout ByteBuffer) throws(IMAPClientFailure) -> Bool {
        let view = input.readableBytesView
        guard let feed = view.dropFirst(searched).firstIndex(of: 0x0A) else {
            searched = view.count
            guard response.count + view.count <= limits.responseOctetsMax else { throw .tooMuch }
            return false
        }
        searched = 0
        let count = feed - view.startIndex + 1
        guard response.count + count <= limits.responseOctetsMax else { throw .tooMuch }
        response += view[view.startIndex..<feed]
        input.moveReaderIndex(forwardBy: count)
        if response.last == 0x0D { response.removeLast() }
        return true
    }

    /// The response is whole, unless a literal follows.
    private mutating func endLine() throws(IMAPClientFailure) -> Piece? {
        guard let header = LiteralHeader(endOf: response) else {
            defer { response = [] }
            return .response(response)
        }
        let octets = header.octets
        if isMessage {
            guard octets <= UInt64(limits.messageOctetsMax) else { throw .tooMuch }
            while let last = response.popLast(), last != UInt8(ascii: "{") {}
            if response.last == UInt8(ascii: "~") { response.removeLast() }
            response += Array("\"\"".utf8)
            state = .message(left: Int64(octets))
            return .messageBegins(octets: Int64(octets))
        }
        guard octets <= UInt64(limits.responseOctetsMax - response.count) else { throw .tooMuch }
        response += [0x0D, 0x0A]
        state = .literal(left: Int(octets))
        return nil
    }

    /// Whether the literal is that of `BODY[]` or `BODY[]<0>` in a FETCH response.
    private var isMessage: Bool {
        guard response.starts(with: "* ".utf8) else { return false }
        let digits = response.dropFirst(2).prefix { $0.isDigit }
        let head = response.dropFirst(2 + digits.count).prefix(8)
        guard !digits.isEmpty, head.elementsEqual(" FETCH (".utf8, by: { $0 | 0x20 == $1 | 0x20 }) else { return false }
        var rest = response[..<(response.lastIndex(of: UInt8(ascii: "{")) ?? response.startIndex)]
        if rest.last == UInt8(ascii: "~") { rest.removeLast() }
        guard rest.popLast() == UInt8(ascii: " ") else { return false }
        if rest.last == UInt8(ascii: ">") {
            rest.removeLast()
            while rest.last?.isDigit == true { rest.removeLast() }
            guard rest.popLast() == UInt8(ascii: "<") else { return false }
        }
        return rest.suffix(6).elementsEqual("BODY[]".utf8) { Self.upper($0) == $1 }
    }

    private static func upper(_ octet: UInt8) -> UInt8 {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet) ? octet - 0x20 : octet
    }
}
