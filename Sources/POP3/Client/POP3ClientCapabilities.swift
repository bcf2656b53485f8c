/// What a server announced by CAPA (RFC 2449).
package struct POP3ClientCapabilities: Hashable, Sendable {
    /// Mechanisms of AUTH (RFC 5034 §3).
    package var mechanisms: [String] = []
    /// STLS (RFC 2595 §4).
    package var hasSTLS = false
    /// Commands need not wait for replies (RFC 2449 §6.6).
    package var hasPipelining = false
    /// UIDL.
    package var hasUniqueIDs = false
    /// TOP.
    package var hasTop = false
    /// USER and PASS; a server without CAPA has nothing else.
    package var hasUser = false

    /// Nothing yet.
    package init() {}

    /// Takes one line; names are compared without case.
    mutating func add(_ line: String) {
        let words = line.uppercased().split(separator: " ")
        switch words.first {
        case "SASL": mechanisms = words.dropFirst().map(String.init)
        case "STLS": hasSTLS = true
        case "PIPELINING": hasPipelining = true
        case "UIDL": hasUniqueIDs = true
        case "TOP": hasTop = true
        case "USER": hasUser = true
        default: break
        }
    }
}
