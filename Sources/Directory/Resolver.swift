import MailCore
import Storage

/// Follows one recipient through aliases and lists, inside of one transaction.
///
/// Every alias and list is expanded once at most, whatever leads to it, so the work is bounded by their sizes.
struct Resolver {
    private let transaction: SQLTransaction
    private let limits: DirectoryLimits
    private let originalTo: EmailAddress
    private var expansion = Expansion()
    private var accounts: Set<AccountID> = []
    private var remotes: Set<EmailAddress> = []
    private var domains: [Domain: DomainRow?] = [:]
    /// Aliases, lists and catch-alls between the recipient and the address looked at.
    private var open: Set<Node> = []
    /// Those that are done.
    private var closed: Set<Node> = []
    private var outgrown = false

    /// What can be expanded.
    private enum Node: Hashable {
        case group(Int64)
        case catchAll(Int64)
        case roleAddress(Int64)
        case companion(Int64)
    }

    /// What a branch has got from the aliases and lists above it.
    private struct Branch {
        var returnPath: ReversePath?
        var reason: RemoteCopy.Reason = .alias
        var subaddress: String?
        var depth = 0
    }

    private init(_ transaction: SQLTransaction, _ limits: DirectoryLimits, _ originalTo: EmailAddress) {
        self.transaction = transaction
        self.limits = limits
        self.originalTo = originalTo
    }

    /// What becomes of the recipient.
    static func resolve(
        _ path: ForwardPath, in transaction: SQLTransaction, limits: DirectoryLimits
    ) throws -> Resolution {
        let recipient: EmailAddress
        switch path {
        case .address(let address):
            recipient = address
        case .postmaster:
            guard let primary = try transaction.primaryDomain() else { return .unknownUser }
            guard let localPart = LocalPart("postmaster") else { return .unknownUser }
            recipient = EmailAddress(localPart: localPart, domain: primary.name)
        }
        guard let domain = try transaction.domain(recipient.domain) else { return .notOurDomain }
        var resolver = Resolver(transaction, limits, recipient)
        resolver.domains[recipient.domain] = .some(domain)
        try resolver.follow(recipient, Branch())
        let outcome = resolver.outcome(for: recipient)
        if case .deliver = outcome { return outcome }
        return try resolver.rescue(recipient, in: domain) ?? outcome
    }

    /// The one answer to all that was found.
    private func outcome(for recipient: EmailAddress) -> Resolution {
        if outgrown { return .tooLarge }
        if !expansion.localCopies.isEmpty || !expansion.remoteCopies.isEmpty { return .deliver(expansion) }
        var answer = Resolution.unknownUser
        for problem in expansion.problems {
            switch problem {
            case .loop: return .loop
            case .disabledTarget: answer = .disabled
            case .emptyList: if answer == .unknownUser { answer = .emptyList }
            case .unknownTarget: break
            }
        }
        return answer
    }

    /// postmaster and abuse are answered even when the alias that somebody made for them leads nowhere
    /// (RFC 5321 §4.5.1, RFC 2142 §4).
    private mutating func rescue(_ recipient: EmailAddress, in domain: DomainRow) throws -> Resolution? {
        guard Self.isRoleAddress(recipient.localPart.text) else { return nil }
        let problems = expansion.problems
        self = Resolver(transaction, limits, originalTo)
        try deliverToPostmaster(of: domain, recipient, Branch())
        expansion.problems = problems + expansion.problems
        if case .deliver(let rescued) = outcome(for: recipient) { return .deliver(rescued) }
        return nil
    }

    // MARK: one address

