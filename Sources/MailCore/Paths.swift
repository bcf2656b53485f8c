/// Where reports of failure go: the argument of MAIL (RFC 5321 §4.1.1.2).
public enum ReversePath: Hashable, Sendable {
    /// `<>`: a notification, which must never be answered by another one (RFC 5321 §4.5.5).
    case null
    /// The sender.
    case address(EmailAddress)

    /// The address, if there is one.
    public var address: EmailAddress? {
        switch self {
        case .null: nil
        case .address(let address): address
        }
    }
}

extension ReversePath: CustomStringConvertible {
    /// With its brackets, as the wire has it.
    public var description: String { "<\(address?.written ?? "")>" }
}

/// Whom a message is for: the argument of RCPT (RFC 5321 §4.1.1.3).
public enum ForwardPath: Hashable, Sendable {
    /// `<Postmaster>` without a domain, which every server must take (RFC 5321 §4.5.1).
    case postmaster
    /// A recipient.
    case address(EmailAddress)

    /// The address, if it has a domain.
    public var address: EmailAddress? {
        switch self {
        case .postmaster: nil
        case .address(let address): address
        }
    }
}

extension ForwardPath: CustomStringConvertible {
    /// With its brackets, as the wire has it.
    public var description: String { "<\(address?.written ?? "Postmaster")>" }
}
