internal import FoundationEssentials
internal import Glibc

/// Where the client's own files are (XDG Base Directory Specification).
package enum MailPaths {
    /// The file of accounts.
    package static var accountsFile: String { folder("XDG_CONFIG_HOME", ".config") + "/paloma/mail.toml" }

    /// Where messages wait that could not be sent.
    package static var unsentFolder: String { folder("XDG_DATA_HOME", ".local/share") + "/paloma/unsent" }

    /// The user's own folder.
    package static var home: String { variable("HOME") ?? "/" }

    private static func folder(_ name: String, _ usual: String) -> String {
        variable(name) ?? "\(home)/\(usual)"
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// `~/x` as a whole path.
    package static func expanded(_ path: String) -> String {
        guard path == "~" || path.hasPrefix("~/") else { return path }
        return home + path.dropFirst()
    }

    /// Makes a folder for its owner alone, and those above it.
    static func make(_ folder: String) throws(MailFailure) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw MailFailure(.here, "the folder \(folder) can't be made: \(String(cString: strerror(errno)))")
        }
    }
}
