/// What the messages of one command may occupy.
struct AppendLimits {
    /// Octets of all of them: of one alone `IMAPLimits.messageOctetsMax` (RFC 7889).
    var commandOctetsMax: Int64 = 256 << 20
    /// Octets of those that have come whole and are held in memory; beyond it they go to files without a name.
    var heldOctetsMax: Int64 = 1 << 20
    /// Announced octets up to which nobody looks at the quota before they come: the transaction does.
    var uncheckedOctetsMax: UInt64 = 4_096
}
