namespace ConversationGuard.Properties.Interleavings;

/// <summary>Plays the orders in which the steps of some actors can be taken, depth first.</summary>
internal static class Explorer
{
    /// <summary>A scenario that has more has grown out of hand.</summary>
    private const int MaxOrders = 100_000;

    /// <summary>Plays all orders.</summary>
    /// <param name="begin">Starts the actors on a new scheduler, and gives what to check when all have come to their end.</param>
    /// <param name="interruptions">
    /// How often somebody may go on though somebody else could have gone on from the step before; no bound by default. Where all orders are too many, few interruptions find
    /// nearly all that there is to find (Musuvathi and Qadeer, 2007).
    /// </param>
    /// <returns>How many orders were played.</returns>
    public static int Explore(Func<Scheduler, Action> begin, int interruptions = int.MaxValue)
    {
        // Where a synchronization context is current, what awaits with ConfigureAwait(false) goes on in the thread pool.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return PlayAll(begin, interruptions);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private static int PlayAll(Func<Scheduler, Action> begin, int interruptions)
    {
        var path = new List<Choice>();
        var orders = 0;
        do
        {
            Play(begin, path, interruptions);
            if (++orders > MaxOrders)
            {
                throw new InvalidOperationException($"There are more than {MaxOrders} orders.");
            }

            while (path.Count > 0 && !path[^1].MoveNext())
            {
                path.RemoveAt(path.Count - 1);
            }
        }
        while (path.Count > 0);
        return orders;
    }

    /// <summary>Takes the steps that the path says, then the first possible ones.</summary>
    private static void Play(Func<Scheduler, Action> begin, List<Choice> path, int interruptions)
    {
        var scheduler = new Scheduler();
        var check = begin(scheduler);
        for (var depth = 0; scheduler.Ready is { Count: > 0 } ready; depth++)
        {
            if (depth == path.Count)
            {
                path.Add(new Choice(ready, depth == 0 ? null : path[depth - 1], interruptions));
            }
            else if (!path[depth].Ready.SequenceEqual(ready))
            {
                throw new InvalidOperationException("The same steps led elsewhere: what is explored is not deterministic.");
            }

            scheduler.Take(path[depth].Taken);
        }

        try
        {
            scheduler.CheckEnd();
            check();
        }
        catch (Exception error)
        {
            throw new AssertionException($"{error.Message}\n\nIn this order:\n{string.Join("\n", path.Select(choice => "  " + choice.Taken))}\n", error);
        }
    }

    /// <summary>Where several could go on, and who does.</summary>
    private sealed class Choice
    {
        private readonly List<Step> _candidates;
        private readonly string? _before;
        private readonly bool _wouldInterrupt;
        private readonly int _left;
        private int _index;

        public Choice(IReadOnlyList<Step> ready, Choice? before, int interruptions)
        {
            Ready = ready;
            _before = before?.Taken.Actor;
            _wouldInterrupt = ready.Any(step => step.Actor == _before);
            _left = before?.Left ?? interruptions;
            _candidates = [.. ready.Where(step => _left > 0 || !_wouldInterrupt || step.Actor == _before)];
        }

        public IReadOnlyList<Step> Ready { get; }

        public Step Taken => _candidates[_index];

        private int Left => _wouldInterrupt && Taken.Actor != _before ? _left - 1 : _left;

        public bool MoveNext() => ++_index < _candidates.Count;
    }
}
