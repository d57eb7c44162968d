using System.Security.Cryptography;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using CsCheck;

namespace ConversationGuard.Tests.Conversations;

public class LedgerCodecTests
{
    /// <summary>What the first version of the format writes for <see cref="Ended"/>. These bytes lie in stores: they are never changed here, only added to.</summary>
    private const string Golden =
        "AQCnnsoKCGMyRnNkQT09EhF0QUFBQUFBQUFBQUFBQUFBMBpPCg0IARgBIQAAAAAAAOA/Cg0IDRgDIQAAAAAAANA/Ch4SD3NwYW0vb2Ytb3VyLW93bhgBIQAA" +
        "AAAAAOg/KAEQAxgDIIDQkY6GASgFMAA4AyIbCgxob3N0X3JlcXVlc3QRAIhQcpJ33ggiAlIxKi0KEXRBQUFBQUFBQUFBQUFBQUExEAEZAAkxRop33gggASkK" +
        "16NwPQrvPzABSAEqOgoRdEFBQUFBQUFBQUFBQUFBQTIZAPLVe4p33ggpCtejcD0K7z9IAVoRdEFBQUFBQUFBQUFBQUFBQTEqQAoRdEFBQUFBQUFBQUFBQUFB" +
        "QTMQARkA23qxinfeCCACKQrXo3A9Cu8/MAJIAVoRdEFBQUFBQUFBQUFBQUFBQTIqqwEKEXRBQUFBQUFBQUFBQUFBQUE0EAEZAMQf54p33ghSD3NwYW0vb2Yt" +
        "b3VyLW93bikK16NwPQrvPzADOlwKEHBlcnNpc3RlbnRfYWJ1c2URAMQf54p33gg6D3NwYW0vb2Ytb3VyLW93biICUjEiAlIyKhF0QUFBQUFBQUFBQUFBQUFB" +
        "MSoRdEFBQUFBQUFBQUFBQUFBQTQwA1oRdEFBQUFBQUFBQUFBQUFBQTM=";

    private static readonly DateTimeOffset _start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly ConversationLedger _ended = Ended();

    [Test]
    public void The_bytes_of_a_ledger_stay_the_same() =>
        Convert.ToBase64String(LedgerCodec.Encode(_ended)).Should().Be(Golden);

    [Test]
    public void Bytes_of_the_first_version_are_read() => ShouldBeSame(LedgerCodec.Decode(Convert.FromBase64String(Golden)), _ended);

    [Test]
    public void R10_what_was_forgiven_is_added_to_the_bytes_of_the_first_version()
    {
        var payload = Convert.FromBase64String(Golden).Skip(5);
        var bytes = Checked([.. payload, .. Nested(6, "tBBBBBBBBBBBBBBB1"u8), .. Nested(6, "tBBBBBBBBBBBBBBB2"u8)]);
        var forgiven = _ended with { Forgotten = [new TurnId("tBBBBBBBBBBBBBBB1"), new TurnId("tBBBBBBBBBBBBBBB2")] };

        LedgerCodec.Encode(forgiven).Should().Equal(bytes);
        ShouldBeSame(LedgerCodec.Decode(bytes), forgiven);
    }

    [Test]
    public void A_clean_ledger_is_read_back_as_one()
    {
        var bytes = LedgerCodec.Encode(ConversationLedger.Empty);

        bytes.Should().HaveCount(5);
        LedgerCodec.Decode(bytes).IsEmpty.Should().BeTrue();
    }

    [Test]
    public void R11_every_ledger_is_read_back_as_it_was() => Ledgers.Sample(ledger =>
    {
        var bytes = LedgerCodec.Encode(ledger);
        var read = LedgerCodec.Decode(bytes);

        ShouldBeSame(read, ledger);
        return LedgerCodec.Encode(read).AsSpan().SequenceEqual(bytes);
    }, iter: 200);

    [Test]
    public void R11_rules_that_amount_to_those_read_before_are_still_read_back_as_they_were()
    {
        static ConversationLedger With(params KeyValuePair<HarmCategory, CategoryRule>[] rules) =>
            ConversationLedger.Empty with { Salt = "salt", Terms = new ConversationTerms { Categories = new CategoryRules(rules) } };
        var none = LedgerCodec.Encode(With());
        _ = LedgerCodec.Decode(LedgerCodec.Encode(With(new KeyValuePair<HarmCategory, CategoryRule>(HarmCategory.SelfHarm, new CategoryRule(CategoryRole.Ignored, 1)))));

        LedgerCodec.Encode(LedgerCodec.Decode(none)).Should().Equal(none);
    }

