internal import Glibc
internal import IMAP
package import MailClient
internal import MailCore
internal import NIOPosix
package import SASL
package import ServerRuntime
internal import Synchronization
internal import TerminalOutput
package import TerminalScreen

/// The full-screen mail client on a terminal: keys and news go into the model, its effects to the worker.
package final class MailScreenRunner: Sendable {
    /// What the loop waits for.
    private enum Input: Sendable {
        case terminal(TerminalEvent)
        case screen(ScreenEvent)
        case edit(Composition)
    }

    /// What the list shows; jobs compare and complete it.
    private struct Shown {
        var folder: MailFolder?
        var query = ""
        var lastUID: UInt32 = 0
    }

    private let account: MailAccount
    private let device: TerminalDevice
    private let worker: MailWorker
    private let sender: MailSender
    private let editor: String
    private let shown = Mutex(Shown())
    private let inputs: AsyncStream<Input>
    private let sink: AsyncStream<Input>.Continuation

    /// For an account; `editor` is a shell command that is given a file.
    package init(
        _ account: MailAccount, _ secret: SecretBytes, on executor: LoopExecutor, device: TerminalDevice, editor: String
    ) {
        self.account = account
        self.device = device
        self.editor = editor
        worker = MailWorker(account, secret, on: executor)
        sender = MailSender(account, secret, on: executor)
        (inputs, sink) = AsyncStream.makeStream(of: Input.self)
    }

    /// Fills the terminal until the user has enough; gives it back as it was.
    package func run() async {
        device.enter()
        defer { device.leave() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.worker.run(self.report) }
            group.addTask {
                for await event in self.device.events() { self.sink.yield(.terminal(event)) }
                self.sink.finish()
            }
            await loop()
            worker.end()
            device.end()
            device.leave()
            group.cancelAll()
        }
    }

    private func loop() async {
        let size = device.size
        var model = MailScreenModel(account, columns: size.columns, rows: size.rows)
        var painter = ScreenPainter(Terminal(.output).style)
        model.nowSeconds = Int64(time(nil))
        device.write(painter.paint(model.draw()))
        for await input in inputs {
            model.nowSeconds = Int64(time(nil))
            var effects: [ScreenEffect] = []
            switch input {
            case .terminal(.key(let key)): effects = model.receive(.key(key))
            case .terminal(.changed):
                let size = device.size
                painter.forget()
                effects = model.receive(.resized(columns: size.columns, rows: size.rows))
            case .terminal(.ended): return
            case .screen(let event): effects = model.receive(event)
            case .edit(let composition): effects = [.edit(composition)]
            }
            for effect in effects {
                switch effect {
                case .quit: return
                case .redraw: painter.forget()
                case .suspend:
                    device.suspend()
                    painter.forget()
                case .edit(let composition):
                    await edit(composition)
                    painter.forget()
                default: perform(effect)
                }
            }
            device.write(painter.paint(model.draw()))
        }
    }

    private func tell(_ event: ScreenEvent) { sink.yield(.screen(event)) }

    // MARK: Writing

    private func edit(_ composition: Composition) async {
        var composition = composition
        do {
            let file: DraftFile
            if let held = composition.file, composition.fileState == .ahead {
                file = held
            } else {
                composition.file?.remove()
                file = try DraftFile(composition.draft)
            }
            composition.file = file
            device.pause()
            device.leave()
            let editor = self.editor
            let status = try? await NIOThreadPool.singleton.runIfActive { try ChildProgram.run(editor, [file.path]) }
            device.enter()
            device.resume()
            guard status == 0 else {
                return tell(.failed("The editor \(editor) failed; what was written is in \(file.path)"))
            }
            composition.fileState = .ahead
            composition.draft = try file.read(changing: composition.draft)
            composition.fileState = .same
            guard !composition.draft.isEmpty(account) else {
                file.remove()
                return tell(.notice("Nothing was written"))
            }
            tell(.composed(composition))
        } catch {
            if composition.file != nil { tell(.composed(composition)) }
            tell(.failed("\(error.problem); e edits again"))
        }
    }

    // MARK: What the worker tells

    private func report(_ event: MailWorker.Event) {
        switch event {
        case .online: tell(.online)
        case .offline(let failure): tell(.offline(failure.problem))
        case .failed(let failure):
            tell(.failed(failure.advice.isEmpty ? failure.problem : "\(failure.problem): \(failure.advice)"))
        case .changed(let changes): take(changes)
        }
    }

    private func take(_ changes: [MailSession.Change]) {
        var places: [Int] = []
        var goes = false
        var comes = false
        for change in changes {
            switch change {
            case .expunged, .vanished: goes = true
            case .messages: comes = true
            case .flags(let place, 0, _): places.append(place)
            case .flags(_, let uid, _): refresh([uid])
            }
        }
        if goes || (comes && shown.withLock { !$0.query.isEmpty }) {
            relist()
        } else if comes {
            bringNew()
        }
        guard !places.isEmpty else { return }
        worker.submit { [places] session in
            self.tell(.summaries(try await session.summaries(at: places)))
        }
    }

    private func refresh(_ uids: [UInt32]) {
        worker.submit { session in self.tell(.summaries(try await session.summaries(uids))) }
    }

    /// Lists what is shown anew.
    private func relist() {
        let (folder, query) = shown.withLock { ($0.folder, $0.query) }
        if let folder { list(folder, query) }
    }

    private func list(_ folder: MailFolder, _ query: String) {
        let wanted: MailQuery
        do {
            wanted = try MailQuery(query, daySince1970: Self.today)
        } catch {
            return tell(.failed("\(error.problem): \(error.advice)"))
        }
        let before = shown.withLock { shown in
            let before = shown
            shown.folder = folder
            shown.query = query
            return before
        }
        worker.submit { session in
            do {
                try await session.select(folder, .readWrite)
                let uids = try await session.find(wanted)
                if query.isEmpty { self.shown.withLock { $0.lastUID = uids.last ?? 0 } }
                self.tell(.listed(folder, query: query, uids))
            } catch {
                self.goBack(from: folder, to: before)
                throw error
            }
        }
    }

    /// A folder cannot be opened: the one before is shown on.
    private func goBack(from folder: MailFolder, to before: Shown) {
        guard let old = before.folder, old.wireName != folder.wireName else { return }
        shown.withLock { $0 = before }
        list(old, before.query)
    }

    private static var today: Int64 {
        var seconds = time(nil)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return (Int64(seconds) + Int64(parts.tm_gmtoff)) / 86_400
    }

    /// What came behind the last message that is known.
    private func bringNew() {
        worker.submit { session in
            let last = self.shown.withLock { $0.lastUID }
            let found = try await session.search(.uids(.ranges([.init(.number(last &+ 1), .largest)])))
            let new = found.filter { $0 > last }
            guard let newest = new.last else { return }
            self.shown.withLock { $0.lastUID = newest }
            self.tell(.arrived(new))
        }
    }

    // MARK: Effects

    private func perform(_ effect: ScreenEffect) {
        switch effect {
        case .listFolders:
            worker.submit { session in self.tell(.folders(try await session.listFolders(.wanted))) }
        case .open(let folder, let query): list(folder, query)
        case .summaries(let uids): refresh(uids)
        case .read(let folder, let uid, let octetsMax):
            worker.submit { session in
                let mail = try await Self.fetch(folder, uid, octetsMax, &session)
                self.tell(.message(folder, mail, ReadableMessage(mail.octets)))
            }
        case .conversation(let uid):
            worker.submit { session in self.tell(.conversation(try await session.conversation(of: uid))) }
        case .mark(let mark, let uids):
            worker.submit { session in
                switch mark {
                case .read: try await session.store(.add, FlagList(.seen), uids)
                case .unread: try await session.store(.remove, FlagList(.seen), uids)
                case .flagged: try await session.store(.add, FlagList(.flagged), uids)
                case .unflagged: try await session.store(.remove, FlagList(.flagged), uids)
                }
            }
        case .move, .archive, .delete, .undo: performMove(effect)
        case .save(let folder, let uid, let number, let directory): save(folder, uid, number, directory)
        case .answer, .forward, .resume: prepare(effect)
        case .send(let composition): send(composition)
        case .keep(let composition):
            worker.submit { session in
                let place = try await self.sender.keep(composition.draft, &session)
                composition.file?.remove()
                if let old = composition.replaced, session.current?.folder.wireName == old.folder.wireName {
                    try await session.expunge([old.uid])
                }
                self.tell(.notice("Kept in \(place)"))
            }
        case .discard(let composition): composition.file?.remove()
        case .edit, .suspend, .redraw, .quit: break
        }
    }

    private func performMove(_ effect: ScreenEffect) {
        worker.submit { session in
            do {
                try await self.move(effect, &session)
            } catch {
                // The list shows them as gone.
                self.relist()
                throw error
            }
        }
    }

    nonisolated(nonsending)
        private func move(_ effect: ScreenEffect, _ session: inout MailSession) async throws
    {
        var moved: MovedMail?
        switch effect {
        case .move(let uids, let target): moved = try await session.move(uids, to: target)
        case .archive(let uids):
            moved = try await session.move(uids, to: try await session.ensuredFolder(for: .archive))
        case .delete(let uids): moved = try await session.delete(uids)
        case .undo(let moved):
            try await session.undo(moved)
            tell(.notice("Back in \(moved.from.name)"))
            relist()
            tell(.folders(try await session.listFolders(.wanted)))
            return
        default: return
        }
        if let moved {
            tell(.moved(moved))
            tell(.notice("Moved to \(moved.to.name); u brings it back"))
        } else {
            tell(.notice("Deleted for good"))
        }
    }

    /// A message of any folder; the one that is open stays so.
    nonisolated(nonsending)
        private static func fetch(
            _ folder: MailFolder, _ uid: UInt32, _ octetsMax: Int64?, _ session: inout MailSession
        ) async throws -> FetchedMail
    {
        guard let open = session.current, open.folder.wireName != folder.wireName else {
            return try await session.message(uid, octetsMax: octetsMax)
        }
        try await session.select(folder, .readOnly)
        let mail = try await session.message(uid, octetsMax: octetsMax)
        try await session.select(open.folder, open.access)
        return mail
    }

    private func save(_ folder: MailFolder, _ uid: UInt32, _ number: Int?, _ directory: String) {
        worker.submit { session in
            let message = ReadableMessage(try await Self.fetch(folder, uid, nil, &session).octets)
            var paths: [String] = []
            for attachment in message.attachments where number == nil || attachment.number == number {
                let name = AttachmentFile.safeName(attachment)
                paths.append(try AttachmentFile.save(message.content(of: attachment), named: name, in: directory))
            }
            self.tell(.notice("Saved \(paths.joined(separator: ", "))"))
        }
    }

    private func prepare(_ effect: ScreenEffect) {
        worker.submit { session in
            let composition: Composition
            switch effect {
            case .answer(let folder, let uid, let audience):
                let octetsMax = MailClientLimits.readOctetsMax
                let message = ReadableMessage(try await Self.fetch(folder, uid, octetsMax, &session).octets)
                composition = Composition(
                    Draft.reply(to: message, audience, self.account), answering: .init(folder: folder, uid: uid))
            case .forward(let folder, let uid, let forwarding):
                let octets = try await Self.fetch(folder, uid, nil, &session).octets
                composition = Composition(Draft.forward(octets, forwarding, self.account))
            case .resume(let folder, let uid):
                let octets = try await Self.fetch(folder, uid, nil, &session).octets
                composition = Composition(
                    Draft.resumed(octets, self.account), replacing: .init(folder: folder, uid: uid))
            default: return
            }
            self.sink.yield(.edit(composition))
        }
    }

    private func send(_ composition: Composition) {
        worker.submit { session in
            do throws(MailFailure) {
                let report = try await self.sender.send(composition.draft, &session)
                composition.file?.remove()
                self.tell(.sent(report))
            } catch {
                return self.tell(.failed(error.advice.isEmpty ? error.problem : "\(error.problem); \(error.advice)"))
            }
            if let old = composition.replaced, session.current?.folder.wireName == old.folder.wireName {
                try await session.expunge([old.uid])
            }
            guard let origin = composition.answered, session.current?.folder.wireName == origin.folder.wireName else {
                return
            }
            try await session.store(.add, FlagList(.answered), [origin.uid])
            self.tell(.summaries(try await session.summaries([origin.uid])))
        }
    }
}
