/// What a run that goes on with IDLE tells its fetcher.
struct FetchWatch: Sendable {
    /// It waits for news from here on; the closure ends it.
    let began: @Sendable (_ interrupt: @escaping @Sendable () -> Void) -> Void
    /// It does not any more.
    let ended: @Sendable () -> Void
    /// All that there was is here.
    let lookedAt: @Sendable (_ intake: MessageIntake, _ remarks: [String]) async -> Void
}
