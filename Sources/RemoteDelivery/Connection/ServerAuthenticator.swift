internal import FoundationEssentials
internal import MailCore
internal import SMTP
internal import X509

/// Whether a server is the one that was meant, by the certificates that it presented.
enum ServerAuthenticator {
    /// - Parameter chain: as presented, the server's own certificate first.
    static func authenticate(
        _ chain: [PresentedCertificate], _ policy: TLSPolicy
    ) async throws(SMTPSessionFailure) -> TLSFacts.Authentication {
        switch policy {
        case .none, .opportunistic, .required: return .none
        case .testing(let names, let roots):
            do throws(SMTPSessionFailure) {
                return .webPKI(try await verify(chain, roots, names))
            } catch {
                return .failed(reason: "\(error)")
            }
        case .verified(let names, let roots): return .webPKI(try await verify(chain, roots, names))
        case .dane(let records, let names):
            return records.isEmpty ? .none : .dane(try await match(chain, records, names))
        }
    }

    /// RFC 7672 §3.1: DANE-EE needs neither a name nor a date, DANE-TA both.
    private static func match(
        _ chain: [PresentedCertificate], _ records: [DANERecord], _ names: [Domain]
    ) async throws(SMTPSessionFailure) -> DANERecord {
        guard let leaf = chain.first else { throw .tlsNotVerified("the server has no certificate") }
        if let record = records.first(where: { $0.usage == .endEntity && $0.matches(leaf) }) { return record }
        var failure = SMTPSessionFailure.tlsNotVerified("no TLSA record matches the certificate")
        for record in records where record.usage == .trustAnchor {
            let anchors = anchors(record, chain)
            guard !anchors.isEmpty else { continue }
            do throws(SMTPSessionFailure) {
                _ = try await verify(chain, .certificates(anchors), names)
                return record
            } catch {
                failure = error
            }
        }
        throw failure
    }

    /// What the record makes a root: certificates of the chain, or one that stands in the record itself.
    private static func anchors(_ record: DANERecord, _ chain: [PresentedCertificate]) -> [Certificate] {
        let presented = chain.filter { record.matches($0) }.compactMap(\.parsed)
        guard presented.isEmpty, record.selector == .certificate, record.matchingType == .full else { return presented }
        return PresentedCertificate(der: record.data)?.parsed.map { [$0] } ?? []
    }

    /// The server's own certificate is itself a root, as a small site's self-signed one is: no authority has to be marked
    /// in it (RFC 5280 §6.1 leaves a trust anchor's form open), while name and time count.
    private static func pinned(_ leaf: Certificate, _ names: [Domain]) throws(SMTPSessionFailure) -> Domain {
        guard let name = MailHostPolicy.match(names, leaf) else {
            throw .tlsNotVerified("the certificate is not for \(names.map(\.ascii).joined(separator: ", "))")
        }
        guard (leaf.notValidBefore...max(leaf.notValidBefore, leaf.notValidAfter)).contains(Date()) else {
            throw .tlsNotVerified("the certificate is not valid at this time")
        }
        return name
    }

    private static func verify(
        _ chain: [PresentedCertificate], _ roots: TrustRoots, _ names: [Domain]
    ) async throws(SMTPSessionFailure) -> Domain {
        guard let leaf = chain.first?.parsed else { throw .tlsNotVerified("the server has no readable certificate") }
        if case .certificates(let anchors) = roots, anchors.contains(leaf) { return try pinned(leaf, names) }
        var verifier = Verifier(rootCertificates: roots.store) {
            RFC5280Policy()
            MailHostPolicy(names: names)
        }
        let intermediates = CertificateStore(chain.dropFirst().compactMap(\.parsed))
        switch await verifier.validate(leaf: leaf, intermediates: intermediates) {
        case .validCertificate:
            guard let name = MailHostPolicy.match(names, leaf) else { throw .tlsNotVerified("no name matches") }
            return name
        case .couldNotValidate(let failures):
            guard let failure = failures.first else {
                throw .tlsNotVerified("the certificate comes from nobody who is trusted")
            }
            throw .tlsNotVerified("\(failure.policyFailureReason)")
        }
    }
}
