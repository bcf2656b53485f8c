import Foundation

/// The files of a server's zones in one folder.
struct ZoneFiles {
    let folder: String
    /// The keys of the signed zones.
    private(set) var trustAnchorFiles: [String] = []
    /// The `zone:` sections of NSD's configuration.
    private(set) var sections = ""

    init(folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    mutating func add(_ zone: TestZone) throws {
        let file = "\(zone.name).zone"
        switch zone.treatment {
        case .missing: addSection(zone, file)
        case .plain:
            try write(zone.text, to: file)
            addSection(zone, file)
        case .signed: addSection(zone, try sign(zone, file))
        case .tampered(let signed, let changed):
            let signedFile = try sign(zone, file)
            let text = try String(contentsOfFile: "\(folder)/\(signedFile)", encoding: .utf8)
            guard text.contains(signed) else { throw NSDServer.Failure(description: "\(signed) is not in the zone") }
            try write(text.replacingOccurrences(of: signed, with: changed), to: signedFile)
            addSection(zone, signedFile)
        }
    }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
    }

    private mutating func addSection(_ zone: TestZone, _ file: String) {
        sections += "zone:\n  name: \(zone.name)\n  zonefile: \(file)\n"
    }

    /// - Returns: the signed file's name.
    private mutating func sign(_ zone: TestZone, _ file: String) throws -> String {
        try write(zone.text, to: file)
        let key = try output(of: "/usr/bin/ldns-keygen", ["-k", "-a", "ECDSAP256SHA256", zone.name])
        trustAnchorFiles.append("\(folder)/\(key).key")
        _ = try output(of: "/usr/bin/ldns-signzone", ["-o", zone.name, file, key])
        return "\(file).signed"
    }

    private func output(of program: String, _ arguments: [String]) throws -> String {
        let tool = Process()
        let pipe = Pipe()
        tool.executableURL = URL(fileURLWithPath: program)
        tool.arguments = arguments
        tool.currentDirectoryURL = URL(fileURLWithPath: folder)
        tool.standardOutput = pipe
        try tool.run()
        let octets = pipe.fileHandleForReading.readDataToEndOfFile()
        tool.waitUntilExit()
        guard tool.terminationStatus == 0 else { throw NSDServer.Failure(description: "\(program) failed") }
        return String(decoding: octets, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
