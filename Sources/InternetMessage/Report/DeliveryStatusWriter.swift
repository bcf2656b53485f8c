internal import MailCore

/// Writes a message/delivery-status part (RFC 3464 §2) or, with UTF-8, a message/global-delivery-status (RFC 6533 §4.1).
struct DeliveryStatusWriter {
    private var header: HeaderWriter
    private let form: MessageWriteOptions.HeaderForm
    private let limits: DeliveryReportLimits

    init(form: MessageWriteOptions.HeaderForm, limits: DeliveryReportLimits) {
        self.form = form
        self.limits = limits
        // Nothing is ever an encoded word here: the writer is only asked to fold.
        header = HeaderWriter(form: .utf8)
    }

    /// The content of the part.
    mutating func write(_ report: DeliveryReport) -> [UInt8] {
        if let id = report.envelopeID { put("Original-Envelope-Id", words(id)) }
        put("Reporting-MTA", typed("dns", report.reportingMTA.ascii))
        if let origin = report.receivedFrom { put("Received-From-MTA", typed("dns", origin.ascii)) }
        if let arrival = report.arrival { put("Arrival-Date", words(arrival.writable.description)) }
        for recipient in report.recipients {
            header.end()
            write(recipient)
        }
        return header.output
    }

    private mutating func write(_ recipient: DeliveryReport.Recipient) {
        if let original = recipient.original {
            put("Original-Recipient", address(original.addressType, original.address))
        }
        put("Final-Recipient", address("rfc822", recipient.final.written))
        put("Action", words(recipient.action.rawValue))
        put("Status", words(recipient.status.description))
        if let remote = recipient.remoteMTA { put("Remote-MTA", typed("dns", remote.ascii)) }
        switch recipient.diagnostic {
        case .smtp(let lines): put("Diagnostic-Code", typed("smtp", lines.joined(separator: " ")))
        case .local(let text): put("Diagnostic-Code", typed("X-Paloma", text))
        case nil: break
        }
        if let date = recipient.lastAttempt { put("Last-Attempt-Date", words(date.writable.description)) }
        if let date = recipient.willRetryUntil { put("Will-Retry-Until", words(date.writable.description)) }
    }

    private mutating func put(_ name: String, _ words: [[UInt8]]) {
        header.begin(name)
        for word in words { header.put(word) }
        header.end()
    }

    /// `type; text`
    private func typed(_ type: String, _ text: String) -> [[UInt8]] {
        [Array("\(type);".utf8)] + words(text)
    }

    /// An address with its type: `utf-8` for what is not ASCII (RFC 6533 §3).
    private func address(_ type: String, _ address: String) -> [[UInt8]] {
        let type = type.utf8.allSatisfy { $0.isAtomOctet } && (1...40).contains(type.utf8.count) ? type : "unknown"
        let isUnicode = type.lowercased() == "utf-8"
        guard isUnicode || !address.utf8.allSatisfy({ $0 < 0x80 }) else { return typed(type, address) }
        return typed("utf-8", form == .utf8 ? address : UnicodeAddress.encode(address))
    }

    /// The words of a text in one line, none too long to be folded.
    private func words(_ text: String) -> [[UInt8]] {
        var line = HeaderWords.oneLine(String(text.prefix(limits.diagnosticCharactersMax)))
        if form == .ascii || HeaderWords.hasUnicodeLineEnd(line) {
            // One mark for each character.
            line = line.filter { $0 & 0xC0 != 0x80 }.map { $0 < 0x80 ? $0 : UInt8(ascii: "?") }
        }
        return line.split(whereSeparator: \.isBlank).flatMap(Self.pieces)
    }

    private static func pieces(_ word: ArraySlice<UInt8>) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = word
        while rest.count > HeaderWriter.wordLengthMax {
            var end = rest.startIndex + HeaderWriter.wordLengthMax
            while rest[end] & 0xC0 == 0x80, end > rest.startIndex + 1 { end -= 1 }
            pieces.append(Array(rest[..<end]))
            rest = rest[end...]
        }
        return pieces + [Array(rest)]
    }
}

/// `utf-8-addr-xtext`: an address with any characters, in ASCII (RFC 6533 §3).
enum UnicodeAddress {
    static func encode(_ address: String) -> String {
        var encoded = ""
        for scalar in address.unicodeScalars {
            switch scalar.value {
            case 0x21...0x2A, 0x2C...0x3C, 0x3E...0x5B, 0x5D...0x7E:
                encoded.unicodeScalars.append(scalar)
            case let value:
                let digits = String(value, radix: 16, uppercase: true)
                encoded += "\\x{\(digits.utf8.count < 2 ? "0" : "")\(digits)}"
            }
        }
        return encoded
    }

    /// What `encode` was given; what is no escape stays.
    static func decode(_ text: String) -> String {
        var decoded = ""
        var rest = Substring(text)
        while let start = rest.firstRange(of: "\\x{") {
            decoded += rest[..<start.lowerBound]
            let digits = rest[start.upperBound...].prefix { $0 != "}" }
            let isClosed = digits.endIndex < rest.endIndex
            guard isClosed, (2...6).contains(digits.utf8.count), let value = UInt32(digits, radix: 16),
                let scalar = Unicode.Scalar(value)
            else {
                decoded += rest[start]
                rest = rest[start.upperBound...]
                continue
            }
            decoded.unicodeScalars.append(scalar)
            rest = rest[rest.index(after: digits.endIndex)...]
        }
        return decoded + rest
    }
}
