import Foundation
package import MailCore

/// NSD with zones of a test, on a free port of 127.0.0.1, without root; gone with the object, or with the process that made it.
package final class NSDServer: Sendable {
    /// Why the server is not there.
    package struct Failure: Error, CustomStringConvertible {
        /// In plain words.
        package let description: String
    }

    /// Where it answers.
    package let port: Int
    /// The keys of the signed zones.
    package let trustAnchorFiles: [String]
    private let process: MindedProcess

    /// Whether the packages nsd and ldnsutils are there; scripts/test installs them.
    package static let isInstalled = [program, "/usr/bin/ldns-signzone"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: $0)
    }
    private static let program = "/usr/sbin/nsd"

    /// Writes the zones, starts the server and waits until it answers.
    package init(zones: [TestZone]) throws {
        var files = try ZoneFiles(folder: NSTemporaryDirectory() + "paloma-nsd-" + UUID().uuidString)
        for zone in zones { try files.add(zone) }
        let folder = files.folder
        port = try LoopbackSocket.freePort()
        trustAnchorFiles = files.trustAnchorFiles
        try files.write(Self.head(folder, port: port) + files.sections, to: "nsd.conf")
        process = try MindedProcess(
            [Self.program, "-d", "-c", "\(folder)/nsd.conf"], errorsTo: "\(folder)/nsd.log", folder: folder)
        guard answers(zones.first?.name ?? ".") else {
            let log = (try? String(contentsOfFile: "\(folder)/nsd.log", encoding: .utf8)) ?? ""
            throw Failure(description: "nsd does not answer: \(log)")
        }
    }

    /// The server for a client's configuration.
    package var endpoint: SocketEndpoint {
        get throws {
            guard let endpoint = SocketEndpoint("127.0.0.1:\(port)", defaultPort: 53) else {
                throw Failure(description: "no endpoint")
            }
            return endpoint
        }
    }

    private static func head(_ folder: String, port: Int) -> String {
        """
        server:
          ip-address: 127.0.0.1@\(port)
          server-count: 1
          username: ""
          chroot: ""
          zonesdir: "\(folder)"
          database: ""
          pidfile: "\(folder)/nsd.pid"
          xfrdfile: "\(folder)/xfrd.state"
          xfrdir: "\(folder)"
          zonelistfile: "\(folder)/zone.list"
        remote-control:
          control-enable: no

        """
    }

    /// Asks for the zone's SOA, again and again for at most ten seconds.
    private func answers(_ zone: String) -> Bool {
        var question: [UInt8] = [0x50, 0x41, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for label in zone.split(separator: ".") { question += [UInt8(label.utf8.count)] + label.utf8 }
        question += [0, 0, 6, 0, 1]
        let deadline = Date().addingTimeInterval(10)
        while Date() < deadline {
            if LoopbackSocket.answers(port: port, to: question, milliseconds: 50) { return true }
        }
        return false
    }
}
