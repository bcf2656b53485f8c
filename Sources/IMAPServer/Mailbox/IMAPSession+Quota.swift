internal import Directory
internal import IMAP
internal import MailCore
internal import MailStore
internal import ServerRuntime
internal import Storage

/// GETQUOTA, GETQUOTAROOT, SETQUOTA (RFC 9208). Each account is a quota root: `""` to itself, its address to others.
extension IMAPSession {
    nonisolated(nonsending)
        func getQuota(_ root: String, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        guard let account else { return .notLoggedIn }
        // Another's root is told by GETQUOTAROOT alone, to who may read a mailbox of it.
        guard root.isEmpty || root == account.address.written else {
            return .no("There is no such quota root", code: .nonExistent)
        }
        do {
            let usages = try await context.store.read { try Self.usages(of: account.id, in: $0) }
            respond(replies) { $0.quota(root: root, usages) }
            return .ok()
        } catch {
            return completion(of: error, in: "reading a quota")
        }
    }

    nonisolated(nonsending)
        func getQuotaRoot(_ mailbox: MailboxName, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        guard let account = account?.id else { return .notLoggedIn }
        do {
            let (root, usages) = try await context.store.read { transaction in
                // RFC 9208 §4.1.2: of one's own the mailbox need not be there.
                if MailboxNamespace(of: mailbox.text) == .personal {
                    return ("", try Self.usages(of: account, in: transaction))
                }
                let found = try MailStore.require(.read, mailbox.text, for: account, in: transaction)
                let owner = try Directory.writtenAddress(of: found.key.account, in: transaction)
                return (owner ?? "", try Self.usages(of: found.key.account, in: transaction))
            }
            respond(replies) {
                $0.quotaRoot(mailbox, roots: [root])
                $0.quota(root: root, usages)
            }
            return .ok()
        } catch {
            return completion(of: error, in: "reading a quota")
        }
    }

    /// The postmaster sets quotas, by other means.
    nonisolated(nonsending)
        func setQuota(
            _ root: String, _ limits: [QuotaLimit], _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        .no("The postmaster sets quotas", code: .noPermission)
    }

    /// What is limited, and how much of it is used: nothing where nothing is (RFC 9208 §4.2.1).
    private static func usages(of account: AccountID, in transaction: SQLTransaction) throws -> [QuotaUsage] {
        let limit = try Directory.quotaBytes(of: account, in: transaction)
        guard limit > 0 else { return [] }
        let used = try MailStore.usage(account, in: transaction).octets
        return [QuotaUsage(.storage, usage: kibibytes(used), limit: kibibytes(limit))]
    }

    /// In units of 1,024 octets, rounded up (RFC 9208 §5.1).
    private static func kibibytes(_ octets: Int64) -> UInt64 {
        let octets = UInt64(clamping: octets)
        return octets / 1_024 + (octets % 1_024 > 0 ? 1 : 0)
    }
}
