package import Storage

/// What else happens in the transaction that delivers a message.
package struct Consequences: Sendable {
    /// Recipients of other messages that it settles: a report ends what it reports. They stand in the log with it.
    package var settles: [Settlement]
    /// What is written besides; a replay does not write it again.
    package var also: @Sendable (SQLTransaction) throws -> Void

    /// Nothing by default.
    package init(settles: [Settlement] = [], also: @escaping @Sendable (SQLTransaction) throws -> Void = { _ in }) {
        self.settles = settles
        self.also = also
    }
}
