/// What FETCH keeps from one command to the next.
struct FetchState {
    /// How the last literal went out.
    enum Literal {
        case whole
        /// Its end cannot be read: nothing can be said behind it.
        case cutOff
    }

    var literal = Literal.whole
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
