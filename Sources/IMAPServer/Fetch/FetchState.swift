/// What FETCH keeps from one command to the next.
struct FetchState {
    private var known: CheckedMessages?

    /// The large messages that were compared with their checksums.
    var checked: CheckedMessages {
        mutating get {
            if let known { return known }
            let new = CheckedMessages()
            known = new
            return new
        }
    }
}
