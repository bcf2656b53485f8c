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

    /// Writes the zones, starts the server and waits until it answers. A port that was free may be somebody else's when the
    /// server binds it: then it tries another.
    package init(zones: [TestZone]) throws {
        var started = try Attempt(zones)
        for _ in 0..<10 where started.outcome == .portTaken { started = try Attempt(zones) }
        guard started.outcome == .answers else { throw Failure(description: "nsd does not answer: \(started.log)") }
        port = started.port
        trustAnchorFiles = started.files.trustAnchorFiles
        process = started.process
    }

    /// One start, on one port.
    private struct Attempt {
        enum Outcome { case answers, portTaken, silent }

        let files: ZoneFiles
        let port: Int
        let process: MindedProcess
        let outcome: Outcome
        let log: String

        init(_ zones: [TestZone]) throws {
            var files = try ZoneFiles(folder: NSTemporaryDirectory() + "paloma-nsd-" + UUID().uuidString)
            for zone in zones { try files.add(zone) }
            let folder = files.folder
            port = try LoopbackSocket.freePort()
            try files.write(NSDServer.head(folder, port: port) + files.sections, to: "nsd.conf")
            process = try MindedProcess(
                [NSDServer.program, "-d", "-c", "\(folder)/nsd.conf"], errorsTo: "\(folder)/nsd.log", folder: folder)
            (outcome, log) = NSDServer.wait(for: zones.first?.name ?? ".", port, log: "\(folder)/nsd.log")
            self.files = files
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

    /// Asks for the zone's SOA, again and again for at most ten seconds, or until the server has given up.
    private static func wait(for zone: String, _ port: Int, log: String) -> (Attempt.Outcome, log: String) {
        var question: [UInt8] = [0x50, 0x41, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for label in zone.split(separator: ".") { question += [UInt8(label.utf8.count)] + label.utf8 }
        question += [0, 0, 6, 0, 1]
        let deadline = Date().addingTimeInterval(10)
        var text = ""
        while Date() < deadline {
            text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            // Whoever has the port may answer, too.
            if text.contains("Address already in use") { return (.portTaken, text) }
            if LoopbackSocket.answers(port: port, to: question, milliseconds: 50) { return (.answers, text) }
        }
        return (.silent, text)
    }
}
