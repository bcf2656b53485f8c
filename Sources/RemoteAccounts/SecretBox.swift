internal import CSodium
internal import Glibc
package import MailCore
package import SASL

/// Seals passwords of accounts elsewhere: XChaCha20-Poly1305 with a key that stands in a file of its own, beside the
/// database and in no backup, so that who gets the database, the log or a backup has no password.
///
/// What is sealed is bound to its account and number: put into another row it does not open.
public struct SecretBox: Sendable {
    private let path: String

    /// With the key of a data folder; the file is made when a secret is sealed first.
    public init(folder: String) {
        path = "\(folder)/fetch.key"
    }

    /// What a secret is for: one does not open as the other.
    package enum Purpose: Sendable {
        /// The password or token that the user gave.
        case secret
        /// An OAuth 2.0 access token that was got with it.
        case accessToken
    }

    /// Seals a secret. Blocks for the file.
    package func seal(
        _ secret: SecretBytes, _ purpose: Purpose = .secret, of account: AccountID, _ remote: Int64
    ) throws(RemoteAccountsError) -> [UInt8] {
        guard Self.isReady else { throw .keyFile("libsodium does not start") }
        let key = try keyMade()
        let about = Self.about(purpose, account, remote)
        var nonce = [UInt8](repeating: 0, count: Self.nonceCount)
        randombytes_buf(&nonce, nonce.count)
        var sealed = [UInt8](repeating: 0, count: secret.count + Self.tagCount)
        var count: UInt64 = 0
        key.withUnsafeBytes { key in
            guard let key = key.bindMemory(to: UInt8.self).baseAddress else { return }
            secret.withUnsafeBytes { text in
                _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
                    &sealed, &count, text.bindMemory(to: UInt8.self).baseAddress, UInt64(text.count), about,
                    UInt64(about.count), nil, nonce, key)
            }
        }
        return nonce + sealed.prefix(Int(count))
    }

    /// Opens what `seal` has made; nil when it was sealed with another key, for another row or another purpose. Blocks for
    /// the file.
    package func open(
        _ sealed: [UInt8], _ purpose: Purpose = .secret, of account: AccountID, _ remote: Int64
    ) throws(RemoteAccountsError) -> SecretBytes? {
        guard sealed.count >= Self.nonceCount + Self.tagCount else { return nil }
        let key = try keyRead()
        let about = Self.about(purpose, account, remote)
        let nonce = Array(sealed.prefix(Self.nonceCount))
        let text = Array(sealed.dropFirst(Self.nonceCount))
        var isGood = false
        let secret = SecretBytes(count: text.count - Self.tagCount) { storage in
            var count: UInt64 = 0
            key.withUnsafeBytes { key in
                guard let key = key.bindMemory(to: UInt8.self).baseAddress else { return }
                isGood =
                    crypto_aead_xchacha20poly1305_ietf_decrypt(
                        storage, &count, nil, text, UInt64(text.count), about, UInt64(about.count), nonce, key) == 0
            }
        }
        return isGood ? secret : nil
    }

    /// libsodium has to be told to begin; it does so once.
    private static let isReady = sodium_init() >= 0

    private static let nonceCount = Int(crypto_aead_xchacha20poly1305_IETF_NPUBBYTES)
    private static let tagCount = Int(crypto_aead_xchacha20poly1305_IETF_ABYTES)
    private static let keyCount = Int(crypto_aead_xchacha20poly1305_IETF_KEYBYTES)

    private static func about(_ purpose: Purpose, _ account: AccountID, _ remote: Int64) -> [UInt8] {
        let kind = purpose == .secret ? "" : "access "
        return Array("paloma fetch \(kind)\(account.rawValue) \(remote)".utf8)
    }

    // MARK: The file

    private func keyRead() throws(RemoteAccountsError) -> SecretBytes {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure() }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw failure() }
        guard status.st_mode & 0o077 == 0 else {
            throw .keyFile("\(path) can be read by others than its owner")
        }
        var count = 0
        let key = SecretBytes(count: Self.keyCount) { count = read(file, $0, Self.keyCount) }
        guard count == Self.keyCount else { throw .keyFile("\(path) is too short") }
        return key
    }

    /// The key; made when there is none. Of two who make it at once one is first.
    private func keyMade() throws(RemoteAccountsError) -> SecretBytes {
        if access(path, F_OK) == 0 { return try keyRead() }
        let draft = "\(path).\(getpid()).new"
        unlink(draft)
        let file = Glibc.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure() }
        let key = SecretBytes(count: Self.keyCount) { randombytes_buf($0, Self.keyCount) }
        let isWritten = key.withUnsafeBytes { write(file, $0.baseAddress, $0.count) == $0.count } && fsync(file) == 0
        close(file)
        guard isWritten else {
            let error = failure()
            unlink(draft)
            throw error
        }
        let linked = link(draft, path)
        unlink(draft)
        guard linked == 0 || errno == EEXIST else { throw failure() }
        synchronizeFolder()
        return try keyRead()
    }

    private func synchronizeFolder() {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private func failure() -> RemoteAccountsError { .keyFile("\(path): \(String(cString: strerror(errno)))") }
}