    private mutating func follow(_ address: EmailAddress, _ branch: Branch) throws {
        guard !outgrown else { return }
        guard branch.depth <= limits.nestingMax else {
            outgrown = true
            return
        }
        guard let domain = try ours(address.domain) else {
            addRemote(address, branch)
            return
        }
        if let row = try transaction.address(address.lookupKey) {
            try reach(row, address, branch)
        } else if let list = try listOfCompanion(address) {
            // Before subaddresses: where `-` separates them, reports would go to the list's members.
            try deliverToOwner(of: list, in: domain, address, branch)
        } else if let (row, stem, tag) = try stem(of: address, in: domain) {
            var branch = branch
            branch.subaddress = tag
            try reach(row, stem, branch)
        } else if Self.isRoleAddress(address.localPart.text) {
            try deliverToPostmaster(of: domain, address, branch)
        } else if let catchAll = domain.catchAll {
            try expand(.catchAll(domain.id), address, [catchAll], branch)
        } else {
            expansion.problems.append(.unknownTarget(address))
        }
    }

    /// An address that is there leads to an account, or on.
    private mutating func reach(_ row: AddressRow, _ address: EmailAddress, _ branch: Branch) throws {
        switch row.object {
        case .account(let account, .enabled):
            try addLocal(account, address, branch)
        case .account(_, .disabled):
            expansion.problems.append(.disabledTarget(address))
        case .alias(let id):
            try expand(.group(id), address, try transaction.targets(of: id), branch)
        case .list(let id):
            let members = try transaction.targets(of: id)
            if members.isEmpty { expansion.problems.append(.emptyList(address)) }
            var branch = branch
            branch.subaddress = nil
            branch.reason = .list
            if let returnPath = try returnPath(of: id) { branch.returnPath = .address(returnPath) }
            try expand(.group(id), address, members, branch)
        }
    }

    private mutating func expand(
        _ node: Node, _ address: EmailAddress, _ targets: [EmailAddress], _ branch: Branch
    ) throws {
        guard !open.contains(node) else {
            expansion.problems.append(.loop(address))
            return
        }
        guard !closed.contains(node) else { return }
        open.insert(node)
        var inner = branch
        inner.depth += 1
        for target in targets where !outgrown { try follow(target, inner) }
        open.remove(node)
        closed.insert(node)
    }

    private mutating func addLocal(_ account: AccountID, _ address: EmailAddress, _ branch: Branch) throws {
        guard accounts.insert(account).inserted else { return }
        let row = try transaction.first(
            "SELECT quota_bytes, address FROM account WHERE id = ?1", .integer(account.rawValue)
        ) { (quotaBytes: $0.integer(0), address: EmailAddress($0.text(1))) }
        // The account's spelling, not the sender's: whoever filters by Delivered-To sees one.
        var deliveredTo = address
        if let own = row?.address, own.lookupKey == address.lookupKey { deliveredTo = own }
        deliveredTo = branch.subaddress.flatMap { tagged(deliveredTo, $0) } ?? deliveredTo
        expansion.localCopies.append(
            LocalCopy(
                account: account, deliveredTo: deliveredTo, originalTo: originalTo, subaddress: branch.subaddress,
                returnPath: branch.returnPath, quotaBytes: row?.quotaBytes ?? 0))
        outgrown = accounts.count + remotes.count > limits.copiesMax
    }

    private mutating func addRemote(_ address: EmailAddress, _ branch: Branch) {
        guard remotes.insert(address).inserted else { return }
        expansion.remoteCopies.append(
            RemoteCopy(
                address: address, originalTo: originalTo, returnPath: branch.returnPath, reason: branch.reason))
        outgrown = accounts.count + remotes.count > limits.copiesMax
    }

    private mutating func ours(_ name: Domain) throws -> DomainRow? {
        if let known = domains[name] { return known }
        let row = try transaction.domain(name)
        domains[name] = .some(row)
        return row
    }

    // MARK: subaddresses (RFC 5233)

    /// The address without its tag, the longest that is there, and the tag.
    private func stem(of address: EmailAddress, in domain: DomainRow) throws -> (AddressRow, EmailAddress, String)? {
        guard let separator = domain.separator.first else { return nil }
        let text = address.localPart.text
        var rest = text[...]
        for _ in 0..<limits.subaddressStemsMax {
            guard let cut = rest.lastIndex(of: separator), cut > text.startIndex else { return nil }
            rest = text[..<cut]
            guard let localPart = LocalPart(unquoted: rest) else { return nil }
            let stem = EmailAddress(localPart: localPart, domain: address.domain)
            if let row = try transaction.address(stem.lookupKey) {
                return (row, stem, String(text[text.index(after: cut)...]))
            }
        }
        return nil
    }

