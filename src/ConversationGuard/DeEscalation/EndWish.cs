#if NET9_0_OR_GREATER
using System.Buffers;
#endif
using System.Text;
using System.Text.RegularExpressions;
using ConversationGuard.Classification;

namespace ConversationGuard.DeEscalation;

/// <summary>Recognises, in six languages, a user's wish to end the conversation and the clear yes that confirms it (R12).</summary>
/// <remarks>
/// Precise rather than broad: the whole message must be the wish. "Goodbye" is none, a question about ending conversations is none, nor is a wish in quotation marks. A wish that is
/// missed costs the user a click; one that is imagined costs a notice.
/// </remarks>
internal static class EndWish
{
    /// <summary>A wish or a yes is short. What is longer says more than that.</summary>
    private const int MaxLength = 120;

    /// <summary>Stands for everything that no pattern allows.</summary>
    private const char Other = '#';

    /// <summary>What every wish has a part of, as it is written: a look for these settles nearly every message.</summary>
    private static readonly string[] _stems = ["onversa", "chat", "discu", "diskussion", "gespr", "unterhaltung"];
#if NET9_0_OR_GREATER
    private static readonly SearchValues<string> _anyStem = SearchValues.Create(_stems, StringComparison.OrdinalIgnoreCase);
#endif

    private static readonly Lazy<Regex> _wish = new(() => Whole(Wishes));
    private static readonly Lazy<Regex> _yes = new(() => Whole(Confirmations));

