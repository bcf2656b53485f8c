package import SASL

/// A request for an access token (RFC 6749 §6).
package struct OAuthRefresh: Sendable {
    private let clientID: String
    private let clientSecret: SecretBytes?
    private let refreshToken: SecretBytes
    private let scope: String

    /// - Parameters:
    ///   - clientSecret: nil for a client that has none.
    ///   - scope: empty for what the refresh token is for.
    package init(clientID: String, clientSecret: SecretBytes?, refreshToken: SecretBytes, scope: String) {
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.refreshToken = refreshToken
        self.scope = scope
    }

    /// `application/x-www-form-urlencoded`. The client's secret stands here and not in an Authorization field (RFC 6749
    /// §2.3.1): about the encoding there providers differ.
    var form: [UInt8] {
        var form = Array("grant_type=refresh_token&client_id=".utf8)
        Self.add(Array(clientID.utf8), to: &form)
        if let clientSecret {
            form += Array("&client_secret=".utf8)
            clientSecret.withUnsafeBytes { Self.add($0, to: &form) }
        }
        form += Array("&refresh_token=".utf8)
        refreshToken.withUnsafeBytes { Self.add($0, to: &form) }
        if !scope.isEmpty {
            form += Array("&scope=".utf8)
            Self.add(Array(scope.utf8), to: &form)
        }
        return form
    }

    private static func add(_ octets: some Sequence<UInt8>, to form: inout [UInt8]) {
        let digits = Array("0123456789ABCDEF".utf8)
        for octet in octets {
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                form.append(octet)
            case 0x20:
                form.append(UInt8(ascii: "+"))
            default:
                form += [UInt8(ascii: "%"), digits[Int(octet >> 4)], digits[Int(octet & 0x0F)]]
            }
        }
    }
}
