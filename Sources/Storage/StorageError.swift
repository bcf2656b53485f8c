internal import Glibc

/// What can go wrong between a transaction and the disk.
public struct StorageError: Error, Sendable, CustomStringConvertible {
    /// What it means for the one who asked.
    public enum Code: Sendable, Equatable {
        /// No space left, or a quota of the file system: may work later.
        case diskFull
        /// Reading or writing failed.
        case inputOutput
        /// What was read is not what was written.
        case corrupt
        /// Another process has the store open.
        case inUse
        /// The database file is gone although the log has records.
        case databaseMissing
        /// A newer Paloma made this store.
        case newerSchema
        /// A statement broke a rule of its table, such as a key that must be unique.
        case constraint
        /// The store is stopping, or stopped after a failed flush.
        case closed
        /// There is no such message (any more).
        case notFound
        /// A statement that the engine does not take: our own fault.
        case misuse
    }

    /// What it means.
    public let code: Code
    /// What happened, for the log.
    public let message: String

    /// From its parts.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// From the operating system's last error.
    package static func system(_ operation: String, _ path: String, errno number: CInt = errno) -> StorageError {
        let code: Code
        switch number {
        case ENOSPC, EDQUOT, EFBIG: code = .diskFull
        case ENOENT: code = .notFound
        default: code = .inputOutput
        }
        return StorageError(code, "\(operation) \(path): \(String(cString: strerror(number)))")
    }

    /// The code and the message.
    public var description: String { message }
}
