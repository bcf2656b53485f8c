internal import NIOPosix
internal import SASL
internal import Synchronization

/// Hashes and compares passwords on threads of its own, a few at a time: each takes a core and 19 MiB for a while.
final class PasswordHasher: Sendable {
    /// Why there is no answer.
    enum Fault: Error {
        /// As many wait as may.
        case busy
        /// No memory for the hash.
        case noMemory
    }

    private let pool: NIOThreadPool
    private let underWay = Mutex(0)
    private let underWayMax: Int
    private let scramIterations: Int

    init(limits: DirectoryLimits) {
        pool = NIOThreadPool(numberOfThreads: limits.hashesAtOnceMax)
        underWayMax = limits.hashesAtOnceMax + limits.hashesWaitingMax
        scramIterations = max(limits.scramIterations, SASLLimits.iterationsMin)
        pool.start()
    }

    deinit {
        pool.shutdownGracefully { _ in }
    }

    /// A string that no password fits, with the parameters of all others: compared where there is no account, so that
    /// an unknown name takes as long as a wrong password.
    static let decoy =
        "$argon2id$v=19$m=19456,t=2,p=1$SeT4Jy6cEJVabjJZ6mEG6w$vFuFZW6AFcf74auNScEWOtmLjjC9NaSB3HA/5fEDeGc"

    /// Whether the prepared password is the one that was hashed.
    func verify(_ password: String, hash: String) async throws(Fault) -> Bool {
        try await run { Sodium.verify(password, argon2: hash) }
    }

    /// What the store keeps of a prepared password.
    func secrets(of password: String) async throws(Fault) -> PasswordSecrets {
        let iterations = scramIterations
        let made = try await run { () -> PasswordSecrets? in
            guard let argon2 = Sodium.argon2id(password) else { return nil }
            let scram = SCRAMCredentials(
                password: SecretBytes(password.utf8), salt: Sodium.randomOctets(16), iterations: iterations)
            return scram.map { PasswordSecrets(argon2: argon2, scram: $0) }
        }
        guard let made else { throw .noMemory }
        return made
    }

    private func run<T: Sendable>(_ body: @escaping @Sendable () -> T) async throws(Fault) -> T {
        let admitted = underWay.withLock { count in
            guard count < underWayMax else { return false }
            count += 1
            return true
        }
        guard admitted else { throw .busy }
        defer { underWay.withLock { $0 -= 1 } }
        do {
            return try await pool.runIfActive(body)
        } catch {
            throw .busy
        }
    }
}

/// What is kept of a password: enough to check it and to answer SCRAM, not enough to log in elsewhere.
struct PasswordSecrets: Sendable {
    /// `$argon2id$…`.
    let argon2: String
    /// SCRAM-SHA-256.
    let scram: SCRAMCredentials
}
