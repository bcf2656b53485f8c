internal import CoreMetrics
public import NIOCore
import Synchronization

/// One watch over logins for all listeners of all protocols (`LoginGuardLimits`), in memory alone: a restart forgets.
///
/// How a protocol uses it: `refusal` when somebody connects and again when a name is known, before anything is verified;
/// `fail` when the login is refused, whose delay is waited before the reply; `succeed` when it is not.
public final class LoginGuard: Sendable {
    private let watch: Mutex<LoginWatch>
    private let monotonicSeconds: @Sendable () -> Int64
    private let bans: Counter

    /// A guard that has seen nobody.
    ///
    /// - Parameter monotonicSeconds: a clock that never goes back.
    public init(limits: LoginGuardLimits, monotonicSeconds: @escaping @Sendable () -> Int64) {
        watch = Mutex(LoginWatch(limits: limits))
        self.monotonicSeconds = monotonicSeconds
        bans = Counter(label: "paloma_login_bans_total")
    }

    /// Why the peer may not log in now; nil: it may try.
    ///
    /// - Parameter account: the account's name where it is known, in one spelling.
    public func refusal(_ peer: SocketAddress?, account: String? = nil) -> LoginRefusal? {
        let (host, name, now) = (HostKey(peer), account.map(Self.hash), monotonicSeconds())
        return watch.withLock { $0.refusal(host, account: name, now: now) }
    }

    /// Notes a refused login.
    ///
    /// - Parameter password: tells this guess from others, where it is known; nothing of it is kept but a hash.
    public func fail(
        _ peer: SocketAddress?, account: String?, password: UnsafeRawBufferPointer? = nil
    ) -> LoginFailure {
        let (host, name, now) = (HostKey(peer), account.map(Self.hash), monotonicSeconds())
        let guess = password.map { octets in
            var hasher = Hasher()
            hasher.combine(name)
            hasher.combine(bytes: octets)
            return hasher.finalize()
        }
        let failure = watch.withLock { $0.fail(host, account: name, password: guess, now: now) }
        if failure.ban != nil { bans.increment() }
        return failure
    }

    /// Notes a login.
    public func succeed(_ peer: SocketAddress?, account: String) {
        let (host, name) = (HostKey(peer), Self.hash(account))
        watch.withLock { $0.succeed(host, account: name) }
    }

    /// Under a key that dies with the process.
    private static func hash(_ name: String) -> Int {
        var hasher = Hasher()
        hasher.combine(name)
        return hasher.finalize()
    }
}
