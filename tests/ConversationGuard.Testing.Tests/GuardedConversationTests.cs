using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Termination;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Testing.Tests;

[TestFixture(false)]
[TestFixture(true)]
public class GuardedConversationTests(bool streams)
{
    private static readonly string[] _abuse = ["hello", "idiot one", "idiot two", "idiot three", "idiot four", "sorry"];

    [Test]
    public async Task R2_a_transcript_shows_the_ladder_to_its_end()
    {
        await using var conversation = Conversation();

        var transcript = await conversation.SayAsync(_abuse);

        transcript.ShouldDecide(GuardAction.Continue, GuardAction.Redirect, GuardAction.Redirect, GuardAction.Warn, GuardAction.End, GuardAction.End)
            .ShouldEnd(EndReason.PersistentAbuse, atTurn: 5)
            .ShouldKeepTheRules();
        transcript[3].Reply.Should().Contain("Reply 4").And.Contain("may be ended");
        transcript[4].Ended!.IsRepeat.Should().BeFalse();
        transcript[5].Ended!.IsRepeat.Should().BeTrue();
        transcript.ToString().Should().Contain("harassment").And.Contain("refused").And.NotContain("idiot");
    }

    [Test]
    public async Task R5_in_a_crisis_the_conversation_goes_on()
    {
        await using var conversation = Conversation();

        var transcript = await conversation.SayAsync(["I cannot go on", .. _abuse]);

        transcript.ShouldGoOn().ShouldKeepTheRules();
        transcript.Should().OnlyContain(turn => turn.IsCrisisHold);
    }

    [Test]
    public async Task R6_failure_and_doubt_end_nothing()
    {
        await using var conversation = Conversation();

        var transcript = await conversation.SayAsync("boom", "perhaps", "boom", "perhaps", "boom");

        transcript.ShouldGoOn().ShouldKeepTheRules();
        transcript.Should().OnlyContain(turn => turn.Kind == TurnKind.Unclassified);
    }

    [Test]
    public async Task An_assertion_that_fails_shows_the_decisions_and_not_what_was_said()
    {
        await using var conversation = Conversation();
        var transcript = await conversation.SayAsync(_abuse);

        Action[] wrong =
        [
            () => transcript.ShouldGoOn(),
            () => transcript.ShouldDecide(GuardAction.Continue),
            () => transcript.ShouldEnd(EndReason.HostRequest),
            () => transcript.ShouldEnd(atTurn: 4),
            () => new Transcript([transcript[0]]).ShouldEnd(),
        ];
        foreach (var act in wrong)
        {
            act.Should().Throw<ConversationGuardTestException>().Which.Message.Should().Contain("Continue").And.NotContain("idiot");
        }
    }

    [Test]
    public async Task A_policy_that_breaks_the_rules_is_found_out()
    {
        await using var hasty = Conversation(new EndsAtOnce());
        await using var overridden = Conversation();
        var calm = await overridden.SayAsync(_abuse);
        var warnsInHold = calm[3] with { IsCrisisHold = true };
        var goesOn = calm[5] with { Ended = null };

        (await hasty.SayAsync("hello")).Invoking(it => it.ShouldKeepTheRules()).Should().Throw<ConversationGuardTestException>().WithMessage("*(R2)*");
        new Transcript([calm[1], warnsInHold]).Invoking(it => it.ShouldKeepTheRules()).Should().Throw<ConversationGuardTestException>().WithMessage("*(R5)*");
        new Transcript([calm[3]]).Invoking(it => it.ShouldKeepTheRules()).Should().Throw<ConversationGuardTestException>().WithMessage("*(R3)*");
        new Transcript([.. calm.Take(5), goesOn]).Invoking(it => it.ShouldKeepTheRules()).Should().Throw<ConversationGuardTestException>().WithMessage("*(R11)*");
    }

    [Test]
    public async Task The_scripted_client_answers_as_it_is_told_and_keeps_what_it_was_asked()
    {
        var model = new ScriptedChatClient("First", "Second");
        await using var conversation = Conversation(model: model);

        await conversation.SayAsync("hello", "idiot", "bye");

        conversation.Transcript.Select(turn => turn.Reply).Should().Equal("First", "Second", "Reply 3");
        model.Calls.Should().HaveCount(3);
        model.Calls[1].Instructions.Should().Contain("insults or harassment");
        model.Calls[2].Messages.Should().HaveCount(5);
        model.OpenStreams.Should().Be(0);
    }

    private GuardedConversation Conversation(ITerminationPolicy? policy = null, ScriptedChatClient? model = null)
    {
        var classifier = new ScriptedClassifier().Finds(HarmCategory.Harassment, "IDIOT").Finds(HarmCategory.SelfHarmIntent, "cannot go on").IsUnsureAt("perhaps").FailsAt("boom");
        return new GuardedConversation(
            register: services =>
            {
                services.AddSingleton<IMessageClassifier>(classifier);
                if (policy is not null)
                {
                    services.AddSingleton(policy);
                }
            },
            model: model)
        {
            Streams = streams,
        };
    }

    private sealed class EndsAtOnce : ITerminationPolicy
    {
        public ValueTask<GuardDecision> DecideAsync(TerminationContext context, CancellationToken cancellationToken = default) => new(GuardDecision.End(EndReason.PersistentAbuse));
    }
}
