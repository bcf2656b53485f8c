internal import NIOSSL
internal import SwiftASN1
internal import X509

/// A certificate as the server sent it.
struct PresentedCertificate {
    /// All its octets.
    let der: [UInt8]
    /// The octets of its SubjectPublicKeyInfo, as they stand in it.
    let publicKeyInfo: [UInt8]

    /// Nil for octets that are no certificate.
    init?(der: [UInt8]) {
        self.der = der
        guard let info = try? PresentedCertificate.publicKeyInfo(der) else { return nil }
        publicKeyInfo = info
    }

    init?(_ certificate: NIOSSLCertificate) {
        guard let der = try? certificate.toDERBytes() else { return nil }
        self.init(der: der)
    }

    /// For checking signatures and names; nil where it has something that the library cannot read.
    var parsed: Certificate? { try? Certificate(derEncoded: der) }

    /// ```
    /// Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature }
    /// TBSCertificate ::= SEQUENCE { version [0] DEFAULT v1, serialNumber, signature, issuer, validity, subject,
    ///                               subjectPublicKeyInfo, … }
    /// ```
    /// (RFC 5280 §4.1) Cut out, not written anew: what DANE compares are these very octets.
    private static func publicKeyInfo(_ der: [UInt8]) throws -> [UInt8] {
        let root = try DER.parse(der)
        guard case .constructed(let fields) = root.content, let body = fields.first(where: { _ in true }),
            case .constructed(let parts) = body.content
        else { throw ASN1Error.invalidASN1Object(reason: "no certificate") }
        var rest = Array(parts)[...]
        if rest.first?.identifier.tagClass == .contextSpecific { rest = rest.dropFirst() }
        guard let info = rest.dropFirst(5).first else { throw ASN1Error.invalidASN1Object(reason: "no public key") }
        return Array(info.encodedBytes)
    }
}
