/// What a server announced in its reply to EHLO or LHLO; nothing for HELO.
package struct SMTPCapabilities: Hashable, Sendable {
    /// Extensions without arguments that matter to a client, and those whose arguments stand below.
    package struct Extensions: OptionSet, Hashable, Sendable {
        package let rawValue: UInt16
        package init(rawValue: UInt16) { self.rawValue = rawValue }
        /// RFC 2920.
        package static let pipelining = Extensions(rawValue: 1)
        /// RFC 1870.
        package static let size = Extensions(rawValue: 1 << 1)
        /// RFC 6152.
        package static let eightBitMIME = Extensions(rawValue: 1 << 2)
        /// RFC 6531.
        package static let smtpUTF8 = Extensions(rawValue: 1 << 3)
        /// RFC 3030 §2.
        package static let chunking = Extensions(rawValue: 1 << 4)
        /// RFC 3030 §3.
        package static let binaryMIME = Extensions(rawValue: 1 << 5)
        /// RFC 3461.
        package static let dsn = Extensions(rawValue: 1 << 6)
        /// RFC 3207.
        package static let startTLS = Extensions(rawValue: 1 << 7)
        /// RFC 4954.
        package static let auth = Extensions(rawValue: 1 << 8)
        /// RFC 8689.
        package static let requireTLS = Extensions(rawValue: 1 << 9)
        /// RFC 2852.
        package static let deliverBy = Extensions(rawValue: 1 << 10)
        /// RFC 4865.
        package static let futureRelease = Extensions(rawValue: 1 << 11)
        /// RFC 9422.
        package static let limits = Extensions(rawValue: 1 << 12)
        /// RFC 2034.
        package static let enhancedStatusCodes = Extensions(rawValue: 1 << 13)
    }

    /// `LIMITS` (RFC 9422 §4); nil where there is no such limit.
    package struct Limits: Hashable, Sendable {
        /// MAILMAX: transactions of one connection.
        package var transactionsMax: Int?
        /// RCPTMAX: recipients of one transaction.
        package var recipientsMax: Int?
        /// RCPTDOMAINMAX: domains of one transaction's recipients.
        package var recipientDomainsMax: Int?
    }

    /// How the server names itself, by its own word.
    package var name = ""
    /// What it can.
    package var extensions: Extensions = []
    /// SIZE's number; nil where none was given or the server says that it has no fixed limit (0).
    package var sizeOctetsMax: Int?
    /// AUTH's mechanisms as written.
    package var mechanisms: [String] = []
    /// DELIVERBY's least time in seconds.
    package var deliverBySecondsMin: Int?
    /// FUTURERELEASE's longest time in seconds.
    package var futureReleaseSecondsMax: Int?
    /// The arguments of LIMITS.
    package var limits = Limits()

    /// Nothing: what HELO gives.
    package init() {}
}

extension SMTPCapabilities {
    /// ```
    /// ehlo-ok-rsp = ( "250-" Domain [ SP ehlo-greet ] CRLF *( "250-" ehlo-line CRLF ) "250" SP ehlo-line CRLF )
    /// ehlo-line = ehlo-keyword *( SP ehlo-param )
    /// ```
    /// (RFC 5321 §4.1.1.1) A line that cannot be read announces nothing.
    package init(_ reply: SMTPReply) {
        let lines = reply.texts
        name = lines.first?.split(separator: " ", maxSplits: 1).first.map(String.init) ?? ""
        for line in lines.dropFirst() {
            // AUTH=LOGIN is what servers announced before RFC 2554; some still do.
            let words = line.split { $0 == " " || $0 == "\t" }
            guard let keyword = words.first?.uppercased() else { continue }
            if keyword.hasPrefix("AUTH=") {
                announce("AUTH", [words[0].dropFirst(5)] + words.dropFirst())
            } else {
                announce(keyword, Array(words.dropFirst()))
            }
        }
    }

    private mutating func announce(_ keyword: String, _ arguments: [Substring]) {
        guard let known = Self.keywords[keyword] else { return }
        extensions.insert(known)
        switch known {
        case .size: sizeOctetsMax = arguments.first.flatMap(Self.number).flatMap { $0 > 0 ? $0 : nil }
        case .auth: mechanisms += arguments.map(String.init).filter { !$0.isEmpty && !mechanisms.contains($0) }
        case .deliverBy: deliverBySecondsMin = arguments.first.flatMap(Self.number)
        case .futureRelease: futureReleaseSecondsMax = arguments.first.flatMap(Self.number)
        case .limits: arguments.forEach { limit($0) }
        default: break
        }
    }

    /// `limit-name [ "=" limit-value ]`; a limit of nothing is no limit that anybody can mean.
    private mutating func limit(_ argument: Substring) {
        let parts = argument.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let value = Self.number(parts[1]), value > 0 else { return }
        switch parts[0].uppercased() {
        case "MAILMAX": limits.transactionsMax = value
        case "RCPTMAX": limits.recipientsMax = value
        case "RCPTDOMAINMAX": limits.recipientDomainsMax = value
        default: break
        }
    }

    private static func number(_ digits: Substring) -> Int? {
        guard (1...20).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(digits) ?? .max
    }

    private static let keywords: [String: Extensions] = [
        "PIPELINING": .pipelining, "SIZE": .size, "8BITMIME": .eightBitMIME, "SMTPUTF8": .smtpUTF8,
        "CHUNKING": .chunking, "BINARYMIME": .binaryMIME, "DSN": .dsn, "STARTTLS": .startTLS, "AUTH": .auth,
        "REQUIRETLS": .requireTLS, "DELIVERBY": .deliverBy, "FUTURERELEASE": .futureRelease, "LIMITS": .limits,
        "ENHANCEDSTATUSCODES": .enhancedStatusCodes,
    ]
}
