package import MailCore

/// One of the lab's mail servers, with the domain whose mail it has.
package struct LabHost: Hashable, Sendable {
    /// Whose mail it has.
    package let domain: Domain
    /// By which name it greets; its A record and the domain's MX.
    package let hostname: Domain
    /// An address of its own in 127.0.0.0/8, which belongs to this machine as a whole.
    package let address: IPAddress
    /// The first account.
    package let user: EmailAddress

    /// `mail.` and the domain, with one account.
    init?(domain name: String, address: String, user: String) {
        guard let domain = Domain(name), let hostname = Domain("mail.\(name)"), let address = IPAddress(address),
            let user = EmailAddress("\(user)@\(name)")
        else { return nil }
        self.domain = domain
        self.hostname = hostname
        self.address = address
        self.user = user
    }
}
