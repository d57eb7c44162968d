namespace ConversationGuard.Properties.Interleavings;

/// <summary>A step that could be taken next: somebody waits, and goes on from here to where they wait again.</summary>
internal readonly record struct Step(string Actor, int Number)
{
    public override string ToString() => $"{Actor}, {Number}";
}

/// <summary>
/// Runs several asynchronous actors on one thread, one step at a time, in an order that somebody else chooses. Every await of theirs must end in <see cref="PointAsync"/>; nothing else
/// lets another one in.
/// </summary>
internal sealed class Scheduler
{
    private static readonly AsyncLocal<Actor?> _current = new();

    private readonly List<(Step Step, TaskCompletionSource Goes)> _waiting = [];
    private readonly List<Actor> _actors = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;

    /// <summary>Gets how many steps were taken.</summary>
    public int Now { get; private set; }

    /// <summary>Gets what could be done next, in a fixed order.</summary>
    public IReadOnlyList<Step> Ready => [.. _waiting.Select(waiting => waiting.Step)];

    /// <summary>Starts an actor: it runs until it waits for the first time.</summary>
    public void Start(string name, Func<Task> act)
    {
        var actor = new Actor(name);
        _actors.Add(actor);
        _current.Value = actor;
        actor.Task = act();
        _current.Value = null;
    }

    /// <summary>Waits until it is this actor's turn.</summary>
    public Task PointAsync()
    {
        CheckThread();
        var actor = _current.Value ?? throw new InvalidOperationException("Somebody waits whom the scheduler did not start.");
        var goes = new TaskCompletionSource();
        _waiting.Add((new Step(actor.Name, ++actor.Points), goes));
        return goes.Task;
    }

    public void Take(Step step)
    {
        var index = _waiting.FindIndex(waiting => waiting.Step == step);
        var goes = _waiting[index].Goes;
        _waiting.RemoveAt(index);
        Now++;
        goes.SetResult();
        CheckThread();
    }

    /// <summary>Nobody waits any more: then all must have come to their end.</summary>
    public void CheckEnd()
    {
        foreach (var actor in _actors)
        {
            if (!actor.Task!.IsCompleted)
            {
                throw new InvalidOperationException($"{actor.Name} waits for something that nobody does: a deadlock.");
            }

            actor.Task.GetAwaiter().GetResult();
        }
    }

    private void CheckThread()
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            throw new InvalidOperationException("Something runs on another thread: the order is not the scheduler's.");
        }
    }

    private sealed class Actor(string name)
    {
        public string Name => name;

        public int Points { get; set; }

        public Task? Task { get; set; }
    }
}
