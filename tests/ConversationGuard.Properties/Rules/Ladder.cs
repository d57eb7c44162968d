using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Properties.Simulation;

namespace ConversationGuard.Properties.Rules;

internal enum Act
{
    Continue,
    Confirm,
    Support,

    /// <summary>Support with the help resources, which come once per hold (R5).</summary>
    Help,
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
    private bool _isHelped;
    private bool _isEnded;
    private bool _violatedLast;
    private bool _isWishTold;

    /// <param name="turn">The user's turn.</param>
    /// <param name="at">When it is said.</param>
    /// <param name="isAskedTwice">Whether the model, if it is asked and can, asks for the end and confirms it.</param>
    public Act Next(Turn turn, DateTimeOffset at, bool isAskedTwice = false)
    {
        var answersWish = _isWishTold;
        var act = Judge(turn, at, answersWish);
        _isWishTold = act == Act.Confirm;

        // R13: where a warning is in force, or the user answers whether they confirm, and neither hold nor uncertainty nor the host says no.
        var isAllowed = _counted.Exists(violation => violation.IsWarned && violation.Turn != turn);
        var isModelAsked = !_isHeld && !(rules.Style == RedirectionStyle.Reply && act is Act.Redirect or Act.Warn);
        if (isAskedTwice && isModelAsked && act is not (Act.End or Act.Refuse) && (isAllowed || (answersWish && turn.Truth != Truth.Wish)) &&
            rules is { MostSevere: GuardAction.End, VetoesModel: false } && turn.Truth != Truth.Unclassified)
        {
            _isEnded = true;
            return Act.End;
        }

        return act;
    }

    private Act Judge(Turn turn, DateTimeOffset at, bool answersWish)
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
                _isHelped = _isHeld && _isHelped;
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
                if (answersWish && turn.Words == Words.Yes && !_isHeld)
                {
                    _isEnded = true;
                    return Act.End;
                }

                break;
            case Truth.Wish when !_isHeld:
                return Act.Confirm;
            case Truth.Violation:
                (_calmInARow, _calmInHold) = (0, 0);
                return _isHeld ? Support() : Violate(turn, at);
            default:
                break;
        }

        return _isHeld ? Support() : Act.Continue;
    }

    private Act Support()
    {
        var act = _isHelped ? Act.Support : Act.Help;
        _isHelped = true;
        return act;
    }

    private Act Violate(Turn turn, DateTimeOffset at)
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
        _counted.Add(new Violation { Turn = turn, IsWarned = act == Act.Warn });
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
        public required Turn Turn { get; init; }

        public bool HasFailed { get; set; }

        public bool IsWarned { get; init; }
    }
}
