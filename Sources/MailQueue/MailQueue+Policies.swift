internal import Storage

extension MailQueue {
    /// The policies of other domains that are kept, the latest first.
    public func policies(limit: Int) async throws -> [KeptPolicy] {
        try await store.read { transaction in
            var policies: [KeptPolicy] = []
            try transaction.query(
                "SELECT domain, id, policy, fetched_at FROM sts_policy ORDER BY fetched_at DESC LIMIT ?1",
                .integer(Int64(limit))
            ) { row in
                policies.append(
                    KeptPolicy(domain: row.text(0), id: row.text(1), text: row.text(2), fetchedAt: row.integer(3)))
            }
            return policies
        }
    }

    /// Keeps a policy in place of the one that the domain had; on disk when it returns.
    ///
    /// - Parameter limit: policies that stay; the oldest go.
    public func keep(_ policy: KeptPolicy, limit: Int) async throws {
        try await store.change { transaction in
            try transaction.run(
                """
                INSERT INTO sts_policy VALUES (?1, ?2, ?3, ?4) ON CONFLICT (domain) DO UPDATE SET
                    id = excluded.id, policy = excluded.policy, fetched_at = excluded.fetched_at
                """, .text(policy.domain), .text(policy.id), .text(policy.text), .integer(policy.fetchedAt))
            try transaction.run(
                """
                DELETE FROM sts_policy WHERE domain IN (
                    SELECT domain FROM sts_policy ORDER BY fetched_at DESC LIMIT 100 OFFSET ?1
                )
                """, .integer(Int64(limit)))
        }
    }
}
