package import NIOCore

/// Cuts the client's octets into command lines, which end with CRLF and nothing else (RFC 5321 §2.3.8).
///
/// A line with a fault is reported once, as soon as the fault is seen (so that a person at a terminal that sends bare
/// line feeds gets an answer), and is then thrown away up to its CRLF without being kept: memory stays flat whatever
/// is sent. Of several faults in a line the first by position counts, so the result does not depend on how the octets
/// were split into packets.
package struct SMTPLineFramer: Sendable {
    /// What stood next in the input.
    package enum Event: Hashable, Sendable {
        /// A line without its CRLF.
        case line([UInt8])
        /// A line that is no command, whatever it says.
        case fault(Fault)
    }

    /// Why a line cannot be a command.
    package enum Fault: Hashable, Sendable, CaseIterable {
        /// LF without CR before it.
        case bareLF
        /// CR without LF after it.
        case bareCR
        /// An octet 0.
        case nul
        /// More octets than `SMTPLimits.commandLineOctetsMax`, or than `authenticationLineOctetsMax` in AUTH.
        case tooLong
    }

    private enum Mode {
        /// At the start of a line, or in it: so many octets of the input are known to be harmless.
        case line(scanned: Int)
        /// After a fault: everything up to CRLF goes away.
        case skipping(afterCR: AfterCR)
    }

    private enum AfterCR {
        case yes
        case no
    }

    private enum Finding {
        case line(length: Int)
        case fault(Fault, at: Int)
        case more(scanned: Int)
    }

    private var mode = Mode.line(scanned: 0)
    private let lineOctetsMax: Int
    private let authenticationLineOctetsMax: Int
    /// Whether lines are those of an exchange, which are longer than commands.
    package var expected = Expected.command

    /// What a line is.
    package enum Expected: Hashable, Sendable {
        case command
        /// A response in an AUTH exchange.
        case response
    }

    /// A framer for lines of at most so many octets, CRLF included; lines of AUTH may have more (RFC 4954 §4).
    package init(lineOctetsMax: Int, authenticationLineOctetsMax: Int? = nil) {
        self.lineOctetsMax = max(lineOctetsMax, 512)
        self.authenticationLineOctetsMax = max(authenticationLineOctetsMax ?? 0, self.lineOctetsMax)
    }

    /// Takes the next line, or the part of a faulty line that is there; nil when the input does not hold a whole one.
    ///
    /// What is not taken has to be offered again, with more behind it.
    package mutating func next(_ input: inout ByteBuffer) -> Event? {
        while true {
            switch mode {
            case .skipping(let afterCR):
                guard skip(&input, afterCR: afterCR) else { return nil }
            case .line(let scanned):
                switch input.withUnsafeReadableBytes({ scan($0, from: scanned) }) {
                case .more(let scanned):
                    mode = .line(scanned: scanned)
                    return nil
                case .line(let length):
                    mode = .line(scanned: 0)
                    let octets = input.readBytes(length: length) ?? []
                    input.moveReaderIndex(forwardBy: 2)
                    return .line(octets)
                case .fault(let fault, let index):
                    input.moveReaderIndex(forwardBy: index)
                    mode = .skipping(afterCR: .no)
                    return .fault(fault)
                }
            }
        }
    }

    /// Forgets a line begun, for when the input was thrown away (STARTTLS).
    package mutating func reset() {
        mode = .line(scanned: 0)
    }

    /// Looks at each octet once; the scan stops before a CR whose next octet is not there yet.
    private func scan(_ octets: UnsafeRawBufferPointer, from start: Int) -> Finding {
        var index = start
        let lineOctetsMax = lineOctetsMax(octets)
        let end = min(octets.count, lineOctetsMax)
        while index < end {
            switch octets[index] {
            case 0x0a:
                return .fault(.bareLF, at: index)
            case 0x00:
                return .fault(.nul, at: index)
            case 0x0d:
                if index + 1 == lineOctetsMax { return .fault(.tooLong, at: index) }
                guard index + 1 < octets.count else { return .more(scanned: index) }
                guard octets[index + 1] == 0x0a else { return .fault(.bareCR, at: index) }
                return .line(length: index)
            default:
                index += 1
            }
        }
        return index == lineOctetsMax ? .fault(.tooLong, at: index) : .more(scanned: index)
    }

    /// The longest line that begins so.
    private func lineOctetsMax(_ octets: UnsafeRawBufferPointer) -> Int {
        if expected == .response { return authenticationLineOctetsMax }
        guard octets.count >= 5, octets[4] == 0x20 else { return lineOctetsMax }
        let isAuth = (0..<4).allSatisfy { OctetCursor.capital(octets[$0]) == SMTPLineFramer.auth[$0] }
        return isAuth ? authenticationLineOctetsMax : lineOctetsMax
    }

    private static let auth = Array("AUTH".utf8)

    /// Drops octets up to and with CRLF.
    ///
    /// - Returns: whether the CRLF was there.
    private mutating func skip(_ input: inout ByteBuffer, afterCR: AfterCR) -> Bool {
        var previousIsCR = afterCR == .yes
        let view = input.readableBytesView
        var index = view.startIndex
        while index < view.endIndex {
            let octet = view[index]
            index += 1
            if octet == 0x0a, previousIsCR {
                input.moveReaderIndex(to: index)
                mode = .line(scanned: 0)
                return true
            }
            previousIsCR = octet == 0x0d
        }
        input.moveReaderIndex(to: index)
        mode = .skipping(afterCR: previousIsCR ? .yes : .no)
        return false
    }
}
