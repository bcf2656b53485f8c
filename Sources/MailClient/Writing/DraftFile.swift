internal import Glibc

/// A draft on disk while an editor has it; it stays there until somebody removes it.
package struct DraftFile: Sendable {
    package let path: String

    /// Writes the draft into a new file that its author alone can read.
    package init(_ draft: Draft, in folder: String = MailPaths.unsentFolder) throws(MailFailure) {
        try MailPaths.make(folder)
        let name = "draft-\(time(nil))-\(UInt32.random(in: 0...UInt32.max))"
        let whole = try AttachmentFile.save(Array(DraftText.write(draft).utf8), named: "\(name).eml.txt", in: folder)
        path = whole
    }

    /// The draft as its author left it.
    package func read(changing draft: Draft) throws(MailFailure) -> Draft {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw MailFailure(.here, "\(path) can't be read") }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while octets.count <= MailClientLimits.draftOctetsMax {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            octets += piece[..<count]
        }
        guard octets.count <= MailClientLimits.draftOctetsMax else {
            throw MailFailure(.here, "the text is too long to be sent by mail")
        }
        return try DraftText.read(String(decoding: octets, as: UTF8.self), changing: draft)
    }

    /// It is not needed any more.
    package func remove() { unlink(path) }
}
