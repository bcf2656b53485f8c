import Monitor
import Storage
import Synchronization

/// Whether the server can do its work: all listeners listen, and the store can be written.
final class ServerHealth: Sendable {
    private let store: Store
    private let listeners = Mutex<[(name: String, isListening: @Sendable () -> Bool)]>([])

    init(store: Store) {
        self.store = store
    }

    /// Adds a listener to those that are looked at.
    func watch(_ name: String, _ isListening: @escaping @Sendable () -> Bool) {
        listeners.withLock { $0.append((name, isListening)) }
    }

    /// Asked by whoever watches over the server.
    func state() async -> Health {
        let silent = listeners.withLock { $0.filter { !$0.isListening() }.map(\.name) }
        guard silent.isEmpty else { return .failing(silent.map { "the listener \($0) does not listen" }) }
        do {
            try await store.probe()
            return .ok
        } catch {
            return .failing(["the store cannot be written: \(error)"])
        }
    }
}