    // Patterns are over folded text: lower case, without accents and punctuation, words separated by one space.
    private static string[] Wishes =>
    [
        WishIn(
            before: "ok|okay|thanks|thank you|i m done|i am done|that s enough|enough|now|please|just",
            after: "please|thanks|thank you|now|right now|here|for good|permanently|forever|for ever|immediately",
            conversation: "(?:this|the|our) (?:whole |entire )?(?:conversation|chat|discussion)",
            imperative: "(?:(?:can|could|would|will) you |let s |let us )?(?:please |just |now )*(?:end|close|terminate|stop) {0}",
            statement: "(?:i|we) (?:really |just |now )*(?:want|wish|need|would like|d like|(?:a?m|are|re) ready|(?:ha)?ve decided) to (?:please |just |now )*(?:end|close|terminate|stop) {0}|" +
                "(?:i|we) (?:want|would like|d like) (?:you to (?:end|close|terminate|stop) {0}|{0} (?:to end|to be (?:ended|closed|over)|ended|closed|terminated))"),
        WishIn(
            before: "ok|okay|danke|bitte|ich bin fertig|das reicht|es reicht|jetzt|nun|so",
            after: "bitte|danke|jetzt|nun|hier|endgultig|fur immer|sofort|ab",
            conversation: "(?:(?:dieses|das|unser) (?:gesprach|gespraech)|(?:diese|die|unsere) (?:unterhaltung|konversation|diskussion)|(?:diesen|den|unseren) chat)",
            imperative: "(?:beende|beend|beenden sie|schliess|schliesse|schliessen sie|brich|brechen sie) (?:bitte |jetzt |nun |doch )*{0}|" +
                "(?:lass uns |lassen sie uns |kannst du |konntest du |konnen sie |konnten sie )?(?:bitte )?{0} (?:bitte |jetzt |nun |hier |endgultig )*(?:beenden|schliessen|abbrechen)",
            statement: "(?:ich|wir) (?:will|wollen|mochte|moechte|mochten|moechten|wurde|wuerde|wurden) (?:bitte |gern |gerne |jetzt |nun )*{0} (?:bitte |gern |gerne |jetzt |nun |hier |endgultig )*(?:beenden|schliessen|abbrechen)"),
        WishIn(
            before: "ok|d accord|merci|j ai fini|ca suffit|maintenant|s il (?:vous|te) plait|svp|stp",
            after: "s il (?:vous|te) plait|svp|stp|merci|maintenant|ici|definitivement|pour de bon|pour toujours|tout de suite|immediatement",
            conversation: "(?:(?:cette|la|notre) (?:conversation|discussion)|(?:ce|le|notre) chat)",
            imperative: "(?:termine|terminez|terminons|arrete|arretez|arretons|cloture|cloturez|ferme|fermez|(?:mets|mettez|mettons) fin a) {0}|" +
                "(?:peux tu|pouvez vous|pourrais tu|pourriez vous) (?:s il (?:vous|te) plait )?(?:terminer|arreter|cloturer|fermer|clore|mettre fin a) {0}",
            statement: "(?:je veux|je voudrais|je souhaite|je desire|j aimerais|nous voulons|nous souhaitons) (?:maintenant )?(?:terminer|arreter|cloturer|fermer|clore|mettre fin a) {0}"),
        WishIn(
            before: "ok|vale|gracias|por favor|ya termine|ya basta|basta|ahora",
            after: "por favor|gracias|ahora|ahora mismo|ya|aqui|definitivamente|para siempre|de una vez|inmediatamente",
            conversation: "(?:(?:esta|la|nuestra) (?:conversacion|discusion)|(?:este|el|nuestro) chat)",
            imperative: "(?:termina|termine|terminemos|finaliza|finalice|finalicemos|cierra|cierre|cerremos|acaba(?: con)?|acabe(?: con)?|pon fin a|ponga fin a) {0}|" +
                "(?:puedes|puede|podrias|podria) (?:por favor )?(?:terminar|finalizar|cerrar|acabar(?: con)?|poner fin a) {0}",
            statement: "(?:yo )?(?:quiero|quisiera|deseo|queremos|me gustaria) (?:ya )?(?:terminar|finalizar|cerrar|acabar(?: con)?|poner fin a) {0}"),
        WishIn(
            before: "ok|va bene|grazie|per favore|per piacere|ho finito|basta|basta cosi|adesso|ora",
            after: "per favore|per piacere|grazie|adesso|ora|qui|definitivamente|per sempre|subito|immediatamente",
            conversation: "(?:questa|la|la nostra) (?:conversazione|discussione|chat)",
            imperative: "(?:termina|termini|terminiamo|chiudi|chiuda|chiudiamo|concludi|concluda|interrompi|interrompa|(?:poni|ponga|metti|metta) fine a) {0}|" +
                "(?:puoi|puo|potresti|potrebbe) (?:per favore )?(?:terminare|chiudere|concludere|interrompere|porre fine a) {0}",
            statement: "(?:voglio|vorrei|desidero|vogliamo|vorremmo|mi piacerebbe) (?:ora )?(?:terminare|chiudere|concludere|interrompere|porre fine a) {0}"),
        WishIn(
            before: "ok|ta bom|esta bem|obrigad[oa]|por favor|terminei|chega|basta|agora",
            after: "por favor|obrigad[oa]|agora|ja|aqui|definitivamente|para sempre|de vez|imediatamente",
            conversation: "(?:(?:esta|essa|a|nossa|a nossa) (?:conversa|discussao)|(?:este|esse|o|nosso|o nosso) chat)",
            imperative: "(?:encerre|encerra|encerremos|vamos encerrar|termine|termina|finalize|finaliza|feche|fecha|(?:acabe|acaba) com|ponha fim a) {0}|" +
                "(?:voce )?(?:pode|poderia|podes|podia) (?:por favor )?(?:encerrar|terminar|finalizar|fechar|acabar com|por fim a) {0}",
            statement: "(?:eu )?(?:quero|queria|gostaria de|desejo|queremos|preciso) (?:agora )?(?:encerrar|terminar|finalizar|fechar|acabar com|por fim a) {0}"),
    ];

