import MailCore
import Synchronization

/// Logins that were right a short while ago, so that a client that connects every minute does not cost a hash each time.
/// Keeps neither names nor passwords, only a hash of both under a key that dies with the process.
final class LoginCache: Sendable {
    /// The state of all accounts that an answer belongs to.
    struct Generation: Equatable, Sendable {
        fileprivate let number: UInt64
    }

    /// Stands for a name with a password.
    struct Key: Hashable, Sendable {
        fileprivate let hash: [UInt8]
    }

    private struct Entry {
        var login: ProvenLogin
        var untilSeconds: Int64
    }

    private struct State {
        var generation: UInt64 = 0
        var young: [Key: Entry] = [:]
        var old: [Key: Entry] = [:]
    }

    private let state = Mutex(State())
    private let secret = Sodium.randomOctets(32)
    private let entriesMax: Int
    private let seconds: Int64

    init(entriesMax: Int, seconds: Int64) {
        self.entriesMax = max(2, entriesMax)
        self.seconds = seconds
    }

    /// The name's length comes first, so that no two pairs make the same octets.
    func key(name: String, password: String) -> Key {
        var octets = Array("\(name.utf8.count):".utf8)
        octets.append(contentsOf: name.utf8)
        octets.append(contentsOf: password.utf8)
        return Key(hash: Sodium.keyedHash(octets, key: secret))
    }

    /// To be taken before the account is read.
    var generation: Generation { state.withLock { Generation(number: $0.generation) } }

    /// Who this is, when it was right and still is.
    func login(_ key: Key, nowSeconds: Int64) -> ProvenLogin? {
        state.withLock { state in
            guard let entry = state.young[key] ?? state.old[key] else { return nil }
            guard entry.untilSeconds > nowSeconds else {
                state.young[key] = nil
                state.old[key] = nil
                return nil
            }
            return entry.login
        }
    }

    /// Keeps a right login, unless an account has changed since.
    func keep(_ login: ProvenLogin, for key: Key, of generation: Generation, nowSeconds: Int64) {
        state.withLock { state in
            guard generation.number == state.generation else { return }
            if state.young.count >= entriesMax / 2 {
                state.old = state.young
                state.young = [:]
            }
            state.young[key] = Entry(login: login, untilSeconds: nowSeconds + seconds)
        }
    }

    /// Called when a change of the account is durable.
    func forget(_ account: AccountID) {
        state.withLock { state in
            state.generation &+= 1
            state.young = state.young.filter { $0.value.login.account.id != account }
            state.old = state.old.filter { $0.value.login.account.id != account }
        }
    }
}
