#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A file could not be written.
public struct CertificateFileError: Error, Equatable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// The system's error number.
    public let errno: Int32

    /// `tls/key.pem: File exists`.
    public var description: String { "\(path): \(String(cString: strerror(errno)))" }
}

extension SelfSignedCertificate {
    /// Writes both files, the key readable by its owner only from its first octet on. Files that exist are left alone.
    ///
    /// - Throws: `CertificateFileError`; also when a file exists.
    public func write(certificatePath: String, keyPath: String) throws(CertificateFileError) {
        try SelfSignedCertificate.create(keyPath, contents: keyPEM, permissions: 0o600)
        do {
            try SelfSignedCertificate.create(certificatePath, contents: certificatePEM, permissions: 0o644)
        } catch {
            // A key without its certificate would make the next attempt fail.
            unlink(keyPath)
            throw error
        }
    }

    private static func create(_ path: String, contents: String, permissions: mode_t) throws(CertificateFileError) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
        guard file >= 0 else { throw CertificateFileError(path: path, errno: errno) }
        defer { close(file) }
        var rest = Array(contents.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard written > 0 else {
                let failure = CertificateFileError(path: path, errno: errno)
                unlink(path)
                throw failure
            }
            rest = rest.dropFirst(written)
        }
        guard fsync(file) == 0 else { throw CertificateFileError(path: path, errno: errno) }
    }
}
