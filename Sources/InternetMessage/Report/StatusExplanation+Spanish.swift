extension StatusExplanation {
    static func spanish(_ topic: StatusTopic) -> StatusExplanation {
        let texts: (cause: String, advice: String) =
            switch topic {
            case .unknown: ("El servidor del destinatario no aceptó el mensaje.", otherWayInSpanish)
            case .noSuchMailbox:
                (
                    "No existe ningún buzón con esta dirección.",
                    "Compruebe lo que está escrito antes de la @, o pida al destinatario la dirección correcta."
                )
            case .noSuchDomain: ("El dominio de esta dirección no existe o no recibe correo.", checkDomainInSpanish)
            case .badAddress: ("El servidor del destinatario no acepta esta dirección.", "Compruebe la dirección.")
            case .ambiguousAddress:
                ("Esta dirección podría ser la de varios buzones.", "Pida al destinatario la dirección completa.")
            case .recipientMoved: ("El destinatario ya no tiene esta dirección.", "Pídale la nueva.")
            case .badSender: ("El servidor del destinatario no acepta la dirección de usted.", administratorInSpanish)
            case .domainTakesNoMail:
                ("El dominio de esta dirección declara que no recibe correo.", checkDomainInSpanish)
            case .mailbox: ("Hay un problema con el buzón del destinatario.", otherWayInSpanish)
            case .mailboxDisabled:
                ("El buzón del destinatario está cerrado.", "Póngase en contacto con el destinatario por otro medio.")
            case .mailboxFull: ("El buzón del destinatario está lleno.", otherWayInSpanish)
            case .tooLargeForMailbox:
                ("El mensaje es más grande de lo que este destinatario puede recibir.", smallerInSpanish)
            case .listExpansion:
                ("No se pudo saber quiénes forman esta lista de correo.", "Avise al responsable de la lista.")
            case .system: ("El servidor del destinatario tiene un problema.", otherWayInSpanish)
            case .systemFull: ("Al servidor del destinatario no le queda espacio.", otherWayInSpanish)
            case .notAccepting: ("El servidor del destinatario no acepta correo en este momento.", otherWayInSpanish)
            case .tooLargeForSystem:
                ("El mensaje es demasiado grande para el servidor del destinatario.", smallerInSpanish)
            case .misconfigured: ("Un servidor del camino no está bien configurado.", administratorInSpanish)
            case .network: ("El mensaje no se pudo llevar hasta el servidor del destinatario.", otherWayInSpanish)
            case .noAnswer: ("El servidor del destinatario no responde.", otherWayInSpanish)
            case .connectionBroken: ("La conexión con el servidor del destinatario se cortó.", otherWayInSpanish)
            case .directoryFailure:
                (
                    "El sistema de nombres de dominio no respondió sobre el dominio del destinatario.",
                    checkDomainInSpanish
                )
            case .noRoute:
                (
                    "No se conoce ningún servidor que reciba correo para el dominio del destinatario.",
                    checkDomainInSpanish
                )
            case .congestion: ("El servidor del destinatario está saturado.", otherWayInSpanish)
            case .loop: ("El mensaje daba vueltas entre servidores.", administratorInSpanish)
            case .expired: ("El mensaje no se pudo entregar en el plazo previsto.", otherWayInSpanish)
            case .protocolError: ("Los servidores no se entendieron entre sí.", administratorInSpanish)
            case .tooManyRecipients:
                (
                    "El mensaje tiene más destinatarios de los que acepta el servidor.",
                    "Envíelo a menos personas cada vez."
                )
            case .content:
                (
                    "El mensaje tiene una forma que el servidor del destinatario no acepta.",
                    "Envíelo de otra forma, por ejemplo como texto simple."
                )
            case .needsUTF8:
                (
                    "El mensaje o una dirección tiene letras que el servidor del destinatario no acepta.",
                    "Pida al destinatario una dirección de letras sin acentos."
                )
            case .policy:
                ("El servidor del destinatario rechazó el mensaje según sus propias reglas.", administratorInSpanish)
            case .notAuthorized:
                ("El servidor del destinatario no acepta este mensaje de usted.", administratorInSpanish)
            case .listMembers:
                ("Usted no tiene permiso para escribir a esta lista de correo.", "Pregunte al responsable de la lista.")
            case .security:
                ("Los servidores no encontraron un camino seguro para pasar el mensaje.", administratorInSpanish)
            case .tlsRequired:
                (
                    "El mensaje debe viajar cifrado y el servidor del destinatario no lo permite.",
                    "Póngase en contacto con el destinatario por otro medio."
                )
            case .authentication:
                ("El siguiente servidor no aceptó la identificación del nuestro.", administratorInSpanish)
            case .senderNotVerified:
                (
                    "El servidor del destinatario no pudo comprobar que el mensaje viene de su dominio.",
                    administratorInSpanish
                )
            case .tooMuchMail: ("El servidor del destinatario recibe demasiados mensajes a la vez.", otherWayInSpanish)
            }
        return StatusExplanation(texts.cause, texts.advice)
    }

    private static let checkDomainInSpanish = "Compruebe lo que está escrito después de la @."
    private static let otherWayInSpanish =
        "Inténtelo más tarde o póngase en contacto con el destinatario por otro medio."
    private static let smallerInSpanish = "Envíelo otra vez sin archivos adjuntos grandes."
    private static let administratorInSpanish = "Enseñe este aviso al administrador de su correo."
}