    /// The account's address with the tag, if that is still an address.
    private func tagged(_ address: EmailAddress, _ tag: String) -> EmailAddress? {
        guard case .some(.some(let domain)) = domains[address.domain], !domain.separator.isEmpty else { return nil }
        return LocalPart(unquoted: address.localPart.text + domain.separator + tag).map {
            EmailAddress(localPart: $0, domain: address.domain)
        }
    }

    // MARK: addresses that nobody has to make

    static func isRoleAddress(_ localPart: String) -> Bool {
        let name = localPart.lowercased()
        return name == "postmaster" || name == "abuse"
    }

    /// The domain's postmaster, else the first administrator, else the first account; an account that can be used
    /// before one that cannot. Only a server without accounts has nobody.
    private mutating func deliverToPostmaster(
        of domain: DomainRow, _ address: EmailAddress, _ branch: Branch
    ) throws {
        if let postmaster = domain.postmaster,
            try leadsSomewhere({ try $0.expand(.roleAddress(domain.id), address, [postmaster], branch) })
        {
            return
        }
        let found = try transaction.first(
            """
            SELECT c.id, c.address FROM account c JOIN address a ON a.kind = 1 AND a.object_id = c.id
            ORDER BY c.state, c.role DESC, CASE WHEN a.domain_id = ?1 THEN 0 ELSE 1 END, c.id LIMIT 1
            """, .integer(domain.id)
        ) { (AccountID(rawValue: $0.integer(0)), EmailAddress($0.text(1))) }
        if case (let account, let primary?)? = found { try addLocal(account, primary, branch) }
    }

    /// `LIST-bounces`, `LIST-owner` and `LIST-request` (RFC 2142 §6) of a list that is there.
    private func listOfCompanion(_ address: EmailAddress) throws -> Int64? {
        let text = address.localPart.text
        for suffix in ["-bounces", "-owner", "-request"] where text.lowercased().hasSuffix(suffix) {
            guard let stem = LocalPart(unquoted: text.dropLast(suffix.count)) else { continue }
            let key = EmailAddress(localPart: stem, domain: address.domain).lookupKey
            if let row = try transaction.address(key), case .list(let id) = row.object { return id }
        }
        return nil
    }

    private mutating func deliverToOwner(
        of list: Int64, in domain: DomainRow, _ address: EmailAddress, _ branch: Branch
    ) throws {
        let owner =
            try transaction.first(
                "SELECT owner FROM mailing_list WHERE id = ?1", .integer(list)
            ) { $0.optionalText(0).flatMap { EmailAddress($0) } } ?? nil
        if let owner, try leadsSomewhere({ try $0.expand(.companion(list), address, [owner], branch) }) { return }
        try deliverToPostmaster(of: domain, address, branch)
    }

    /// Whether following found somebody, or somebody who has a copy already.
    private mutating func leadsSomewhere(_ following: (inout Resolver) throws -> Void) throws -> Bool {
        let copies = accounts.count + remotes.count
        let problems = expansion.problems.count
        try following(&self)
        return accounts.count + remotes.count > copies || expansion.problems.count == problems
    }

    /// The list's own return path; nil when it leaves reports to the sender.
    private func returnPath(of list: Int64) throws -> EmailAddress? {
        let row = try transaction.first(
            "SELECT address, reports FROM mailing_list WHERE id = ?1", .integer(list)
        ) { (EmailAddress($0.text(0)), ListReports(rawValue: $0.integer(1))) }
        guard case (let address?, .toOwner)? = row else { return nil }
        return Self.returnPath(of: address)
    }

    /// `LIST-bounces@…`, if that is not too long.
    static func returnPath(of list: EmailAddress) -> EmailAddress? {
        LocalPart(unquoted: list.localPart.text + "-bounces").map {
            EmailAddress(localPart: $0, domain: list.domain)
        }
    }
}
