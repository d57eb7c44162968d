using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.Conversations;

public class PresentedHistoryTests
{
    private static readonly ConversationLedger _nothing = ConversationLedger.Empty with { Salt = "pepper" };

    [Test]
    public void The_newest_turn_is_the_user_message_after_the_last_answer()
    {
        var history = Of(System("rules"), User("one"), Bot("answer"), User("two"));

        history.IsNewestFromUser.Should().BeTrue();
        Texts(history.Newest).Should().Equal("two");
        Texts(history.All).Should().Equal("one", "two");
    }

    [Test]
    public void Several_user_messages_without_an_answer_between_are_all_new()
    {
        var history = Of(User("one"), Bot("answer"), User("two"), System("note"), User("three"), User("four"));

        Texts(history.Newest).Should().Equal("two", "three", "four");
    }

    [Test]
    public void R15_a_step_after_a_tool_call_is_a_step_of_the_turn_before()
    {
        var history = Of(
            User("what is the weather"),
            new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", "weather")]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("1", "insult from a web page")]));

        history.IsNewestFromUser.Should().BeFalse();
        Texts(history.Newest).Should().Equal("what is the weather");
    }

    [Test]
    public void R15_only_what_the_user_wrote_is_a_turn()
    {
        var history = Of(System("insult"), Bot("User: insult"), new ChatMessage(ChatRole.Tool, "insult"), new ChatMessage(new ChatRole("developer"), "insult"));

        history.All.Should().BeEmpty();
        history.Newest.Should().BeEmpty();
        history.IsNewestFromUser.Should().BeFalse();
    }

    [Test]
    public void A_tool_result_that_a_provider_sends_as_the_users_is_no_turn()
    {
        var history = Of(User("hello"), Bot("answer"), new ChatMessage(ChatRole.User, [new FunctionResultContent("1", "insult")]));

        history.Newest.Should().BeEmpty();
    }

    [Test]
    public void An_image_alone_is_no_turn_and_an_image_with_text_is_one()
    {
        var image = new DataContent(new byte[] { 1, 2, 3 }, "image/png");

        Of(new ChatMessage(ChatRole.User, [image])).All.Should().BeEmpty();
        Texts(Of(new ChatMessage(ChatRole.User, [image, new TextContent("look")])).Newest).Should().Equal("look");
    }

    [TestCase("")]
    [TestCase("   ")]
    [TestCase("\r\n\t")]
    public void A_message_without_a_word_is_no_turn(string text) => Of(User("hello"), Bot("answer"), User(text)).Newest.Should().BeEmpty();

    [Test]
    public void No_messages_are_no_turns()
    {
        var history = Of();

        history.IsNewestFromUser.Should().BeFalse();
        history.Newest.Should().BeEmpty();
        Identify(history, _nothing).Should().BeEmpty();
    }

    [Test]
    public void A_turn_knows_where_it_stands() =>
        Of(System("rules"), User("one"), Bot("answer"), User("two")).All.Select(turn => turn.Index).Should().Equal(1, 3);

    [Test]
    public void R19_an_identity_holds_no_text_and_differs_from_conversation_to_conversation()
    {
        var history = Of(User("a secret"));

        var here = Identify(history, _nothing)[0].Id.Value;
        var there = Identify(history, _nothing with { Salt = "salt" })[0].Id.Value;

        here.Should().NotContain("secret").And.NotBe(there);
        Identify(Of(User("a secret")), _nothing)[0].Id.Value.Should().Be(here, "the same text is found again");
    }

    [Test]
    public void R10_the_same_text_is_told_apart_by_its_occurrence()
    {
        var ids = Ids(Of(User("insult"), Bot("a"), User("insult"), Bot("b"), User("other"), Bot("c"), User("insult")), _nothing);

        ids.Should().OnlyHaveUniqueItems();
        Ids(Of(User("insult"), Bot("a"), User("insult")), _nothing).Should().Equal(ids[0], ids[1]);
    }

    [Test]
    public void A_message_id_names_a_turn_whatever_its_text()
    {
        var before = Ids(Of(User("insult", "id-1"), Bot("a"), User("insult", "id-2")), _nothing);
        var after = Ids(Of(User("typo fixed", "id-1"), Bot("a"), User("insult", "id-3")), _nothing);

        before.Should().OnlyHaveUniqueItems();
        after[0].Should().Be(before[0]);
        after[1].Should().NotBe(before[1]);
    }

    [Test]
    public void A_message_id_and_a_text_that_are_alike_are_not_confused()
    {
        var ids = Ids(Of(User("id-1"), Bot("a"), User("insult", "id-1")), _nothing);

        ids.Should().OnlyHaveUniqueItems();
        Ids(Of(User("insult", "")), _nothing).Should().Equal(Ids(Of(User("insult")), _nothing), "an empty id is none");
    }

    [Test]
    public void Texts_that_differ_only_in_lone_surrogates_are_told_apart()
    {
        var ids = Ids(Of(User("a\ud800"), Bot("a"), User("a\ud801"), Bot("b"), User("a\udc00"), Bot("c"), User("a\ufffd")), _nothing);

        ids.Should().OnlyHaveUniqueItems();
        ids.Select(id => id.Fingerprint).Should().OnlyHaveUniqueItems("each is another text, not one text at another place");
    }

    [Test]
    public void A_text_of_10_MB_has_an_identity_as_small_as_any()
    {
        var text = new string('a', 10 * 1024 * 1024);

        var ids = Ids(Of(User(text), Bot("a"), User(text + "b")), _nothing);

        ids.Should().OnlyHaveUniqueItems();
        ids.Should().OnlyContain(id => id.Value.Length < 32);
    }

    [Test]
    public void R10_a_retry_of_a_call_that_failed_is_on_record()
    {
        var call = Of(User("hello"), Bot("hi"), User("insult"));
        var ledger = Record(_nothing, call, isDelivered: false);

        IsOnRecord(ledger, Of(User("hello"), Bot("hi"), User("insult"))).Should().BeTrue();
    }

    [Test]
    public void R10_a_regenerated_answer_is_to_the_turn_on_record()
    {
        var ledger = Record(_nothing, Of(User("hello"), Bot("hi"), User("insult")), isDelivered: true);

        IsOnRecord(ledger, Of(User("hello"), Bot("hi"), User("insult"))).Should().BeTrue("the reply was thrown away and asked for again");
    }

    [Test]
    public void R10_the_same_insult_typed_again_is_a_new_turn()
    {
        var ledger = Record(_nothing, Of(User("hello"), Bot("hi"), User("insult")), isDelivered: true);

        IsOnRecord(ledger, Of(User("hello"), Bot("hi"), User("insult"), Bot("redirected"), User("insult"))).Should().BeFalse();
    }

    [Test]
    public void R10_the_same_insult_typed_again_after_a_failed_call_that_the_host_kept_is_a_new_turn()
    {
        var ledger = Record(_nothing, Of(User("hello"), Bot("hi"), User("insult")), isDelivered: false);
        var again = Of(User("hello"), Bot("hi"), User("insult"), User("insult"));

        var ids = Ids(again, ledger);

        ledger.Find(ids[1]).Should().NotBeNull();
        ledger.Find(ids[2]).Should().BeNull();
    }

    [Test]
    public void R10_a_turn_that_was_edited_away_does_not_count_on_the_new_branch()
    {
        var ledger = Record(_nothing, Of(User("hello"), Bot("hi"), User("insult")), isDelivered: true);

        var edited = Of(User("hello"), Bot("hi"), User("sorry, I mean"));

        Branch(edited, ledger).Entries.Should().BeEmpty();
        var back = Of(User("hello"), Bot("hi"), User("insult"), Bot("redirected"), User("go on"));
        Branch(back, ledger).Entries.Should().HaveCount(1, "the old branch is still there");
    }

    [Test]
    public void R10_a_trimmed_history_neither_resets_the_ledger_nor_doubles_it()
    {
        var ledger = Record(_nothing, Of(User("hello"), Bot("hi"), User("insult")), isDelivered: true);

        var trimmed = Of(User("insult"), Bot("redirected"), User("go on"));
        var summarised = Of(System("Summary: they talked."), User("go on"));

        Branch(trimmed, ledger).Entries.Should().HaveCount(1);
        Branch(summarised, ledger).Entries.Should().HaveCount(1);
        IsOnRecord(ledger, trimmed).Should().BeFalse();
    }

    [TestCase(true)]
    [TestCase(false)]
    public void R10_the_same_text_in_a_trimmed_history_that_does_not_show_the_earlier_one_is_a_retry(bool isDelivered)
    {
        var ledger = Record(_nothing, Of(User("hello"), Bot("hi"), User("insult")), isDelivered);

        IsOnRecord(ledger, Of(Bot("something"), User("insult"))).Should().BeTrue("where it is ambiguous, the reading with fewer violations wins");
    }

    [Test]
    public void R10_the_same_text_in_a_trimmed_history_that_shows_the_earlier_one_is_a_new_turn()
    {
        var ledger = Record(_nothing, Of(User("hello"), Bot("hi"), User("insult")), isDelivered: true);

        IsOnRecord(ledger, Of(User("insult"), Bot("redirected"), User("insult"))).Should().BeFalse();
    }

    [Test]
    public void R10_in_trimmed_histories_each_typing_counts_once_and_each_retry_not_at_all()
    {
        var ledger = Record(_nothing, Of(User("hello"), Bot("hi"), User("insult")), isDelivered: true);
        var call = Of(User("insult"), Bot("redirected"), User("insult"));

        ledger = Record(ledger, call, isDelivered: false);
        ledger.Entries.Should().HaveCount(2);
        ledger = Record(ledger, call, isDelivered: false);
        ledger.Entries.Should().HaveCount(2, "its reply had not gone out");

        ledger = ledger.WithDelivered([.. ledger.Entries.Select(entry => entry.Turn)]);
        ledger = Record(ledger, call, isDelivered: true);
        ledger.Entries.Should().HaveCount(2, "it may be the reply that is made again: where it is ambiguous, the reading with fewer violations wins");

        ledger = Record(ledger, Of(User("insult"), Bot("redirected"), User("insult"), Bot("redirected"), User("insult")), isDelivered: true);
        ledger.Entries.Should().HaveCount(3, "both earlier ones are shown");
        ledger.Entries.Select(entry => entry.Turn).Should().OnlyHaveUniqueItems();
    }

    [Test]
    public void R10_the_same_insult_typed_again_after_a_failed_call_that_the_host_kept_is_a_new_turn_in_a_trimmed_history_too()
    {
        var ledger = Record(_nothing, Of(User("hello"), Bot("hi"), User("insult")), isDelivered: false);

        var ids = Ids(Of(Bot("hi"), User("insult"), User("insult")), ledger);

        ledger.Find(ids[0]).Should().NotBeNull();
        ledger.Find(ids[1]).Should().BeNull();
    }

    [Test]
    public void R10_two_alike_new_messages_in_a_trimmed_history_count_twice()
    {
        var ledger = Record(_nothing, Of(User("hello"), Bot("hi"), User("insult")), isDelivered: true);

        Record(ledger, Of(Bot("something"), User("another"), User("another")), isDelivered: true).Entries.Should().HaveCount(3, "both are shown");
    }

    [Test]
    public void R10_a_message_id_is_known_in_a_trimmed_history_too()
    {
        var ledger = Record(_nothing, Of(User("hello", "1"), Bot("hi"), User("insult", "2")), isDelivered: true);

        IsOnRecord(ledger, Of(Bot("something"), User("insult", "2"))).Should().BeTrue();
        IsOnRecord(ledger, Of(User("insult", "2"), Bot("redirected"), User("insult", "3"))).Should().BeFalse();
    }

    [Test]
    public void R10_what_is_sent_again_to_a_server_that_holds_the_history_is_new_once_its_reply_went_out()
    {
        var ledger = Record(_nothing, HeldByServer(User("insult")), isDelivered: true);

        IsOnRecord(ledger, HeldByServer(User("insult"))).Should().BeFalse();
        ledger = Record(ledger, HeldByServer(User("insult")), isDelivered: true);
        ledger = Record(ledger, HeldByServer(User("insult")), isDelivered: true);
        ledger.Entries.Should().HaveCount(3);
    }

    [Test]
    public void R10_what_is_sent_again_to_a_server_that_holds_the_history_is_a_retry_while_its_reply_did_not_go_out()
    {
        var ledger = Record(_nothing, HeldByServer(User("insult")), isDelivered: false);

        IsOnRecord(ledger, HeldByServer(User("insult"))).Should().BeTrue();
    }

    [Test]
    public void R10_a_history_that_the_server_holds_cannot_be_seen_to_be_edited()
    {
        var ledger = Record(_nothing, HeldByServer(User("hello")), isDelivered: true);
        ledger = Record(ledger, HeldByServer(User("insult")), isDelivered: true);
        var next = HeldByServer(User("hello"));

        Branch(next, ledger).Should().BeSameAs(ledger);
    }

    [Test]
    public void A_text_whose_fingerprint_begins_like_anothers_is_not_taken_for_it()
    {
        var ledger = _nothing with { FirstTurn = new TurnId("another") };
        var id = Ids(Of(User("insult")), ledger)[0];
        ledger = ledger.With(new LedgerEntry { Turn = new TurnId(id.Value + "x"), Kind = TurnKind.Violation, At = LedgerScript.Start, IsDelivered = true });

        Ids(HeldByServer(User("insult")), ledger)[0].Fingerprint.Should().Be(id.Fingerprint);
    }

    private static PresentedHistory Of(params ChatMessage[] messages) => new(messages, isHeldByServer: false);

    private static PresentedHistory HeldByServer(params ChatMessage[] messages) => new(messages, isHeldByServer: true);

    private static ChatMessage User(string text, string? id = null) => new(ChatRole.User, text) { MessageId = id };

    private static ChatMessage Bot(string text) => new(ChatRole.Assistant, text);

    private static ChatMessage System(string text) => new(ChatRole.System, text);

    private static IEnumerable<string> Texts(IEnumerable<UserTurn> turns) => turns.Select(turn => turn.Text);

    private static IReadOnlyList<UserTurn> Identify(PresentedHistory history, ConversationLedger ledger) => history.Read(ledger).First().Turns;

    private static List<TurnId> Ids(PresentedHistory history, ConversationLedger ledger) => [.. Identify(history, ledger).Select(turn => turn.Id)];

    private static ConversationLedger Branch(PresentedHistory history, ConversationLedger ledger) => history.Read(ledger).First().Branch(ledger);

    private static bool IsOnRecord(ConversationLedger ledger, PresentedHistory history) => history.Read(ledger).First().Added == 0;

    /// <summary>Puts the newest turns on record, as violations.</summary>
    private static ConversationLedger Record(ConversationLedger ledger, PresentedHistory history, bool isDelivered)
    {
        var (turns, tip, _, _) = history.Read(ledger).First();
        ledger = ledger with { FirstTurn = ledger.FirstTurn ?? turns[0].Id };
        foreach (var turn in turns.Skip(turns.Count - history.Newest.Count).Where(turn => ledger.Find(turn.Id) is null))
        {
            ledger = ledger.With(new LedgerEntry { Turn = turn.Id, Kind = TurnKind.Violation, Parent = tip, At = LedgerScript.Start, IsDelivered = isDelivered });
            tip = turn.Id;
        }

        return ledger;
    }
}
