import Admin
import Delivery
import Directory
import Glibc
import ServerConfiguration
import Storage
import TerminalOutput

/// Has requests done: by the running server when there is one, else here on the store itself.
enum StoreAccess {
    /// Does one request and shows its progress.
    ///
    /// - Parameter title: for the progress bar.
    static func perform(
        _ request: AdminRequest, _ configuration: Configuration, title: String = "",
        unit: ProgressBar.Unit = .bytes
    ) async throws -> AdminResult {
        let progress = ProgressLine(title: title, unit: unit)
        defer { progress.finish() }
        if let client = AdminClient(socketPath: configuration.controlSocketPath) {
            return try client.perform(request) { progress.show($0) }
        }
        let store = try openStore(configuration)
        let directory = MailSystemStore.directory(in: store, now: DirectoryClock.system.wallSeconds)
        let service = AdminService(store: store, directory: directory)
        do {
            let result = try await service.perform(request) { progress.show($0) }
            await store.close()
            return result
        } catch {
            await store.close()
            throw error
        }
    }

    /// Opens the store that `paloma init` has made.
    static func openStore(_ configuration: Configuration) throws -> Store {
        let folder = configuration.dataDirectory
        guard access(folder, F_OK) == 0 else {
            throw Complaint(
                "there is no store: \(folder) is not there",
                advice: "check data in \(configuration.file), or make a store with: paloma init DIR --domain DOMAIN")
        }
        do {
            return try MailSystemStore.open(folder).store
        } catch let error as StorageError where error.code == .inUse {
            throw Complaint(
                "the store in \(folder) is in use, but no server answers at \(configuration.controlSocketPath)",
                advice: "another command may be at work or the server just starting: try again in a moment")
        } catch let error as StorageError where error.code == .newerSchema {
            throw Complaint("\(error)", advice: "use the newer version of paloma")
        } catch let error as StorageError where error.code == .databaseMissing || error.code == .corrupt {
            throw Complaint(
                "the store in \(folder) can't be opened: \(error)",
                advice: "the message log knows where each message was: paloma check --rebuild")
        } catch {
            throw Complaint(
                "the store in \(folder) can't be opened: \(error)",
                advice: "see to the disk and its permissions first, then: paloma check")
        }
    }
}
