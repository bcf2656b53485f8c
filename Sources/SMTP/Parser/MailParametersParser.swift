internal import MailCore

/// The parameters of MAIL.
enum MailParametersParser {
    /// ENVID's octets (RFC 3461 §4.4).
    static let envelopeIDOctetsMax = 100

    /// Those of the extensions that are announced; others are refused with 555.
    static func parse(_ cursor: OctetCursor, _ extensions: SMTPExtensions) throws(SMTPCommandError) -> MailParameters {
        var parameters = MailParameters()
        var parser = ParameterParser(cursor)
        while let parameter = try parser.next() {
            switch parameter.keyword {
            case "SIZE":
                parameters.sizeOctets = try size(parameter)
            case "BODY":
                parameters.envelope.body = try body(parameter, extensions)
            case "SMTPUTF8" where extensions.contains(.smtpUTF8):
                try parameter.forbidden()
                parameters.envelope.smtpUTF8 = .needed
            case "REQUIRETLS" where extensions.contains(.requireTLS):
                try parameter.forbidden()
                parameters.envelope.requireTLS = .required
            case "RET" where extensions.contains(.dsn):
                parameters.envelope.dsnReturn = try dsnReturn(parameter)
            case "ENVID" where extensions.contains(.dsn):
                parameters.envelope.envelopeID = try envelopeID(parameter)
            case "AUTH" where extensions.contains(.auth):
                parameters.submitter = try submitter(parameter)
            case "HOLDFOR" where extensions.contains(.futureRelease):
                guard parameters.hold == nil else { throw twoHolds }
                parameters.hold = .interval(seconds: try holdInterval(parameter))
            case "HOLDUNTIL" where extensions.contains(.futureRelease):
                guard parameters.hold == nil else { throw twoHolds }
                parameters.hold = .until(seconds: try holdTime(parameter))
            case "BY" where extensions.contains(.deliverBy):
                parameters.deliverBy = try deliverBy(parameter)
            default:
                throw .unknownParameter(parameter.keyword)
            }
        }
        return parameters
    }

    /// ```
    /// size-value ::= 1*20DIGIT
    /// ```
    /// (RFC 1870 §6) A number beyond any machine's is still a number: too large.
    private static func size(_ parameter: ParameterParser.Parameter) throws(SMTPCommandError) -> Int {
        let digits = try parameter.required()
        guard digits.count <= 20 else { throw .syntax("SIZE needs a number of at most 20 digits") }
        var value = 0
        for digit in digits {
            guard digit >= 0x30, digit <= 0x39 else { throw .syntax("SIZE needs a number") }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(Int(digit) - 0x30)
            value = overflow || carried ? .max : sum
            if value == .max { break }
        }
        return value
    }

    /// ```
    /// body-value ::= "7BIT" / "8BITMIME" / "BINARYMIME"
    /// ```
    /// (RFC 6152 §2, RFC 3030 §3)
    private static func body(
        _ parameter: ParameterParser.Parameter, _ extensions: SMTPExtensions
    ) throws(SMTPCommandError) -> EnvelopeParameters.BodyType {
        switch try parameter.capitals() {
        case "7BIT": return .sevenBit
        case "8BITMIME": return .eightBitMIME
        case "BINARYMIME" where extensions.contains(.chunking): return .binaryMIME
        default: throw .syntax("BODY is one of 7BIT, 8BITMIME, BINARYMIME as announced")
        }
    }

    /// ```
    /// ret-value = "FULL" / "HDRS"
    /// ```
    /// (RFC 3461 §4.3)
    private static func dsnReturn(
        _ parameter: ParameterParser.Parameter
    ) throws(SMTPCommandError) -> EnvelopeParameters.Return {
        switch try parameter.capitals() {
        case "FULL": return .full
        case "HDRS": return .headers
        default: throw .syntax("RET is FULL or HDRS")
        }
    }

