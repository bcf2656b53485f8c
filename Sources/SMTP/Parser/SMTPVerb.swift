/// The verbs that are known; told apart by their letters as one integer, without a String.
enum SMTPVerb: Hashable, Sendable {
    case ehlo, helo, lhlo, mail, recipient, data, chunk, reset, noop, help, verify, expand, quit, startTLS, authenticate
    /// A method of HTTP.
    case http

    /// Reads a verb in any case.
    init?(_ octets: ArraySlice<UInt8>) {
        guard (3...8).contains(octets.count) else { return nil }
        var word: UInt64 = 0
        for octet in octets { word = word << 8 | UInt64(OctetCursor.capital(octet)) }
        guard let verb = SMTPVerb.command(word) ?? SMTPVerb.httpMethod(word) else { return nil }
        self = verb
    }

    private static func command(_ word: UInt64) -> SMTPVerb? {
        switch word {
        case 0x4548_4c4f: .ehlo  // EHLO
        case 0x4845_4c4f: .helo  // HELO
        case 0x4c48_4c4f: .lhlo  // LHLO
        case 0x4d41_494c: .mail  // MAIL
        case 0x5243_5054: .recipient  // RCPT
        case 0x4441_5441: .data  // DATA
        case 0x4244_4154: .chunk  // BDAT
        case 0x5253_4554: .reset  // RSET
        case 0x4e4f_4f50: .noop  // NOOP
        case 0x4845_4c50: .help  // HELP
        case 0x5652_4659: .verify  // VRFY
        case 0x4558_504e: .expand  // EXPN
        case 0x5155_4954: .quit  // QUIT
        case 0x5354_4152_5454_4c53: .startTLS  // STARTTLS
        case 0x4155_5448: .authenticate  // AUTH
        default: nil
        }
    }

    private static func httpMethod(_ word: UInt64) -> SMTPVerb? {
        switch word {
        case 0x47_4554, 0x50_5554, 0x50_5249: .http  // GET PUT PRI
        case 0x504f_5354, 0x4845_4144: .http  // POST HEAD
        case 0x50_4154_4348: .http  // PATCH
        case 0x4445_4c45_5445: .http  // DELETE
        case 0x434f_4e4e_4543_54, 0x4f50_5449_4f4e_53: .http  // CONNECT OPTIONS
        default: nil
        }
    }
}
