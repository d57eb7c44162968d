using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;

namespace ConversationGuard.Tests.ChatCompletion;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class ForgivenessTests(ChatPath path)
{
    [Test]
    public async Task R9_three_calm_turns_take_one_violation_back()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two");

        await chat.SayAllAsync("calm one", "calm two");
        var before = await chat.StateAsync();
        await chat.SayAsync("calm three");
        var after = await chat.StateAsync();

        before.Violations.Should().HaveCount(2);
        after.Violations.Should().ContainSingle();
    }

    [Test]
    public async Task R9_an_insult_in_between_starts_the_calm_turns_over()
    {
        await using var chat = new GuardedChat(path);

        await chat.SayAllAsync("insult one", "calm", "calm", "insult two", "calm", "calm");

        (await chat.StateAsync()).Violations.Should().HaveCount(2);
    }

    [Test]
    public async Task R9_calm_turns_lead_back_to_a_clean_ledger_that_is_not_written_any_more()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two");
        await chat.SayAllAsync("calm 1", "calm 2", "calm 3", "calm 4", "calm 5", "calm 6");
        var writes = chat.Store.Writes;

        await chat.SayAllAsync("calm 7", "calm 8");

        chat.Store.Writes.Should().Be(writes);
        chat.Store.Written[^1].Entries.Should().BeEmpty();
        (await chat.StateAsync()).Phase.Should().Be(ConversationPhase.Engaged);
    }

    [Test]
    public async Task R9_a_warning_lapses_with_the_violation_that_it_answered()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three", "calm 1", "calm 2", "calm 3");

        (await chat.StateAsync()).IsWarned.Should().BeFalse();
        var next = await chat.SayAsync("insult four");

        next.Text.Should().StartWith("Reply 7", "the conversation goes on");
    }

    [Test]
    public async Task R9_an_hour_takes_one_violation_back()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two");

        chat.Time.Advance(TimeSpan.FromMinutes(59));
        var before = await chat.StateAsync();
        chat.Time.Advance(TimeSpan.FromMinutes(1));
        var after = await chat.StateAsync();
        chat.Time.Advance(TimeSpan.FromHours(1));
        var clean = await chat.StateAsync();

        before.Violations.Should().HaveCount(2);
        after.Violations.Should().ContainSingle();
        clean.Should().BeEquivalentTo(new { Phase = ConversationPhase.Engaged, IsClean = true });
    }

    [Test]
    public async Task R9_after_time_the_ladder_starts_over()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        chat.Time.Advance(TimeSpan.FromHours(3));

        await chat.SayAllAsync("insult four", "insult five");
        var warned = await chat.SayAsync("insult six");

        warned.Text.Should().Contain("may be ended");
        chat.Model.Calls.Should().HaveCount(6);
    }

    [Test]
    public async Task R9_calm_turns_and_time_are_options()
    {
        await using var chat = new GuardedChat(path, options =>
        {
            options.CalmTurnsToForgive = 1;
            options.TimeToForgive = TimeSpan.FromMinutes(10);
        });
        await chat.SayAllAsync("insult one", "insult two", "insult three", "calm");
        var afterCalm = await chat.StateAsync();

        chat.Time.Advance(TimeSpan.FromMinutes(10));

        afterCalm.Violations.Should().HaveCount(2);
        (await chat.StateAsync()).Violations.Should().ContainSingle();
    }
}
