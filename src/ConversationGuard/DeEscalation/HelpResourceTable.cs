namespace ConversationGuard.DeEscalation;

/// <summary>Someone who listens.</summary>
/// <param name="Name">The line's name in its own language.</param>
/// <param name="Number">The number, or several.</param>
/// <param name="Availability">The hours, and the languages (ISO 639) where they are not the obvious ones; null if they are not known well enough.</param>
/// <param name="Web">The official address, the source of the row.</param>
/// <param name="Seen">When the latest page was written that had this number; the year alone where the page tells no more.</param>
internal sealed record HelpLine(string Name, string Number, string? Availability, string Web, string Seen)
{
    public override string ToString() => Availability is null ? $"- {Name}: {Number}, {Web}" : $"- {Name}: {Number} ({Availability}), {Web}";
}

/// <summary>The help of one region: its emergency number, or several, and its lines, the most general first.</summary>
internal sealed record HelpRow(string Emergency, params HelpLine[] Lines)
{
    public string Resources => string.Join("\n", Lines.Select(line => line.ToString()));
}

/// <summary>Emergency numbers and crisis lines by region (ISO 3166), for a hold (R5). It is part of the package: no look-up, no network.</summary>
/// <remarks>
/// <para>
/// Every number here was confirmed, from a stored copy of at least one public page. Nobody called a line or read a live page for it, and the pages are from 2019 to 2026 (<see cref="HelpLine.Seen"/>): what has changed since is wrong
/// here. The oldest are those of BE (1813), BR and FI (2019), IE and SE (2020), JP and NO (2021). The table must be gone over before a release.
/// </para>
/// <para>
/// The lines' own pages confirmed FR, NL, GB, FI, NO (Kirkens SOS) and, but for the number itself, DE and SE. A ministry, agency or parliament is quoted for ES, IE, IN, KR, MX, PL, PT and ZA's emergency numbers; the press and
/// health organisations for the rest. AT's 147 rests on an encyclopedia's list alone. Emergency numbers: 112 is that of the European Union; 000, 10111, 10177, 110, 111, 112 in IN and ZA, 113, 119, 144, 15, 190, 192, 911 and 999 were
/// looked for one by one.
/// </para>
/// <para>
/// The addresses of AU, ES, KR, MX, NZ and PT are the official ones as far as known, but the pages that had the numbers do not show them; IN's was seen in others' lists alone.
/// </para>
/// <para>
/// Left out, because no page confirmed them well enough or pages disagree: the hours of Livslinien (DK), 800 70 2222 (PL; it had stopped in 2021), #いのちSOS (JP), LifeLine (ZA), Crisis Text Line (US), 50808 (IE).
/// </para>
/// </remarks>
internal static class HelpResourceTable
{
    /// <summary>When the table was gone over last. The pages behind it are older.</summary>
    public const string AsOf = "2026-11-23";

