import MailCore

/// What a new password has to be like: long enough, sendable, not the address. No rules about kinds of characters:
/// they make passwords worse.
enum PasswordPolicy {
    /// The prepared password.
    static func check(
        _ password: Password, for address: EmailAddress, limits: DirectoryLimits
    ) throws(DirectoryError) -> String {
        guard password.text.utf8.count <= limits.passwordOctetsMax else {
            throw .badPassword(.tooLong(maximum: limits.passwordOctetsMax))
        }
        guard password.text.count >= limits.passwordCharactersMin else {
            throw .badPassword(.tooShort(minimum: limits.passwordCharactersMin))
        }
        guard let prepared = PasswordPreparation.stored(password.text) else {
            throw .badPassword(.forbiddenCharacter)
        }
        guard prepared.count >= limits.passwordCharactersMin else {
            throw .badPassword(.tooShort(minimum: limits.passwordCharactersMin))
        }
        let lowered = prepared.lowercased()
        guard lowered != address.lookupKey, lowered != address.localPart.text.lowercased() else {
            throw .badPassword(.sameAsAddress)
        }
        return prepared
    }
}

extension Password {
    /// Letters and digits that are not taken for one another: 32 of them, five bits each.
    private static let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)

    /// A new password of 100 random bits, such as `x7kqm-3vbna-ht59c-w2jdp`: easy to read out and to type.
    public static func generate() -> Password {
        let groups = (0..<4).map { _ in
            String(
                decoding: (0..<5).map { _ in
                    alphabet[Int(Sodium.randomNumber(below: UInt32(alphabet.count)))]
                }, as: UTF8.self)
        }
        return Password(groups.joined(separator: "-"))
    }
}
