using System.Diagnostics;
using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Redis.Tests.Servers;

namespace ConversationGuard.Redis.Tests;

/// <summary>A conversation while its server is killed, frozen, unreachable, and back.</summary>
[TestFixture(ServerKind.Garnet)]
[TestFixture(ServerKind.Redis)]
[TestFixture(ServerKind.Valkey)]
public class OutageTests(ServerKind kind)
{
    private TestServer _server = null!;

    [SetUp]
    public async Task StartAsync() => _server = await TestServer.StartAsync(kind);

    [TearDown]
    public async Task StopAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Test]
    public async Task R10_a_conversation_goes_on_while_its_server_is_killed_and_started_again_and_each_turn_counts_once()
    {
        await using var here = Machine.On(_server.Port);
        await using var there = Machine.On(_server.Port);
        await here.SayAsync("hello", "idiot 1", "idiot 2");

        await _server.KillAsync();
        var inTheDark = await here.SayAsync("idiot 3", "idiot 4", "idiot 5");
        await _server.StartAsync();
        await here.IsConnectedAsync();
        await there.IsConnectedAsync();
        var transcript = await here.SayAsync("idiot 6", "idiot 7");

        inTheDark.ShouldGoOn().ShouldDecide(GuardAction.Continue, GuardAction.Redirect, GuardAction.Redirect, GuardAction.Redirect, GuardAction.Redirect, GuardAction.Redirect);
        transcript.ShouldEnd(EndReason.PersistentAbuse, atTurn: 8).ShouldKeepTheRules();
        transcript[6].Action.Should().Be(GuardAction.Warn, "the redirections in the dark were delivered and failed");
        var status = await there.Guard.GetStatusAsync("conversation");
        status.State.Violations.Should().HaveCount(7).And.OnlyHaveUniqueItems(entry => entry.Turn);
        transcript.SelectMany(turn => turn.Events).Should().Contain(one => one.Kind == GuardEventKind.StoreFailed);
    }

    [Test]
    public async Task R11_an_end_is_still_one_on_every_machine_after_the_server_lost_everything()
    {
        await using var here = Machine.On(_server.Port);
        await using var there = Machine.On(_server.Port);
        (await here.SayAsync("idiot 1", "idiot 2", "idiot 3", "idiot 4")).ShouldEnd();

        await _server.KillAsync();
        var inTheDark = await here.SayAsync("hello", CancellationToken.None);
        await _server.StartAsync();
        await here.IsConnectedAsync();
        var after = await here.SayAsync("hello", CancellationToken.None);
        await there.IsConnectedAsync();

        inTheDark.Ended!.IsRepeat.Should().BeTrue();
        after.Ended!.IsRepeat.Should().BeTrue();
        (await there.SayAsync("hello", CancellationToken.None)).Ended!.IsRepeat.Should().BeTrue();
    }

    [Test]
    public async Task R5_a_crisis_hold_outlasts_the_server()
    {
        await using var here = Machine.On(_server.Port);
        await here.SayAsync("I cannot go on");
        await _server.KillAsync();
        await here.SayAsync("idiot", "idiot", "idiot");
        await _server.StartAsync();
        await here.IsConnectedAsync();

        (await here.SayAsync("idiot", "idiot", "idiot")).ShouldGoOn().ShouldKeepTheRules().Should().OnlyContain(turn => turn.IsCrisisHold);
    }

    [Test]
    public async Task R6_a_network_that_swallows_everything_holds_no_call_up_for_long()
    {
        await using var proxy = new TcpProxy(_server.Port);
        await using var here = Machine.On(proxy.Port);
        await here.SayAsync("idiot 1");
        proxy.Stall();
        var watch = Stopwatch.StartNew();

        var stalled = await here.SayAsync("idiot 2", "idiot 3", "hello", "hello", "hello");
        var took = watch.Elapsed;
        proxy.Flow();
        await here.IsConnectedAsync();
        var transcript = await here.SayAsync("idiot 4");

        stalled.ShouldGoOn();
        took.Should().BeLessThan(TimeSpan.FromSeconds(15), "each call waits for the store half a second at most, reading, writing and marking");
        transcript[6].Kind.Should().Be(TurnKind.Violation);
        (await here.Guard.GetStatusAsync("conversation")).State.Violations.Should().OnlyHaveUniqueItems(entry => entry.Turn);
    }

    [Test]
    public async Task R6_a_server_that_is_frozen_holds_no_call_up_for_long()
    {
        if (_server is not RedisServerProcess redis)
        {
            Assert.Ignore("Garnet runs in this process and cannot be stopped in its tracks.");
            return;
        }

        await using var here = Machine.On(_server.Port);
        await here.SayAsync("idiot 1", "idiot 2");
        await redis.FreezeAsync();
        var frozen = await here.SayAsync("idiot 3", "hello");
        await redis.ThawAsync();
        await here.IsConnectedAsync();

        frozen.ShouldGoOn().ShouldDecide(GuardAction.Redirect, GuardAction.Redirect, GuardAction.Redirect, GuardAction.Continue);
        (await here.SayAsync("idiot 4"))[4].Action.Should().BeOneOf(GuardAction.Redirect, GuardAction.Warn);
        (await here.Guard.GetStatusAsync("conversation")).State.Violations.Should().HaveCount(4).And.OnlyHaveUniqueItems(entry => entry.Turn);
    }

    [Test]
    public async Task R10_however_often_connections_are_cut_every_violation_counts_once()
    {
        await using var proxy = new TcpProxy(_server.Port);
        await using var here = Machine.On(proxy.Port);
        await here.SayAsync("hello");
        using var stop = new CancellationTokenSource();
        var cutting = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await Task.Delay(15);
                proxy.CutAll();
            }
        });

        for (var i = 0; i < 40; i++)
        {
            here.Key = $"cut {i}";
            (await here.SayAsync("idiot", CancellationToken.None)).Ended.Should().BeNull();
            await Task.Delay(5);
        }

        await stop.CancelAsync();
        await cutting;
        await here.IsConnectedAsync();

        proxy.Cuts.Should().BeGreaterThan(3);
        for (var i = 0; i < 40; i++)
        {
            (await here.Guard.GetStatusAsync($"cut {i}")).State.Violations.Should().ContainSingle();
        }
    }

    [Test]
    public async Task R11_machines_share_a_conversation_from_its_first_violation_to_its_end()
    {
        await using var here = Machine.On(_server.Port);
        await using var there = Machine.On(_server.Port, history: here.History);

        await here.SayAsync("idiot 1");
        await there.SayAsync("idiot 2");
        var warned = await here.SayAsync("idiot 3", CancellationToken.None);
        var ended = await there.SayAsync("idiot 4", CancellationToken.None);
        var refused = await here.SayAsync("hello", CancellationToken.None);

        warned.Action.Should().Be(GuardAction.Warn);
        ended.Ended!.IsRepeat.Should().BeFalse();
        refused.Ended!.IsRepeat.Should().BeTrue();
        refused.Ended.EndedAt.Should().Be(ended.Ended.EndedAt);
        (await here.Guard.GetStatusAsync("conversation")).State.Phase.Should().Be(ConversationPhase.Ended);
    }
}
