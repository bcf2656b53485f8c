/// What is remembered of failed logins, of one host or of one account. Times are seconds of a clock that never goes back.
struct LoginRecord: Sendable, Hashable {
    private(set) var windowBegan: Int64 = 0
    /// Refusals within the window, each counted.
    private(set) var refusals = 0
    /// Those that were a new guess.
    private(set) var guesses = 0
    private(set) var bannedUntil: Int64 = 0
    /// Hashes of the passwords that were tried in the window.
    private var passwords: [Int] = []

    /// Notes a refused login.
    ///
    /// - Parameter password: a hash of name and password; nil where the password is not known (SCRAM).
    mutating func noteFailure(password: Int?, now: Int64, limits: LoginGuardLimits, failuresMax: Int) {
        if now - windowBegan >= limits.windowSeconds { self = LoginRecord(windowBegan: now, bannedUntil: bannedUntil) }
        refusals += 1
        if let password {
            guard !passwords.contains(password) else { return }
            if passwords.count < limits.distinctPasswordsMax { passwords.append(password) }
        }
        guesses += 1
        guard guesses >= failuresMax else { return }
        self = LoginRecord(windowBegan: now, bannedUntil: now + limits.banSeconds)
    }

    /// Refusals that still count.
    func refusals(now: Int64, limits: LoginGuardLimits) -> Int {
        now - windowBegan < limits.windowSeconds ? refusals : 0
    }

    /// Seconds of the ban that are left; nil when there is none.
    func banLeft(now: Int64) -> Int64? {
        bannedUntil > now ? bannedUntil - now : nil
    }

    init(windowBegan: Int64 = 0, bannedUntil: Int64 = 0) {
        self.windowBegan = windowBegan
        self.bannedUntil = bannedUntil
    }
}
