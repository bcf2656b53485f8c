import Admin
import Certificates
import Delivery
import Directory
import FoundationEssentials
import Glibc
import MailCore
import ServerConfiguration
import Storage
import TerminalOutput

/// A mail system that is made in a folder: configuration, self-signed certificate, store.
struct NewMailSystem {
    let folder: String
    let domain: Domain
    let template: ConfigurationTemplate

    /// How long the self-signed certificate is good.
    private static let certificateDays = 3650

    var configurationFile: String { "\(folder)/paloma.toml" }

    /// Writes the configuration and the certificate, over nothing that is there.
    func makeFiles() throws -> Configuration {
        try makeFolders()
        let certificate = try SelfSignedCertificate.make(
            hostname: template.hostname.ascii, addresses: template.address.map { [$0.text] } ?? [],
            validDays: NewMailSystem.certificateDays, now: Date())
        do {
            try certificate.write(certificatePath: "\(folder)/tls/cert.pem", keyPath: "\(folder)/tls/key.pem")
        } catch {
            throw Complaint("the certificate can't be written: \(error)")
        }
        try write(template.text, to: configurationFile)
        return try Configuration.load(file: configurationFile)
    }

    /// Makes the store with the domain, and does what else is asked; opening makes it.
    func makeStore(_ configuration: Configuration, requests: [AdminRequest]) async throws -> [AdminResult] {
        let store: Store
        do {
            store = try MailSystemStore.open(configuration.dataDirectory).store
        } catch {
            throw Complaint("the store can't be made: \(error)")
        }
        let directory = MailSystemStore.directory(in: store, now: DirectoryClock.system.wallSeconds)
        let service = AdminService(store: store, directory: directory)
        do {
            var results: [AdminResult] = []
            for request in [.domainAdd(name: domain.ascii, postmaster: nil)] + requests {
                results.append(try await service.perform(request) { _ in })
            }
            await store.close()
            return Array(results.dropFirst())
        } catch {
            await store.close()
            throw error
        }
    }

    private func makeFolders() throws {
        for path in [configurationFile, "\(folder)/data", "\(folder)/tls/cert.pem", "\(folder)/tls/key.pem"]
        where access(path, F_OK) == 0 {
            throw Complaint(
                "\(path) is there already, and nothing is written over",
                advice: "choose another folder, or start what is there with: paloma serve --config \(configurationFile)"
            )
        }
        for path in [folder, "\(folder)/tls"] {
            do {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            } catch {
                throw Complaint("the folder \(path) can't be made: \(String(cString: strerror(errno)))")
            }
        }
    }

    private func write(_ text: String, to file: String) throws {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw Complaint("\(file) can't be written: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Complaint("\(file) can't be written: \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(count)
        }
        fsync(descriptor)
    }
}
