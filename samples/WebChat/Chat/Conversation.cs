using ConversationGuard;

namespace WebChat.Chat;

/// <summary>A conversation on the server: the first of a chat, or a branch of another one. Its id is the guard's key.</summary>
/// <param name="id">The id.</param>
/// <param name="owner">The visitor whose it is.</param>
/// <param name="parent">The conversation that it branches off; null for the first one.</param>
/// <param name="kept">The messages that it has in common with that.</param>
internal sealed class Conversation(string id, string owner, Conversation? parent, IEnumerable<ChatTurn> kept)
{
    private readonly Lock _lock = new();
    private readonly List<ChatTurn> _turns = [.. kept];
    private readonly HashSet<string> _refused = [];
    private bool _isAnswering;

    public string Id { get; } = id;

    public string Owner { get; } = owner;

    public Conversation? Parent { get; } = parent;

    /// <summary>Gets the end, once there is one.</summary>
    public ConversationEndedException? Ended { get; private set; }

    /// <summary>Gets what was said so far.</summary>
    public IReadOnlyList<ChatTurn> Turns
    {
        get
        {
            lock (_lock)
            {
                return [.. _turns];
            }
        }
    }

    /// <summary>
    /// Gets what the guard and the model are shown. What was refused at an end is not among it: nobody answered it, and when an appeal is granted, the conversation goes on with
    /// what is said next.
    /// </summary>
    public IReadOnlyList<ChatTurn> Answered
    {
        get
        {
            lock (_lock)
            {
                return [.. _turns.Where(turn => !_refused.Contains(turn.Id))];
            }
        }
    }

    /// <summary>Takes what the user says; one message is answered after the other.</summary>
    /// <returns>Whether it was taken; not while an answer is being written.</returns>
    public bool TryBegin(ChatTurn turn)
    {
        lock (_lock)
        {
            if (_isAnswering)
            {
                return false;
            }

            _isAnswering = true;
            _turns.Add(turn);
            return true;
        }
    }

    /// <summary>The answer is over, whole or not.</summary>
    /// <param name="reply">What went out of it; null if nothing.</param>
    /// <param name="ended">The end, if it came to that.</param>
    public void Complete(ChatTurn? reply, ConversationEndedException? ended)
    {
        lock (_lock)
        {
            _isAnswering = false;
            Ended ??= ended;
            if (ended is not null)
            {
                _refused.Add(_turns[^1].Id);
            }

            if (reply is not null)
            {
                _turns.Add(reply);
            }
        }
    }

    /// <summary>An appeal was granted: the conversation goes on.</summary>
    public void Reopen()
    {
        lock (_lock)
        {
            Ended = null;
        }
    }
}
