/// Which of the two a command speaks of: `FETCH` or `UID FETCH`.
package enum MessageNumbering: Hashable, Sendable {
    case sequenceNumbers
    case uids
}