    [Test]
    public void The_record_of_a_turn_takes_about_as_many_bytes_as_documented()
    {
        var terms = LedgerCodec.Encode(ConversationLedger.Empty with { Terms = new ConversationTerms() }).Length;
        var entry = new LedgerEntry { Turn = new TurnId("tAAAAAAAAAAAAAAAA.AAAAAAAA"), Kind = TurnKind.Violation, At = _start, Category = HarmCategory.Hate, Score = 0.9712345678, Action = GuardAction.Warn, Parent = new TurnId("tBBBBBBBBBBBBBBBB.BBBBBBBB") };

        terms.Should().BeInRange(180, 250);
        (LedgerCodec.Encode(ConversationLedger.Empty.With(entry)).Length - 5).Should().BeInRange(72, 88);
    }

    [Test]
    public void R6_damaged_bytes_are_never_taken_for_a_ledger()
    {
        var bytes = LedgerCodec.Encode(_ended);
        for (var i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 0x10;
            byte[] cut = [.. bytes.Take(i)];

            FluentActions.Invoking(() => LedgerCodec.Decode(changed)).Should().Throw<InvalidDataException>("byte {0} is changed", i);
            FluentActions.Invoking(() => LedgerCodec.Decode(cut)).Should().Throw<InvalidDataException>("it is cut off after {0} bytes", i);
        }
    }

    [Test]
    public void R6_whatever_the_bytes_are_they_are_a_ledger_or_refused() => Gen.Byte.Array[0, 200].Sample(payload =>
    {
        try
        {
            _ = LedgerCodec.Decode(Checked(payload));
        }
        catch (InvalidDataException)
        {
        }
    }, iter: 20_000);

    [Test]
    public void A_later_format_is_refused_by_name() =>
        FluentActions.Invoking(() => LedgerCodec.Decode([2, 0, 0, 0, 0])).Should().Throw<InvalidDataException>().WithMessage("*format 2*reads format 1*");

    [Test]
    public void What_a_later_version_adds_is_skipped_at_every_level()
    {
        // Fields 30 and 31, one of each type that there is, in the ledger, in its terms with a rule, in an entry and in an ending.
        byte[] added = [.. Field(30, 0), 0x96, 0x01, .. Field(30, 1), 1, 2, 3, 4, 5, 6, 7, 8, .. Field(31, 5), 1, 2, 3, 4, .. Nested(31, "what is to come"u8)];
        byte[] rule = [.. Field(1, 0), 1, .. Field(3, 0), 1, .. Field(4, 1), .. BitConverter.GetBytes(0.7), .. added];
        byte[] terms = [.. Nested(1, rule), .. Field(2, 0), 5, .. added];
        byte[] ending = [.. Nested(1, "persistent_abuse"u8), .. added];
        byte[] entry = [.. Nested(1, "turn"u8), .. Field(2, 0), 1, .. added, .. Nested(7, ending)];

        var ledger = LedgerCodec.Decode(Checked([.. added, .. Nested(3, terms), .. Nested(5, entry), .. Nested(1, "salt"u8)]));

        ledger.Salt.Should().Be("salt");
        ledger.Terms!.Redirections.Should().Be(5);
        ledger.Terms.Categories[HarmCategory.Harassment].Should().Be(new CategoryRule(CategoryRole.Abuse, 0.7));
        ledger.Entries.Should().ContainSingle().Which.Turn.Should().Be(new TurnId("turn"));
        ledger.Ending!.Reason.Should().Be(EndReason.PersistentAbuse);
    }

    [Test]
    public void What_an_earlier_version_did_not_write_has_its_default()
    {
        var ledger = LedgerCodec.Decode(Checked([.. Nested(3, []), .. Nested(5, [.. Nested(1, "turn"u8), .. Field(2, 0), 1])]));

        ledger.Terms!.Redirections.Should().Be(2);
        ledger.Terms.TimeToForgive.Should().Be(TimeSpan.FromHours(1));
        ledger.Entries[0].Should().BeEquivalentTo(new LedgerEntry { Turn = new TurnId("turn"), Kind = TurnKind.Violation, At = DateTimeOffset.MinValue });
    }

