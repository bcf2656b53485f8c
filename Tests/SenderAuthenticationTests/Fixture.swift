import Foundation
import MailCore
import Testing

@testable import SenderAuthentication

/// Messages and keys of the RFCs.
enum Fixture {
    static func octets(_ name: String) throws -> [UInt8] {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Fixtures"))
        return [UInt8](try Data(contentsOf: url))
    }

    static func text(_ name: String) throws -> String { String(decoding: try octets(name), as: UTF8.self) }

    /// The keys of RFC 6376 appendix C and RFC 8463 appendix A.2, as they are published.
    static let keys: [String: DKIMKeyAnswer] = [
        "brisbane._domainkey.example.com": .records([
            "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFC"
                + "jxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGj"
                + "aNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"
        ]),
        "brisbane._domainkey.football.example.com": .records([
            "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
        ]),
        "test._domainkey.football.example.com": .records([
            "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jL"
                + "QiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBf"
                + "O2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
        ]),
    ]
}

extension [UInt8] {
    /// A message cut at its empty line; the header keeps it.
    var headerAndBody: (header: [UInt8], body: [UInt8]) {
        let end = indices.first { index in self[index...].starts(with: "\r\n\r\n".utf8) }.map { $0 + 4 } ?? count
        return (Array(self[..<end]), Array(self[end...]))
    }
}

func octets(_ text: String) -> [UInt8] { Array(text.utf8) }

/// What became of each signature of a message.
func verify(
    _ message: [UInt8], _ keys: [String: DKIMKeyAnswer], at seconds: Int64 = 1_600_000_000, piece: Int = .max
) -> [DKIMVerification] {
    let (header, body) = message.headerAndBody
    var verifier = DKIMVerifier(header: header, at: seconds)
    for start in stride(from: 0, to: body.count, by: Swift.min(piece, Swift.max(1, body.count))) {
        verifier.update(Array(body[start..<Swift.min(start + Swift.min(piece, body.count), body.count)]))
    }
    return verifier.results(keys: keys)
}

/// A generator that repeats itself.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
