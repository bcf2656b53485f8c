/// Waiting for what other processes do.
package enum LabClock {
    /// Looks every 50 milliseconds whether it has come about.
    ///
    /// - Returns: false when it has not within the time, or the task was cancelled.
    package static func waits(
        seconds: Double, until hasCome: () async throws -> Bool
    ) async rethrows -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline, !Task.isCancelled {
            if try await hasCome() { return true }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return false
    }
}
