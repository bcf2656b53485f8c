/// A zone for an `NSDServer`.
package struct TestZone: Sendable {
    /// What is done with the zone's text.
    package enum Treatment: Sendable {
        /// Served as it is.
        case plain
        /// Signed with a new key, which `NSDServer.trustAnchorFile` has.
        case signed
        /// Signed, and then the first text is replaced by the second.
        case tampered(String, with: String)
        /// Configured without a file: the server answers SERVFAIL.
        case missing
    }

    /// Without the last dot.
    package let name: String
    /// Lines in the form of RFC 1035 §5, without SOA and NS, which are added.
    package let records: String
    /// What is done with it.
    package let treatment: Treatment

    /// Puts the parts together.
    package init(_ name: String, _ treatment: Treatment = .plain, records: String = "") {
        self.name = name
        self.treatment = treatment
        self.records = records
    }

    /// The file's text.
    var text: String {
        """
        $ORIGIN \(name).
        $TTL 300
        @ IN SOA ns.\(name). hostmaster.\(name). 1 3600 900 604800 60
        @ IN NS ns.\(name).
        ns IN A 127.0.0.1
        \(records)

        """
    }
}
