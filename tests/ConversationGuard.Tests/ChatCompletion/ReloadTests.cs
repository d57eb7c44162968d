using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Tests.ChatCompletion;

[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class ReloadTests(ChatPath path)
{
    /// <summary>A conversation in which each of <see cref="Harsher"/> would make a difference.</summary>
    private static readonly string[] _conversation =
        ["hate one", "insult two", "(70 minutes)", "insult three", "insult four", "calm five", "calm six", "calm seven", "insult eight", "insult nine", "insult ten"];

    /// <summary>Keeps the first violation, so that the conversation does not become clean before the reload.</summary>
    private static readonly (string, string?)[] _long = [("TimeToForgive", "2.00:00:00"), ("CalmTurnsToForgive", "50")];

    [TestCaseSource(nameof(Harsher))]
    public async Task R17_a_reload_to_something_harsher_never_warns_or_ends_a_running_conversation_earlier((string, string?)[] before, (string, string?)[] after)
    {
        var steady = await RunAsync(before, before, 0);
        var harsh = await RunAsync(after, after, 0);
        harsh.Should().NotEqual(steady, "else it is not harsher");

        foreach (var moment in new[] { 1, 2, 4, 8 })
        {
            (await RunAsync(before, after, moment)).Should().Equal(steady, "the configuration was changed after {0} turns", moment);
        }
    }

    [Test]
    public async Task R17_several_reloads_leave_a_running_conversation_the_most_lenient_of_all()
    {
        await using var chat = NewChat(out var configuration, ("Redirections", "2"));
        await chat.SayAsync("insult one");
        configuration.SetGuard(("Redirections", "4"), ("TimeToForgive", "00:00:01"));
        await chat.SayAsync("insult two");
        configuration.SetGuard(("Redirections", "1"));

        await chat.SayAllAsync("insult three", "insult four");

        (await chat.Guard.GetStatusAsync("conversation-1")).State.Phase.Should().Be(ConversationPhase.Redirecting);
        (await chat.SayAsync("insult five")).Text.Should().Contain("may be ended");
    }

    [Test]
    public async Task R17_milder_options_under_which_a_reply_was_made_again_stay()
    {
        await using var chat = NewChat(out var configuration);
        configuration.SetGuard(("Redirections", "1"));
        await chat.SayAsync("insult one");
        configuration.SetGuard(("Redirections", "5"));
        await chat.RegenerateAsync();
        configuration.SetGuard(("Redirections", "1"));

        (await chat.SayAsync("insult two")).Text.Should().NotContain("may be ended");
    }

    [Test]
    public async Task R17_the_terms_stay_with_the_conversation_in_the_store()
    {
        await using var chat = NewChat(out var configuration, ("Redirections", "3"));
        await chat.SayAsync("insult one");
        configuration.SetGuard(("Redirections", "1"), ("TimeToForgive", "02:00:00"));

        await chat.SayAllAsync("insult two", "insult three");

        chat.Store.Written.Should().OnlyContain(ledger => ledger.Terms!.Redirections == 3 && ledger.Terms.TimeToForgive == TimeSpan.FromHours(1));
    }

    [Test]
    public async Task R17_another_node_that_is_configured_harsher_keeps_to_the_terms_too()
    {
        await using var chat = new GuardedChat(path);
        await chat.SayAllAsync("insult one", "insult two");
        await using var other = new GuardedChat(path, options => options.Redirections = 1, services => services.AddSingleton<IConversationStore>(chat.Store));
        other.History.AddRange(chat.History);

        (await other.SayAsync("insult three")).Text.Should().Contain("may be ended");
        other.Key = "conversation-2";
        other.History.Clear();
        await other.SayAsync("insult one");
        (await other.SayAsync("insult two")).Text.Should().Contain("may be ended", "a conversation begun there is under its terms");
    }

    [Test]
    public async Task R17_a_new_conversation_is_under_the_new_options()
    {
        await using var chat = NewChat(out var configuration);
        await chat.SayAsync("insult one");
        configuration.SetGuard(("Redirections", "1"));

        chat.Key = "conversation-2";
        chat.History.Clear();
        await chat.SayAsync("insult one");

        (await chat.SayAsync("insult two")).Text.Should().Contain("may be ended");
    }

    [Test]
    public async Task R17_a_conversation_that_became_clean_is_under_the_new_options()
    {
        await using var chat = NewChat(out var configuration);
        await chat.SayAsync("insult one");
        configuration.SetGuard(("Redirections", "1"));

        await chat.SayAllAsync("calm one", "calm two", "calm three", "insult two");

        (await chat.SayAsync("insult three")).Text.Should().Contain("may be ended");
    }

    [Test]
    public async Task R17_a_conversation_that_was_never_notable_is_under_the_new_options()
    {
        await using var chat = NewChat(out var configuration);
        await chat.SayAllAsync("hello", "how are you");
        configuration.SetGuard(("Redirections", "1"));

        await chat.SayAsync("insult one");

        (await chat.SayAsync("insult two")).Text.Should().Contain("may be ended");
    }

    [Test]
    public async Task R17_a_reinstated_conversation_is_under_the_new_options()
    {
        await using var chat = NewChat(out var configuration);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        configuration.SetGuard(("Redirections", "1"));
        await chat.Guard.ReinstateAsync("conversation-1");

        await chat.SayAsync("insult four");

        (await chat.SayAsync("insult five")).Text.Should().Contain("may be ended");
    }

    [TestCase("Redirections", "5")]
    [TestCase("MostSevereAction", "Redirect")]
    [TestCase("Preset", "CustomerSupport")]
    [TestCase("Preset", "Companion")]
    public async Task R17_more_patience_takes_effect_at_once(string key, string value)
    {
        await using var chat = NewChat(out var configuration);
        await chat.SayAllAsync("insult one", "insult two");
        configuration.SetGuard((key, value));

        (await chat.SayAsync("insult three")).Text.Should().NotContain("may be ended");
    }

    [TestCase("Categories:harassment:Threshold", "0.98")]
    [TestCase("Categories:harassment:Role", "Ignored")]
    public async Task R17_what_does_not_count_any_more_does_not_count_at_once(string key, string value)
    {
        await using var chat = NewChat(out var configuration);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        configuration.SetGuard((key, value));

        await chat.SayAllAsync("insult four", "insult five");

        chat.Model.Calls.Skip(3).Should().HaveCount(2).And.OnlyContain(call => call.Instructions == null);
    }

    [Test]
    public async Task R17_a_warned_conversation_whose_end_was_ruled_out_is_not_ended()
    {
        await using var chat = NewChat(out var configuration);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        configuration.SetGuard(("MostSevereAction", "Warn"));

        (await chat.SayAsync("insult four")).Text.Should().Contain("may be ended");
        configuration.SetGuard();
        (await chat.SayAsync("insult five")).Text.Should().Contain("may be ended", "what was granted is not taken back");
    }

    [Test]
    public async Task R17_sooner_forgiveness_takes_effect_at_once_and_the_status_says_so()
    {
        await using var chat = NewChat(out var configuration);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        chat.Time.Advance(TimeSpan.FromMinutes(5));
        configuration.SetGuard(("TimeToForgive", "00:01:00"));

        (await chat.StateAsync()).Should().BeEquivalentTo(new { Phase = ConversationPhase.Engaged, IsClean = true });
        (await chat.SayAsync("insult four")).Text.Should().NotContain("may be ended");
    }

    [Test]
    public async Task R5_a_reload_to_shorter_crisis_holds_does_not_release_one_earlier()
    {
        await using var chat = NewChat(out var configuration);
        await chat.SayAsync("crisis");
        configuration.SetGuard(("CrisisHold:CalmTurns", "1"), ("CrisisHold:Time", "00:00:00"));

        await chat.SayAsync("calm");

        (await chat.StateAsync()).IsCrisisHold.Should().BeTrue();
    }

    [Test]
    public async Task R5_a_reload_to_longer_crisis_holds_prolongs_one_at_once()
    {
        await using var chat = NewChat(out var configuration);
        await chat.SayAllAsync("crisis", "calm", "calm", "calm", "calm");
        configuration.SetGuard(("CrisisHold:CalmTurns", "8"));
        chat.Time.Advance(TimeSpan.FromHours(2));

        await chat.SayAllAsync("calm", "calm");

        (await chat.StateAsync()).IsCrisisHold.Should().BeTrue();
        await chat.SayAsync("calm");
        await chat.SayAsync("calm");
        (await chat.StateAsync()).IsCrisisHold.Should().BeFalse();
    }

    [Test]
    public async Task R17_a_branch_takes_the_terms_along()
    {
        await using var chat = NewChat(out var configuration);
        await chat.SayAllAsync("insult one", "insult two");
        configuration.SetGuard(("Redirections", "1"));
        await chat.Guard.BranchAsync("conversation-1", "branch", chat.History.Take(2));
        chat.Key = "branch";
        chat.History.RemoveRange(2, 2);

        (await chat.SayAsync("insult on the branch")).Text.Should().NotContain("may be ended");
    }

    private static IEnumerable<TestCaseData> Harsher()
    {
        yield return Case("fewer redirections", [], [("Redirections", "1")]);
        yield return Case("longer forgiveness by time", [], [("TimeToForgive", "10.00:00:00")]);
        yield return Case("more calm turns to forgive", [], [("CalmTurnsToForgive", "50")]);
        yield return Case("a lower threshold", [("Categories:harassment:Threshold", "0.98"), .. _long], _long);
        yield return Case("an ignored category becomes abuse", [("Categories:harassment:Role", "Ignored"), .. _long], _long);
        yield return Case("a category becomes immediate", [], [("Categories:harassment:Immediate", "true")]);
        yield return Case("ends are allowed", [("MostSevereAction", "Warn")], []);
        yield return Case("from CustomerSupport to Balanced", [("Preset", "CustomerSupport"), ("TimeToForgive", "2.00:00:00")], [("TimeToForgive", "2.00:00:00")]);
        yield return Case("from Companion to Balanced", [("Preset", "Companion")], [("Preset", "Balanced")]);

        static TestCaseData Case(string name, (string, string?)[] before, (string, string?)[] after) => new TestCaseData(before, after).SetArgDisplayNames(name);
    }

    private GuardedChat NewChat(out ReloadableConfiguration configuration, params (string, string?)[] options)
    {
        var reloadable = new ReloadableConfiguration();
        reloadable.SetGuard(options);
        configuration = reloadable;
        return new GuardedChat(path, register: services => services.AddConversationGuard(reloadable.Section));
    }

    /// <summary>Runs the conversation, the configuration changing after some turns.</summary>
    private async Task<List<GuardAction>> RunAsync((string, string?)[] before, (string, string?)[] after, int reloadAt)
    {
        await using var chat = NewChat(out var configuration, before);
        var said = 0;
        foreach (var text in _conversation)
        {
            if (said == reloadAt)
            {
                configuration.SetGuard(after);
            }

            if (text[0] == '(')
            {
                chat.Time.Advance(TimeSpan.FromMinutes(70));
                continue;
            }

            said++;
            try
            {
                await chat.SayAsync(text);
            }
            catch (ConversationEndedException)
            {
                break;
            }

            chat.Time.Advance(TimeSpan.FromMinutes(5));
        }

        return [.. chat.Observer.Of(GuardEventKind.TurnDecided).Select(one => one.Action)];
    }
}
