import Synchronization

/// Says once that all listeners listen; some begin only with their service.
final class ReadyNotice: Sendable {
    private let missing: Mutex<Int>
    private let say: @Sendable () -> Void

    /// - Parameter missing: how often `oneMore` is called before everything is there.
    init(missing: Int, say: @escaping @Sendable () -> Void) {
        self.missing = Mutex(missing)
        self.say = say
    }

    func oneMore() {
        let isComplete = missing.withLock { missing in
            missing -= 1
            return missing == 0
        }
        if isComplete { say() }
    }
}
