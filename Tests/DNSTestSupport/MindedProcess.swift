import Foundation

/// A program that ends when this object does, or the process that made it, by whatever end.
///
/// A shell minds it: it reads a pipe that only this process can write to. Foundation's `Process` is of no use here, since the
/// threads of tests block signals, and what it starts inherits that.
final class MindedProcess: Sendable {
    private let shell: pid_t
    private let lifeline: Int32

    /// - Parameter folder: removed at the end.
    init(_ arguments: [String], errorsTo log: String, folder: String) throws {
        let script = "folder=$1; shift; \"$@\" & read -r end; kill $!; wait $!; rm -rf \"$folder\""
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw CocoaError(.fileReadUnknown) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        lifeline = ends[1]
        let words = ["/bin/sh", "-c", script, "sh", folder] + arguments
        var pointers = words.map { strdup($0) } + [nil]
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            pointers.forEach { free($0) }
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
            close(ends[0])
        }
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT, 0o600)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var child: pid_t = 0
        let code = posix_spawn(&child, "/bin/sh", &actions, &attributes, &pointers, environ)
        shell = child
        guard code == 0 else {
            close(ends[1])
            throw CocoaError(.fileReadUnknown)
        }
    }

    deinit {
        close(lifeline)
        var status: Int32 = 0
        waitpid(shell, &status, 0)
    }
}
