namespace ConversationGuard.Properties.Interleavings;

/// <summary>The explorer itself: that it leaves no order out, and that it finds what only some orders show.</summary>
public class ExplorerTests
{
    [TestCase(2, 3, 20)]
    [TestCase(3, 2, 90)]
    [TestCase(2, 6, 924)]
    public void Every_order_is_played_once(int actors, int steps, int orders)
    {
        var seen = new HashSet<string>();

        var played = Explorer.Explore(scheduler => Start(scheduler, actors, steps, seen));

        (played, seen.Count).Should().Be((orders, orders));
    }

    /// <summary>Of two actors with three steps each: one before the other; one interrupting the other, after which that one goes on; and so on.</summary>
    [TestCase(0, 2)]
    [TestCase(1, 6)]
    [TestCase(2, 14)]
    [TestCase(3, 18)]
    [TestCase(4, 20)]
    public void Few_interruptions_leave_fewer_orders(int interruptions, int orders)
    {
        var seen = new HashSet<string>();

        var played = Explorer.Explore(scheduler => Start(scheduler, 2, 3, seen), interruptions);

        (played, seen.Count).Should().Be((orders, orders));
    }

    [TestCase(1)]
    [TestCase(int.MaxValue)]
    public void An_update_that_some_orders_lose_is_found(int interruptions)
    {
        var explore = () => Explorer.Explore(
            scheduler =>
            {
                var value = 0;
                for (var i = 0; i < 2; i++)
                {
                    scheduler.Start($"actor {i}", async () =>
                    {
                        await scheduler.PointAsync();
                        var read = value;
                        await scheduler.PointAsync();
                        value = read + 1;
                    });
                }

                return () => value.Should().Be(2);
            },
            interruptions);

        explore.Should().Throw<AssertionException>().WithMessage("*In this order:*actor 0*actor 1*");
    }

    [Test]
    public void A_deadlock_is_found()
    {
        var explore = () => Explorer.Explore(scheduler =>
        {
            var never = new TaskCompletionSource();
            scheduler.Start("actor", async () =>
            {
                await scheduler.PointAsync();
                await never.Task;
            });
            return () => { };
        });

        explore.Should().Throw<AssertionException>().WithMessage("*actor*deadlock*");
    }

    private static Action Start(Scheduler scheduler, int actors, int steps, HashSet<string> seen)
    {
        var order = string.Empty;
        for (var i = 0; i < actors; i++)
        {
            var actor = i;
            scheduler.Start($"actor {actor}", async () =>
            {
                for (var step = 0; step < steps; step++)
                {
                    await scheduler.PointAsync();
                    order += actor;
                }
            });
        }

        return () => seen.Add(order);
    }
}
