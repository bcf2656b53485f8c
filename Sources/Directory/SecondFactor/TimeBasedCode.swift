internal import Crypto

/// The six digits that a phone shows: TOTP (RFC 6238) with HMAC-SHA-1 and steps of 30 seconds, which every such program
/// knows.
struct TimeBasedCode: Sendable {
    /// Seconds of one step (RFC 6238 §4.1).
    static let stepSeconds: Int64 = 30
    /// Octets of a secret (RFC 4226 §4, R6).
    static let secretCount = 20
    /// Steps before and after this one whose code is taken, for clocks that differ (RFC 6238 §5.2).
    static let tolerance: Int64 = 1

    private static let digits = 6

    let secret: [UInt8]

    /// A new one's secret.
    static func makeSecret() -> [UInt8] { Sodium.randomOctets(secretCount) }

    /// The step of a time.
    static func step(at seconds: Int64) -> Int64 { seconds / stepSeconds }

    /// The code of a step (RFC 4226 §5.3).
    func code(of step: Int64) -> String {
        let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * $0)) }
        let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        let offset = Int(mac[19] & 0x0F)
        let number = mac[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: Self.digits - text.utf8.count) + text
    }

    /// The step whose code this is, later than the last one that was taken: no code is taken twice (RFC 6238 §5.2).
    func step(of code: String, at seconds: Int64, after last: Int64) -> Int64? {
        let typed = code.utf8.filter { $0 != UInt8(ascii: " ") }
        guard typed.count == Self.digits else { return nil }
        let now = Self.step(at: seconds)
        var found: Int64?
        for step in now - Self.tolerance...now + Self.tolerance where step > last {
            if Sodium.isEqual(Array(self.code(of: step).utf8), typed) { found = step }
        }
        return found
    }

    /// The secret for people to type (RFC 4648 §6), without padding.
    var base32: String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var text: [UInt8] = []
        var bits = 0
        var held: UInt32 = 0
        for octet in secret {
            held = held << 8 | UInt32(octet)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[Int(held >> UInt32(bits)) & 31])
            }
            held &= (1 << UInt32(bits)) - 1
        }
        if bits > 0 { text.append(alphabet[Int(held << UInt32(5 - bits)) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }
}
