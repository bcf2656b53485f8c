/// A field with a search key of its own.
package enum SearchField: Hashable, Sendable {
    case bcc
    case cc
    case from
    case subject
    case to
}
