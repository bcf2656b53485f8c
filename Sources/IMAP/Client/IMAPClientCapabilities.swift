/// What a server announced by CAPABILITY.
package struct IMAPClientCapabilities: Hashable, Sendable {
    private var names: Set<String> = []

    /// Nothing yet.
    package init() {}

    /// Names as the server wrote them.
    init(_ names: some Sequence<String>) {
        self.names = Set(names.map { $0.uppercased() })
    }

    /// Whether a name is among them.
    package func has(_ name: String) -> Bool { names.contains(name) }

    /// Mechanisms of AUTHENTICATE.
    package var mechanisms: [String] {
        names.filter { $0.hasPrefix("AUTH=") }.map { String($0.dropFirst(5)) }.sorted()
    }

    /// Whether LIST tells what STATUS would (RFC 5819).
    package var hasListStatus: Bool { has("LIST-STATUS") || has("IMAP4REV2") }
    /// UID MOVE (RFC 6851).
    package var hasMove: Bool { has("MOVE") || has("IMAP4REV2") }
    /// Whether small literals need no consent (RFC 7888 §4, §5).
    var hasUnasked: Bool { has("LITERAL+") || has("LITERAL-") || has("IMAP4REV2") }
    /// Whether LIST tells uses on demand (RFC 6154 §2, RFC 5258).
    package var hasSpecialUse: Bool { has("SPECIAL-USE") && (has("LIST-EXTENDED") || has("IMAP4REV2")) }
    /// UID EXPUNGE (RFC 4315).
    package var hasUIDPlus: Bool { has("UIDPLUS") || has("IMAP4REV2") }
    /// MODSEQ and CHANGEDSINCE (RFC 7162 §3).
    package var hasConditionalStore: Bool { has("CONDSTORE") || has("QRESYNC") }
    /// IDLE (RFC 2177).
    package var hasIdle: Bool { has("IDLE") || has("IMAP4REV2") }
    /// Responses with initial data for AUTHENTICATE (RFC 4959).
    package var hasInitialResponse: Bool { has("SASL-IR") || has("IMAP4REV2") }
    /// LOGIN must not be used (RFC 9051 §6.2.3).
    package var isLoginDisabled: Bool { has("LOGINDISABLED") }
}
