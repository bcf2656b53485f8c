/// Whether expunges may be told now (RFC 9051 §7.5.1): not while no command is in progress, IDLE and what NOTIFY asked
/// for aside, and not within some commands (`IMAPCommand.expungePermission`).
package enum ExpungePermission: Hashable, Sendable {
    case permitted
    case forbidden
}
