import Glibc
import InternetMessage
import Lab
import MailCore

/// The message that `paloma lab send` sends.
struct LabLetter {
    let sender: EmailAddress
    let recipient: EmailAddress
    /// As in the field, with its angle brackets.
    let messageID: String
    /// Ends with CRLF.
    let octets: [UInt8]

    init(from: String, to: String, subject: String, text: String?) throws {
        sender = try LabLetter.address(from, option: "--from")
        recipient = try LabLetter.address(to, option: "--to")
        var generator = SystemRandomNumberGenerator()
        let date = MailDate(secondsSince1970: Int64(time(nil)))
        let id = MessageBuilder.makeMessageID(date: date, domain: sender.domain, using: &generator)
        let text = text ?? "Hello,\n\nthis letter went from \(sender) to \(recipient).\n"
        var message = MessageBuilder(
            date: date, messageID: id, from: [MessageBuilder.NamedAddress(address: sender)], body: .text(text))
        message.to = [.person(MessageBuilder.NamedAddress(address: recipient))]
        message.subject = subject
        messageID = "<\(id.text)>"
        do {
            octets = try message.bytes(using: &generator)
        } catch {
            throw LabError("the message can't be written: \(error)")
        }
    }

    private static func address(_ text: String, option: String) throws -> EmailAddress {
        guard let address = EmailAddress(text), address.isASCII else {
            throw LabError("\(option) “\(text)” is no address of the lab", advice: "write it like ana@correo.example")
        }
        return address
    }
}
