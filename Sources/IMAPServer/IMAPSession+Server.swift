internal import IMAP
internal import Logging
internal import ServerRuntime

/// Commands about the session itself.
extension IMAPSession {
    /// RFC 2971: who we are. What the client says of itself is for the log.
    func identify(_ client: Identification, _ replies: ReplyWriter) -> IMAPCompletion {
        let said = client.fields.compactMap { field in field.value.map { "\(field.name)=\($0)" } }
        if !said.isEmpty {
            context.logger.debug(
                "client", metadata: ["session": "\(info.id)", "id": "\(said.joined(separator: " "))"])
        }
        let name = Identification.Field(name: "name", value: context.configuration.implementation)
        respond(replies) { $0.identification(Identification(fields: [name])) }
        return .ok()
    }

    /// Ids of messages and conversations are the same there (RFC 9698 §3).
    func tellJMAPAddress(_ replies: ReplyWriter) -> IMAPCompletion {
        guard let address = context.configuration.jmapAddress else { return .no("There is no JMAP here") }
        respond(replies) { $0.jmapAccess(address) }
        return .ok()
    }

    /// RFC 5255 §3: our texts are in English, which is also what i-default is here.
    func speak(_ languages: [String], _ replies: ReplyWriter) -> IMAPCompletion {
        let known = ["EN", "i-default"]
        guard !languages.isEmpty else {
            respond(replies) { $0.languages(known) }
            return .ok()
        }
        for asked in languages {
            let range = asked.lowercased()
            guard let tag = range == "i-default" ? known[1] : range == "en" || range == "*" ? known[0] : nil else {
                continue
            }
            respond(replies) { $0.languages([tag]) }
            return .ok()
        }
        return .no("Texts are in English here")
    }

    /// RFC 7162 §3.1.2.1: a client that begins to speak of modifications is told where the mailbox stands.
    func enable(_ capabilities: [IMAPCapability], _ replies: ReplyWriter) -> IMAPCompletion {
        if let mailbox = selected, IMAPCapabilitySet(capabilities).containsAny(of: [.condstore, .qresync]) {
            let known = mailbox.earliestUntoldExpunge.map { min($0, mailbox.notedModSeq) } ?? mailbox.notedModSeq
            respond(replies) { $0.untagged(.ok, code: .highestModSeq(known), "Highest modification sequence") }
        }
        return .ok()
    }
}
