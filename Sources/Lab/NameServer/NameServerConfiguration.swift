package import MailCore

/// The configuration of NSD, an authoritative name server, for one user without privileges.
package struct NameServerConfiguration: Hashable, Sendable {
    /// Where it answers.
    package let endpoint: SocketEndpoint
    /// Where its files are.
    package let folder: String
    /// What it knows.
    package let zones: [LabZone]
    /// Names of the zones that are signed.
    package let signed: Set<String>

    /// Puts the parts together.
    package init(endpoint: SocketEndpoint, folder: String, zones: [LabZone], signed: Set<String> = []) {
        self.endpoint = endpoint
        self.folder = folder
        self.zones = zones
        self.signed = signed
    }

    /// Where Debian puts the program.
    package static let program = "/usr/sbin/nsd"

    /// The configuration's file.
    package var file: String { "\(folder)/nsd.conf" }

    /// In the foreground, so that its process is ours to end.
    package var arguments: [String] { ["-d", "-c", file] }

    /// The file's text. Nothing outside of the folder is touched, no other user is taken on, nobody controls it over the net.
    package var text: String {
        let head = """
            server:
              ip-address: \(endpoint.address)@\(endpoint.port)
              server-count: 1
              username: ""
              chroot: ""
              zonesdir: "\(folder)"
              database: ""
              pidfile: "\(folder)/nsd.pid"
              xfrdfile: "\(folder)/xfrd.state"
              xfrdir: "\(folder)"
              zonelistfile: "\(folder)/zone.list"
              hide-version: yes
            remote-control:
              control-enable: no

            """
        return head
            + zones.map { zone in
                let file = signed.contains(zone.name) ? zone.signedFile : "\(zone.name).zone"
                return "zone:\n  name: \(zone.name)\n  zonefile: \(file)\n"
            }.joined()
    }

    /// Writes the configuration and the zones; the folder is there.
    package func write() throws(LabError) {
        try LabFile.write(text, to: file)
        for zone in zones { try LabFile.write(zone.text, to: "\(folder)/\(zone.name).zone") }
    }
}
