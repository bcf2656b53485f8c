import Logging
import ServerConfiguration
import ServerRuntime
import ServiceLifecycle
import UnixSignals

/// Reads the configuration and the certificate again when SIGHUP comes.
struct ReloadService: Service {
    let server: MailServer

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() { reload() }
    }

    private func reload() {
        do {
            let fresh = try Configuration.load(file: server.configuration.file)
            try server.tls?.reload()
            let old = server.configuration
            let needsRestart =
                fresh.listeners != old.listeners || fresh.hostname != old.hostname
                || fresh.dataDirectory != old.dataDirectory || fresh.limits != old.limits || fresh.log != old.log
                || fresh.tls != old.tls
            server.logger.notice(
                needsRestart
                    ? "certificate read again; other changes in the configuration take effect after a restart"
                    : "configuration and certificate read again")
        } catch {
            server.logger.error("not reloaded, everything goes on as before", metadata: ["error": "\(error)"])
        }
    }
}
