import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Takes finished log lines. Never blocks.
public protocol LogSink: Sendable {
    /// One line, with its newline.
    func write(_ line: [UInt8])
}

/// Writes log lines to a file descriptor with a thread of its own, so that a reader who does not read (a stuck pipe, a
/// stopped terminal) never stops an event loop. What does not fit into the queue is counted, and the count is logged when
/// there is room again.
///
/// `@unchecked Sendable`: `queue` is touched under `mutex`, which is a POSIX one because the thread waits on a condition.
public final class FileLogSink: LogSink, @unchecked Sendable {
    private struct Queue {
        var bytes: [UInt8] = []
        /// Lines dropped since the last report of it, and in all.
        var dropped = 0
        var droppedInAll = 0
        var isWriting = false
        var isClosed = false
    }

    private let descriptor: Int32
    private let bytesMax: Int
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var queue = Queue()

    /// A sink to `descriptor`, standard error by default, that keeps at most `bytesMax` octets waiting.
    public init(descriptor: Int32 = 2, bytesMax: Int = 1 << 20) {
        self.descriptor = descriptor
        self.bytesMax = bytesMax
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
        var thread = pthread_t()
        // The thread keeps the sink alive: a logging system lives as long as its process.
        let retained = Unmanaged.passRetained(self).toOpaque()
        let failure = pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<FileLogSink>.fromOpaque(pointer).takeRetainedValue().drain()
                return nil
            }, retained)
        if failure == 0 {
            pthread_detach(thread)
        } else {
            Unmanaged<FileLogSink>.fromOpaque(retained).release()
        }
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Queues the line, or drops it.
    public func write(_ line: [UInt8]) {
        locked {
            if queue.isClosed { return }
            if queue.bytes.count + line.count > bytesMax {
                queue.dropped += 1
                queue.droppedInAll += 1
            } else {
                // The thread looks by itself when it has written what it has.
                if queue.bytes.isEmpty && !queue.isWriting { pthread_cond_broadcast(changed) }
                queue.bytes.append(contentsOf: line)
            }
        }
    }

    /// Lines that were dropped since the sink was made.
    public var droppedCount: Int { locked { queue.droppedInAll } }

    /// Waits until the lines so far are written, at most so long; for the end of the process.
    public func flush(secondsMax: Int) {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        deadline.tv_sec += secondsMax
        locked {
            while !queue.bytes.isEmpty || queue.isWriting {
                if pthread_cond_timedwait(changed, mutex, &deadline) != 0 { return }
            }
        }
    }

    /// Ends the thread when the lines so far are written.
    public func close() {
        locked {
            queue.isClosed = true
            pthread_cond_broadcast(changed)
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    private func drain() {
        // A reader who is gone costs the lines, not the process: write fails with EPIPE.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        while let batch = nextBatch() {
            writeAll(batch)
        }
    }

    private func nextBatch() -> [UInt8]? {
        locked {
            queue.isWriting = false
            pthread_cond_broadcast(changed)
            while queue.bytes.isEmpty {
                if queue.isClosed { return nil }
                pthread_cond_wait(changed, mutex)
            }
            var batch = queue.bytes
            queue.bytes = []
            queue.isWriting = true
            if queue.dropped > 0 {
                batch.append(contentsOf: "level=warning message=\"log lines dropped\" count=\(queue.dropped)\n".utf8)
                queue.dropped = 0
            }
            return batch
        }
    }

    private func writeAll(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else if errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&wait, 1, 1000)
            } else if errno != EINTR {
                return
            }
        }
    }
}
