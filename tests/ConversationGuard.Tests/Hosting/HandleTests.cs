using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace ConversationGuard.Tests.Hosting;

public class HandleTests
{
    [Test]
    public async Task An_untouched_conversation_has_a_clean_status_and_nothing_is_written()
    {
        await using var chat = new GuardedChat(ChatPath.Whole);

        var status = await chat.Guard.GetStatusAsync("new");
        await chat.Guard.ReinstateAsync("new");
        await chat.Guard.ReleaseCrisisHoldAsync("new");

        status.Should().BeEquivalentTo(new { ConversationKey = "new", Ending = (ConversationEnding?)null });
        status.State.Should().BeEquivalentTo(new { Phase = ConversationPhase.Engaged, IsClean = true });
        chat.Store.Writes.Should().Be(0);
    }

    [Test]
    public async Task R11_a_conversation_that_has_ended_stays_as_it_ended()
    {
        await using var chat = new GuardedChat(ChatPath.Whole);
        var first = await chat.Guard.EndAsync("c", EndReason.UserRequest);
        chat.Time.Advance(TimeSpan.FromMinutes(1));

        var second = await chat.Guard.EndAsync("c");

        second.Ending.Should().Be(first.Ending);
        second.Ending!.Reason.Should().Be(EndReason.UserRequest);
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle();
    }

