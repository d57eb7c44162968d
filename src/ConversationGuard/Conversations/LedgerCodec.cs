using System.Security.Cryptography;
using ConversationGuard.Classification;

namespace ConversationGuard.Conversations;

/// <summary>Writes a ledger to bytes and reads it back: the one format in which ledgers leave the process.</summary>
/// <remarks>
/// <para>
/// For stores of one's own. The same ledger always gives the same bytes; about 200 bytes for the terms and 80 for each notable turn. They hold hashes, counts,
/// categories and times, and no text (R19).
/// </para>
/// <para>
/// A byte for the format, four that check the rest (the first of its SHA-256), then the ledger in the protobuf wire format. A later version of this package may add fields: this one
/// skips what it does not know, and what an earlier one did not write has its default. What an unknown kind of turn, action or role means is left open, and so counts for
/// nothing (R6). An earlier version that changes a ledger drops the fields that it does not know.
/// </para>
/// </remarks>
public static class LedgerCodec
{
    private const byte Format = 1;
    private const int HeaderLength = 5;

    /// <summary>
    /// The categories that are written as a number: their place in this list, from 1 on. It stays as it is for ever; a category that is not in it is written by its name.
    /// </summary>
    private static readonly HarmCategory[] _numbered =
    [
        HarmCategory.Harassment, HarmCategory.HarassmentThreatening, HarmCategory.Hate, HarmCategory.HateThreatening, HarmCategory.Sexual,
        HarmCategory.SexualMinors, HarmCategory.Violence, HarmCategory.ViolenceGraphic, HarmCategory.ViolenceIntent, HarmCategory.Illicit,
        HarmCategory.IllicitViolent, HarmCategory.SelfHarm, HarmCategory.SelfHarmIntent, HarmCategory.SelfHarmInstructions,
    ];

    // Most conversations are under the same rules: they share one object.
    private static CategoryRules _lastRules = CategoryRules.Default;

    /// <summary>Writes a ledger.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <returns>The bytes.</returns>
    public static byte[] Encode(ConversationLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var message = new WireWriter();
        message.Text(1, ledger.Salt);
        message.Text(2, ledger.FirstTurn?.Value);
        if (ledger.Terms is { } terms)
        {
            message.Message(3, Write(terms));
        }

        if (ledger.HostEnding is { } ending)
        {
            message.Message(4, Write(ending));
        }

        foreach (var entry in ledger.Entries)
        {
            message.Message(5, Write(entry));
        }

        foreach (var turn in ledger.Forgotten)
        {
            message.Element(6, turn.Value);
        }

        var payload = message.ToArray();
        var bytes = new byte[HeaderLength + payload.Length];
        bytes[0] = Format;
        Check(payload).CopyTo(bytes, 1);
        payload.CopyTo(bytes, HeaderLength);
        return bytes;
    }