    /// ```
    /// envid-parameter = "ENVID=" xtext
    /// ```
    /// (RFC 3461 §4.4)
    private static func envelopeID(_ parameter: ParameterParser.Parameter) throws(SMTPCommandError) -> String {
        let value = try parameter.required()
        guard value.count <= envelopeIDOctetsMax else {
            throw .syntax("ENVID is longer than \(envelopeIDOctetsMax) octets")
        }
        guard let text = Xtext.decodePrintable(value) else {
            throw .syntax("ENVID needs printable characters as xtext")
        }
        return text
    }

    /// ```
    /// auth-param = "AUTH=" xtext    ; of a Mailbox, or "<>"
    /// ```
    /// (RFC 4954 §5)
    private static func submitter(_ parameter: ParameterParser.Parameter) throws(SMTPCommandError) -> ReversePath {
        guard let octets = Xtext.decode(try parameter.required()) else { throw .syntax("AUTH= needs xtext") }
        var cursor = OctetCursor(octets)
        let path = try PathParser.path(&cursor, .sender)
        guard cursor.isAtEnd else { throw .syntax("AUTH= needs one address") }
        switch path.content {
        case .address(let address): return .address(address)
        case .empty, .postmaster: return .null
        }
    }

    private static let twoHolds = SMTPCommandError.syntax("HOLDFOR and HOLDUNTIL exclude each other")

    /// ```
    /// future-release-interval = future-release-integer    ; 1*9DIGIT, seconds
    /// ```
    /// (RFC 4865 §4)
    private static func holdInterval(_ parameter: ParameterParser.Parameter) throws(SMTPCommandError) -> Int64 {
        let digits = try parameter.required()
        guard digits.count <= 9, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let seconds = Int64(String(decoding: digits, as: UTF8.self))
        else { throw .syntax("HOLDFOR needs a number of seconds of at most 9 digits") }
        return seconds
    }

    /// ```
    /// future-release-date-time = date-time    ; RFC 3339 §5.6
    /// ```
    /// (RFC 4865 §4, with its erratum 2040)
    private static func holdTime(_ parameter: ParameterParser.Parameter) throws(SMTPCommandError) -> Int64 {
        guard let seconds = UTCDateTime.parse(try parameter.required()) else {
            throw .syntax("HOLDUNTIL needs a date and time like 2030-01-31T08:00:00Z")
        }
        return seconds
    }

    /// ```
    /// by-value = by-time ";" by-mode [by-trace]
    /// by-time = ["-" / "+"] 1*9DIGIT    ; seconds, below 1 only with N
    /// by-mode = "N" / "R"
    /// by-trace = "T"
    /// ```
    /// (RFC 2852 §4)
    private static func deliverBy(
        _ parameter: ParameterParser.Parameter
    ) throws(SMTPCommandError) -> MailParameters.DeliverByRequest {
        let malformed = SMTPCommandError.syntax("BY needs seconds, a semicolon and N or R, as in BY=3600;N")
        var cursor = OctetCursor(Array(try parameter.required()))
        let isNegative = cursor.take(0x2d)
        if !isNegative { _ = cursor.take(0x2b) }
        let digits = cursor.take { $0 >= 0x30 && $0 <= 0x39 }
        guard (1...9).contains(digits.count),
            let magnitude = Int64(String(decoding: cursor.octets[digits], as: UTF8.self)), cursor.take(0x3b)
        else { throw malformed }
        let seconds = isNegative ? -magnitude : magnitude
        let mode: EnvelopeParameters.DeliverBy.Mode
        if cursor.take(word: "N") {
            mode = .notify
        } else if cursor.take(word: "R") {
            mode = .returnMessage
        } else {
            throw malformed
        }
        let trace: EnvelopeParameters.DeliverBy.Trace = cursor.take(word: "T") ? .wanted : .none
        guard cursor.isAtEnd else { throw malformed }
        guard seconds > 0 || mode == .notify else {
            throw .syntax("BY with R needs more than 0 seconds")
        }
        return MailParameters.DeliverByRequest(seconds: seconds, mode: mode, trace: trace)
    }
}
