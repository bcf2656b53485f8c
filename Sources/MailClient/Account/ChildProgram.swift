internal import Glibc

/// A program that runs for the client: an editor, or a command that tells a password.
package enum ChildProgram {
    /// Runs a shell command that has the terminal; returns its exit status, 128 and more for a signal.
    package static func run(_ command: String, _ arguments: [String] = []) throws(MailFailure) -> Int32 {
        // `"$@"` gives the arguments to the command as they are, whatever is in them.
        let words = ["/bin/sh", "-c", command + " \"$@\"", "sh"] + arguments
        return wait(try spawn(words, output: nil))
    }

    /// The first line that a shell command prints.
    package static func firstLine(of command: String) throws(MailFailure) -> [UInt8] {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw MailFailure(.here, "no pipe can be made") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let child: pid_t
        do throws(MailFailure) {
            child = try spawn(["/bin/sh", "-c", command], output: ends[1])
        } catch {
            close(ends[0])
            close(ends[1])
            throw error
        }
        close(ends[1])
        let octets = readAll(ends[0])
        close(ends[0])
        let status = wait(child)
        guard status == 0 else { throw MailFailure(.here, "the command for the password ended with \(status)") }
        let line = Array(octets.prefix { $0 != 0x0A && $0 != 0x0D })
        guard !line.isEmpty else { throw MailFailure(.here, "the command for the password printed nothing") }
        return line
    }

    /// Octets of a password's line, with much room.
    private static let outputOctetsMax = 65_536

    private static func readAll(_ descriptor: Int32) -> [UInt8] {
        var octets: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4_096)
        while octets.count < outputOctetsMax {
            let count = read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            octets += piece.prefix(count)
        }
        return octets
    }

    private static func spawn(_ words: [String], output: Int32?) throws(MailFailure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let output { posix_spawn_file_actions_adddup2(&actions, output, 1) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Signals that are blocked or ignored here would be so there, too.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        pointers.append(nil)
        defer { for pointer in pointers { free(pointer) } }
        var child = pid_t()
        let status = posix_spawn(&child, words[0], &actions, &attributes, pointers, environ)
        guard status == 0 else {
            throw MailFailure(.here, "\(words[0]) can't be started: \(String(cString: strerror(status)))")
        }
        return child
    }

    private static func wait(_ child: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }
}
