internal import FoundationEssentials
internal import Glibc
package import MailCore

/// What a running lab leaves in its folder for the commands that use it.
package struct LabState: Codable, Hashable, Sendable {
    /// One mail server.
    package struct Server: Codable, Hashable, Sendable {
        /// Its domain.
        package let domain: String
        /// Its name, which its certificate has too.
        package let hostname: String
        /// Its address.
        package let address: String
        /// Its configuration.
        package let configurationFile: String
        /// Who has an account.
        package let account: String
        /// The account's password: generated for the lab, in a file for its owner alone.
        package let password: String

        /// Puts the parts together.
        package init(host: LabHost, configurationFile: String, password: String) {
            domain = host.domain.ascii
            hostname = host.hostname.ascii
            address = host.address.text
            self.configurationFile = configurationFile
            account = host.user.written
            self.password = password
        }
    }

    /// Whether names can be believed.
    package enum Zones: String, Codable, Hashable, Sendable {
        /// Signed, with the servers' certificates in them (DNSSEC, DANE).
        case signed
        /// As they are.
        case unsigned
    }

    /// The process of `paloma lab`.
    package var process: Int32
    /// Added to each standard port.
    package let portBase: Int
    /// Where the name server answers.
    package let nameServer: String
    /// Whether names can be believed.
    package let zones: Zones
    /// The mail servers.
    package let servers: [Server]

    /// Puts the parts together.
    package init(process: Int32, portBase: Int, nameServer: String, zones: Zones, servers: [Server]) {
        self.process = process
        self.portBase = portBase
        self.nameServer = nameServer
        self.zones = zones
        self.servers = servers
    }

    /// The state's file.
    package static func file(in folder: String) -> String { "\(folder)/lab.json" }

    /// - Returns: nil when there is none in the folder, or one of another version.
    package static func read(folder: String) -> LabState? {
        guard LabFile.isOwnFolder(folder), let text = LabFile.read(file(in: folder)) else { return nil }
        return try? JSONDecoder().decode(LabState.self, from: Data(text.utf8))
    }

    /// Writes it anew.
    package func write(folder: String) throws(LabError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { throw LabError("the lab's state can't be written") }
        try LabFile.write(String(decoding: data, as: UTF8.self), to: LabState.file(in: folder))
    }

    /// Whether its process is there. One that has taken its number since counts too: whoever asks tries the servers next.
    package var isRunning: Bool { process > 0 && kill(process, 0) == 0 }

    /// The server that has an account.
    package func server(of account: EmailAddress) -> Server? {
        servers.first { $0.domain == account.domain.ascii }
    }
}

extension LabState.Server: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the password.
    package var description: String { "\(hostname) [\(address)] with \(account)" }
    /// Never the password.
    package var debugDescription: String { description }
    /// Nothing for `dump` to find.
    package var customMirror: Mirror { Mirror(self, children: ["hostname": hostname, "account": account]) }
}