    [Test]
    public void R6_what_a_later_version_means_by_a_new_kind_action_or_role_counts_for_nothing()
    {
        byte[] rule = [.. Field(1, 0), 1, .. Field(3, 0), 99, .. Field(4, 1), .. BitConverter.GetBytes(0.5)];
        byte[] entry = [.. Nested(1, "turn"u8), .. Field(2, 0), 99, .. Field(6, 0), 99, .. Field(4, 0), 99];

        var ledger = LedgerCodec.Decode(Checked([.. Nested(3, [.. Nested(1, rule), .. Field(7, 0), 99]), .. Nested(5, entry)]));

        ledger.Terms!.Categories[HarmCategory.Harassment].Role.Should().Be(CategoryRole.Ignored);
        ledger.Terms.MostSevereAction.Should().Be(GuardAction.Continue);
        ledger.Entries[0].Kind.Should().Be(TurnKind.Unclassified);
        ledger.Entries[0].Action.Should().Be(GuardAction.Continue);
        ledger.Entries[0].Category.Should().Be(default(HarmCategory));
    }

    [Test]
    public void R17_terms_that_were_read_back_and_still_hold_are_not_written_again()
    {
        var terms = LedgerCodec.Decode(LedgerCodec.Encode(_ended)).Terms!;

        terms.MoreLenient(new ConversationTerms { Redirections = 1, CrisisTime = TimeSpan.Zero, Categories = _ended.Terms!.Categories }).Should().BeSameAs(terms);
        terms.MoreLenient(new ConversationTerms { Redirections = 9, Categories = _ended.Terms.Categories }).Redirections.Should().Be(9);
    }

    [Test]
    public void Conversations_under_the_same_rules_share_them()
    {
        var custom = new ConversationTerms { Categories = new CategoryRules([new(HarmCategory.Hate, new(CategoryRole.Abuse, 0.25))]) };
        CategoryRules Read(ConversationTerms terms) => LedgerCodec.Decode(LedgerCodec.Encode(ConversationLedger.Empty with { Terms = terms })).Terms!.Categories;

        Read(new ConversationTerms()).Should().BeSameAs(CategoryRules.Default);
        Read(custom).Should().BeSameAs(Read(custom));
    }

