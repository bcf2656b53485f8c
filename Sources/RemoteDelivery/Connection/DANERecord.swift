internal import Crypto
package import DNSClient

/// A TLSA record (RFC 6698 §2.1) that SMTP has a use for (RFC 7672 §3.1).
package struct DANERecord: Hashable, Sendable {
    /// Who is described.
    package enum Usage: UInt8, Sendable {
        /// DANE-TA(2): an authority above the server's certificate.
        case trustAnchor = 2
        /// DANE-EE(3): the server's own certificate.
        case endEntity = 3
    }

    /// What of the certificate is described.
    package enum Selector: UInt8, Sendable {
        /// Cert(0): all of it.
        case certificate = 0
        /// SPKI(1): its public key.
        case publicKey = 1
    }

    /// In which form.
    package enum MatchingType: UInt8, Sendable {
        /// Full(0): the octets themselves.
        case full = 0
        /// SHA2-256(1).
        case sha256 = 1
        /// SHA2-512(2).
        case sha512 = 2
    }

    package let usage: Usage
    package let selector: Selector
    package let matchingType: MatchingType
    /// The certificate association data.
    package let data: [UInt8]

    /// A record by its numbers; nil for one that is not usable: another usage (RFC 7672 §3.1.3), an unknown selector or
    /// matching type, a hash of the wrong length.
    package init?(usage: UInt8, selector: UInt8, matchingType: UInt8, data: [UInt8]) {
        guard let usage = Usage(rawValue: usage), let selector = Selector(rawValue: selector),
            let matchingType = MatchingType(rawValue: matchingType)
        else { return nil }
        switch matchingType {
        case .full where data.isEmpty: return nil
        case .sha256 where data.count != SHA256.byteCount: return nil
        case .sha512 where data.count != SHA512.byteCount: return nil
        case .full, .sha256, .sha512: break
        }
        self.usage = usage
        self.selector = selector
        self.matchingType = matchingType
        self.data = data
    }

    /// What the DNS has; nil when it is not usable.
    package init?(_ record: TLSARecord) {
        self.init(
            usage: record.usage.rawValue, selector: record.selector.rawValue, matchingType: record.matching.rawValue,
            data: record.data)
    }

    /// Whether the record describes this certificate.
    func matches(_ certificate: PresentedCertificate) -> Bool {
        let octets =
            switch selector {
            case .certificate: certificate.der
            case .publicKey: certificate.publicKeyInfo
            }
        return switch matchingType {
        case .full: octets == data
        case .sha256: SHA256.hash(data: octets) == data
        case .sha512: SHA512.hash(data: octets) == data
        }
    }
}

extension DANERecord: CustomStringConvertible {
    /// `3 1 1 0b9fa5a5…`, the data's first octets only.
    package var description: String {
        let digits = data.prefix(8).map { octet in
            let text = String(octet, radix: 16)
            return text.utf8.count < 2 ? "0" + text : text
        }
        return "\(usage.rawValue) \(selector.rawValue) \(matchingType.rawValue) \(digits.joined())…"
    }
}
