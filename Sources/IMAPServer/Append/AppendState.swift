/// The messages of an APPEND or REPLACE that are under way.
struct AppendState {}

/// What is done after octets of a message were taken.
enum AppendDemand {
    /// The next ones.
    case more
    /// `flushMessages` first.
    case flush
}
