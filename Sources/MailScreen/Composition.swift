package import MailClient

/// A message that is being written, and where it came from.
package struct Composition: Sendable {
    package var draft: Draft
    /// What it answers; nil for a new message.
    package var answered: Origin?
    /// The draft in its folder that goes when this is sent.
    package var replaced: Origin?
    /// Its text on disk, until it is sent or kept.
    package var file: DraftFile?
    /// Whether the file says more than the draft: it could not be read.
    package var fileState = FileState.same

    package enum FileState: Sendable, Hashable {
        case same
        case ahead
    }

    package struct Origin: Sendable, Hashable {
        package var folder: MailFolder
        package var uid: UInt32

        package init(folder: MailFolder, uid: UInt32) {
            self.folder = folder
            self.uid = uid
        }
    }

    package init(_ draft: Draft, answering origin: Origin? = nil, replacing old: Origin? = nil) {
        self.draft = draft
        answered = origin
        replaced = old
    }
}
