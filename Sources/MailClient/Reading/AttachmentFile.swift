internal import Glibc

/// A file that an attachment is saved as. The name comes from the sender, so nothing of it is believed.
package enum AttachmentFile {
    /// A name that stays in its folder, is not hidden, does nothing on a terminal, and fits every file system.
    package static func safeName(_ attachment: ReadableMessage.Attachment) -> String {
        let last = (attachment.fileName ?? "").split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? ""
        var name = String.UnicodeScalarView()
        for scalar in last.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
                continue
            default: name.append("<>:\"|?*".unicodeScalars.contains(scalar) ? "_" : scalar)
            }
        }
        var text = String(name)
        while let first = text.first, first == "." || first == "-" || first.isWhitespace { text.removeFirst() }
        while let last = text.last, last == "." || last.isWhitespace { text.removeLast() }
        if text.isEmpty { text = "attachment-\(attachment.number)\(usualExtension(attachment.mediaType))" }
        return cut(text)
    }

    /// Octets of a name, with room for a number.
    private static let nameOctetsMax = 200

    private static func cut(_ name: String) -> String {
        guard name.utf8.count > nameOctetsMax else { return name }
        let (stem, ending) = parts(name)
        let ending2 = ending.utf8.count <= 20 ? ending : ""
        var kept = stem
        while kept.utf8.count + ending2.utf8.count > nameOctetsMax { kept.removeLast() }
        return kept + ending2
    }

    private static func parts(_ name: String) -> (stem: String, ending: String) {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (name, "") }
        return (String(name[..<dot]), String(name[dot...]))
    }

    private static func usualExtension(_ mediaType: String) -> String {
        switch mediaType {
        case "message/rfc822": ".eml"
        case "text/plain": ".txt"
        case "text/html": ".html"
        case "text/calendar": ".ics"
        case "image/jpeg": ".jpg"
        case "image/png": ".png"
        case "application/pdf": ".pdf"
        default: ""
        }
    }

    /// Writes a new file; where the name is taken, one with a number. Nothing is written over, no link is followed.
    ///
    /// - Returns: the path.
    package static func save(_ octets: [UInt8], named name: String, in folder: String) throws(MailFailure) -> String {
        let (stem, ending) = parts(name)
        for attempt in 1...triesMax {
            let path = "\(folder)/\(attempt == 1 ? name : "\(stem) (\(attempt))\(ending)")"
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            if descriptor < 0, errno == EEXIST { continue }
            guard descriptor >= 0 else { throw failure(path) }
            defer { close(descriptor) }
            guard write(octets, to: descriptor) else {
                let failed = failure(path)
                unlink(path)
                throw failed
            }
            return path
        }
        throw MailFailure(.here, "\(folder) has too many files of the name \(name)", advice: "choose another folder")
    }

    private static let triesMax = 10_000

    private static func failure(_ path: String) -> MailFailure {
        MailFailure(.here, "\(path) can't be written: \(String(cString: strerror(errno)))")
    }

    private static func write(_ octets: [UInt8], to descriptor: Int32) -> Bool {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
