/// Which certificate a server has to show (RFC 6698 §2.1). Unknown numbers are kept: whoever verifies leaves such records out.
package struct TLSARecord: Hashable, Sendable {
    /// What the record ties the server to (RFC 6698 §2.1.1, names of RFC 7218).
    package struct Usage: RawRepresentable, Hashable, Sendable {
        /// The number in the record.
        package let rawValue: UInt8
        /// From a number.
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        /// A public authority, which must be in the chain.
        package static let pkixTA = Usage(rawValue: 0)
        /// The server's certificate, from a public authority.
        package static let pkixEE = Usage(rawValue: 1)
        /// An authority of the domain's own.
        package static let daneTA = Usage(rawValue: 2)
        /// The server's certificate, whoever has signed it.
        package static let daneEE = Usage(rawValue: 3)
    }

    /// Which part of the certificate (RFC 6698 §2.1.2).
    package struct Selector: RawRepresentable, Hashable, Sendable {
        /// The number in the record.
        package let rawValue: UInt8
        /// From a number.
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        /// All of it.
        package static let certificate = Selector(rawValue: 0)
        /// Its public key (SubjectPublicKeyInfo).
        package static let publicKey = Selector(rawValue: 1)
    }

    /// How it is compared (RFC 6698 §2.1.3).
    package struct Matching: RawRepresentable, Hashable, Sendable {
        /// The number in the record.
        package let rawValue: UInt8
        /// From a number.
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        /// Octet by octet.
        package static let full = Matching(rawValue: 0)
        /// By SHA-256.
        package static let sha256 = Matching(rawValue: 1)
        /// By SHA-512.
        package static let sha512 = Matching(rawValue: 2)
    }

    /// What the record ties the server to.
    package let usage: Usage
    /// Which part of the certificate.
    package let selector: Selector
    /// How it is compared.
    package let matching: Matching
    /// With what.
    package let data: [UInt8]

    /// Puts the parts together.
    package init(usage: Usage, selector: Selector, matching: Matching, data: [UInt8]) {
        self.usage = usage
        self.selector = selector
        self.matching = matching
        self.data = data
    }

    /// - Returns: nil when it is malformed.
    init?(data: [UInt8]) {
        var reader = RecordDataReader(data)
        guard let usage = reader.uint8(), let selector = reader.uint8(), let matching = reader.uint8(),
            !reader.isAtEnd
        else { return nil }
        self.init(
            usage: Usage(rawValue: usage), selector: Selector(rawValue: selector),
            matching: Matching(rawValue: matching), data: reader.rest())
    }
}
