/// What is said of a message before its octets come.
package struct AppendOptions: Hashable, Sendable {
    /// `\Recent` is not the client's to set.
    package var flags = FlagList()
    /// Nil for the present.
    package var internalDate: InternalDate?

    /// No flags, no date.
    package init() {}
}