    /// <summary>Reads a ledger.</summary>
    /// <param name="bytes">What <see cref="Encode"/> wrote, in this version of the package or another.</param>
    /// <returns>The ledger.</returns>
    /// <exception cref="InvalidDataException">The bytes are no ledger, are damaged, or are in a later format. A store must let this through: such a ledger is unknown, not clean (R6).</exception>
    public static ConversationLedger Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength)
        {
            throw new InvalidDataException("The stored ledger is damaged: it is shorter than any ledger.");
        }

        if (bytes[0] != Format)
        {
            throw new InvalidDataException($"The stored ledger is in format {bytes[0]}; this version of ConversationGuard reads format {Format}.");
        }

        var payload = bytes.Slice(HeaderLength);
        if (!Check(payload.ToArray()).AsSpan().SequenceEqual(bytes.Slice(1, HeaderLength - 1)))
        {
            throw new InvalidDataException("The stored ledger is damaged: its check does not match.");
        }

        try
        {
            return ReadLedger(payload);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException("The stored ledger holds a value that is not allowed.", error);
        }
    }

    private static byte[] Check(byte[] payload)
    {
        return SHA256.HashData(payload).AsSpan(0, HeaderLength - 1).ToArray();
    }

    private static WireWriter Write(LedgerEntry entry)
    {
        var message = new WireWriter();
        message.Text(1, entry.Turn.Value);
        message.Number(2, (int)entry.Kind);
        message.Fixed(3, entry.At.UtcTicks);
        Write(message, 4, 10, entry.Category);
        message.Fraction(5, entry.Score);
        message.Number(6, (int)entry.Action);
        if (entry.Ending is { } ending)
        {
            message.Message(7, Write(ending));
        }

        message.Number(9, entry.IsDelivered ? 1 : 0);
        message.Text(11, entry.Parent?.Value);
        message.Number(12, entry.IsTakenBack ? 1 : 0);
        return message;
    }

    private static WireWriter Write(ConversationEnding ending)
    {
        var message = new WireWriter();
        message.Text(1, ending.Reason.Value);
        message.Fixed(2, ending.At.UtcTicks);
        Write(message, 3, 7, ending.Category);
        foreach (var rule in ending.RuleIds)
        {
            message.Element(4, rule);
        }

        foreach (var turn in ending.Evidence)
        {
            message.Element(5, turn.Value);
        }

        message.Number(6, ending.FailedRedirections);
        return message;
    }

    private static WireWriter Write(ConversationTerms terms)
    {
        var message = new WireWriter();
        foreach (var category in terms.Categories.Categories.OrderBy(Number).ThenBy(category => category.Value, StringComparer.OrdinalIgnoreCase))
        {
            var rule = terms.Categories[category];
            var nested = new WireWriter();
            Write(nested, 1, 2, category);
            nested.Number(3, (int)rule.Role);
            nested.Fraction(4, rule.Threshold);
            nested.Number(5, rule.IsImmediate ? 1 : 0);
            message.Message(1, nested);
        }

        // Defaults may change between versions, and a conversation keeps the terms that it was told (R17): everything is written, zeros too.
        message.NumberAlways(2, terms.Redirections);
        message.NumberAlways(3, terms.CalmTurnsToForgive);
        message.NumberAlways(4, terms.TimeToForgive.Ticks);
        message.NumberAlways(5, terms.CrisisCalmTurns);
        message.NumberAlways(6, terms.CrisisTime.Ticks);
        message.NumberAlways(7, (int)terms.MostSevereAction);
        return message;
    }

    private static void Write(WireWriter message, int numberField, int nameField, HarmCategory category)
    {
        var number = Number(category);
        if (number <= _numbered.Length)
        {
            message.Number(numberField, number);
        }
        else
        {
            message.Text(nameField, category.Value);
        }
    }

    private static int Number(HarmCategory category)
    {
        var index = Array.IndexOf(_numbered, category);
        return index < 0 ? int.MaxValue : index + 1;
    }

    private static ConversationLedger ReadLedger(ReadOnlySpan<byte> bytes)
    {
        var ledger = ConversationLedger.Empty;
        var entries = new List<LedgerEntry>();
        var forgotten = new List<TurnId>();
        var reader = new WireReader(bytes);
        while (reader.MoveNext())
        {
            switch (reader.Field)
            {
                case 1:
                    ledger = ledger with { Salt = reader.Text };
                    break;
                case 2:
                    ledger = ledger with { FirstTurn = new TurnId(reader.Text) };
                    break;
                case 3:
                    ledger = ledger with { Terms = ReadTerms(reader.Bytes) };
                    break;
                case 4:
                    ledger = ledger with { HostEnding = ReadEnding(reader.Bytes) };
                    break;
                case 5:
                    entries.Add(ReadEntry(reader.Bytes));
                    break;
                case 6:
                    forgotten.Add(new TurnId(reader.Text));
                    break;
                default:
                    break;
            }
        }

        return ledger with { Entries = entries, Forgotten = forgotten };
    }

    private static LedgerEntry ReadEntry(ReadOnlySpan<byte> bytes)
    {
        var entry = new LedgerEntry { Turn = new TurnId(string.Empty), Kind = TurnKind.Calm, At = DateTimeOffset.MinValue };
        var reader = new WireReader(bytes);
        while (reader.MoveNext())
        {
            entry = reader.Field switch
            {
                1 => entry with { Turn = new TurnId(reader.Text) },
                2 => entry with { Kind = Known((TurnKind)reader.Number, TurnKind.Unclassified) },
                3 => entry with { At = new DateTimeOffset(reader.Long, TimeSpan.Zero) },
                4 => entry with { Category = Category(reader.Number) },
                5 => entry with { Score = reader.Fraction },
                6 => entry with { Action = Known((GuardAction)reader.Number, GuardAction.Continue) },
                7 => entry with { Ending = ReadEnding(reader.Bytes) },
                9 => entry with { IsDelivered = reader.Number != 0 },
                10 => entry with { Category = new HarmCategory(reader.Text) },
                11 => entry with { Parent = new TurnId(reader.Text) },
                12 => entry with { IsTakenBack = reader.Number != 0 },
                _ => entry,
            };
        }

        return entry;
    }

    private static ConversationEnding ReadEnding(ReadOnlySpan<byte> bytes)
    {
        var ending = new ConversationEnding { Reason = default, At = DateTimeOffset.MinValue };
        var rules = new List<string>();
        var evidence = new List<TurnId>();
        var reader = new WireReader(bytes);
        while (reader.MoveNext())
        {
            switch (reader.Field)
            {
                case 1:
                    ending = ending with { Reason = new EndReason(reader.Text) };
                    break;
                case 2:
                    ending = ending with { At = new DateTimeOffset(reader.Long, TimeSpan.Zero) };
                    break;
                case 3:
                    ending = ending with { Category = Category(reader.Number) };
                    break;
                case 4:
                    rules.Add(reader.Text);
                    break;
                case 5:
                    evidence.Add(new TurnId(reader.Text));
                    break;
                case 6:
                    ending = ending with { FailedRedirections = reader.Number };
                    break;
                case 7:
                    ending = ending with { Category = new HarmCategory(reader.Text) };
                    break;
                default:
                    break;
            }
        }

        return ending with { RuleIds = rules, Evidence = evidence };
    }

    private static ConversationTerms ReadTerms(ReadOnlySpan<byte> bytes)
    {
        var terms = new ConversationTerms();
        var rules = new List<KeyValuePair<HarmCategory, CategoryRule>>();
        var reader = new WireReader(bytes);
        while (reader.MoveNext())
        {
            switch (reader.Field)
            {
                case 1:
                    rules.Add(ReadRule(reader.Bytes));
                    break;
                case 2:
                    terms = terms with { Redirections = AtLeast(1, reader.Number) };
                    break;
                case 3:
                    terms = terms with { CalmTurnsToForgive = AtLeast(1, reader.Number) };
                    break;
                case 4:
                    terms = terms with { TimeToForgive = new TimeSpan(AtLeast(1, reader.Long)) };
                    break;
                case 5:
                    terms = terms with { CrisisCalmTurns = AtLeast(1, reader.Number) };
                    break;
                case 6:
                    terms = terms with { CrisisTime = new TimeSpan(AtLeast(0, reader.Long)) };
                    break;
                case 7:
                    terms = terms with { MostSevereAction = Known((GuardAction)reader.Number, GuardAction.Continue) };
                    break;
                default:
                    break;
            }
        }

        return terms with { Categories = Share(new CategoryRules(rules)) };
    }

    private static KeyValuePair<HarmCategory, CategoryRule> ReadRule(ReadOnlySpan<byte> bytes)
    {
        var category = default(HarmCategory);
        var rule = new CategoryRule(CategoryRole.Ignored, 1);
        var reader = new WireReader(bytes);
        while (reader.MoveNext())
        {
            switch (reader.Field)
            {
                case 1:
                    category = Category(reader.Number);
                    break;
                case 2:
                    category = new HarmCategory(reader.Text);
                    break;
                case 3:
                    rule = rule with { Role = Known((CategoryRole)reader.Number, CategoryRole.Ignored) };
                    break;
                case 4:
                    rule = rule with { Threshold = reader.Fraction };
                    break;
                case 5:
                    rule = rule with { IsImmediate = reader.Number != 0 };
                    break;
                default:
                    break;
            }
        }

        return new(category, rule);
    }

    private static HarmCategory Category(int number) => number > 0 && number <= _numbered.Length ? _numbered[number - 1] : default;

    private static TEnum Known<TEnum>(TEnum value, TEnum otherwise)
        where TEnum : struct, Enum => Enum.IsDefined(value) ? value : otherwise;

    private static int AtLeast(int least, int value) => value >= least ? value : throw new ArgumentOutOfRangeException(nameof(value));

    private static long AtLeast(long least, long value) => value >= least ? value : throw new ArgumentOutOfRangeException(nameof(value));

    private static CategoryRules Share(CategoryRules rules)
    {
        foreach (var known in new[] { CategoryRules.Default, _lastRules })
        {
            // A category that is ignored by name is as good as one that is not there, but the same ledger gives the same bytes.
            if (rules.IsSame(known) && rules.Categories.Count == known.Categories.Count && rules.Categories.All(known.Categories.Contains))
            {
                return known;
            }
        }

        return _lastRules = rules;
    }
}
