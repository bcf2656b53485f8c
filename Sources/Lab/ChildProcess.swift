internal import Glibc

/// A program that runs for the lab, with what it says in a file.
///
/// It has a process group of its own: Ctrl-C in the terminal is for the lab, which ends its children itself, one after the other.
package final class ChildProcess: @unchecked Sendable {  // one task of the lab uses it
    /// For people.
    package let name: String
    /// What it says.
    package let logFile: String
    /// Its number.
    package let id: Int32
    private var status: Int32?

    /// Starts it.
    package init(_ name: String, program: String, arguments: [String], logFile: String) throws(LabError) {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
            for word in words { free(word) }
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, logFile, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // The threads of our runtime block signals, and a child would inherit that: nothing but KILL could end it.
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var child: pid_t = 0
        let code = posix_spawn(&child, program, &actions, &attributes, &words, environ)
        guard code == 0 else {
            throw LabError("\(name) can't be started (\(program)): \(String(cString: strerror(code)))")
        }
        self.name = name
        self.logFile = logFile
        id = child
    }

    /// Whether it has not ended.
    package var isRunning: Bool {
        guard status == nil else { return false }
        var status: Int32 = 0
        guard waitpid(id, &status, WNOHANG) != 0 else { return true }
        self.status = status
        return false
    }

    /// With which code it ended; nil while it runs, and when a signal ended it.
    package var exitCode: Int32? {
        guard !isRunning, let status, status & 0x7f == 0 else { return nil }
        return (status >> 8) & 0xff
    }

    /// Asks it to end, waits for it, and ends it by force when it takes too long.
    package func stop(seconds: Double = 25) async {
        guard isRunning else { return }
        kill(id, SIGTERM)
        if await LabClock.waits(seconds: seconds, until: { !isRunning }) { return }
        kill(id, SIGKILL)
        _ = await LabClock.waits(seconds: 5) { !isRunning }
    }
}
