import Lab
import MailCore
import ServerConfiguration
import TerminalOutput

/// What a lab says when it runs: who listens where, who has an account, what to try.
struct LabNotice {
    let state: LabState
    let plan: LabPlan
    let terminal: Terminal

    func show() {
        terminal.line(terminal.style.bold("A small internet runs on this machine. Ctrl-C ends it."))
        terminal.line()
        terminal.write(listeners.rendered(style: terminal.style, columnsMax: terminal.columns))
        terminal.line()
        terminal.write(accounts.rendered(style: terminal.style, columnsMax: terminal.columns))
        terminal.line()
        let screen = LabScreen()
        switch state.zones {
        case .signed:
            screen.paragraph(
                "The zones are signed (DNSSEC) and name the servers' certificates (TLSA): the servers know one another for sure (DANE)."
            )
        case .unsigned:
            screen.paragraph("The zones are not signed: for DNSSEC and DANE, sudo apt-get install ldnsutils")
        }
        screen.paragraph(
            """
            Passwords are taken without TLS too, on these addresses. With TLS, a mail program asks about the \
            certificates: they are made by the lab itself.
            """)
        terminal.line()
        terminal.line(terminal.style.bold("Try, in another terminal:"))
        for line in hints { terminal.line("  \(line)") }
    }

    private var listeners: TextTable {
        var table = TextTable([.words("SERVER"), .words("WHAT"), .words("WHERE"), .words("TLS")])
        table.add(["NSD", "dns", state.nameServer, "none"])
        for server in state.servers {
            guard let configuration = try? Configuration.load(file: server.configurationFile) else { continue }
            for listener in configuration.listeners {
                table.add([
                    server.hostname, listener.servedProtocol.rawValue, "\(listener.place)", listener.tls.rawValue,
                ])
            }
        }
        return table
    }

    private var accounts: TextTable {
        var table = TextTable([.words("ACCOUNT"), .words("PASSWORD"), .words("MAIL SERVER")])
        for server in state.servers { table.add([server.account, server.password, server.address]) }
        return table
    }

    private var hints: [String] {
        let program = LabCommand.programName
        let lab = plan.folder == LabCommand.usualFolder ? "" : " --lab \(plan.folder)"
        guard let first = state.servers.first, let last = state.servers.last else { return [] }
        return [
            "\(program) lab send\(lab)",
            "    \(first.account) writes to \(last.account), and you watch",
            "\(program) lab send\(lab) --from \(last.account) --to \(first.account)",
            "    the other way round",
            "\(program) lab send\(lab) --to nobody@\(last.domain)",
            "    to somebody who is not there: a report comes back, and is explained",
            "\(program) lab send\(lab) --direct",
            "    without the sending server: what servers say to one another",
            "\(program) trace \(first.account) --config \(first.configurationFile)",
            "    what a server knows about its messages",
            "\(program) domain show \(first.domain) --config \(first.configurationFile)",
            "    what a domain publishes",
            // drill comes with what has signed the zones.
            "\(state.zones == .signed ? "drill" : "dig") -p \(plan.nameServer.port) @\(plan.nameServer.address) \(last.domain) MX",
            "    ask the DNS yourself",
            "tail -f \(plan.logFile(last.domain))",
            "    what a server writes into its log",
        ]
    }
}
