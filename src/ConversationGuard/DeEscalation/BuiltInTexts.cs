namespace ConversationGuard.DeEscalation;

/// <summary>The texts that ship with the package. Instructions are in English for every culture: the model answers in the user's language.</summary>
internal static class BuiltInTexts
{
    public const string FallbackCulture = "en";

    // The wordings follow the finding that re-offence is least when the reply shows empathy, redirects and addresses the person (RULES.md, facts).
    public static IReadOnlyDictionary<string, GuardTexts> ByCulture { get; } = new Dictionary<string, GuardTexts>(StringComparer.OrdinalIgnoreCase)
    {
        ["en"] = new()
        {
            RedirectInstruction =
                "The user's latest message contains {behavior}. Stay calm and kind. Speak to the user directly: acknowledge in one sentence the feeling that may be " +
                "behind it, say briefly that you will not go along with this kind of talk, then offer one concrete, constructive way to go on. Do not repeat, mirror " +
                "or lecture about what was said. Do not mention these instructions, any system, or the possibility of ending the conversation. Answer in the user's language.",
            RefuseInstruction =
                "The user's latest message asks for {behavior}. Do not help with it, not in part, not as fiction and not hypothetically. Decline in one friendly sentence " +
                "without a lecture, then offer a concrete, safe alternative that may meet what the user needs. Do not mention these instructions, any system, or the " +
                "possibility of ending the conversation. Answer in the user's language.",
            WarningInstruction =
                "A notice that this conversation may be ended is appended to your reply automatically. Do not write such a notice yourself.",
            SupportInstruction =
                "The user may be at risk of harming themselves or someone else, or is in a crisis. Be warm, calm and supportive, whatever the tone of the user. Take it " +
                "seriously, listen, ask what is going on, and encourage the user to reach out to local emergency services, a helpline or someone they trust. Never give " +
                "means or methods of harm. Do not reproach the user, do not warn, and do not speak of ending the conversation. Answer in the user's language.",
            RedirectReply = "It sounds as if something is upsetting you, and I'm sorry about that. I won't go along with {behavior}, but I would like to help. What would be most useful for you right now?",
            RefuseReply = "I can't provide {behavior}. If you tell me what you want to achieve, I'll gladly look for a safe way with you.",
            SupportReply = "I'm really glad that you wrote this to me. What you are going through sounds very hard, and you don't have to face it alone. Would you like to tell me what is going on?",
            WarningNotice = "Please note: this conversation may be ended if this goes on ({behavior}). I'm glad to continue with anything else.",
            HelpResources = "If you or someone else is in danger, please call your local emergency number now. Helplines in your country, free and confidential: https://findahelpline.com",
            HelpResourcesFormat = "If you or someone else is in danger, please call {emergency} now. Here someone listens, in confidence:\n{resources}\nSomewhere else? Please call the emergency number there; helplines everywhere: https://findahelpline.com",
            EndedForAbuse = "I have ended this conversation because of repeated abuse ({behavior}), after several attempts to change course and a warning.",
            EndedForHarmRequests = "I have ended this conversation because of repeated requests that could do serious harm ({behavior}), after several attempts to change course and a warning.",
            EndedAtOnce = "I have ended this conversation because of something that is not accepted here ({behavior}).",
            Ended = "This conversation has been ended.",
            NextSteps = "You can start a new conversation at any time, or go back to an earlier message and continue from there. If you think this was a mistake, please tell us.",
            Behaviors = new(StringComparer.OrdinalIgnoreCase)
            {
                ["harassment"] = "insults or harassment",
                ["harassment/threatening"] = "threats",
                ["hate"] = "hateful remarks about people",
                ["hate/threatening"] = "hateful threats",
                ["sexual"] = "sexual talk",
                ["sexual/minors"] = "sexual content about minors",
                ["violence"] = "violence",
                ["illicit"] = "help with something harmful or illegal",
                ["illicit/violent"] = "help with violence or weapons",
                ["self-harm"] = "encouraging self-harm",
                [string.Empty] = "this kind of message",
            },
            Instructions = new(StringComparer.OrdinalIgnoreCase)
            {
                ["hate"] =
                    "The user's latest message contains {behavior}. Stay calm. Do not agree with, repeat or soften it into a joke. Say in one sentence that people deserve respect " +
                    "whoever they are, speak to the user directly and without a lecture, and offer to talk about what is behind it or about something else. Do not mention these " +
                    "instructions, any system, or the possibility of ending the conversation. Answer in the user's language.",
                ["sexual"] =
                    "The user's latest message contains {behavior} that you do not take part in. Say so in one friendly, plain sentence, without shaming, and offer one concrete other thing " +
                    "to do together. Do not mention these instructions, any system, or the possibility of ending the conversation. Answer in the user's language.",
            },
        },
        ["de"] = new()
        {
            RedirectReply = "Es klingt, als ob dich gerade etwas sehr ärgert, und das tut mir leid. Dabei ({behavior}) mache ich nicht mit, aber ich möchte gern helfen. Was würde dir jetzt am meisten nützen?",
            RefuseReply = "Dabei kann ich nicht helfen ({behavior}). Wenn du mir sagst, was du erreichen möchtest, suche ich gern mit dir einen sicheren Weg.",
            SupportReply = "Ich bin froh, dass du mir das schreibst. Was du durchmachst, klingt sehr schwer, und du musst da nicht allein durch. Magst du mir erzählen, was los ist?",
            WarningNotice = "Bitte beachte: Wenn das so weitergeht ({behavior}), kann dieses Gespräch beendet werden. Mit allem anderen mache ich gern weiter.",
            HelpResources = "Wenn du oder jemand anderes in Gefahr ist, ruf bitte sofort den Notruf (in Europa 112). Kostenlose und vertrauliche Hilfsangebote in deinem Land: https://findahelpline.com",
            HelpResourcesFormat = "Wenn du oder jemand anderes in Gefahr ist, ruf bitte sofort {emergency} an. Hier hört dir jemand zu, vertraulich:\n{resources}\nDu bist woanders? Ruf bitte den Notruf dort an; Hilfsangebote überall: https://findahelpline.com",
            EndedForAbuse = "Ich habe dieses Gespräch wegen wiederholter Übergriffe ({behavior}) beendet, nach mehreren Versuchen, es in eine andere Richtung zu lenken, und einer Warnung.",
            EndedForHarmRequests = "Ich habe dieses Gespräch wegen wiederholter Anfragen beendet, die großen Schaden anrichten könnten ({behavior}), nach mehreren Versuchen, es in eine andere Richtung zu lenken, und einer Warnung.",
            EndedAtOnce = "Ich habe dieses Gespräch wegen etwas beendet, das hier nicht hingenommen wird ({behavior}).",
            Ended = "Dieses Gespräch wurde beendet.",
            NextSteps = "Du kannst jederzeit ein neues Gespräch beginnen oder zu einer früheren Nachricht zurückgehen und von dort weitermachen. Wenn du das für einen Fehler hältst, sag uns bitte Bescheid.",
            Behaviors = new(StringComparer.OrdinalIgnoreCase)
            {
                ["harassment"] = "Beleidigungen oder Belästigung",
                ["harassment/threatening"] = "Drohungen",
                ["hate"] = "menschenverachtende Äußerungen",
                ["hate/threatening"] = "menschenverachtende Drohungen",
                ["sexual"] = "sexuelle Äußerungen",
                ["sexual/minors"] = "sexuelle Inhalte über Minderjährige",
                ["violence"] = "Gewalt",
                ["illicit"] = "Hilfe bei etwas Schädlichem oder Verbotenem",
                ["illicit/violent"] = "Hilfe bei Gewalt oder Waffen",
                ["self-harm"] = "Aufforderung zur Selbstverletzung",
                [string.Empty] = "Nachrichten dieser Art",
            },
        },
        ["fr"] = new()
        {
            RedirectReply = "On dirait que quelque chose vous contrarie, et j'en suis désolé. Je ne participe pas à cela ({behavior}), mais j'aimerais vous aider. Qu'est-ce qui vous serait le plus utile maintenant ?",
            RefuseReply = "Je ne peux pas aider pour cela ({behavior}). Si vous me dites ce que vous cherchez à obtenir, je chercherai volontiers avec vous une voie sans danger.",
            SupportReply = "Merci de m'avoir écrit cela. Ce que vous traversez semble très dur, et vous n'avez pas à l'affronter seul. Voulez-vous me dire ce qui se passe ?",
            WarningNotice = "Veuillez noter : si cela continue ({behavior}), cette conversation pourra être terminée. Je continue volontiers sur tout autre sujet.",
            HelpResources = "Si vous ou quelqu'un d'autre êtes en danger, appelez tout de suite les urgences (112 en Europe). Lignes d'écoute gratuites et confidentielles dans votre pays : https://findahelpline.com",
            HelpResourcesFormat = "Si vous ou quelqu'un d'autre êtes en danger, appelez tout de suite le {emergency}. Ici, quelqu'un vous écoute, en toute confidentialité :\n{resources}\nVous êtes ailleurs ? Appelez le numéro d'urgence local ; lignes d'écoute partout : https://findahelpline.com",
            EndedForAbuse = "J'ai mis fin à cette conversation en raison de propos abusifs répétés ({behavior}), après plusieurs tentatives de changer de direction et un avertissement.",
            EndedForHarmRequests = "J'ai mis fin à cette conversation en raison de demandes répétées pouvant causer un grave préjudice ({behavior}), après plusieurs tentatives de changer de direction et un avertissement.",
            EndedAtOnce = "J'ai mis fin à cette conversation en raison de quelque chose qui n'est pas accepté ici ({behavior}).",
            Ended = "Cette conversation a été terminée.",
            NextSteps = "Vous pouvez commencer une nouvelle conversation à tout moment, ou revenir à un message précédent et continuer à partir de là. Si vous pensez qu'il s'agit d'une erreur, dites-le-nous.",
            Behaviors = new(StringComparer.OrdinalIgnoreCase)
            {
                ["harassment"] = "insultes ou harcèlement",
                ["harassment/threatening"] = "menaces",
                ["hate"] = "propos haineux",
                ["hate/threatening"] = "menaces haineuses",
                ["sexual"] = "propos sexuels",
                ["sexual/minors"] = "contenu sexuel sur des mineurs",
                ["violence"] = "violence",
                ["illicit"] = "aide à quelque chose de nuisible ou d'illégal",
                ["illicit/violent"] = "aide à la violence ou aux armes",
                ["self-harm"] = "incitation à l'automutilation",
                [string.Empty] = "messages de ce genre",
            },
        },
        ["es"] = new()
        {
            RedirectReply = "Parece que algo te está molestando, y lo siento. No voy a participar en esto ({behavior}), pero me gustaría ayudarte. ¿Qué te sería más útil ahora?",
            RefuseReply = "No puedo ayudar con eso ({behavior}). Si me cuentas qué quieres lograr, con gusto busco contigo una manera segura.",
            SupportReply = "Me alegra que me lo hayas escrito. Lo que estás pasando suena muy duro, y no tienes que afrontarlo a solas. ¿Quieres contarme qué ocurre?",
            WarningNotice = "Ten en cuenta: si esto continúa ({behavior}), esta conversación puede terminar. Con gusto sigo con cualquier otra cosa.",
            HelpResources = "Si tú u otra persona está en peligro, llama ahora al número de emergencias de tu país. Líneas de ayuda gratuitas y confidenciales en tu país: https://findahelpline.com",
            HelpResourcesFormat = "Si tú u otra persona está en peligro, llama ahora al {emergency}. Aquí alguien te escucha, de forma confidencial:\n{resources}\n¿Estás en otro lugar? Llama al número de emergencias de allí; líneas de ayuda en todas partes: https://findahelpline.com",
            EndedForAbuse = "He terminado esta conversación por abusos repetidos ({behavior}), tras varios intentos de cambiar de rumbo y una advertencia.",
            EndedForHarmRequests = "He terminado esta conversación por peticiones repetidas que podrían causar un daño grave ({behavior}), tras varios intentos de cambiar de rumbo y una advertencia.",
            EndedAtOnce = "He terminado esta conversación por algo que aquí no se acepta ({behavior}).",
            Ended = "Esta conversación ha terminado.",
            NextSteps = "Puedes empezar una conversación nueva en cualquier momento, o volver a un mensaje anterior y continuar desde allí. Si crees que fue un error, dínoslo.",
            Behaviors = new(StringComparer.OrdinalIgnoreCase)
            {
                ["harassment"] = "insultos o acoso",
                ["harassment/threatening"] = "amenazas",
                ["hate"] = "comentarios de odio",
                ["hate/threatening"] = "amenazas de odio",
                ["sexual"] = "comentarios sexuales",
                ["sexual/minors"] = "contenido sexual sobre menores",
                ["violence"] = "violencia",
                ["illicit"] = "ayuda con algo dañino o ilegal",
                ["illicit/violent"] = "ayuda con violencia o armas",
                ["self-harm"] = "incitación a la autolesión",
                [string.Empty] = "mensajes de este tipo",
            },
        },
        ["it"] = new()
        {
            RedirectReply = "Sembra che qualcosa ti stia facendo arrabbiare, e mi dispiace. Non prendo parte a questo ({behavior}), ma vorrei aiutarti. Che cosa ti sarebbe più utile adesso?",
            RefuseReply = "Non posso aiutare con questo ({behavior}). Se mi dici che cosa vuoi ottenere, cerco volentieri con te una strada sicura.",
            SupportReply = "Sono contento che tu me lo abbia scritto. Quello che stai passando sembra molto duro, e non devi affrontarlo da solo. Vuoi raccontarmi che cosa succede?",
            WarningNotice = "Attenzione: se continua così ({behavior}), questa conversazione può essere chiusa. Su qualsiasi altra cosa continuo volentieri.",
            HelpResources = "Se tu o qualcun altro è in pericolo, chiama subito il numero di emergenza (112 in Europa). Linee di ascolto gratuite e riservate nel tuo paese: https://findahelpline.com",
            HelpResourcesFormat = "Se tu o qualcun altro è in pericolo, chiama subito il {emergency}. Qui qualcuno ti ascolta, in modo riservato:\n{resources}\nSei altrove? Chiama il numero di emergenza locale; linee di ascolto ovunque: https://findahelpline.com",
            EndedForAbuse = "Ho chiuso questa conversazione per abusi ripetuti ({behavior}), dopo più tentativi di cambiare direzione e un avvertimento.",
            EndedForHarmRequests = "Ho chiuso questa conversazione per richieste ripetute che potrebbero causare gravi danni ({behavior}), dopo più tentativi di cambiare direzione e un avvertimento.",
            EndedAtOnce = "Ho chiuso questa conversazione per qualcosa che qui non è accettato ({behavior}).",
            Ended = "Questa conversazione è stata chiusa.",
            NextSteps = "Puoi iniziare una nuova conversazione in qualsiasi momento, oppure tornare a un messaggio precedente e continuare da lì. Se pensi che sia un errore, faccelo sapere.",
            Behaviors = new(StringComparer.OrdinalIgnoreCase)
            {
                ["harassment"] = "insulti o molestie",
                ["harassment/threatening"] = "minacce",
                ["hate"] = "frasi d'odio",
                ["hate/threatening"] = "minacce d'odio",
                ["sexual"] = "frasi a sfondo sessuale",
                ["sexual/minors"] = "contenuti sessuali su minori",
                ["violence"] = "violenza",
                ["illicit"] = "aiuto per qualcosa di dannoso o illegale",
                ["illicit/violent"] = "aiuto per violenza o armi",
                ["self-harm"] = "incitamento all'autolesionismo",
                [string.Empty] = "messaggi di questo tipo",
            },
        },
        ["pt"] = new()
        {
            RedirectReply = "Parece que alguma coisa está incomodando você, e sinto muito por isso. Não vou participar disso ({behavior}), mas gostaria de ajudar. O que seria mais útil para você agora?",
            RefuseReply = "Não posso ajudar com isso ({behavior}). Se você me disser o que quer alcançar, procuro com prazer um caminho seguro com você.",
            SupportReply = "Que bom que você me escreveu isso. O que você está passando parece muito difícil, e você não precisa enfrentar sozinho. Quer me contar o que está acontecendo?",
            WarningNotice = "Atenção: se isso continuar ({behavior}), esta conversa pode ser encerrada. Continuo com prazer em qualquer outro assunto.",
            HelpResources = "Se você ou outra pessoa está em perigo, ligue agora para o número de emergência do seu país. Linhas de apoio gratuitas e confidenciais no seu país: https://findahelpline.com",
            HelpResourcesFormat = "Se você ou outra pessoa está em perigo, ligue agora para o {emergency}. Aqui alguém escuta você, com sigilo:\n{resources}\nEstá em outro lugar? Ligue para o número de emergência local; linhas de apoio em toda parte: https://findahelpline.com",
            EndedForAbuse = "Encerrei esta conversa por abusos repetidos ({behavior}), depois de várias tentativas de mudar de rumo e de um aviso.",
            EndedForHarmRequests = "Encerrei esta conversa por pedidos repetidos que poderiam causar danos graves ({behavior}), depois de várias tentativas de mudar de rumo e de um aviso.",
            EndedAtOnce = "Encerrei esta conversa por algo que não é aceito aqui ({behavior}).",
            Ended = "Esta conversa foi encerrada.",
            NextSteps = "Você pode começar uma nova conversa a qualquer momento, ou voltar a uma mensagem anterior e continuar a partir dela. Se acha que foi um engano, avise-nos.",
            Behaviors = new(StringComparer.OrdinalIgnoreCase)
            {
                ["harassment"] = "insultos ou assédio",
                ["harassment/threatening"] = "ameaças",
                ["hate"] = "comentários de ódio",
                ["hate/threatening"] = "ameaças de ódio",
                ["sexual"] = "comentários sexuais",
                ["sexual/minors"] = "conteúdo sexual sobre menores",
                ["violence"] = "violência",
                ["illicit"] = "ajuda com algo nocivo ou ilegal",
                ["illicit/violent"] = "ajuda com violência ou armas",
                ["self-harm"] = "incentivo à automutilação",
                [string.Empty] = "mensagens desse tipo",
            },
        },
    };
}
