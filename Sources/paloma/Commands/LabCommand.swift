import ArgumentParser
import Glibc
import Lab
import MailCore
import TerminalOutput

/// `paloma lab …`
struct LabCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab",
        abstract: "A small internet on this machine: two mail domains with their own DNS.",
        discussion: """
            For learning, teaching and trying configurations. Nothing leaves this machine, and no privileges are needed.
            """,
        subcommands: [Start.self, Send.self], defaultSubcommand: Start.self)

    /// This program as it was called, for commands that are shown.
    static var programName: String { CommandLine.arguments.first ?? "paloma" }

    /// Where the lab is when nobody says: found again by `paloma lab send` in another terminal.
    static var usualFolder: String { "\(Terminal.environment("TMPDIR") ?? "/tmp")/paloma-lab-\(geteuid())" }

    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Start it, and keep it running until Ctrl-C.",
            discussion: """
                Starts a name server (NSD) with the zones correo.example and posta.example, and two complete mail \
                servers on addresses of their own, with an account on each. At the end everything is removed again, \
                unless you say --keep; then the same command starts it again as it was.
                """)
        @Argument(
            help: "The folder; it is made. Default: paloma-lab-UID among the temporary files.", completion: .directory)
        var folder: String?
        @Flag(help: "Leave the folder at the end.") var keep = false
        @Option(help: "Added to each standard port. Default: 20000, or what a lab that was kept has.")
        var portBase: Int?

        func validate() throws {
            guard (1024...LabPlan.portBaseMax).contains(portBase ?? 1024) else {
                throw ValidationError("--port-base must be from 1024 to \(LabPlan.portBaseMax)")
            }
        }

        func run() async throws {
            // The zones' keys, which other programs write, are nobody else's affair either.
            umask(0o077)
            let signals = await LabSignals()
            let folder = LabCommand.absolute(folder ?? LabCommand.usualFolder)
            do {
                let builder = try LabBuilder(folder: folder, portBase: portBase)
                let lab = try await builder.build()
                let keeps: RunningLab.Ending = keep || builder.wasKept ? .keepsFolder : .removesFolder
                try await RunningLab(lab, builder.plan, keeps, signals: signals).run()
            } catch let error as LabError {
                throw Complaint(error.description, advice: error.advice)
            }
        }
    }

    struct Send: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a message through the running lab, and show every dialogue as it happens.",
            discussion: """
                Shows the submission (C: the client, S: the server), what is asked in the DNS (Q:) and the answers \
                (A:), what the sending server's trace tells of the queue and the delivery, how the message is collected \
                by POP3, and whether its signatures are valid. A message to somebody who is not there comes back as a \
                report, which is explained.
                """)
        @Option(help: ArgumentHelp("The lab's folder.", valueName: "dir")) var lab: String?
        @Option(help: "Who writes; an account of the lab.") var from = "ana@correo.example"
        @Option(help: "To whom, in a domain of the lab.") var to = "luis@posta.example"
        @Option(help: "The subject.") var subject = "A letter across a small internet"
        @Option(help: "The text.") var text: String?
        @Flag(help: "Leave the sending server out: speak to the other one as a server does, and show that dialogue.")
        var direct = false

        func run() async throws {
            let folder = LabCommand.absolute(lab ?? LabCommand.usualFolder)
            guard let state = LabState.read(folder: folder), state.isRunning else {
                throw Complaint(
                    "no lab runs in \(folder)",
                    advice: "start one in another terminal: paloma lab; --lab DIR names one in another folder")
            }
            do {
                let letter = try LabLetter(from: from, to: to, subject: subject, text: text)
                let watch = try LabWatch(state: state, letter: letter)
                try await watch.run(direct ? .direct : .submitted)
            } catch let error as LabError {
                throw Complaint(error.description, advice: error.advice)
            }
        }
    }

    private static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let current = getcwd(nil, 0) else { return path }
        defer { free(current) }
        return "\(String(cString: current))/\(path)"
    }
}
