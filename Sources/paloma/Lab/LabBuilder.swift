import Admin
import Directory
import Glibc
import Lab
import MailCore
import ServerConfiguration
import TerminalOutput

/// Makes a lab's files: mail systems with accounts, zones, the state for other commands.
struct LabBuilder {
    let plan: LabPlan
    /// A lab that was kept, to be started again as it was.
    private let kept: LabState?

    /// A Unix socket's path with its end has 108 octets at most.
    private static let socketPathOctetsMax = 107
    private static let usualPortBase = 20000

    var wasKept: Bool { kept != nil }

    init(folder: String, portBase: Int?) throws {
        guard access(NameServerConfiguration.program, X_OK) == 0 else {
            throw LabError(
                "the name server NSD is not installed (\(NameServerConfiguration.program))",
                advice:
                    "sudo apt-get install nsd; the lab runs it itself, without root, whether or not it runs as a service"
            )
        }
        kept = LabState.read(folder: folder)
        if kept?.isRunning == true {
            throw LabError("a lab runs in \(folder) already", advice: "stop it with Ctrl-C, or name another folder")
        }
        if kept == nil, LabFile.exists(folder) {
            throw LabError(
                "\(folder) is there already and is no lab",
                advice: "name another folder, or remove it when nobody needs it")
        }
        if let kept, let portBase, portBase != kept.portBase {
            throw LabError(
                "the lab in \(folder) has the port base \(kept.portBase)",
                advice: "leave --port-base away, or name another folder"
            )
        }
        guard let plan = LabPlan(folder: folder, portBase: portBase ?? kept?.portBase ?? LabBuilder.usualPortBase)
        else {
            throw LabError("there is no lab with these ports")
        }
        self.plan = plan
        let longest = plan.hosts.map { "\(plan.folder(of: $0))/data/control.sock".utf8.count }.max() ?? 0
        guard longest <= LabBuilder.socketPathOctetsMax else {
            throw LabError("the path \(folder) is too long for the control sockets in it", advice: "name a shorter one")
        }
    }

    /// Makes what is not there.
    func build() async throws -> LabState {
        if var state = kept {
            state.process = getpid()
            try state.write(folder: plan.folder)
            return state
        }
        try LabFile.makeFolder(plan.folder)
        do {
            return try await buildAnew()
        } catch {
            LabFile.removeFolder(plan.folder)
            throw error
        }
    }

    private func buildAnew() async throws -> LabState {
        try LabFile.makeFolder(plan.nameServerFolder)
        let keys = try await makeZoneKeys()
        var servers: [LabState.Server] = []
        var zones: [LabZone] = []
        for host in plan.hosts {
            let system = NewMailSystem(
                folder: plan.folder(of: host), domain: host.domain,
                template: template(of: host, isSigned: !keys.isEmpty))
            let configuration = try system.makeFiles()
            let results = try await system.makeStore(
                configuration,
                requests: [
                    .accountAdd(
                        address: host.user.written, name: "", quotaBytes: 0, role: .administrator, password: nil),
                    .domainKeys(name: host.domain.ascii, step: .none),
                ])
            guard case .accounts(let reports)? = results.first, let password = reports.first?.generatedPassword,
                case .signingKeys(let signingKeys)? = results.last
            else {
                throw LabError("the account \(host.user) was not made")
            }
            servers.append(
                LabState.Server(host: host, configurationFile: configuration.file, password: password.text))
            var more = LabBuilder.signingRecords(signingKeys)
            // Without signatures anybody could have written it, and nobody looks (RFC 7672 §2.2).
            if !keys.isEmpty, let certificate = configuration.tls?.certificatePath {
                more.append(try LabRecord(certificateFile: certificate, host: host.hostname, port: plan.smtpPort))
            }
            zones.append(LabZone(of: host, more: more))
        }
        try NameServerConfiguration(
            endpoint: plan.nameServer, folder: plan.nameServerFolder,
            zones: LabZone.reverseZones(of: plan.hosts) + zones,
            signed: Set(keys.keys)
        ).write()
        for zone in zones { try await keys[zone.name]?.sign(zone, at: time(nil)) }
        let state = LabState(
            process: getpid(), portBase: plan.portBase, nameServer: "\(plan.nameServer)",
            zones: keys.isEmpty ? .unsigned : .signed, servers: servers)
        try state.write(folder: plan.folder)
        return state
    }

    /// The keys of the zones that are signed, with the file that tells the servers to trust them; none without the programs.
    private func makeZoneKeys() async throws -> [String: ZoneKey] {
        guard ZoneKey.canBeMade else { return [:] }
        var keys: [String: ZoneKey] = [:]
        for host in plan.hosts {
            keys[host.domain.ascii] = try await ZoneKey(of: host.domain.ascii, in: plan.nameServerFolder)
        }
        try LabFile.write(keys.values.map(\.record).sorted().joined(), to: plan.trustAnchorFile)
        return keys
    }

    private func template(of host: LabHost, isSigned: Bool) -> ConfigurationTemplate {
        var template = ConfigurationTemplate(
            hostname: host.hostname, portBase: plan.portBase, localLogin: .plaintextAllowed)
        template.address = host.address
        template.nameServers = [plan.nameServer]
        template.outboundPort = plan.smtpPort
        // Else it leaves from 127.0.0.1, which is nobody's in the zones.
        template.sourceAddresses = [host.address]
        if isSigned { template.trustAnchorFiles = [plan.trustAnchorFile] }
        return template
    }

    /// The records of the keys with which a host signs (DKIM, RFC 6376 §3.6).
    private static func signingRecords(_ keys: [SigningKeySummary]) -> [LabRecord] {
        keys.map { LabRecord(name: "\($0.recordName).", text: $0.recordText) }
    }
}
