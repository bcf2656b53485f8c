package import IMAP
package import MailCore

extension MailSession {
    /// Whether a list tells how many messages there are.
    package enum Counts: Sendable {
        case wanted
        case unwanted
    }

    /// Lists the account's folders, in the order in which people want them.
    nonisolated(nonsending)
        package mutating func listFolders(_ counts: Counts) async throws(MailFailure) -> [MailFolder]
    {
        var listed: [IMAPListedFolder] = []
        var statuses: [[UInt8]: IMAPMailboxStatus] = [:]
        let isAtOnce = counts == .wanted && capabilities.hasListStatus
        let items: [StatusItem] = [.messages, .unseen]
        let status = try await perform(isAtOnce ? .listWithStatus(items) : .list) { action in
            switch action {
            case .response(.list(let folder)) where listed.count < MailClientLimits.foldersMax: listed.append(folder)
            case .response(.mailboxStatus(let status)): statuses[status.name] = status
            default: break
            }
        }
        guard status.condition == .ok else { throw .refused("list its folders", status.text) }
        if counts == .wanted, !isAtOnce {
            for folder in listed where folder.isSelectable {
                _ = try await perform(.status(folder.wireName, items)) { action in
                    if case .response(.mailboxStatus(let status)) = action { statuses[folder.wireName] = status }
                }
            }
        }
        folders = Self.folders(listed, statuses)
        return folders
    }

    private static func folders(
        _ listed: [IMAPListedFolder], _ statuses: [[UInt8]: IMAPMailboxStatus]
    ) -> [MailFolder] {
        let tellsUses = listed.contains { $0.specialUse != nil }
        var taken: Set<SpecialUse> = []
        let folders = listed.map { listed in
            let name = listed.name ?? String(decoding: listed.wireName, as: UTF8.self)
            var use = MailFolder.Use.none
            if name.uppercased() == "INBOX" {
                use = .inbox
            } else if let special = tellsUses ? listed.specialUse : MailFolder.guessedUse(name),
                taken.insert(special).inserted
            {
                use = .special(special)
            }
            let status = statuses[listed.wireName]
            return MailFolder(
                wireName: listed.wireName, name: use == .inbox ? "INBOX" : name, use: use,
                isSelectable: listed.isSelectable, messages: (status?.messages).map { Int($0) },
                unread: (status?.unseen).map { Int($0) })
        }
        return MailFolder.sorted(folders)
    }

    /// The folder of a name, or of a use: `Sent`, `trash`, `Work/2026`.
    nonisolated(nonsending)
        package mutating func folder(_ name: String) async throws(MailFailure) -> MailFolder
    {
        if folders.isEmpty { _ = try await listFolders(.unwanted) }
        if let folder = folders.first(where: { $0.name == name }) { return folder }
        let key = name.lowercased()
        if let folder = folders.first(where: { $0.useName == key }) { return folder }
        let alike = folders.filter { $0.name.lowercased() == key }
        if alike.count == 1 { return alike[0] }
        let near = folders.map(\.name).filter { $0.lowercased().contains(key) }.prefix(3)
        throw MailFailure(
            .refused, "there is no folder \(name)",
            advice: near.isEmpty
                ? "see which there are with: paloma mail folders" : "is it \(near.joined(separator: ", or "))?")
    }

    /// The folder for a use; nil where there is none.
    nonisolated(nonsending)
        package mutating func folder(for use: SpecialUse) async throws(MailFailure) -> MailFolder?
    {
        if folders.isEmpty { _ = try await listFolders(.unwanted) }
        return folders.first { $0.use == .special(use) }
    }

    /// The folder for a use, which is made where there is none.
    nonisolated(nonsending)
        package mutating func ensuredFolder(for use: SpecialUse) async throws(MailFailure) -> MailFolder
    {
        if let folder = try await folder(for: use) { return folder }
        let name = use.defaultName
        let status = try await perform(.create(ModifiedUTF7.encode(name)))
        guard status.condition == .ok else { throw .refused("make the folder \(name)", status.text) }
        _ = try await listFolders(.unwanted)
        guard let made = folders.first(where: { $0.name == name }) else {
            throw .refused("make the folder \(name)", "it is not there")
        }
        return made
    }

    /// Opens a folder.
    nonisolated(nonsending)
        package mutating func select(_ folder: MailFolder, _ access: MailboxAccess) async throws(MailFailure)
    {
        if let current, current.folder.wireName == folder.wireName, current.access == access { return }
        current = nil
        _ = takeChanges()
        var opened = OpenFolder(folder: folder, access: access)
        let status = try await perform(.select(folder.wireName, access)) { action in
            switch action {
            case .response(.exists(let count)): opened.messages = Int(count)
            case .response(.status(let status)):
                if case .uidValidity(let validity)? = status.code { opened.uidValidity = validity }
            default: break
            }
        }
        guard status.condition == .ok else { throw .refused("open \(folder.name)", status.text) }
        current = opened
    }
}
