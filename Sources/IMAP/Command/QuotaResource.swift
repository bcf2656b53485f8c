/// What is counted (RFC 9208 §5).
package enum QuotaResource: Hashable, Sendable, CaseIterable {
    /// In units of 1,024 octets.
    case storage
    case message
    case mailbox
    /// In units of 1,024 octets.
    case annotationStorage

    var name: StaticString {
        switch self {
        case .storage: "STORAGE"
        case .message: "MESSAGE"
        case .mailbox: "MAILBOX"
        case .annotationStorage: "ANNOTATION-STORAGE"
        }
    }
}

/// SETQUOTA's wish for one resource.
package struct QuotaLimit: Hashable, Sendable {
    /// What is counted.
    package let resource: QuotaResource
    /// In the resource's units.
    package let limit: UInt64
}
