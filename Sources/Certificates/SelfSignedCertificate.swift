import Crypto
import SwiftASN1
import X509

#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

/// A certificate and its key in PEM form, made on the spot so that a new installation has TLS at once.
public struct SelfSignedCertificate: Sendable, CustomStringConvertible {
    /// The certificate.
    public let certificatePEM: String
    /// Its key: a secret.
    public let keyPEM: String

    /// Why a certificate cannot be made.
    public enum Failure: Error, Equatable {
        /// Not an IPv4 or IPv6 address.
        case notAnAddress(String)
    }

    /// Makes a P-256 key and a certificate for `hostname`, `localhost`, the loopback addresses, and `addresses`.
    ///
    /// It begins an hour ago, for clients whose clock is behind.
    ///
    /// - Throws: `Failure` for an address that is none, or what X509 says of a name that no certificate can carry.
    public static func make(
        hostname: String, addresses: [String] = [], validDays: Int, now: Date
    ) throws -> SelfSignedCertificate {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let subject = try DistinguishedName { CommonName(String(hostname.prefix(64))) }
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: key.publicKey,
            notValidBefore: now.addingTimeInterval(-3600),
            notValidAfter: now.addingTimeInterval(Double(validDays) * 86400),
            issuer: subject,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try extensions(names: try names(hostname, addresses), key: key.publicKey),
            issuerPrivateKey: key)
        return SelfSignedCertificate(
            certificatePEM: try certificate.serializeAsPEM().pemString + "\n",
            keyPEM: try key.serializeAsPEM().pemString + "\n")
    }

    private static func names(_ hostname: String, _ addresses: [String]) throws -> [GeneralName] {
        var names = [GeneralName.dnsName(hostname)]
        if hostname != "localhost" { names.append(.dnsName("localhost")) }
        var seen = Set<[UInt8]>()
        for text in ["127.0.0.1", "::1"] + addresses {
            guard let octets = IPAddressText.octets(text) else { throw Failure.notAnAddress(text) }
            if seen.insert(octets).inserted {
                names.append(.ipAddress(ASN1OctetString(contentBytes: octets[...])))
            }
        }
        return names
    }

    private static func extensions(
        names: [GeneralName], key: Certificate.PublicKey
    ) throws -> Certificate.Extensions {
        // Not an authority: who trusts this certificate trusts it for these names only.
        try Certificate.Extensions {
            Critical(BasicConstraints.notCertificateAuthority)
            Critical(KeyUsage(digitalSignature: true))
            try ExtendedKeyUsage([.serverAuth])
            SubjectAlternativeNames(names)
            SubjectKeyIdentifier(hash: key)
        }
    }

    /// Names no secret.
    public var description: String { "SelfSignedCertificate(key: redacted)" }
}
