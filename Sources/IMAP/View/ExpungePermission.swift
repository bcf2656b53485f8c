/// Whether expunges may be told now (RFC 9051 §7.5.1).
package enum ExpungePermission: Hashable, Sendable {
    case permitted
    case forbidden
}
