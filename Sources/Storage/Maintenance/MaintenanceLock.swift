/// Lets one long piece of maintenance run at a time; the others are told to come back.
final actor MaintenanceLock {
    private var isHeld = false

    /// Whether the caller now holds the lock and must release it.
    func acquire() -> Bool {
        guard !isHeld else { return false }
        isHeld = true
        return true
    }

    func release() {
        isHeld = false
    }
}
