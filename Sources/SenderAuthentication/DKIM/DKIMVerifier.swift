internal import MailCore

/// Verifies the signatures of a message (RFC 6376 §6): made with its header, fed with its body, and then asked with
/// the keys, which the caller has looked up meanwhile.
public struct DKIMVerifier: Sendable {
    private enum Candidate: Sendable {
        /// It cannot be verified.
        case refused(DKIMVerification)
        /// It waits for the body and the key.
        case waiting(DKIMSignature, field: Int, body: BodyKind)
    }

    /// What has to be hashed of a body; signatures with the same demands share one hash.
    private struct BodyKind: Hashable {
        let canonicalization: Canonicalization
        let octetsMax: Int64?
    }

    private let header: HeaderFields
    private let limits: SenderAuthenticationLimits
    private var candidates: [Candidate] = []
    private var bodies: [BodyKind: BodyHash] = [:]

    /// Reads the signatures in a header.
    ///
    /// - Parameters:
    ///   - octets: the header, with or without the empty line behind it.
    ///   - seconds: the time, since 1970.
    public init(
        header octets: [UInt8], at seconds: Int64, limits: SenderAuthenticationLimits = SenderAuthenticationLimits()
    ) {
        self.limits = limits
        header = HeaderFields(octets.count <= limits.headerOctetsMax ? octets : [])
        for (index, field) in header.fields.enumerated() where field.name == "dkim-signature" {
            guard candidates.count < limits.signaturesMax else { break }
            candidates.append(candidate(field, index, at: seconds))
        }
    }

    private mutating func candidate(
        _ field: HeaderFields.Field, _ index: Int, at seconds: Int64
    ) -> Candidate {
        guard let tags = TagList(field.value, limits: limits) else {
            return .refused(DKIMVerification(refused: .neutral, "\(DKIMSignature.Fault.syntax)", nil))
        }
        do {
            let signature = try DKIMSignature(tags, now: seconds, limits: limits)
            let kind = BodyKind(canonicalization: signature.canonicalization.body, octetsMax: signature.bodyOctets)
            if bodies[kind] == nil { bodies[kind] = BodyHash(kind.canonicalization, octetsMax: kind.octetsMax) }
            return .waiting(signature, field: index, body: kind)
        } catch {
            return .refused(DKIMVerification(refused: error == .expired ? .fail : .permanentError, "\(error)", tags))
        }
    }

    /// The names whose TXT records are needed, each once.
    public var keyNames: [String] {
        var names: [String] = []
        for case .waiting(let signature, _, _) in candidates where !names.contains(signature.keyName) {
            names.append(signature.keyName)
        }
        return names
    }

    /// Takes the next octets of the body.
    public mutating func update(_ octets: UnsafeRawBufferPointer) {
        for kind in bodies.keys { bodies[kind]?.update(octets) }
    }

    /// Takes the next octets of the body.
    public mutating func update(_ octets: [UInt8]) {
        octets.withUnsafeBytes { update($0) }
    }

    /// What became of each signature, from the top; empty when there is none.
    ///
    /// - Parameter keys: the answers to `keyNames`; a name without one counts as unavailable.
    public consuming func results(keys: [String: DKIMKeyAnswer]) -> [DKIMVerification] {
        let digests = bodies.mapValues { $0.finish() }
        return candidates.map { candidate in
            switch candidate {
            case .refused(let verification):
                return verification
            case .waiting(let signature, let field, let body):
                guard let digest = digests[body] else { return DKIMVerification(signature, .fail, "no body") }
                return verify(signature, header.fields[field], digest, keys[signature.keyName] ?? .unavailable)
            }
        }
    }

