/// Where in a message a word stands, as far as IMAP's search keys tell places apart (RFC 9051 §6.4.4).
struct SearchZones: OptionSet, Sendable {
    let rawValue: UInt8

    static let from = SearchZones(rawValue: 1)
    static let to = SearchZones(rawValue: 2)
    static let cc = SearchZones(rawValue: 4)
    static let bcc = SearchZones(rawValue: 8)
    static let subject = SearchZones(rawValue: 16)
    /// Values of all other fields, and all of the fields of parts.
    static let otherFields = SearchZones(rawValue: 32)
    /// The body's text.
    static let content = SearchZones(rawValue: 64)
    /// Names of the message's fields, with their colon.
    static let fieldNames = SearchZones(rawValue: 128)

    static let everywhere = SearchZones(rawValue: 255)
}
