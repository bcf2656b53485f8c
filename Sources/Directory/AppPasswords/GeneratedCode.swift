/// A secret that this server has made up: 80 random bits in sixteen letters and digits, such as `x7kq-m3vb-naht-59cw`.
/// Capitals, spaces and dashes make no difference.
///
/// So much randomness cannot be guessed, however fast the hash: it is kept as a keyed hash, and checking one costs no
/// more than looking it up.
struct GeneratedCode: Sendable {
    /// Letters and digits that are not taken for one another: 32 of them, five bits each.
    private static let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)
    private static let count = 16

    private let characters: [UInt8]

    /// What somebody has typed; nil when it cannot be one.
    init?(_ text: String) {
        guard text.utf8.count <= 64 else { return nil }
        characters = text.lowercased().utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: " ") }
        guard characters.count == Self.count, characters.allSatisfy(Self.alphabet.contains) else { return nil }
    }

    /// A new one.
    init() {
        characters = (0..<Self.count).map { _ in
            Self.alphabet[Int(Sodium.randomNumber(below: UInt32(Self.alphabet.count)))]
        }
    }

    /// To be shown once.
    var password: Password {
        let groups = stride(from: 0, to: Self.count, by: 4).map { start in
            String(decoding: characters[start..<start + 4], as: UTF8.self)
        }
        return Password(groups.joined(separator: "-"))
    }

    /// What is kept of it: bound to its account, and worth nothing without the store's key.
    func hash(of account: Int64, key: [UInt8]) -> [UInt8] {
        Sodium.keyedHash(Array("\(account):".utf8) + characters, key: key)
    }
}

extension GeneratedCode: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the code.
    var description: String { "GeneratedCode(redacted)" }
    /// Never the code.
    var debugDescription: String { description }
    /// Nothing to look into.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
