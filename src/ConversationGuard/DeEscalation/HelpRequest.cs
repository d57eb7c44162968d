using System.Text;
using ConversationGuard.Classification;

namespace ConversationGuard.DeEscalation;

/// <summary>Recognises that someone asks for a helpline or a number to call. Only looked for in a hold (R5), where showing the help resources once too often does no harm.</summary>
internal static class HelpRequest
{
    /// <summary>A request for a number is short; what follows in a very long text is not looked at.</summary>
    private const int MaxLength = 20_000;

    /// <summary>Gets the beginnings of words that ask for help, folded: small letters without accents, one space for whatever is between words.</summary>
    public static IReadOnlyList<string> Phrases { get; } =
    [
        // Names and words that several languages share.
        "helpline", "hotline", "hot line", "help line", "lifeline", "telefonseelsorge", "samaritan", "telefono amico", "sos amitie", "cvv", "988", "3114", "116 123", "findahelpline",

        // English.
        "crisis line", "crisis text", "crisis number", "emergency number", "phone number", "the number", "a number", "number to", "number i can", "numbers i can", "number again", "numbers again",
        "who can i call", "who do i call", "who should i call", "who could i call", "whom can i call", "who can i text", "who can i talk to", "who could i talk to", "who can i turn to", "where can i turn",
        "where can i call", "someone to talk to", "somebody to talk to", "someone i can talk to", "where can i get help", "where do i get help", "where to get help", "where can i find help",
        "where do i find help", "how do i get help", "how can i get help", "get professional help", "i need help", "help resources", "resources again", "suicide prevention",

        // German.
        "notruf", "seelsorge", "krisentelefon", "sorgentelefon", "hilfetelefon", "krisendienst", "hilfsangebot", "beratungsstelle", "beratungstelefon", "telefonnummer", "welche nummer", "die nummer",
        "eine nummer", "nummer noch", "nummern noch", "nummer die ich", "wen kann ich anrufen", "wen soll ich anrufen", "wen ruf", "wo kann ich anrufen", "wo ruf ich an", "wo rufe ich an",
        "an wen kann ich mich", "an wen wende ich mich", "wohin kann ich mich", "mit wem kann ich", "wo bekomme ich hilfe", "wo kriege ich hilfe", "wo finde ich hilfe", "wo gibt es hilfe",
        "ich brauche hilfe", "ich brauch hilfe", "jemand zum reden", "jemanden zum reden",

        // French.
        "numero d urgence", "numero d appel", "numero d aide", "numero a appeler", "numero de telephone", "numero vert", "quel numero", "un numero", "le numero", "les numeros", "ligne d ecoute", "lignes d ecoute",
        "ligne d aide", "ligne de crise", "qui puis je appeler", "qui je peux appeler", "qui est ce que je peux appeler", "qui appeler", "a qui parler", "a qui puis je parler", "a qui je peux parler",
        "ou trouver de l aide", "ou puis je trouver de l aide", "ou je peux trouver de l aide", "ou obtenir de l aide", "j ai besoin d aide", "prevention du suicide",

        // Spanish.
        "numero de emergencia", "numero de telefono", "numero de ayuda", "numero al que", "numero para llamar", "que numero", "el numero", "los numeros", "telefono de la esperanza", "telefono de ayuda",
        "telefono de emergencia", "linea de ayuda", "lineas de ayuda", "linea de crisis", "linea de la vida", "a quien puedo llamar", "a quien llamo", "a quien llamar", "con quien puedo hablar",
        "donde puedo llamar", "donde puedo pedir ayuda", "donde pido ayuda", "donde encuentro ayuda", "donde puedo encontrar ayuda", "necesito ayuda",

        // Italian.
        "numero di emergenza", "numero di telefono", "numero da chiamare", "numero verde", "che numero", "quale numero", "il numero", "i numeri", "linea di ascolto", "linee di ascolto", "linea d ascolto",
        "linea di aiuto", "chi posso chiamare", "chi chiamo", "chi devo chiamare", "a chi posso rivolgermi", "a chi mi rivolgo", "con chi posso parlare", "dove trovo aiuto", "dove posso trovare aiuto",
        "dove posso chiamare", "dove chiedo aiuto", "ho bisogno di aiuto", "ho bisogno d aiuto",

        // Portuguese.
        "numero de telefone", "numero de ajuda", "numero para ligar", "numero para o qual", "qual numero", "qual o numero", "qual e o numero", "um numero", "o numero", "os numeros", "telefone de emergencia", "linha de apoio",
        "linhas de apoio", "linha de ajuda", "linha de crise", "para quem posso ligar", "para quem eu ligo", "para quem ligo", "para quem ligar", "a quem posso ligar", "com quem posso falar",
        "onde posso ligar", "onde posso pedir ajuda", "onde peco ajuda", "onde encontro ajuda", "onde procuro ajuda", "preciso de ajuda",
    ];

    public static bool IsIn(string text)
    {
        var folded = Fold(text);
        return Phrases.Any(phrase => folded.Contains(" " + phrase));
    }

    /// <summary>The text as the phrases are written, with a space before the first word.</summary>
    internal static string Fold(string text)
    {
        var folded = new StringBuilder(" ");
        foreach (var c in text.Take(MaxLength))
        {
            switch (UnicodeFolding.KindOf(c))
            {
                case CharKind.Letter or CharKind.Digit:
                    folded.Append(UnicodeFolding.Fold(c), UnicodeFolding.IsDouble(c) ? 2 : 1);
                    break;
                case CharKind.Ignored:
                    break;
                default:
                    if (folded[folded.Length - 1] != ' ')
                    {
                        folded.Append(' ');
                    }

                    break;
            }
        }

        return folded.ToString();
    }
}
