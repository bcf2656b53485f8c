internal import Glibc

/// A pipe that wakes a thread which polls.
struct WakeUpPipe: ~Copyable, Sendable {
    private let readEnd: Int32
    private let writeEnd: Int32

    /// - Returns: nil when there is no descriptor left.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        readEnd = ends[0]
        writeEnd = ends[1]
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    /// Wakes the thread, or keeps it from the next sleep.
    func signal() {
        var octet: UInt8 = 0
        // A full pipe wakes as well.
        _ = write(writeEnd, &octet, 1)
    }

    /// Sleeps until a signal, the end of the time (-1: never) or something to read at `other`.
    ///
    /// - Returns: whether there is something to read at `other`.
    func wait(with other: Int32, milliseconds: Int32) -> Bool {
        var descriptors = [
            pollfd(fd: other, events: Int16(POLLIN), revents: 0),
            pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&descriptors, 2, milliseconds) > 0 else { return false }
        if descriptors[1].revents != 0 {
            var octets = [UInt8](repeating: 0, count: 64)
            _ = read(readEnd, &octets, octets.count)
        }
        return descriptors[0].revents != 0
    }
}
