internal import JSON
package import SASL

/// An access token as a provider gives it (RFC 6749 §5.1).
package struct OAuthAnswer: Sendable {
    /// What is shown to the mail server.
    package let accessToken: SecretBytes
    /// How long it is good; nil where the provider does not say.
    package let secondsValid: Int64?
    /// What takes the place of the refresh token that was sent; nil for the same.
    package let refreshToken: SecretBytes?

    /// Reads the answer of a token endpoint.
    init(status: Int, _ body: [UInt8]) throws(RemoteFailure) {
        let members = try? JSONValue(parsing: body).object
        guard status == 200 else { throw Self.failure(status, members) }
        // RFC 6749 §7.1: a token of a type that is not understood must not be used.
        guard let members, let token = members["access_token"]?.string, Self.isToken(token),
            members["token_type"]?.string?.lowercased() == "bearer"
        else { throw .notUnderstood("the token endpoint gives no bearer token") }
        accessToken = SecretBytes(token.utf8)
        secondsValid = members["expires_in"].flatMap { $0.integer ?? $0.string.flatMap { Int64($0) } }
        refreshToken = members["refresh_token"]?.string.flatMap { Self.isToken($0) ? SecretBytes($0.utf8) : nil }
    }

    /// `1*VSCHAR` (RFC 6749 A.12, A.17).
    private static func isToken(_ text: String) -> Bool {
        (1...16_384).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// What an error means for the user (RFC 6749 §5.2).
    private static func failure(_ status: Int, _ members: JSONObject?) -> RemoteFailure {
        let code = members?["error"]?.string ?? ""
        let text = printable(members?["error_description"]?.string ?? "")
        return switch (status, code) {
        case (429, _), (500..., _): .unavailable("the token endpoint answers with status \(status)")
        case (_, "invalid_grant"): .grantRefused(text)
        case (_, "invalid_client"), (_, "unauthorized_client"):
            .lacking("a client that the provider knows: \(text.isEmpty ? code : text)")
        case (_, ""): .notUnderstood("the token endpoint answers with status \(status)")
        default: .lacking("an access token: \(printable(code))\(text.isEmpty ? "" : ": \(text)")")
        }
    }

    private static func printable(_ text: String) -> String {
        String(text.unicodeScalars.prefix(200).map { (0x20...0x7E).contains($0.value) ? Character($0) : "?" })
    }
}
