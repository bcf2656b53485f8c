public import MailCore

/// Why a change of the directory was refused; the description says what to do about it.
public enum DirectoryError: Error, Sendable, Hashable {
    /// The domain is there already.
    case domainExists(Domain)
    /// The domain is none of ours.
    case unknownDomain(Domain)
    /// The domain still has this many addresses.
    case domainInUse(Domain, addresses: Int)
    /// Somebody has the address already.
    case addressExists(EmailAddress, AddressKind)
    /// No account has it.
    case unknownAccount(String)
    /// No alias has it.
    case unknownAlias(EmailAddress)
    /// No list has it.
    case unknownList(EmailAddress)
    /// An address of our domain that nobody has, given as a target or member.
    case unknownTarget(EmailAddress)
    /// The target or member is not there.
    case notATarget(EmailAddress, of: EmailAddress)
    /// It would lead back to itself.
    case loop(EmailAddress, via: EmailAddress)
    /// An alias needs at least one target.
    case noTargets(EmailAddress)
    /// More than the limit.
    case tooManyTargets(EmailAddress, limit: Int)
    /// Not one character that can stand between a user and a tag.
    case badSeparator(String)
    /// The list's own addresses, such as `LIST-bounces`, would be too long.
    case listNameTooLong(EmailAddress, octetsMax: Int)
    /// A name or language of more octets than the limit.
    case textTooLong(octetsMax: Int)
    /// A size below nothing.
    case badQuota(Int64)
    /// The password cannot be used.
    case badPassword(PasswordFault)
    /// Too many passwords are being hashed.
    case busy
    /// The system gave no memory for the hash.
    case noMemoryForHash
    /// No key for signatures could be made.
    case noSigningKey
    /// New keys of this domain already wait for their records to be published.
    case rotationUnderWay(Domain)
    /// No new keys of this domain wait.
    case noRotation(Domain)
    /// As many passwords for programs as an account may have.
    case tooManyAppPasswords(limit: Int)
    /// The account has no password for programs of this number.
    case unknownAppPassword(String)
    /// Codes are wanted already.
    case secondFactorIsOn
    /// No codes are being set up.
    case noSecondFactor
    /// The code is not the one of this moment.
    case wrongCode
}

/// What an address of ours belongs to.
public enum AddressKind: Int64, Sendable, Hashable, Codable {
    /// A person's mailbox.
    case account = 1
    /// A name for other addresses.
    case alias = 2
    /// A distribution list.
    case list = 3

    /// For messages.
    var noun: String {
        switch self {
        case .account: "an account"
        case .alias: "an alias"
        case .list: "a list"
        }
    }
}

/// What is wrong with a new password.
public enum PasswordFault: Sendable, Hashable {
    /// Fewer characters than this.
    case tooShort(minimum: Int)
    /// More octets than this.
    case tooLong(maximum: Int)
    /// A control character or one that SASLprep forbids (RFC 4013 §2.3).
    case forbiddenCharacter
    /// It is the address or its local part.
    case sameAsAddress
}

extension DirectoryError: CustomStringConvertible {
    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .domainExists(let domain):
            "\(domain) is already a domain of this server"
        case .unknownDomain(let domain):
            "\(domain) is not a domain of this server; add it with: paloma domain add \(domain)"
        case .domainInUse(let domain, let addresses):
            "\(domain) still has \(addresses) \(addresses == 1 ? "address" : "addresses"); remove them first, "
                + "or remove the domain with all of them and their mail: paloma domain remove \(domain) --force"
        case .addressExists(let address, let kind):
            "\(address) is already \(kind.noun)"
        case .unknownAccount(let name):
            "there is no account \(name); see: paloma account list"
        case .unknownAlias(let address):
            "there is no alias \(address); see: paloma alias list"
        case .unknownList(let address):
            "there is no list \(address); see: paloma list list"
        case .unknownTarget(let address):
            "nobody has the address \(address), although its domain is ours; "
                + "add it first with: paloma account add \(address)"
        case .notATarget(let target, let address):
            "\(address) does not lead to \(target)"
        case .loop(let address, let target):
            "\(address) would lead back to itself by way of \(target)"
        case .noTargets(let address):
            "an alias needs at least one target; to be rid of it: paloma alias remove \(address)"
        case .tooManyTargets(let address, let limit):
            "\(address) can have at most \(limit) targets"
        case .badSeparator(let text):
            "“\(text)” cannot separate a user from a tag: give one of + - _ = # . or nothing to turn subaddresses off"
        case .listNameTooLong(let address, let octetsMax):
            "\(address) is too long for a list: before the @ it can have at most \(octetsMax) bytes, "
                + "to leave room for \"-bounces\""
        case .textTooLong(let octetsMax):
            "that text is too long: it can have at most \(octetsMax) bytes"
        case .badQuota(let bytes):
            "a quota of \(bytes) bytes makes no sense; give 0 for no limit"
        case .badPassword(let fault):
            fault.description
        case .busy:
            "too many passwords are being checked at this moment; try again in a few seconds"
        case .noMemoryForHash:
            "there is not enough memory to hash a password (19 MiB are needed)"
        case .noSigningKey:
            "no key for DKIM signatures could be made"
        case .rotationUnderWay(let domain):
            "\(domain) has new keys already that do not sign yet; publish their records, then: "
                + "paloma domain dkim activate \(domain)"
        case .tooManyAppPasswords(let limit):
            "an account can have at most \(limit) app passwords; remove one that is not used any more"
        case .unknownAppPassword(let name):
            "there is no app password \(name); see: paloma account app-password list ADDRESS"
        case .secondFactorIsOn:
            "a second factor is wanted already; turn it off before another is set up"
        case .noSecondFactor:
            "no second factor is being set up"
        case .wrongCode:
            "that is not the code of this moment; look whether the clocks are right, and give the next one"
        case .noRotation(let domain):
            "\(domain) has no new keys that wait; make some with: paloma domain dkim rotate \(domain)"
        }
    }
}

extension PasswordFault: CustomStringConvertible {
    /// What is wrong and what to do.
    public var description: String {
        switch self {
        case .tooShort(let minimum):
            "the password is too short: it needs at least \(minimum) characters"
        case .tooLong(let maximum):
            "the password is too long: it can have at most \(maximum) bytes"
        case .forbiddenCharacter:
            "the password contains a character that not every mail program sends alike: "
                + "a control character, an emoji, or another sign that is younger than 2002"
        case .sameAsAddress:
            "the password must not be the address itself"
        }
    }
}
