internal import MailCore
internal import SwiftASN1
internal import X509

/// Whether the server's certificate is for one of the names: by its subjectAltName alone, with `*` for the whole first
/// label and nothing else (RFC 8461 §4.1, RFC 6125 §6.4); and whether it is one for servers (RFC 5280 §4.2.1.12).
struct MailHostPolicy: VerifierPolicy {
    let names: [Domain]

    let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
        .X509ExtensionID.subjectAlternativeName, .X509ExtensionID.extendedKeyUsage,
    ]

    func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
        let extensions = chain.leaf.extensions
        if let usage = try? extensions.extendedKeyUsage, !usage.contains(.serverAuth), !usage.contains(.any) {
            return .failsToMeetPolicy(reason: "the certificate is not one for servers")
        }
        guard MailHostPolicy.match(names, chain.leaf) != nil else {
            return .failsToMeetPolicy(
                reason: "the certificate is not for \(names.map(\.ascii).joined(separator: ", "))")
        }
        return .meetsPolicy
    }

    /// The first of the names that the certificate is for.
    static func match(_ names: [Domain], _ certificate: Certificate) -> Domain? {
        guard let alternatives = try? certificate.extensions.subjectAlternativeNames else { return nil }
        return names.first { name in alternatives.contains { matches(name, $0) } }
    }

    private static func matches(_ name: Domain, _ presented: GeneralName) -> Bool {
        switch presented {
        case .dnsName(let text) where !name.isAddressLiteral:
            return matches(name.ascii, presented: text)
        case .ipAddress(let octets):
            return name.isAddressLiteral && IPAddressOctets.of(name) == Array(octets.bytes)
        default:
            return false
        }
    }

    static func matches(_ name: String, presented: String) -> Bool {
        guard presented.hasPrefix("*.") else { return Domain(presented)?.ascii == name }
        guard let dot = name.firstIndex(of: "."), let parent = Domain(presented.dropFirst(2)) else { return false }
        // `*.test` would be a certificate for everybody under a top-level domain.
        return parent.ascii.contains(".") && name[name.index(after: dot)...] == parent.ascii
    }
}