    public static IReadOnlyDictionary<string, HelpRow> Rows { get; } = new Dictionary<string, HelpRow>(StringComparer.OrdinalIgnoreCase)
    {
        ["AT"] = new(
            "112 / 144",
            new HelpLine("TelefonSeelsorge", "142", "24/7", "https://www.telefonseelsorge.at", "2025-09"),
            new HelpLine("Rat auf Draht", "147", "24/7", "https://www.rataufdraht.at", "2022")),
        ["AU"] = new(
            "000",
            new HelpLine("Lifeline", "13 11 14, SMS 0477 13 11 14", "24/7", "https://www.lifeline.org.au", "2022-02")),
        ["BE"] = new(
            "112",
            new HelpLine("Zelfmoordlijn", "1813", "24/7, nl", "https://www.zelfmoord1813.be", "2019-09"),
            new HelpLine("Centre de Prévention du Suicide", "0800 32 123", "24/7, fr", "https://www.preventionsuicide.be", "2023-09")),
        ["BR"] = new(
            "192 / 190",
            new HelpLine("CVV - Centro de Valorização da Vida", "188", "24/7", "https://www.cvv.org.br", "2019-09")),
        ["CA"] = new(
            "911",
            new HelpLine("9-8-8: Suicide Crisis Helpline", "988, SMS 988", "24/7, en, fr", "https://988.ca", "2025-09")),
        ["CH"] = new(
            "144 / 112",
            new HelpLine("Die Dargebotene Hand / La Main Tendue / Telefono Amico", "143", "24/7, de, fr, it", "https://www.143.ch", "2023-09"),
            new HelpLine("Pro Juventute", "147", null, "https://www.147.ch", "2023-09")),
        ["DE"] = new(
            "112",
            new HelpLine("TelefonSeelsorge", "0800 1110111, 0800 1110222, 116 123", "24/7", "https://www.telefonseelsorge.de", "2024")),
        ["DK"] = new(
            "112",
            new HelpLine("Livslinien", "70 201 201", null, "https://www.livslinien.dk", "2025")),
        ["ES"] = new(
            "112",
            new HelpLine("Línea 024", "024", "24/7", "https://www.sanidad.gob.es/linea024", "2025-10")),
        ["FI"] = new(
            "112",
            new HelpLine("MIELI Kriisipuhelin", "09 2525 0111", "24/7, fi", "https://mieli.fi", "2019-04"),
            new HelpLine("MIELI Kriisipuhelin", "09 2525 0112", "sv", "https://mieli.fi", "2019-04")),
        ["FR"] = new(
            "112 / 15",
            new HelpLine("Numéro national de prévention du suicide", "3114", "24/7", "https://3114.fr", "2022-02")),
        ["GB"] = new(
            "999 / 112",
            new HelpLine("Samaritans", "116 123", "24/7", "https://www.samaritans.org", "2024-09"),
            new HelpLine("Shout", "SMS 85258", "24/7", "https://giveusashout.org", "2025-11")),
        ["IE"] = new(
            "112 / 999",
            new HelpLine("Samaritans", "116 123", "24/7", "https://www.samaritans.org", "2020-09"),
            new HelpLine("Pieta", "1800 247 247, SMS HELP 51444", "24/7", "https://www.pieta.ie", "2020-09")),
        ["IN"] = new(
            "112",
            new HelpLine("Tele-MANAS", "14416, 1800-891-4416", "24/7", "https://telemanas.mohfw.gov.in", "2023-09")),
        ["IT"] = new(
            "112",
            new HelpLine("Telefono Amico Italia", "02 2327 2327", "9:00-24:00", "https://www.telefonoamico.it", "2025-09"),
            new HelpLine("Telefono Amico Italia", "WhatsApp 324 011 7252", null, "https://www.telefonoamico.it", "2025-09")),
        ["JP"] = new(
            "119 / 110",
            new HelpLine("よりそいホットライン", "0120-279-338", "24/7", "https://www.mhlw.go.jp/mamorouyokokoro/", "2021-03"),
            new HelpLine("いのちの電話", "0120-783-556", "16:00-21:00", "https://www.mhlw.go.jp/mamorouyokokoro/", "2023-03")),
        ["KR"] = new(
            "119 / 112",
            new HelpLine("자살예방 상담전화", "109, SMS 109", "24/7", "https://www.129.go.kr/109", "2024-09")),
        ["MX"] = new(
            "911",
            new HelpLine("Línea de la Vida", "800 911 2000", "24/7", "https://www.gob.mx/conasama", "2025-12")),
        ["NL"] = new(
            "112",
            new HelpLine("113 Zelfmoordpreventie", "113, 0800-0113", "24/7", "https://www.113.nl", "2025-10")),
        ["NO"] = new(
            "113 / 112",
            new HelpLine("Mental Helse Hjelpetelefonen", "116 123", "24/7", "https://mentalhelse.no", "2021-11"),
            new HelpLine("Kirkens SOS", "22 40 00 40", "24/7", "https://www.kirkens-sos.no", "2021-11")),
        ["NZ"] = new(
            "111",
            new HelpLine("1737 Need to talk?", "1737, SMS 1737", "24/7", "https://1737.org.nz", "2025-12"),
            new HelpLine("Suicide Crisis Helpline", "0508 828 865", null, "https://www.lifeline.org.nz", "2025-12")),
        ["PL"] = new(
            "112",
            new HelpLine("Telefon dla dorosłych w kryzysie emocjonalnym", "116 123", "24/7", "https://116sos.pl", "2025-11"),
            new HelpLine("Telefon zaufania dla dzieci i młodzieży", "116 111", "24/7", "https://116111.pl", "2025-11")),
        ["PT"] = new(
            "112",
            new HelpLine("Linha Nacional de Prevenção do Suicídio", "1411", "24/7", "https://www.sns24.gov.pt", "2025-09")),
        ["SE"] = new(
            "112",
            new HelpLine("Mind Självmordslinjen", "90101", "24/7", "https://mind.se", "2020")),
        ["US"] = new(
            "911",
            new HelpLine("988 Suicide & Crisis Lifeline", "988, SMS 988", "24/7, en, es", "https://988lifeline.org", "2025-06")),
        ["ZA"] = new(
            "112 / 10177 / 10111",
            new HelpLine("SADAG Suicide Crisis Helpline", "0800 567 567", "24/7", "https://www.sadag.org", "2024-09")),
    };

    /// <summary>Reads the region of a culture's name, de-AT: AT; null if it names none. By the name alone, so that it works where the runtime carries no culture data.</summary>
    public static string? RegionOf(string culture)
    {
        foreach (var part in culture.Split('-').Skip(1).TakeWhile(part => part.Length > 1))
        {
            if (IsRegion(part))
            {
                return part;
            }
        }

        return null;
    }

    /// <summary>Whether this can be an ISO 3166 code of two letters.</summary>
    public static bool IsRegion(string code) => code.Length == 2 && code.All(letter => letter is (>= 'A' and <= 'Z') or (>= 'a' and <= 'z'));
}
