internal import Delivery
package import Directory
internal import Logging
internal import MailCore
package import MailQueue
internal import MailStore
internal import MailTrace
internal import NIOPosix
package import RemoteFetch
package import Storage

/// Does what commands ask, on an open store: in the server when one runs, else in the command's own process.
package struct AdminService: Sendable {
    /// Tells steps of long work.
    package typealias Report = @Sendable (AdminAnswer) -> Void

    let store: Store
    let directory: Directory
    let mailStore: MailStore
    let mailQueue: MailQueue
    let delivery: Delivery
    let mailTrace: MailTrace
    let signal: QueueSignal
    let fetcher: RemoteFetcher

    /// On the store that the others work on, too.
    ///
    /// - Parameter signal: raised when something in the queue may be tried.
    /// - Parameter fetcher: the one that runs in this process; without it there is one for commands alone.
    package init(
        store: Store, directory: Directory, signal: QueueSignal = QueueSignal(), fetcher: RemoteFetcher? = nil
    ) {
        self.signal = signal
        mailTrace = MailTrace(store: store)
        self.store = store
        self.directory = directory
        mailStore = MailStore(store: store)
        mailQueue = MailQueue(store: store)
        delivery = Delivery(store: store)
        self.fetcher =
            fetcher
            ?? RemoteFetcher(
                store: store, directory: directory, delivery: delivery, group: MultiThreadedEventLoopGroup.singleton,
                now: DirectoryClock.system.wallSeconds,
                logger: Logger(label: "paloma", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// Does what is asked; steps of long work are reported.
    package func perform(_ request: AdminRequest, report: @escaping Report) async throws(AdminFailure) -> AdminResult {
        do {
            return try await dispatch(request, report)
        } catch let failure as AdminFailure {
            throw failure
        } catch {
            throw AdminFailure(error)
        }
    }

    private func dispatch(_ request: AdminRequest, _ report: @escaping Report) async throws -> AdminResult {
        switch request {
        case .ping:
            .nothing
        case .domainAdd, .domainRemove, .domainShow, .domainList, .domainSet:
            try await performOnDomains(request)
        case .domainKeys(let name, let step):
            try await domainKeys(try domain(name), step)
        case .accountAdd, .accountRemove, .accountShow, .accountList, .accountPassword, .accountRename, .accountSet:
            try await performOnAccounts(request)
        case .appPasswordAdd, .appPasswordList, .appPasswordRemove, .sessionList, .sessionsEnd, .secondFactorOff:
            try await performOnCredentials(request)
        case .aliasAdd, .aliasRemove, .aliasShow, .aliasList:
            try await performOnAliases(request)
        case .listAdd, .listRemove, .listShow, .listList, .listMembersAdd, .listMembersRemove:
            try await performOnLists(request)
        case .mailboxList, .mailboxCreate, .mailboxDelete, .mailboxRename, .mailboxShare, .mailboxRights, .mailboxOwner:
            try await performOnMailboxes(request)
        case .queueList(let after, let limit):
            try await queueList(after: after, limit: limit)
        case .queueShow(let id):
            try await queueShow(id)
        case .queueHold(let id):
            try await queueHold(id)
        case .queueRetry(let id):
            try await queueRetry(id)
        case .queueRemove(let id):
            try await queueRemove(id)
        case .trace(let subject, let limit):
            try await trace(subject, limit: limit)
        case .importMbox(let account, let path, let mailbox):
            try await importMbox(account, path, mailbox, report)
        case .importMaildir(let account, let path):
            try await importMaildir(account, path, report)
        case .exportMbox(let account, let path, let mailbox):
            try await exportMbox(account, path, mailbox, report)
        case .exportMaildir(let account, let path):
            try await exportMaildir(account, path, report)
        case .fetchAdd, .fetchPassword, .fetchRemove, .fetchShow, .fetchList, .fetchRun, .fetchImport:
            try await performOnFetching(request, report)
        case .check(let repair):
            try await check(repair, report)
        case .backup(let path):
            try await backUp(path, report)
        case .compact:
            try await compact()
        }
    }
}

// MARK: Reading what users typed

extension AdminService {
    func address(_ text: String) throws(AdminFailure) -> EmailAddress {
        guard let address = EmailAddress(text) else {
            throw AdminFailure("“\(text)” is no mail address", advice: "write it like ana@example.org")
        }
        return address
    }

    func addresses(_ texts: [String]) throws(AdminFailure) -> [EmailAddress] {
        var addresses: [EmailAddress] = []
        for text in texts { addresses.append(try address(text)) }
        return addresses
    }

    func domain(_ text: String) throws(AdminFailure) -> Domain {
        guard let domain = Domain(text), !domain.isAddressLiteral else {
            throw AdminFailure("“\(text)” is no domain", advice: "write it like example.org")
        }
        return domain
    }

    func domain(_ text: String?) throws(AdminFailure) -> Domain? {
        guard let text else { return nil }
        return try domain(text) as Domain
    }
}
