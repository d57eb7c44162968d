using ConversationGuard.Conversations;
using ConversationGuard.Properties.Simulation;

namespace ConversationGuard.Properties.Rules;

internal enum Act
{
    Continue,
    Support,
    Redirect,
    Warn,
    End,
    Refuse,
}

/// <summary>The rules of one conversation in which every reply arrives, written down once more: what each turn must bring.</summary>
internal sealed class Ladder(Simulation.Rules rules)
{
    private readonly List<Violation> _counted = [];
    private DateTimeOffset _forgivenUpTo;
    private DateTimeOffset _signalAt;
    private int _calmInARow;
    private int _calmInHold;
    private bool _isHeld;
    private bool _isEnded;
    private bool _violatedLast;

    public Act Next(Turn turn, DateTimeOffset at)
    {
        if (_isEnded)
        {
            return Act.Refuse;
        }

        // R9: time takes back the latest violation, one by one.
        while (_counted.Count > 0 && at - _forgivenUpTo >= TimeSpan.FromMinutes(rules.ForgiveMinutes))
        {
            TakeBack();
            _forgivenUpTo += TimeSpan.FromMinutes(rules.ForgiveMinutes);
        }

        Release(at);
        switch (turn.Truth)
        {
            case Truth.Crisis:
                (_isHeld, _signalAt, _calmInARow, _calmInHold, _violatedLast) = (true, at, 0, 0, false);
                break;
            case Truth.Calm:
                _violatedLast = false;
                _calmInHold++;
                _calmInARow++;
                if (_calmInARow % rules.Calm == 0 && _counted.Count > 0)
                {
                    TakeBack();
                }

                Release(at);
                break;
            case Truth.Violation:
                (_calmInARow, _calmInHold) = (0, 0);
                return _isHeld ? Act.Support : Violate(at);
            default:
                break;
        }

        return _isHeld ? Act.Support : Act.Continue;
    }

    private Act Violate(DateTimeOffset at)
    {
        if (_violatedLast && _counted.Count > 0)
        {
            _counted[^1].HasFailed = true;
        }

        var failed = _counted.Count(violation => violation.HasFailed);
        var act = failed < rules.Redirections ? Act.Redirect : _counted.Exists(violation => violation.IsWarned) ? Act.End : Act.Warn;
        act = rules.MostSevere switch
        {
            GuardAction.Redirect => Act.Redirect,
            GuardAction.Warn when act == Act.End => Act.Warn,
            _ => act,
        };
        _counted.Add(new Violation { IsWarned = act == Act.Warn });
        (_forgivenUpTo, _violatedLast, _isEnded) = (at, true, act == Act.End);
        return act;
    }

    private void TakeBack()
    {
        _counted.RemoveAt(_counted.Count - 1);
        _violatedLast = false;
    }

    private void Release(DateTimeOffset at) => _isHeld = _isHeld && !(_calmInHold >= rules.HoldCalm && at - _signalAt >= TimeSpan.FromMinutes(rules.HoldMinutes));

    private sealed class Violation
    {
        public bool HasFailed { get; set; }

        public bool IsWarned { get; init; }
    }
}
