public import MailCore
internal import Storage

/// Something in the directory that a postmaster wants to know of.
public struct DirectoryFinding: Sendable, Hashable {
    /// The alias or list.
    public let address: EmailAddress
    /// What becomes of mail for it.
    public let resolution: Resolution
}

extension Directory {
    /// Aliases and lists that lead nowhere, or not everywhere they say.
    ///
    /// - Throws: `StorageError` when the store cannot be read.
    public func check() async throws -> [DirectoryFinding] {
        let limits = limits
        return try await store.read { transaction in
            var addresses: [EmailAddress] = []
            try transaction.query(
                "SELECT address FROM alias UNION ALL SELECT address FROM mailing_list ORDER BY 1"
            ) { row in
                if let address = EmailAddress(row.text(0)) { addresses.append(address) }
            }
            return try addresses.compactMap { address in
                let resolution = try Resolver.resolve(.address(address), in: transaction, limits: limits)
                if case .deliver(let expansion) = resolution, expansion.problems.isEmpty { return nil }
                return DirectoryFinding(address: address, resolution: resolution)
            }
        }
    }
}

extension DirectoryFinding: CustomStringConvertible {
    /// For people, with what to do.
    public var description: String {
        switch resolution {
        case .deliver(let expansion):
            "\(address) leaves out \(expansion.problems.map(\.description).joined(separator: ", "))"
        case .loop: "\(address) leads back to itself and to nobody else"
        case .disabled: "\(address) leads to disabled accounts only"
        case .emptyList: "\(address) leads to a list without members"
        case .tooLarge: "\(address) becomes too many copies, or is nested too deeply"
        case .unknownUser, .notOurDomain: "\(address) leads to nobody"
        }
    }
}

extension ResolutionProblem: CustomStringConvertible {
    /// For people.
    public var description: String {
        switch self {
        case .loop(let address): "\(address) (it leads back to itself)"
        case .unknownTarget(let address): "\(address) (nobody has it)"
        case .disabledTarget(let address): "\(address) (its account is disabled)"
        case .emptyList(let address): "\(address) (a list without members)"
        }
    }
}
