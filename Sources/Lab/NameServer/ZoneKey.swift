internal import Glibc

/// The key with which a zone of the lab is signed (DNSSEC, RFC 4033), made and used by the programs of Debian's package ldnsutils.
package struct ZoneKey: Hashable, Sendable {
    /// The zone, without the last dot.
    private let zone: String
    /// Where the zone and the key are.
    private let folder: String
    /// The key's files, without their endings.
    private let baseName: String
    /// The public key as a DNSKEY record: whoever trusts it can check the zone's signatures.
    package let record: String

    private static let keyProgram = "/usr/bin/ldns-keygen"
    private static let signingProgram = "/usr/bin/ldns-signzone"
    /// For one of the programs.
    private static let secondsMax = 30.0
    /// As long as the servers' certificates: a lab may be kept.
    private static let validSeconds = 3650 * 86_400

    /// Whether the programs are there.
    package static var canBeMade: Bool {
        access(keyProgram, X_OK) == 0 && access(signingProgram, X_OK) == 0
    }

    /// Makes a key; its files are in the folder.
    package init(of zone: String, in folder: String) async throws(LabError) {
        let said = "\(folder)/\(zone).keygen"
        // ECDSA with P-256 and SHA-256 (RFC 6605): short signatures, known to all who validate.
        try await ZoneKey.run(ZoneKey.keyProgram, ["-a", "ECDSAP256SHA256", "-k", zone], in: folder, logFile: said)
        let baseName = LabFile.lastLines(1, of: said)
        guard baseName.hasPrefix("K"), let record = LabFile.read("\(folder)/\(baseName).key") else {
            throw LabError("the key of the zone \(zone) was not made\n\(LabFile.lastLines(5, of: said))")
        }
        self.zone = zone
        self.folder = folder
        self.baseName = baseName
        self.record = record
    }

    /// Signs the zone's file; the signed zone stands beside it.
    package func sign(_ zone: LabZone, at secondsSince1970: Int) async throws(LabError) {
        let file = "\(folder)/\(zone.name).zone"
        let end = secondsSince1970 + ZoneKey.validSeconds
        try await ZoneKey.run(
            ZoneKey.signingProgram,
            ["-e", "\(end)", "-o", zone.name, "-f", "\(folder)/\(zone.signedFile)", file, "\(folder)/\(baseName)"],
            in: folder, logFile: "\(folder)/\(zone.name).signzone")
    }

    private static func run(
        _ program: String, _ arguments: [String], in folder: String, logFile: String
    ) async throws(LabError) {
        // A key's files go where the program is.
        let child = try ChildProcess(
            program, program: "/usr/bin/env", arguments: ["--chdir=\(folder)", program] + arguments, logFile: logFile)
        let hasEnded = await LabClock.waits(seconds: secondsMax) { !child.isRunning }
        guard hasEnded, child.exitCode == 0 else {
            await child.stop(seconds: 1)
            throw LabError("\(program) has failed\n\(LabFile.lastLines(5, of: logFile))")
        }
    }
}
