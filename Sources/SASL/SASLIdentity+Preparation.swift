/// A failure that can travel in a `Result`.
struct SASLRefusal: Error, Hashable, Sendable {
    var reason: SASLFailure
}

extension SASLIdentity {
    /// Both names through SASLprep as query strings; an empty authorization name is none (RFC 4616 §2), and one that
    /// equals the authentication name says nothing more.
    static func prepare(
        authorizationID: [UInt8], authenticationID: [UInt8], limits: SASLLimits
    ) -> Result<SASLIdentity, SASLRefusal> {
        guard max(authorizationID.count, authenticationID.count) <= limits.fieldOctetsMax else {
            return .failure(SASLRefusal(reason: .tooLong))
        }
        do throws(SASLprep.Failure) {
            let name = try SASLprep.prepare(authenticationID, as: .query)
            let other = authorizationID.isEmpty ? nil : try SASLprep.prepare(authorizationID, as: .query)
            return .success(SASLIdentity(authorizationID: other == name ? nil : other, authenticationID: name))
        } catch {
            return .failure(SASLRefusal(reason: .unpreparable(error)))
        }
    }
}

extension SASLPasswordClaim {
    /// A name and a password as they came, prepared, as the step that follows.
    static func step(
        authorizationID: [UInt8] = [], authenticationID: [UInt8], password: some Collection<UInt8>, limits: SASLLimits
    ) -> SASLStep {
        guard password.count <= limits.fieldOctetsMax else { return .failure(.tooLong) }
        let identity = SASLIdentity.prepare(
            authorizationID: authorizationID, authenticationID: authenticationID, limits: limits)
        switch identity {
        case .failure(let refusal): return .failure(refusal.reason)
        case .success(let identity):
            do throws(SASLprep.Failure) {
                let prepared = try SASLprep.prepare(password, as: .query)
                return .verifyPassword(SASLPasswordClaim(identity: identity, password: SecretBytes(prepared.utf8)))
            } catch {
                return .failure(.unpreparable(error))
            }
        }
    }

    /// The claim that POP3's USER and PASS make together (RFC 6856 §2.2: both through SASLprep, as query strings).
    package static func prepare(
        userName: [UInt8], password: some Collection<UInt8>, limits: SASLLimits = SASLLimits()
    ) -> SASLPasswordClaim? {
        guard case .verifyPassword(let claim) = step(authenticationID: userName, password: password, limits: limits)
        else { return nil }
        return claim
    }
}
