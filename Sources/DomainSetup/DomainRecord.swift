/// A record that a domain should have, and what for.
package struct DomainRecord: Sendable, Hashable {
    /// What it is for.
    package enum Purpose: String, Sendable, Hashable, Codable {
        /// Where the domain's mail goes.
        case mailHost = "mx"
        /// The server's address.
        case hostAddress = "address"
        /// The name of that address.
        case reverseName = "reverse"
        /// Who may send the domain's mail (RFC 7208).
        case senderPolicy = "spf"
        /// That the server may use its own name (RFC 7208 §2.3).
        case helloPolicy = "spf-helo"
        /// A key of the domain's signatures (RFC 6376).
        case signingKey = "dkim"
        /// What happens to mail that is not really from the domain (RFC 7489).
        case conformance = "dmarc"
        /// Where mail programs find the server (RFC 6186, RFC 8314 §5.1).
        case service = "srv"
        /// That mail to the domain comes over TLS only (RFC 8461).
        case strictTransport = "mta-sts"
        /// Where reports about TLS go (RFC 8460).
        case transportReports = "tls-rpt"
    }

    /// How much depends on it.
    package enum Need: String, Sendable, Hashable, Codable {
        /// Without it mail does not come, or is refused elsewhere.
        case required
        /// Better with it.
        case recommended
        /// As one likes.
        case optional
    }

    /// Where it stands, without the last dot.
    package let name: String
    /// What it says.
    package let data: RecordData
    /// What it is for.
    package let purpose: Purpose
    /// How much depends on it.
    package let need: Need
    /// One line for people.
    package let note: String

    /// Puts the parts together.
    package init(_ name: String, _ data: RecordData, _ purpose: Purpose, _ need: Need, _ note: String) {
        self.name = name
        self.data = data
        self.purpose = purpose
        self.need = need
        self.note = note
    }
}