    private func verify(
        _ signature: DKIMSignature, _ field: HeaderFields.Field, _ body: BodyDigest, _ answer: DKIMKeyAnswer
    ) -> DKIMVerification {
        guard case .records(let texts) = answer else {
            return DKIMVerification(signature, .temporaryError, "key unavailable")
        }
        // With several records the first usable one counts; what the others mean is undefined (RFC 6376 §6.1.2).
        var record: DKIMKeyRecord?
        var problem = "no key for signature"
        for text in texts where record == nil {
            do {
                record = try DKIMKeyRecord(text, limits: limits)
            } catch {
                problem = error.reason
            }
        }
        guard let record else { return DKIMVerification(signature, .permanentError, problem) }
        return verify(signature, field, body, record)
    }

    private func verify(
        _ signature: DKIMSignature, _ field: HeaderFields.Field, _ body: BodyDigest, _ record: DKIMKeyRecord
    ) -> DKIMVerification {
        func outcome(_ result: DKIMResult, _ reason: String) -> DKIMVerification {
            DKIMVerification(signature, result, reason, record.flags, body)
        }
        guard record.key.algorithm == signature.algorithm else {
            return outcome(.permanentError, "inappropriate key algorithm")
        }
        if record.flags.contains(.sameDomain), signature.identityDomain != signature.domain {
            return outcome(.permanentError, "identity is of another domain than the key allows")
        }
        if let bits = record.key.rsaBits {
            guard bits >= limits.rsaKeyBitsMin else { return outcome(.policy, "key of \(bits) bits is too short") }
            guard bits <= limits.rsaKeyBitsMax else { return outcome(.policy, "key of \(bits) bits is too long") }
        }
        if let octets = signature.bodyOctets, octets > body.canonicalOctets {
            return outcome(.permanentError, "body is shorter than signed")
        }
        guard body.octets == signature.bodyHash else { return outcome(.fail, "body hash did not verify") }
        let digest = SignedData.digest(
            of: header.selected(by: signature.signedNames),
            signature: Self.withoutSignature(field).canonical(signature.canonicalization.header),
            signature.canonicalization.header)
        guard record.key.isValid(signature.signature, of: digest) else {
            return outcome(.fail, "signature did not verify")
        }
        return outcome(.pass, "")
    }

    /// The field with an empty `b=`.
    private static func withoutSignature(_ field: HeaderFields.Field) -> HeaderFields.Field {
        guard let range = TagList.signatureValue(in: field.octets) else { return field }
        var octets = Array(field.octets[..<range.lowerBound])
        octets.append(contentsOf: field.octets[range.upperBound...])
        let start = field.value.startIndex - field.octets.startIndex
        return HeaderFields.Field(name: field.name, octets: octets[...], value: octets[start...])
    }
}

extension DKIMVerification {
    fileprivate init(
        _ signature: DKIMSignature, _ result: DKIMResult, _ reason: String, _ flags: DKIMKeyRecord.Flags = [],
        _ body: BodyDigest? = nil
    ) {
        self.result = result
        self.reason = reason
        domain = signature.domain
        selector = signature.selector
        identity = signature.identity
        algorithm = signature.algorithm.rawValue
        signaturePrefix = String(Base64.encode(signature.signature).prefix(8))
        let covered = signature.bodyOctets ?? Int64.max
        bodyCoverage = covered >= (body?.canonicalOctets ?? 0) ? .whole : .part
        self.flags = flags
    }

    /// One that is not verified.
    fileprivate init(refused result: DKIMResult, _ reason: String, _ tags: TagList?) {
        self.result = result
        self.reason = reason
        domain = tags?["d"].flatMap { Domain($0) }
        selector = tags?["s"].flatMap { DKIMSelector($0) }
        identity = tags?["i"] ?? ""
        algorithm = tags?["a"] ?? ""
        signaturePrefix = String((tags?["b"] ?? "").filter { !$0.isWhitespace }.prefix(8))
        bodyCoverage = .whole
        flags = []
    }
}

extension DKIMKeyRecord.Fault {
    fileprivate var reason: String {
        switch self {
        case .syntax: "key syntax error"
        case .revoked: "key revoked"
        case .unknownKeyType(let type): "unknown key type \(type)"
        case .badKey: "key syntax error"
        case .notForMail: "key is not for mail"
        case .noSHA256: "inappropriate hash algorithm"
        }
    }
}