    private static Gen<ConversationLedger> Ledgers
    {
        get
        {
            var text = Gen.String[Gen.Char.AlphaNumeric, 0, 20];
            var category = Gen.OneOf(Gen.Int[0, HarmCategory.WellKnown.Count - 1].Select(index => HarmCategory.WellKnown[index]), Gen.Const(default(HarmCategory)), Gen.String[Gen.Char['a', 'z'], 1, 12].Select(name => new HarmCategory("custom/" + name)));
            var time = Gen.Long[0, DateTimeOffset.MaxValue.UtcTicks].Select(ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
            var turn = text.Select(value => new TurnId(value));
            var ending = Gen.Select(Gen.OneOf(Gen.Const(EndReason.HostRequest), Gen.Const(EndReason.PersistentAbuse), Gen.Const(new EndReason("of our own"))), time, category, text.List[0, 3], turn.List[0, 4], Gen.Int[0, 100])
                .Select(it => new ConversationEnding { Reason = it.Item1, At = it.Item2, Category = it.Item3, RuleIds = it.Item4, Evidence = it.Item5, FailedRedirections = it.Item6 });
            var entry = Gen.Select(turn, Gen.Enum<TurnKind>(), time, category, Gen.Select(Gen.Double[0, 1], Gen.Enum<GuardAction>(), turn, Gen.Bool), ending.Null())
                .Select(it => new LedgerEntry
                {
                    Turn = it.Item1,
                    Kind = it.Item2,
                    At = it.Item3,
                    Category = it.Item4,
                    Score = it.Item5.Item1,
                    Action = it.Item5.Item2,
                    Parent = it.Item5.Item3.Value.Length == 0 ? null : it.Item5.Item3,
                    IsTakenBack = !it.Item5.Item4,
                    IsDelivered = it.Item5.Item4,
                    Ending = it.Item6,
                });
            var rule = Gen.Select(category.Where(one => one != default), Gen.Enum<CategoryRole>(), Gen.Double[0.001, 1], Gen.Bool)
                .Select(it => new KeyValuePair<HarmCategory, CategoryRule>(it.Item1, new CategoryRule(it.Item2, it.Item3, it.Item4)));
            var count = Gen.Int[1, 1000];
            var terms = Gen.Select(rule.List[0, 20], count, count, Gen.Long[1, TimeSpan.MaxValue.Ticks], count, Gen.Long[0, TimeSpan.MaxValue.Ticks], Gen.Enum<GuardAction>())
                .Select(it => new ConversationTerms
                {
                    Categories = new CategoryRules(it.Item1),
                    Redirections = it.Item2,
                    CalmTurnsToForgive = it.Item3,
                    TimeToForgive = new TimeSpan(it.Item4),
                    CrisisCalmTurns = it.Item5,
                    CrisisTime = new TimeSpan(it.Item6),
                    MostSevereAction = it.Item7,
                });
            return Gen.Select(text, turn, entry.List[0, 20], terms.Null(), ending.Null(), turn.List[0, 4]).Select(it => new ConversationLedger
            {
                Salt = it.Item1.Length == 0 ? null : it.Item1,
                FirstTurn = it.Item2.Value.Length == 0 ? null : it.Item2,
                Entries = it.Item3,
                Terms = it.Item4,
                HostEnding = it.Item5,
                Forgotten = it.Item6,
            });
        }
    }

    private static ConversationLedger Ended()
    {
        LedgerEntry Entry(int number, TurnKind kind, GuardAction action, HarmCategory category, ConversationEnding? ending = null) => new()
        {
            Turn = new TurnId($"tAAAAAAAAAAAAAAA{number}"),
            Kind = kind,
            At = _start.AddSeconds(90 * number),
            Category = category,
            Score = 0.97,
            Action = action,
            Parent = number == 1 ? null : new TurnId($"tAAAAAAAAAAAAAAA{number - 1}"),
            IsDelivered = ending is null,
            Ending = ending,
        };
        var end = new ConversationEnding
        {
            Reason = EndReason.PersistentAbuse,
            At = _start.AddSeconds(360),
            Category = new HarmCategory("spam/of-our-own"),
            RuleIds = ["R1", "R2"],
            Evidence = [new TurnId("tAAAAAAAAAAAAAAA1"), new TurnId("tAAAAAAAAAAAAAAA4")],
            FailedRedirections = 3,
        };
        return new ConversationLedger
        {
            Salt = "c2FsdA==",
            FirstTurn = new TurnId("tAAAAAAAAAAAAAAA0"),
            Terms = new ConversationTerms
            {
                Categories = new CategoryRules([new(new("spam/of-our-own"), new(CategoryRole.Abuse, 0.75, true)), new(HarmCategory.SelfHarmIntent, new(CategoryRole.Crisis, 0.25)), new(HarmCategory.Harassment, new(CategoryRole.Abuse, 0.5))]),
                Redirections = 3,
                CrisisTime = TimeSpan.Zero,
            },
            Entries =
            [
                Entry(1, TurnKind.Violation, GuardAction.Redirect, HarmCategory.Harassment),
                Entry(2, TurnKind.Calm, GuardAction.Continue, default),
                Entry(3, TurnKind.Violation, GuardAction.Warn, HarmCategory.HarassmentThreatening),
                Entry(4, TurnKind.Violation, GuardAction.End, new HarmCategory("spam/of-our-own"), end),
            ],
            HostEnding = new ConversationEnding { Reason = EndReason.HostRequest, At = _start.AddHours(1), RuleIds = ["R1"] },
        };
    }

    private static void ShouldBeSame(ConversationLedger read, ConversationLedger written)
    {
        read.Should().BeEquivalentTo(written, options => options.WithStrictOrdering().ComparingByMembers<ConversationLedger>().Excluding(ledger => ledger.Terms));
        (read.Terms is null).Should().Be(written.Terms is null);
        if (written.Terms is { } terms)
        {
            (read.Terms! with { Categories = terms.Categories }).Should().Be(terms);
            read.Terms.Categories.Categories.Should().BeEquivalentTo(terms.Categories.Categories);
            terms.Categories.Categories.Where(category => read.Terms.Categories[category] != terms.Categories[category]).Should().BeEmpty();
        }
    }

    private static byte[] Checked(byte[] payload) => [1, .. SHA256.HashData(payload).Take(4), .. payload];

    private static byte[] Field(int number, int type)
    {
        var tag = (number << 3) | type;
        return tag < 0x80 ? [(byte)tag] : [(byte)(tag | 0x80), (byte)(tag >> 7)];
    }

    private static byte[] Nested(int number, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 0x80)
        {
            return [.. Field(number, 2), (byte)(bytes.Length | 0x80), (byte)(bytes.Length >> 7), .. bytes];
        }

        return [.. Field(number, 2), (byte)bytes.Length, .. bytes];
    }
}
