internal import Glibc
internal import SwiftASN1
internal import X509

/// Whether a certificate is for a host: by its subjectAltName alone, with `*` for the whole first label and nothing else
/// (RFC 6125 §6.4); and whether it is one for servers (RFC 5280 §4.2.1.12).
struct RemoteHostPolicy: VerifierPolicy {
    /// A name in ASCII, or an address.
    let host: String

    let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
        .X509ExtensionID.subjectAlternativeName, .X509ExtensionID.extendedKeyUsage,
    ]

    func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) -> PolicyEvaluationResult {
        refusal(chain.leaf).map { .failsToMeetPolicy(reason: $0) } ?? .meetsPolicy
    }

    /// Why the certificate is not the host's; nil when it is.
    func refusal(_ certificate: Certificate) -> String? {
        let extensions = certificate.extensions
        if let usage = try? extensions.extendedKeyUsage, !usage.contains(.serverAuth), !usage.contains(.any) {
            return "its certificate is not one for servers"
        }
        guard let names = try? extensions.subjectAlternativeNames, names.contains(where: matches) else {
            return "its certificate is not for \(host)"
        }
        return nil
    }

    private func matches(_ presented: GeneralName) -> Bool {
        switch presented {
        case .dnsName(let name): Self.matches(host.lowercased(), presented: name.lowercased())
        case .ipAddress(let octets): Self.octets(host).contains(Array(octets.bytes))
        default: false
        }
    }

    static func matches(_ name: String, presented: String) -> Bool {
        guard presented.hasPrefix("*.") else { return !presented.isEmpty && presented == name }
        guard let dot = name.firstIndex(of: ".") else { return false }
        let parent = presented.dropFirst(2)
        // `*.test` would be a certificate for everybody under a top-level domain.
        return parent.contains(".") && !parent.contains("*") && name[name.index(after: dot)...] == parent
    }

    /// 4 or 16 octets; nothing for what is no address.
    private static func octets(_ text: String) -> [[UInt8]] {
        [(AF_INET, 4), (AF_INET6, 16)].compactMap { family, count in
            var octets = [UInt8](repeating: 0, count: count)
            return inet_pton(family, text, &octets) == 1 ? octets : nil
        }
    }
}
