using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Tests.Hosting;

/// <summary>Branches that a host names.</summary>
[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class HandleBranchTests(ChatPath path)
{
    private const string Source = "conversation-1";

    [Test]
    public async Task R11_a_branch_starts_with_what_was_on_record_there()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two", "insult three");

        var status = await BranchAsync(chat, 4);
        var second = await chat.SayAsync("insult on the branch");
        var third = await chat.SayAsync("insult on the branch too");

        status.Should().BeEquivalentTo(new { ConversationKey = "branch", Ending = (ConversationEnding?)null });
        status.State.Violations.Should().ContainSingle();
        second.Text.Should().NotContain("may be ended");
        third.Text.Should().Contain("may be ended");
        (await chat.Guard.GetStatusAsync(Source)).State.Violations.Should().HaveCount(3, "the source stays as it was");
    }

    [Test]
    public async Task R11_a_branch_of_an_ended_conversation_is_open_where_it_leaves_before_the_end()
    {
        await using var chat = new GuardedChat(path);
        await EndAsync(chat);

        var status = await BranchAsync(chat, chat.History.Count);
        var answer = await chat.SayAsync("sorry, let us go on");

        status.State.Phase.Should().Be(ConversationPhase.Warned, "the turn that led to the end is not kept");
        answer.Text.Should().Be("Reply 5");
        chat.Key = Source;
        (await chat.EndsAtAsync("and here?")).IsRepeat.Should().BeTrue();
    }

    [Test]
    public async Task R11_a_branch_that_keeps_all_that_led_to_the_end_has_ended_too()
    {
        await using var chat = new GuardedChat(path);
        await EndAsync(chat);
        chat.History.Add(new(ChatRole.User, "insult four"));

        var status = await BranchAsync(chat, chat.History.Count);
        chat.History.RemoveAt(chat.History.Count - 1);

        status.Ending!.Reason.Should().Be(EndReason.PersistentAbuse);
        (await chat.EndsAtAsync("sorry")).Should().BeEquivalentTo(new { IsRepeat = true, ConversationKey = "branch" });
    }

    [Test]
    public async Task R11_a_branch_that_lacks_a_turn_the_end_rests_on_has_not_ended()
    {
        await using var chat = new GuardedChat(path);
        await EndAsync(chat);

        var status = await chat.Guard.BranchAsync(Source, "branch", [new(ChatRole.User, "hello"), new(ChatRole.Assistant, "hi"), new(ChatRole.User, "insult four")]);

        status.Ending.Should().BeNull();
        status.State.Phase.Should().NotBe(ConversationPhase.Ended);
    }

    [Test]
    public async Task R5_crisis_signals_stay_wherever_the_branch_leaves()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "crisis", "insult two");

        var status = await BranchAsync(chat, 2);
        await chat.SayAllAsync("insult three", "insult four", "insult five", "insult six", "insult seven");

        status.State.Should().BeEquivalentTo(new { IsCrisisHold = true, AreResourcesDelivered = true });
        status.State.Violations.Should().BeEmpty();
        chat.Model.Calls.Skip(4).Should().OnlyContain(call => call.Instructions!.Contains("supportive"));
    }

    [Test]
    public async Task R1_an_end_by_the_host_is_not_taken_along()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one");
        await chat.Guard.EndAsync(Source);

        var status = await BranchAsync(chat, 4);

        status.Ending.Should().BeNull();
        status.State.Violations.Should().ContainSingle();
        (await chat.SayAsync("hello")).Text.Should().Be("Reply 3");
    }

    [Test]
    public async Task R1_an_end_by_the_host_of_an_untouched_conversation_leaves_a_clean_branch()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAsync("hello");
        await chat.Guard.EndAsync(Source);

        var status = await BranchAsync(chat, 2);

        status.State.IsClean.Should().BeTrue();
        (await chat.SayAsync("hello again")).Text.Should().Be("Reply 2");
    }

    [TestCase(0)]
    [TestCase(2)]
    public async Task A_branch_from_before_anything_notable_is_clean_and_nothing_is_written(int kept)
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one");
        var writes = chat.Store.Writes;

        var status = await BranchAsync(chat, kept);

        status.State.IsClean.Should().BeTrue();
        chat.Store.Writes.Should().Be(writes);
        (await chat.SayAsync("insult two")).Text.Should().Be("Reply 3");
        (await chat.StateAsync()).Violations.Should().ContainSingle();
    }

    [Test]
    public async Task A_branch_of_an_unknown_conversation_is_clean()
    {
        await using var chat = new GuardedChat(path);

        var status = await chat.Guard.BranchAsync("never heard of", "branch", [new(ChatRole.User, "hello")]);

        status.State.IsClean.Should().BeTrue();
        chat.Store.Writes.Should().Be(0);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_key_under_which_something_is_on_record_is_refused_and_stays_as_it_is(bool isBranchClean)
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one");
        await chat.Guard.EndAsync("taken");
        var branch = async () => await chat.Guard.BranchAsync(isBranchClean ? "unknown" : Source, "taken", chat.History);

        (await branch.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*\"taken\"*");
        (await chat.Guard.GetStatusAsync("taken")).Ending!.Reason.Should().Be(EndReason.HostRequest);
    }

    [Test]
    public async Task A_conversation_is_no_branch_of_itself()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two");
        var branch = async () => await chat.Guard.BranchAsync(Source, Source, chat.History.Take(4));

        await branch.Should().ThrowAsync<InvalidOperationException>();
        (await chat.StateAsync()).Violations.Should().HaveCount(2);
    }

    [Test]
    public async Task R10_two_that_branch_to_one_key_at_once_make_one_branch()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two");

        var branches = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            try
            {
                await chat.Guard.BranchAsync(Source, "branch", chat.History.Take(i % 2 == 0 ? 4 : 6));
                return 1;
            }
            catch (InvalidOperationException)
            {
                return 0;
            }
        })));

        branches.Sum().Should().Be(1);
    }

    [Test]
    public async Task A_branch_of_a_branch_goes_on_from_there()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("hello", "insult one", "insult two");
        await BranchAsync(chat, 4);
        await chat.SayAsync("insult on the branch");

        var status = await chat.Guard.BranchAsync("branch", "twig", chat.History);

        status.State.Violations.Should().HaveCount(2);
    }

    [Test]
    public async Task R10_message_ids_tell_the_kept_turns_too()
    {
        await using var chat = new GuardedChat(path);
        ChatMessage[] history =
        [
            new(ChatRole.User, "insult") { MessageId = "1" }, new(ChatRole.Assistant, "please"),
            new(ChatRole.User, "insult") { MessageId = "2" }, new(ChatRole.Assistant, "please"),
        ];
        await chat.AskAsync(history[..1]);
        await chat.AskAsync(history[..3]);

        (await chat.Guard.BranchAsync(Source, "branch", history[..2])).State.Violations.Should().ContainSingle();
        (await chat.Guard.BranchAsync(Source, "other", history)).State.Violations.Should().HaveCount(2);
    }

    [Test]
    public async Task R18_an_observing_guard_branches_what_it_observed()
    {
        await using var chat = new GuardedChat(path, options => options.Mode = GuardMode.Observe);
        await chat.SayAllAsync("hello", "insult one", "insult two");

        (await BranchAsync(chat, 4)).State.Violations.Should().ContainSingle();
        (await chat.SayAsync("insult on the branch")).Text.Should().Be("Reply 4");
        (await chat.StateAsync()).Violations.Should().HaveCount(2);
    }

    [TestCase(null, "branch")]
    [TestCase("", "branch")]
    [TestCase(" ", "branch")]
    [TestCase(Source, null)]
    [TestCase(Source, "")]
    [TestCase(Source, "\t")]
    public async Task A_key_must_have_content(string? source, string? branchKey)
    {
        await using var chat = new GuardedChat(path);
        var branch = async () => await chat.Guard.BranchAsync(source!, branchKey!, []);

        await branch.Should().ThrowAsync<ArgumentException>();
    }

    [Test]
    public async Task A_history_that_is_null_or_holds_null_is_refused()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAsync("insult one");
        var withoutHistory = async () => await chat.Guard.BranchAsync(Source, "branch", null!);
        var withNull = async () => await chat.Guard.BranchAsync(Source, "branch", [.. chat.History, null!]);

        await withoutHistory.Should().ThrowAsync<ArgumentNullException>();
        await withNull.Should().ThrowAsync<ArgumentException>();
    }

    [Test]
    public async Task The_history_is_read_once()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAsync("insult one");
        var reads = 0;

        await chat.Guard.BranchAsync(Source, "branch", Once());

        reads.Should().Be(1);
        IEnumerable<ChatMessage> Once()
        {
            reads++;
            foreach (var message in chat.History)
            {
                yield return message;
            }
        }
    }

    /// <summary>Branches after some of the messages, and goes on there.</summary>
    private static async Task<ConversationStatus> BranchAsync(GuardedChat chat, int kept)
    {
        var status = await chat.Guard.BranchAsync(Source, "branch", chat.History.Take(kept));
        chat.History.RemoveRange(kept, chat.History.Count - kept);
        chat.Key = "branch";
        return status;
    }

    private static async Task EndAsync(GuardedChat chat)
    {
        await chat.SayAllAsync("hello", "insult one", "insult two", "insult three");
        await chat.EndsAtAsync("insult four");
    }
}
