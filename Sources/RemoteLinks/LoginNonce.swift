/// Random octets for a login (RFC 5802 §5.1 `r`).
enum LoginNonce {
    static func make() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<18).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}