    [Test]
    public async Task R10_two_hosts_that_end_at_once_make_one_end()
    {
        await using var chat = new GuardedChat(ChatPath.Whole);

        var ends = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () => await chat.Guard.EndAsync("c"))));

        ends.Select(status => status.Ending).Distinct().Should().ContainSingle();
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle();
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase(" ")]
    public async Task A_key_must_have_content(string? key)
    {
        await using var chat = new GuardedChat(ChatPath.Whole);
        foreach (var act in new Func<Task>[]
        {
            async () => await chat.Guard.GetStatusAsync(key!),
            async () => await chat.Guard.EndAsync(key!),
            async () => await chat.Guard.ReinstateAsync(key!),
            async () => await chat.Guard.ReleaseCrisisHoldAsync(key!),
        })
        {
            await act.Should().ThrowAsync<ArgumentException>();
        }
    }

    [Test]
    public async Task A_store_that_fails_is_no_secret_to_the_host()
    {
        await using var chat = new GuardedChat(ChatPath.Whole);
        chat.Store.BeforeRead = () => throw new IOException();
        var end = async () => await chat.Guard.EndAsync("c");

        (await end.Should().ThrowAsync<ConversationStoreUnavailableException>()).WithInnerException<IOException>();
    }

    [Test]
    [CancelAfter(20_000)]
    public async Task A_store_that_refuses_every_write_is_said(CancellationToken cancellationToken)
    {
        await using var chat = new GuardedChat(ChatPath.Whole);
        chat.Store.RefusesWrites = true;
        var end = () => Task.Run(async () => await chat.Guard.EndAsync("c", cancellationToken: cancellationToken), cancellationToken);

        await end.Should().ThrowAsync<InvalidOperationException>().WithMessage("*store refuses every write*");
    }

    [Test]
    public async Task The_work_can_be_cancelled()
    {
        await using var chat = new GuardedChat(ChatPath.Whole);
        var end = async () => await chat.Guard.EndAsync("c", cancellationToken: new CancellationToken(canceled: true));

        await end.Should().ThrowAsync<OperationCanceledException>();
    }

    [Test]
    public async Task R1_an_end_for_a_reason_of_the_hosts_own_is_reported_and_told_in_plain_words()
    {
        await using var chat = new GuardedChat(ChatPath.Whole);

        var status = await chat.Guard.EndAsync("conversation-1", new EndReason("office_hours"));

        status.Ending.Should().BeEquivalentTo(new { Reason = new EndReason("office_hours"), At = chat.Time.GetUtcNow() });
        status.State.Phase.Should().Be(ConversationPhase.Ended);
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { ConversationKey = "conversation-1", GuardName = "", Mode = GuardMode.Enforce, Phase = ConversationPhase.Ended, status.Ending });
        (await chat.EndsAtAsync("hello")).Should().BeEquivalentTo(new { Reason = new EndReason("office_hours"), IsRepeat = true });
    }

    [TestCase("insult four")]
    [TestCase("insult four", "never mind")]
    [TestCase("well", "insult four", "never mind")]
    public async Task R11_an_end_by_the_guard_is_not_the_hosts_afterwards(params string[] together)
    {
        await using var chat = new GuardedChat(ChatPath.Whole);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        var end = () => chat.AskAsync([.. chat.History, .. together.Select(text => new ChatMessage(ChatRole.User, text))]);
        await end.Should().ThrowAsync<ConversationEndedException>();

        var status = await chat.Guard.EndAsync("conversation-1");

        status.Ending!.Reason.Should().Be(EndReason.PersistentAbuse);
        chat.Observer.Of(GuardEventKind.ConversationEnded).Should().ContainSingle();
    }

    [Test]
    public async Task R1_the_host_can_end_a_conversation_in_a_crisis_and_the_hold_stays()
    {
        await using var chat = new GuardedChat(ChatPath.Whole);
        await chat.SayAsync("crisis");

        var ended = await chat.Guard.EndAsync("conversation-1");
        var back = await chat.Guard.ReinstateAsync("conversation-1");

        ended.State.Should().BeEquivalentTo(new { Phase = ConversationPhase.Ended, IsCrisisHold = true });
        back.State.Should().BeEquivalentTo(new { Phase = ConversationPhase.Engaged, IsCrisisHold = true });
    }

    [Test]
    public async Task Reinstate_forgives_what_was_not_ended_yet_too()
    {
        await using var chat = new GuardedChat(ChatPath.Whole);
        await chat.SayAllAsync("insult one", "insult two", "insult three");

        var status = await chat.Guard.ReinstateAsync("conversation-1");

        status.State.IsClean.Should().BeTrue();
        (await chat.SayAsync("insult four")).Text.Should().NotContain("may be ended");
    }

    [Test]
    public async Task R11_a_conversation_can_end_again_after_it_was_reinstated()
    {
        await using var chat = new GuardedChat(ChatPath.Whole);
        await chat.SayAllAsync("insult one", "insult two", "insult three");
        var first = await chat.EndsAtAsync("insult four");
        await chat.Guard.ReinstateAsync("conversation-1");
        chat.Time.Advance(TimeSpan.FromMinutes(1));
        await chat.SayAllAsync("insult five", "insult six", "insult seven");

        var second = await chat.EndsAtAsync("insult eight");

        second.IsRepeat.Should().BeFalse();
        second.EndedAt.Should().BeAfter(first.EndedAt);
        second.Ending.Evidence.Should().HaveCount(4).And.NotIntersectWith(first.Ending.Evidence);
    }

    [Test]
    public async Task R5_the_host_releases_a_hold_and_what_was_said_in_it_is_not_held_against_anyone()
    {
        await using var chat = new GuardedChat(ChatPath.Whole);
        await chat.SayAllAsync("insult one", "crisis", "insult in the hold", "insult in the hold too");

        var status = await chat.Guard.ReleaseCrisisHoldAsync("conversation-1");

        status.State.IsCrisisHold.Should().BeFalse();
        status.State.Violations.Should().ContainSingle("what was said before it counts as it did");
        (await chat.SayAsync("insult two")).Text.Should().NotContain("may be ended");
    }

    [Test]
    public async Task R11_R18_guards_with_different_names_and_modes_have_records_of_their_own()
    {
        using var model = new ScriptedChatClient();
        var services = new ServiceCollection();
        services.AddConversationGuard();
        services.AddConversationGuard("support", _ => { });
        services.AddConversationGuard("watch", options => options.Mode = GuardMode.Observe);
        services.AddSingleton<IConversationStore>(new InMemoryConversationStore());
        services.AddSingleton<IMessageClassifier>(new ScriptedClassifier());
        foreach (var name in new[] { "", "support", "watch" })
        {
            services.AddKeyedChatClient(name, model).UseConversationGuard(name);
        }

        await using var provider = services.BuildServiceProvider();
        var guards = new[] { "", "support", "watch" }.ToDictionary(name => name, provider.GetRequiredKeyedService<IConversationGuard>);
        var options = new ChatOptions().WithConversationKey("c");

        await guards["support"].EndAsync("c", new EndReason("closed"));
        await guards["watch"].EndAsync("c");

        provider.GetRequiredService<IConversationGuard>().Should().BeSameAs(guards[""]);
        (await guards[""].GetStatusAsync("c")).Ending.Should().BeNull();
        (await guards["support"].GetStatusAsync("c")).Ending!.Reason.Should().Be(new EndReason("closed"));
        (await guards["watch"].GetStatusAsync("c")).Ending!.Reason.Should().Be(EndReason.HostRequest);
        var refused = () => provider.GetRequiredKeyedService<IChatClient>("support").GetResponseAsync("hello", options);
        (await refused.Should().ThrowAsync<ConversationEndedException>()).Which.Reason.Should().Be(new EndReason("closed"));
        (await provider.GetRequiredKeyedService<IChatClient>("").GetResponseAsync("hello", options)).Text.Should().Be("Reply 1");
        (await provider.GetRequiredKeyedService<IChatClient>("watch").GetResponseAsync("hello", options)).Text.Should().Be("Reply 2", "a guard that observes changes nothing");

        (await guards["support"].ReinstateAsync("c")).Ending.Should().BeNull();
        (await guards["watch"].GetStatusAsync("c")).Ending.Should().NotBeNull();
    }

    [Test]
    public async Task R5_a_hold_is_released_on_a_named_and_on_an_observing_guard()
    {
        foreach (var (name, mode) in new[] { ("support", GuardMode.Enforce), ("watch", GuardMode.Observe) })
        {
            using var model = new ScriptedChatClient();
            var services = new ServiceCollection();
            services.AddConversationGuard(name, options => options.Mode = mode);
            services.AddSingleton<IMessageClassifier>(new ScriptedClassifier());
            services.AddChatClient(model).UseConversationGuard(name);
            await using var provider = services.BuildServiceProvider();
            await provider.GetRequiredService<IChatClient>().GetResponseAsync("crisis", new ChatOptions().WithConversationKey("c"));
            var guard = provider.GetRequiredKeyedService<IConversationGuard>(name);

            (await guard.GetStatusAsync("c")).State.IsCrisisHold.Should().BeTrue();
            (await guard.ReleaseCrisisHoldAsync("c")).State.IsCrisisHold.Should().BeFalse();
        }
    }
}
