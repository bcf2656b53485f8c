/// What SETACL does with the rights of an identifier (RFC 4314 §3.1).
public enum AccessRightsChange: Hashable, Sendable {
    /// `+`
    case add(AccessRights)
    /// `-`
    case remove(AccessRights)
    /// Neither.
    case replace(AccessRights)

    /// What becomes of the rights that were there.
    public func applied(to rights: AccessRights) -> AccessRights {
        switch self {
        case .add(let more): rights.union(more)
        case .remove(let fewer): rights.subtracting(fewer)
        case .replace(let others): others
        }
    }
}
