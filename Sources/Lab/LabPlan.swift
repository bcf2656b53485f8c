package import MailCore

/// What a lab is made of: a name server and two mail servers, all on addresses of this machine alone.
package struct LabPlan: Hashable, Sendable {
    /// Where everything is kept.
    package let folder: String
    /// Added to each standard port: no privileges are needed.
    package let portBase: Int
    /// The mail servers.
    package let hosts: [LabHost]
    /// Where the name server answers.
    package let nameServer: SocketEndpoint

    /// The highest base: the ports of all services must be ports.
    package static let portBaseMax = 64_000

    /// The standard lab: `correo.example` and `posta.example`.
    package init?(folder: String, portBase: Int) {
        guard (1024...Self.portBaseMax).contains(portBase), let local = IPAddress("127.0.0.1") else { return nil }
        self.folder = folder
        self.portBase = portBase
        hosts = [
            LabHost(domain: "correo.example", address: "127.0.1.1", user: "ana"),
            LabHost(domain: "posta.example", address: "127.0.1.2", user: "luis"),
        ].compactMap { $0 }
        nameServer = SocketEndpoint(address: local, port: portBase + 53)
    }

    /// Where every server takes mail from others: MX records have no ports, so all listen on the same one.
    package var smtpPort: Int { portBase + 25 }

    /// A mail server's own folder.
    package func folder(of host: LabHost) -> String { "\(folder)/\(host.domain)" }

    /// Its configuration.
    package func configurationFile(of host: LabHost) -> String { "\(folder(of: host))/paloma.toml" }

    /// What the processes say.
    package func logFile(_ name: String) -> String { "\(folder)/\(name).log" }

    /// The name server's files.
    package var nameServerFolder: String { "\(folder)/dns" }

    /// The keys of the zones that are signed.
    package var trustAnchorFile: String { "\(nameServerFolder)/trusted.key" }
}
