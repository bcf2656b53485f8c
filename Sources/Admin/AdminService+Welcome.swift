internal import Delivery
internal import Directory
internal import InternetMessage
internal import MailCore
internal import NIOCore
internal import Storage

/// The first message in a new mailbox.
extension AdminService {
    func welcome(_ account: NewAccount, in language: AdminLanguage) async throws {
        let now = DirectoryClock.system.wallSeconds()
        let email = store.reserveEmailID()
        let recipient = EnvelopeRecipient(path: .address(account.address))
        guard case .deliver(let expansion) = try await directory.resolve(recipient.path) else { return }
        var plan = DeliveryPlan()
        plan.add(recipient, expansion, reversePath: .null)
        let text = WelcomeMessage(language: language, address: account.address, name: account.name).text(
            at: MailDate(secondsSince1970: now), as: QueueID(rawValue: email.rawValue))
        _ = try await delivery.deliver(
            email, MessageBody(ByteBuffer(string: text)), Envelope(reversePath: .null, recipients: [recipient]), plan,
            at: now, overrun: .allowOnce, arrival: Arrival(.report))
    }
}

/// A few words to somebody who is new here.
struct WelcomeMessage {
    let language: AdminLanguage
    let address: EmailAddress
    let name: String

    /// The message, as it is filed.
    func text(at date: MailDate, as queueID: QueueID) -> String {
        let domain = address.domain.ascii
        let lines = [
            "From: Paloma <postmaster@\(domain)>", "To: <\(address)>", "Subject: \(subject)", "Date: \(date)",
            "Message-ID: <welcome.\(queueID)@\(domain)>", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit",
            "Content-Language: \(language.rawValue)", "Auto-Submitted: auto-generated", "",
        ]
        return (lines + body).map { $0 + "\r\n" }.joined()
    }

    private var subject: String {
        switch language {
        case .english: "Welcome to Paloma"
        case .spanish: "Te damos la bienvenida a Paloma"
        }
    }

    private var greeting: String {
        switch language {
        case .english: name.isEmpty ? "Hello," : "Hello \(name),"
        case .spanish: name.isEmpty ? "Hola:" : "Hola, \(name):"
        }
    }

    private var body: [String] {
        switch language {
        case .english:
            [
                greeting, "",
                "this is your mailbox, \(address). Here is what you can do with it:", "",
                "- Write to somebody: press c, or the button with the pen. For ten seconds after sending",
                "  you can take a message back; you can also have it sent later.",
                "- Find something: press / and try from:, to:, subject:, has:attachment or before:.",
                "- See all keys: press ?.",
                "- Read your mail with any other program, too: in the settings you make an app password",
                "  for each of them, and take it back when a phone is lost.", "",
                "Your mail is on this server and nowhere else. You may delete this message.", "",
                "Paloma",
            ]
        case .spanish:
            [
                greeting, "",
                "este es tu buzón, \(address). Esto es lo que puedes hacer con él:", "",
                "- Escribir a alguien: pulsa c, o el botón de la pluma. Durante diez segundos después de",
                "  enviar puedes recuperar el mensaje; también puedes dejarlo para más tarde.",
                "- Encontrar algo: pulsa / y prueba from:, to:, subject:, has:attachment o before:.",
                "- Ver todas las teclas: pulsa ?.",
                "- Leer tu correo también con cualquier otro programa: en los ajustes creas una contraseña",
                "  de aplicación para cada uno, y la retiras si pierdes un teléfono.", "",
                "Tu correo está en este servidor y en ningún otro sitio. Puedes borrar este mensaje.", "",
                "Paloma",
            ]
        }
    }
}
