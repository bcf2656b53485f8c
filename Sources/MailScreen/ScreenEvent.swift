package import MailClient
package import TerminalScreen

/// What the screen is told.
package enum ScreenEvent: Sendable {
    case key(Key)
    case resized(columns: Int, rows: Int)
    /// A session has begun.
    case online
    case offline(String)
    case folders([MailFolder])
    /// A folder is open; the UIDs that it has, or that match the query, ascending.
    case listed(MailFolder, query: String, [UInt32])
    /// New messages came into the open folder.
    case arrived([UInt32])
    case summaries([MessageSummary])
    case flags(uid: UInt32, MessageFlags)
    case message(MailFolder, FetchedMail, ReadableMessage)
    case conversation([LocatedSummary])
    case moved(MovedMail)
    /// A message is ready to be looked at before it is sent.
    case composed(Composition)
    case sent(MailSender.Report)
    case notice(String)
    case failed(String)
}

/// What is to be done for the screen.
package enum ScreenEffect: Sendable {
    case listFolders
    case open(MailFolder, query: String)
    case summaries([UInt32])
    /// A message, or only its beginning.
    case read(MailFolder, UInt32, octetsMax: Int64?)
    case conversation(UInt32)
    case mark(MessageMark, [UInt32])
    case move([UInt32], MailFolder)
    case archive([UInt32])
    case delete([UInt32])
    case undo(MovedMail)
    /// Saves files of a message into a folder of this machine; all of them for nil.
    case save(MailFolder, UInt32, number: Int?, directory: String)
    case answer(MailFolder, UInt32, Draft.Audience)
    case forward(MailFolder, UInt32, Draft.Forwarding)
    /// Goes on with a draft.
    case resume(MailFolder, UInt32)
    /// Opens the editor.
    case edit(Composition)
    case send(Composition)
    case keep(Composition)
    case discard(Composition)
    case suspend
    case redraw
    case quit
}

/// What can be changed by one key.
package enum MessageMark: Sendable, Hashable {
    case read
    case unread
    case flagged
    case unflagged
}