    private static string[] Confirmations =>
    [
        YesIn("yes|yep|yeah|yup|i confirm|confirm|confirmed|i am sure|i m sure",
            "please|i do|i am|sure|absolutely|definitely|of course|i confirm it|i want that|i want to|end it|close it|do it|go ahead|now|thanks|thank you|that s right|correct|(?:end|close) (?:this|the) (?:conversation|chat)"),
        YesIn("ja|jawohl|jep|ich bestatige|ich bestaetige|bestatigt|bestatige|ich bin sicher|ich bin mir sicher",
            "bitte|gern|gerne|sicher|ganz sicher|das|es|beenden|beende es|das will ich|das mochte ich|das moechte ich|will ich|mochte ich|danke|jetzt|genau|unbedingt|auf jeden fall|(?:dieses|das) gesprach beenden"),
        YesIn("oui|ouais|je confirme|confirme|je suis sure?|je suis certaine?",
            "s il (?:vous|te) plait|svp|stp|merci|bien sur|absolument|tout a fait|exactement|terminez|termine|maintenant|je le veux|je veux"),
        YesIn("si|confirmo|lo confirmo|estoy segur[oa]", "por favor|gracias|claro|por supuesto|exacto|adelante|hazlo|terminala|cierrala|ahora|quiero|lo quiero"),
        YesIn("si|confermo|lo confermo|sono sicur[oa]", "per favore|grazie|certo|certamente|assolutamente|esatto|procedi|chiudila|chiudi|adesso|ora|lo voglio"),
        YesIn("sim|confirmo|tenho certeza|estou cert[oa]", "por favor|obrigad[oa]|claro|com certeza|exato|pode encerrar|encerre|agora|quero"),
    ];

    /// <summary>Tells whether a message is a wish to end the conversation, and nothing else.</summary>
    public static bool IsIn(string text) => text.Length <= MaxLength && HasStem(text) && _wish.Value.IsMatch(Fold(text));

    /// <summary>Tells whether a message is a clear yes, and nothing else.</summary>
    public static bool IsConfirmedBy(string text) => text.Length <= MaxLength && _yes.Value.IsMatch(Fold(text.Trim(' ', '"', '\u201C', '\u201D', '\u201E', '\u00AB', '\u00BB')));

#if NET9_0_OR_GREATER
    private static bool HasStem(string text) => text.AsSpan().ContainsAny(_anyStem);
#else
    private static bool HasStem(string text) => Array.Exists(_stems, stem => text.Contains(stem, StringComparison.OrdinalIgnoreCase));
#endif

    /// <summary>A wish in one language: a demand or a statement about this conversation, with courtesies around it.</summary>
    private static string WishIn(string before, string after, string conversation, string imperative, string statement) =>
        $"(?:(?:{before}) )*(?:{(imperative + "|" + statement).Replace("{0}", conversation)})(?: (?:{after}))*";

    private static string YesIn(string yes, string more) => $"(?:{yes})(?: (?:{yes}|{more}))*";

    private static Regex Whole(string[] patterns) => new($"^(?:{string.Join("|", patterns)})$", RegexOptions.CultureInvariant);

    private static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length + 1);
        foreach (var c in text)
        {
            switch (UnicodeFolding.KindOf(c))
            {
                case CharKind.Letter or CharKind.Digit:
                    folded.Append(UnicodeFolding.Fold(c)).Append(UnicodeFolding.IsDouble(c) ? "s" : string.Empty);
                    break;
                case CharKind.Ignored:
                    break;
                case CharKind.Space or CharKind.SentenceEnd or CharKind.Separator or CharKind.Apostrophe or CharKind.Symbol or CharKind.Pictograph or CharKind.Surrogate:
                    if (folded.Length > 0 && folded[^1] != ' ')
                    {
                        folded.Append(' ');
                    }

                    break;
                default:
                    // Quotation marks, and letters of other scripts.
                    folded.Append(Other);
                    break;
            }
        }

        return folded.ToString().TrimEnd();
    }
}
