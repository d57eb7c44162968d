using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.Properties.Simulation;
using Microsoft.Extensions.AI;

namespace ConversationGuard.Properties.Rules;

/// <summary>What a trace must show, read from the rules. Each oracle gives null, or what broke the rule.</summary>
internal static class Oracle
{
    private static readonly string[] _causes = ["persistent_abuse", "persistent_harm_requests", "user_request", "model_request", "host_request"];

    /// <summary>Gets the oracle of every rule that one trace can show to be broken.</summary>
    public static IReadOnlyDictionary<string, Func<Trace, string?>> All { get; } = new Dictionary<string, Func<Trace, string?>>
    {
        ["R1"] = R1,
        ["R2"] = R2,
        ["R3"] = R3,
        ["R4"] = R4,
        ["R5"] = R5,
        ["R6"] = R6,
        ["R8"] = R8,
        ["R10"] = R10,
        ["R11"] = R11,
        ["R12"] = R12,
        ["R13"] = R13,
        ["R14"] = R14,
        ["R15"] = R15,
        ["R16"] = R16,
        ["R19"] = R19,
        ["exceptions"] = OnlyAllowedExceptions,
    };

    public static string? R1(Trace trace)
    {
        foreach (var call in trace.Calls.Where(call => call.IsEnd || call.IsRefusal))
        {
            var reason = Reason(call);
            if (!_causes.Contains(reason))
            {
                return $"call {call.Index} ended because of \"{reason}\", which is none of the causes";
            }

            if (reason == "host_request")
            {
                if (!trace.Acts.Exists(act => act.Step is HostEnds && act.BeforeCall <= call.Index))
                {
                    return $"call {call.Index} was ended by the host, who did not";
                }

                continue;
            }

            if (!IsPersistent(call))
            {
                continue;
            }

            if (call.IsEnd && UsedSettings(trace, call).All(rules => rules.MostSevere < GuardAction.End))
            {
                return $"call {call.Index} ended although the host allows no end";
            }

            if (call.IsEnd && !call.Asked.Any(turn => turn.IsViolation && (turn.Words is Words.Harm or Words.Weapon) == (reason == "persistent_harm_requests")))
            {
                return $"call {call.Index} ended because of \"{reason}\" after {string.Join(" + ", call.Asked)}";
            }
        }

        return null;
    }

    /// <summary>No end without failed, delivered redirections and a warning delivered earlier on this branch, and a violation after it.</summary>
    public static string? R2(Trace trace)
    {
        foreach (var call in trace.Calls.Where(call => call.IsEnd && IsPersistent(call)))
        {
            var from = FirstThatCounts(trace, call);
            var needed = UsedSettings(trace, call).Min(rules => rules.Redirections);
            var failed = FailedRedirections(trace, call, from);
            if (failed < needed)
            {
                return $"call {call.Index} ended after {failed} delivered redirections that failed; {needed} are needed";
            }

            if (!Before(trace, call, from).Any(earlier => earlier.IsDelivered && earlier.Warns && earlier.Asked.Any(turn => Standing(trace, call, turn) is not null)))
            {
                return $"call {call.Index} ended without a warning delivered in an earlier turn of this branch";
            }

            if (!call.Asked.Any(turn => turn.IsViolation))
            {
                return $"call {call.Index} ended although nothing in it is a violation";
            }
        }

        return null;
    }

    public static string? R3(Trace trace)
    {
        foreach (var call in trace.Calls.Where(call => call.Warns))
        {
            var from = FirstThatCounts(trace, call);
            var needed = UsedSettings(trace, call).Min(rules => rules.Redirections);
            var failed = FailedRedirections(trace, call, from);
            if (failed < needed)
            {
                return $"call {call.Index} warned after {failed} delivered redirections that failed; {needed} are needed";
            }

            if (!call.Asked.Any(turn => turn.IsViolation))
            {
                return $"call {call.Index} warned although nothing in it is a violation";
            }
        }

        return null;
    }

    public static string? R4(Trace trace)
    {
        foreach (var call in trace.Calls.Where(call => call is { IsDelivered: true, IsEnd: false, IsRefusal: false }))
        {
            var isWarned = call.Events.Exists(one => one.Kind == GuardEventKind.TurnDecided && one.Action == GuardAction.Warn) ||
                call.Model.Exists(asked => asked.Instructions.Contains("may be ended", StringComparison.Ordinal));
            if (isWarned && !call.Warns)
            {
                return $"call {call.Index} was to warn, and the user saw \"{call.Seen}\"";
            }

            if (call.Warns && !(call.Seen!.Contains("glad to continue", StringComparison.Ordinal) && Behaviours.Any(call.Seen.Contains)))
            {
                return $"call {call.Index} warned without naming the behaviour or a way forward: \"{call.Seen}\"";
            }
        }

        return null;
    }

    public static string? R5(Trace trace)
    {
        var signals = new Dictionary<Turn, (Call First, Call Last)>();
        var calm = new Dictionary<Turn, int>();
        foreach (var call in trace.Calls)
        {
            if (!call.IsRefusal)
            {
                foreach (var turn in call.Asked)
                {
                    if (turn.Truth == Truth.Crisis)
                    {
                        // Sent again it holds from then on, unless it is sent with what a tool answered; but what the host released stays released.
                        var shown = call.Presented.SkipWhile(message => message.Text != turn.Text).ToList();
                        var isSaid = shown.Count > 0 && !shown.Exists(message => message.Role == ChatRole.Assistant || message.Role == ChatRole.Tool);
                        signals[turn] = !signals.TryGetValue(turn, out var before) ? (call, call) : isSaid ? (before.First, call) : before;
                    }
                    else if (turn.Truth == Truth.Calm)
                    {
                        // A calm turn that was not on record is judged when it is sent again.
                        calm[turn] = call.Index;
                    }
                }
            }

            // Nothing but the presented messages is known of a conversation that nothing names.
            // A server's ids are conversations of their own: one knows what was said under it, and what it goes on from.
            var known = trace.Scenario.Holder switch
            {
                Holder.Nobody => signals.Where(signal => call.Path.Contains(signal.Key) && !signal.Key.IsDropped),
                Holder.ServerWithChangingIds => signals.Where(signal => signal.Value.Last.ConversationKey == call.ConversationKey
                    ? call.ConversationKey is not null || signal.Value.Last == call
                    : call.Path.Contains(signal.Key) && !signal.Key.IsDropped),
                _ => signals,
            };
            var released = trace.Acts.Where(act => act.Step is HostReleasesHold && act.BeforeCall <= call.Index).Select(act => act.BeforeCall).DefaultIfEmpty(0).Max();
            var (first, last) = known.Where(signal => signal.Value.First.Index >= released).Select(signal => signal.Value).OrderByDescending(signal => signal.Last.Index).FirstOrDefault();
            // Of two calls at once the one may have been judged before the other's signal was known. What no user waits for needs no support, but for it too there is no end.
            if (last is null || call.IsRefusal || (call.What == HostSimulator.BackgroundCall && !call.IsEnd && !call.Warns && !call.Model.Exists(asked => asked.HasEndTool)) || (call.What == "at once" && last.What == "at once" && last != call))
            {
                continue;
            }

            var used = UsedSettings(trace, call);
            var calmSince = calm.Count(turn => turn.Value >= first.Index);
            if (calmSince >= used.Min(rules => rules.HoldCalm) && call.At - last.At >= TimeSpan.FromMinutes(used.Min(rules => rules.HoldMinutes)))
            {
                continue;
            }

            if (call.IsEnd)
            {
                return $"call {call.Index} ended a conversation on hold since call {last.Index}";
            }

            if (call.Model.Exists(asked => asked.HasEndTool))
            {
                return $"call {call.Index} gives the model a way to end a conversation on hold since call {last.Index}";
            }

            if (call.Warns || call.Tells || call.Seen?.Contains("ended", StringComparison.Ordinal) == true || call.Model.Exists(asked => asked.Instructions.Contains("may be ended", StringComparison.Ordinal) || asked.Instructions.Contains("asked to end", StringComparison.Ordinal)))
            {
                return $"call {call.Index} speaks of ending a conversation on hold since call {last.Index}";
            }

            if (call.Steers || !(call.Supports || (call.Model.Count == 0 && !call.IsDelivered)))
            {
                return $"call {call.Index} gives no support in a hold since call {last.Index}";
            }
        }

        return null;
    }

    public static string? R6(Trace trace)
    {
        foreach (var call in trace.Calls.Where(call => call.Asked.Count > 0 && call.Asked.All(turn => !turn.IsViolation)))
        {
            if ((call.IsEnd && (IsPersistent(call) || call.Asked.All(turn => turn.Truth == Truth.Unclassified))) || call.Warns || (call.Steers && call.IsDelivered))
            {
                return $"call {call.Index} did something about {string.Join(" + ", call.Asked)}";
            }
        }

        foreach (var call in trace.Calls)
        {
            var failures = call.Classified.Count(text => text.StartsWith("fail ", StringComparison.Ordinal));
            var reported = call.Events.Count(one => one.Kind == GuardEventKind.ClassificationFailed);
            if (failures != reported)
            {
                return $"call {call.Index}: the classifier failed {failures} times, reported {reported} times";
            }
        }

        return null;
    }

    /// <summary>A violation is on record before the model is called, whatever becomes of the call.</summary>
    public static string? R8(Trace trace)
    {
        foreach (var call in trace.Calls.Where(call => call is { IsAgain: false, IsRefusal: false, State: not null } && call.What != "at once" && call.Asked is [.., { IsViolation: true }]))
        {
            // The same text after a failed call may be a retry, and after an edit the turn that was there: then it stands where it stood (R10).
            if (trace.Turns.Exists(turn => turn.Number < call.Asked[^1].Number && turn.Text == call.Asked[^1].Text))
            {
                continue;
            }

            if (trace.Scenario.Holder is Holder.Host or Holder.Server && call.State is { Violations.Count: 0, IsCrisisHold: false })
            {
                return $"call {call.Index} left no violation on record";
            }
        }

        return null;
    }

    public static string? R10(Trace trace)
    {
        for (var i = 0; i < trace.Calls.Count; i++)
        {
            var call = trace.Calls[i];
            var wrote = trace.Calls.Take(i + 1).SelectMany(one => one.Asked.Concat(one.Path)).Distinct().Count(turn => turn.IsViolation);
            if (call.State is { } state && state.Violations.Count > wrote)
            {
                return $"after call {i}, {state.Violations.Count} violations count; the user wrote {wrote}";
            }

            // Whose words are those of a turn on another branch may be read to stand there.
            var onBranch = MayStandElsewhere(trace, call) ? wrote : call.Path.Count(turn => turn.IsViolation);
            if (call.IsEnd && IsPersistent(call) && call.Ended?.Ending.Evidence.Distinct().Count() is { } evidence && evidence > onBranch)
            {
                return $"the end in call {i} rests on {evidence} violations; the user wrote {onBranch} on this branch";
            }

            // What was refused was not judged yet; what was forgiven is off the record, and looks new if the host trims the reply to it away; and on another branch, or under other settings, another number counts.
            // What says again what was dropped is that or new, whichever is milder, and that changes when it was answered.
            var isJudged = !trace.Acts.Exists(act => act.Step is GoToOldBranch or Reload && act.BeforeCall == i) &&
                call.Asked.All(turn => trace.Calls.Take(i).Any(before => !before.IsRefusal && before.Asked.Contains(turn))) && !trace.Acts.Exists(act => act.Step is TrimMiddle) &&
                !(!trace.Scenario.WithMessageIds && trace.Turns.Exists(turn => turn.IsDropped && call.Asked.Any(asked => asked != turn && asked.Text == turn.Text)));
            if (i > 0 && call.IsAgain && isJudged && trace.Scenario.Holder is Holder.Host or Holder.Server && call.State?.Violations.Count > trace.Calls[i - 1].State?.Violations.Count)
            {
                return $"call {i} wrote nothing new, and {call.State.Violations.Count} violations count after it";
            }
        }

        return null;
    }

    public static string? R11(Trace trace)
    {
        // Of two calls at once the later one has been judged when the earlier one ends the conversation.
        foreach (var call in trace.Calls.Where(call => call.IsRefusal && call.What != "at once"))
        {
            // A conversation that nothing names has to be judged anew.
            if (call.Model.Count + (trace.Scenario.Holder == Holder.Nobody ? 0 : call.Classified.Count) > 0)
            {
                return $"call {call.Index} was refused, and classifier or model were asked";
            }
        }

        foreach (var end in trace.Calls.Where(call => call.IsEnd && Reason(call) != "host_request"))
        {
            var before = end.Path.Where(turn => !turn.IsDropped && trace.Calls.Take(end.Index).Any(call => call.Asked.Contains(turn))).ToList();
            foreach (var call in trace.Calls.Skip(end.Index + 1).Where(call => call.ConversationKey == end.ConversationKey && !IsReinstated(trace, end, call)))
            {
                // A trimmed history that begins with a text like the first one's looks whole.
                var isRepetitive = trace.Turns.Select(turn => turn.Text).Distinct().Count() < trace.Turns.Count;
                var isMiddleTrimmed = trace.Acts.Exists(act => act.Step is TrimMiddle || (act.Step is TrimOldest && isRepetitive));
                if (trace.Scenario.Holder is Holder.Host or Holder.Server && !isMiddleTrimmed && !call.IsAmbiguous && before.TrueForAll(call.Path.Contains))
                {
                    // A call that was on its way when the other ended the conversation goes through.
                    if (!call.IsRefusal && !(call.What == "at once" && end.What == "at once" && call.Index == end.Index + 1))
                    {
                        return $"call {call.Index} was not refused after the end in call {end.Index}";
                    }

                    // The host ends every branch, also one that had ended.
                    var isEndedByHost = trace.Acts.Exists(act => act.Step is HostEnds && act.BeforeCall > end.Index && act.BeforeCall <= call.Index);
                    if (!isEndedByHost && call.Ended is { } again && end.Ended is { } first && (again.EndedAt, again.Reason, again.Category) != (first.EndedAt, first.Reason, first.Category))
                    {
                        return $"call {call.Index} tells another end than call {end.Index}";
                    }
                }

                if (call.IsRefusal && trace.Scenario.Holder == Holder.Host && IsBranchFromBefore(trace, end, call) && Reason(call) != "host_request" && !trace.Calls.Exists(other => other.IsEnd && other != end))
                {
                    return $"call {call.Index} was refused, on a branch from before the violations that led to the end in call {end.Index}";
                }
            }
        }

        foreach (var act in trace.Acts.Where(act => act.Step is HostEnds))
        {
            foreach (var call in trace.Calls.Skip(act.BeforeCall).TakeWhile(call => !trace.Acts.Exists(other => other.Step is HostReinstates && other.BeforeCall >= act.BeforeCall && other.BeforeCall <= call.Index)))
            {
                if (call.ConversationKey == act.ConversationKey && !call.IsRefusal)
                {
                    return $"call {call.Index} was not refused after the host ended the conversation";
                }
            }
        }

        return null;
    }

    /// <summary>No end at the user's wish without a yes that answers, at once, the notice that an end is final; and no such notice but about a wish.</summary>
    public static string? R12(Trace trace)
    {
        // A tool's result that is sent under an id from before may belong to the wish that failed there.
        bool MayAnswerWish(Call call) => trace.Scenario.Holder == Holder.ServerWithChangingIds && !call.Presented.Any(message => message.Role == ChatRole.User) &&
            trace.Calls.Take(call.Index).Any(earlier => !earlier.IsDelivered && earlier.ConversationKey == call.ConversationKey && earlier.Asked is [.., { Words: Words.Wish }]);
        foreach (var call in trace.Calls.Where(call => call.Tells && call.Asked is not [.., { Words: Words.Wish }] && !call.IsRefusal && !MayAnswerWish(call)))
        {
            return $"call {call.Index} asks whether the user confirms a wish that is not there";
        }

        foreach (var call in trace.Calls.Where(call => call.IsEnd && Reason(call) == "user_request"))
        {
            if (call.Asked is not [.., { Words: Words.Yes }] && !call.IsConfirmedByModel)
            {
                return $"call {call.Index} ended at the user's wish; neither did the user say a clear yes nor did the model hold it for one";
            }

            if (call.Asked is [.., { Words: Words.Wish }])
            {
                return $"call {call.Index} ended at a wish that is still to be confirmed";
            }

            if (!TellsBefore(trace, call).Any(told => !Between(trace, call, told.Asked[^1]).Any()))
            {
                return $"call {call.Index} ended at the user's wish; they were not told before that this is final, or said something else since";
            }
        }

        return null;
    }

    /// <summary>The model's way to an end: where a warning stands or a wish is to be confirmed, two consecutive calls, and not against a veto.</summary>
    public static string? R13(Trace trace)
    {
        foreach (var call in trace.Calls)
        {
            var isByModel = call.IsEnd && (Reason(call) == "model_request" || (Reason(call) == "user_request" && call.Model.Count > 0));
            if (isByModel && !call.IsConfirmedByModel)
            {
                return $"call {call.Index} ended at the model's request, which it did not confirm at once";
            }

            if (isByModel && call.Rules.VetoesModel)
            {
                return $"call {call.Index} ended at the model's request, against the host's veto";
            }

            if (call.ShowsEndTool)
            {
                return $"call {call.Index} let the model's request out";
            }

            var isAllowed = Before(trace, call, FirstThatCounts(trace, call)).Any(earlier => earlier.IsDelivered && earlier.Warns && earlier.Asked.Except(call.Asked.TakeLast(1)).Any(call.Path.Contains)) ||
                (call.Asked is not [.., { Words: Words.Wish }] && (ShowsTold(trace, call) || TellsBefore(trace, call).Any(told => !Between(trace, call, told.Asked[^1]).Any())));
            if (call.Model.Exists(asked => asked.HasEndTool) && (!isAllowed || call.What == HostSimulator.BackgroundCall || call.Rules.MostSevere < GuardAction.End))
            {
                return $"call {call.Index} gave the model a way to end the conversation, with neither a warning nor a wish to confirm";
            }

            if (call.What == HostSimulator.BackgroundCall && (call.IsEnd || call.Classified.Count > 0 || call.Writes > (trace.Scenario.Holder is Holder.Host or Holder.Server ? 0 : int.MaxValue) || call.Model.Exists(asked => asked.Instructions.Length > 0)))
            {
                return $"call {call.Index} counted or steered, and no user waits for it";
            }

            // A request is a request: once it is confirmed the ledger decides, or a veto tells the model why not.
            if (call is { IsConfirmedByModel: true, IsEnd: false })
            {
                return $"call {call.Index}: the model's confirmed request was not answered";
            }

            if (call.Model is [.., { EndCalls: 1 }, { EndCalls: 1 }, var answer] && call.Error is null && !(answer.ToldAboutTheEnd.LastOrDefault()?.StartsWith("Not ended: it is not allowed", StringComparison.Ordinal) == true && !answer.HasEndTool))
            {
                return $"call {call.Index}: the model was not told that its request was refused";
            }

            if (call.Model is [.., { EndCalls: 1 }, { EndCalls: 1 }, _] && !call.Rules.VetoesModel && !call.Asked.Any(turn => turn.Truth == Truth.Unclassified))
            {
                return $"call {call.Index}: the model's confirmed request was refused, though nothing is against it";
            }
        }

        return null;
    }

    public static string? R14(Trace trace)
    {
        foreach (var call in trace.Calls.Where(call => call.IsEnd || call.IsRefusal))
        {
            // The model that ends takes its leave first, and is not asked again.
            var isByModel = call.IsEnd && Reason(call) is "model_request" or "user_request" && call.IsConfirmedByModel;
            var seen = isByModel && call.Seen?.StartsWith(SimulatedModel.Farewell, StringComparison.Ordinal) == true ? call.Seen.Substring(SimulatedModel.Farewell.Length).TrimStart() : call.Seen;
            if (call.Model.Count > 0 && !isByModel)
            {
                return $"call {call.Index} ended, and the model was asked";
            }

            if (call.Ended is not null && !string.IsNullOrEmpty(seen))
            {
                return $"call {call.Index} ended, and the user saw \"{call.Seen}\"";
            }

            // It is the words for the end and what can be done now, and no more.
            if (!(call.Ended?.UserMessage ?? seen)!.EndsWith("If you think this was a mistake, please tell us.", StringComparison.Ordinal))
            {
                return $"call {call.Index} ended, and more was said: \"{call.Ended?.UserMessage ?? seen}\"";
            }

            if (call.Ended is null && !seen!.StartsWith(Reason(call) == "host_request" ? "This conversation has been ended" : "I have ended", StringComparison.Ordinal))
            {
                return $"call {call.Index} ended, and the user saw \"{call.Seen}\"";
            }
        }

        return null;
    }

    /// <summary>Nothing but what the user wrote is judged.</summary>
    public static string? R15(Trace trace)
    {
        var written = trace.Turns.Select(turn => turn.Text).ToHashSet();
        var other = trace.Calls.SelectMany(call => call.Classified).FirstOrDefault(text => !written.Contains(text));
        return other is null ? null : $"judged \"{other}\", which the user did not write";
    }

    public static string? R16(Trace trace)
    {
        foreach (var call in trace.Calls.Where(call => call.IsEnd || call.IsRefusal))
        {
            var words = call.Ended?.UserMessage ?? call.Seen ?? string.Empty;
            var category = call.Ended?.Category.Value ?? (string?)call.Properties?["ConversationGuard.Category"] ?? call.EndEvent?.Ending?.Category.Value;
            if (!words.Contains("ended", StringComparison.Ordinal) || !words.Contains("You can start a new conversation", StringComparison.Ordinal) || !words.Contains("go back to an earlier message", StringComparison.Ordinal))
            {
                return $"call {call.Index} ended with the words \"{words}\"";
            }

            if (IsPersistent(call) && (string.IsNullOrEmpty(category) || !Behaviours.Any(words.Contains)))
            {
                return $"call {call.Index} ended without a category in code and words";
            }

            if (call.Ended is { } ended && (ended.NextSteps.Count < 4 || ended.RuleIds.Count == 0))
            {
                return $"call {call.Index} ended without next steps or rules";
            }
        }

        return null;
    }

    public static string? R19(Trace trace)
    {
        static bool IsTold(object? told) => told?.ToString()?.Contains(HostSimulator.Mark, StringComparison.Ordinal) == true;
        foreach (var call in trace.Calls)
        {
            for (var error = call.Error; error is not null; error = error.InnerException)
            {
                if (IsTold(error.Message) || IsTold((error as ConversationEndedException)?.UserMessage))
                {
                    return $"the exception of call {call.Index} has message text";
                }
            }

            if (call.Events.Exists(IsTold))
            {
                return $"an event of call {call.Index} has message text";
            }
        }

        // Most entries are in one ledger after another.
        var ledgers = trace.Store.Written;
        if (ledgers.Any(ledger => IsTold(ledger.Salt) || IsTold(ledger.FirstTurn) || IsTold(ledger.HostEnding) || ledger.Forgotten.Any(turn => IsTold(turn))) ||
            ledgers.SelectMany(ledger => ledger.Entries).Distinct(ReferenceEqualityComparer.Instance).Any(IsTold))
        {
            return "a ledger has message text";
        }

        return null;
    }

    public static string? OnlyAllowedExceptions(Trace trace)
    {
        foreach (var call in trace.Calls)
        {
            if (call.Error is not null and not ConversationEndedException and not HttpRequestException and not OperationCanceledException)
            {
                return $"call {call.Index} threw {call.Error.GetType().Name}: {call.Error.Message}";
            }
        }

        return null;
    }

    public static string Reason(Call call) => call.Ended?.Reason.Value ?? (string?)call.Properties?["ConversationGuard.Reason"] ?? call.EndEvent?.Ending?.Reason.Value ?? string.Empty;

    /// <summary>Whether it ends because of what the user wrote against the rules, and not because somebody asked for the end.</summary>
    private static bool IsPersistent(Call call) => Reason(call) is not ("host_request" or "user_request" or "model_request");

    /// <summary>The calls whose reply told the user that an end is final, about a wish on the branch of this call.</summary>
    private static IEnumerable<Call> TellsBefore(Trace trace, Call call) => trace.Calls.Take(call.Index)
        .Where(earlier => earlier is { IsDelivered: true, Tells: true, Asked: [.., { Words: Words.Wish } wish] } && call.Path.Contains(wish));

    /// <summary>Whether the messages show that the user was told what a wish means right before the newest turn; what was edited away between them in a trimmed history nobody can tell.</summary>
    private static bool ShowsTold(Trace trace, Call call)
    {
        var reply = call.Presented.ToList().FindLastIndex(message => message.Role == ChatRole.Assistant);
        var wish = call.Presented.Take(reply + 1).LastOrDefault(message => message.Role == ChatRole.User)?.Text;
        return reply >= 0 && call.Presented[reply].Text.Contains("To confirm, please answer", StringComparison.Ordinal) &&
            trace.Turns.Exists(turn => turn.Words == Words.Wish && turn.Text == wish) && !trace.Acts.Exists(act => act.Step is TrimMiddle && act.BeforeCall <= call.Index);
    }

    /// <summary>What was said on the branch after a wish and before its answer, and was not dropped: it forgets the wish. Of two calls at once either may be the first.</summary>
    private static IEnumerable<Turn> Between(Trace trace, Call call, Turn wish)
    {
        var atOnce = call.What == "at once" ? trace.Calls.Where(other => other.What == "at once" && Math.Abs(other.Index - call.Index) == 1).SelectMany(other => other.Asked) : [];

        // The same text again, sent with the result of a tool under an id from before or in a history that was trimmed, may be what was said before the wish.
        var isTrimmed = !trace.Scenario.WithMessageIds && trace.Acts.Exists(act => act.Step is TrimOldest or TrimMiddle && act.BeforeCall <= call.Index);
        var before = isTrimmed || trace.Scenario.Holder == Holder.ServerWithChangingIds ? call.Path.TakeWhile(turn => turn != wish).Select(turn => turn.Text).ToHashSet() : [];
        return call.Path.SkipWhile(turn => turn != wish).Skip(1).TakeWhile(turn => call.Asked is not [.., var last] || turn != last)
            .Where(turn => !turn.IsDropped && !atOnce.Contains(turn) && !before.Contains(turn.Text));
    }

    private static string[] Behaviours { get; } =
        ["(insults or harassment)", "(threats)", "(hateful remarks about people)", "(help with something harmful or illegal)", "(help with violence or weapons)"];

    private static List<Simulation.Rules> UsedSettings(Trace trace, Call call) =>
        [trace.Scenario.Settings[0], .. trace.Acts.Where(act => act.BeforeCall <= call.Index).Select(act => act.Step).OfType<Reload>().Select(reload => trace.Scenario.Settings[reload.Settings % trace.Scenario.Settings.Count])];

    /// <summary>What was before the host took all back, or before a time that forgives everything, does not count.</summary>
    private static int FirstThatCounts(Trace trace, Call call)
    {
        var from = trace.Scenario.Holder is Holder.Host or Holder.Server
            ? trace.Acts.Where(act => act.Step is HostReinstates && act.BeforeCall <= call.Index).Select(act => act.BeforeCall).DefaultIfEmpty(0).Max()
            : 0;
        var forgive = UsedSettings(trace, call).Max(rules => rules.ForgiveMinutes);
        for (var i = from + 1; i <= call.Index && trace.Scenario.Holder != Holder.Nobody; i++)
        {
            var violations = trace.Calls.Take(i).SelectMany(one => one.Path).Distinct().Count(turn => turn.IsViolation);
            if (trace.Calls[i].At - trace.Calls[i - 1].At >= TimeSpan.FromMinutes(forgive * violations))
            {
                from = violations > 0 ? i : from;
            }
        }

        // What was forgiven and stands beside the newest turn, its reply gone, looks new.
        return call.Asked.SkipLast(1).Any(turn => trace.Calls.Take(from).Any(before => before.Asked.Contains(turn))) ? 0 : from;
    }

    private static IEnumerable<Call> Before(Trace trace, Call call, int from) => trace.Calls.Take(call.Index).Skip(from);

    /// <summary>
    /// The most redirections that any reading of the rules can hold to have failed on this branch. Where the middle was trimmed, words that were said before at that place of another branch look
    /// like going back to it.
    /// </summary>
    private static int FailedRedirections(Trace trace, Call call, int from) => Elsewhere(trace, call).Append(call).Max(one => FailedOn(trace, one, from));

    /// <summary>The call as it looks where a turn of its branch is taken for one of the same words on another, and the middle of the history was trimmed.</summary>
    private static IEnumerable<Call> Elsewhere(Trace trace, Call call) =>
        from turn in trace.Scenario.WithMessageIds || !trace.Acts.Exists(act => act.Step is TrimMiddle && act.BeforeCall <= call.Index) ? [] : call.Path
        from other in trace.Turns
        where other.Number < turn.Number && other.Text == turn.Text && !call.Path.Contains(other)
        let before = trace.Calls.Find(one => one.Asked.Contains(other))?.Path.TakeWhile(one => one != other).Append(other)
        where before is not null
        select call with { Path = [.. before, .. call.Path.SkipWhile(one => one != turn).Skip(1)] };

    private static int FailedOn(Trace trace, Call call, int from)
    {
        var branch = call.Path;

        // A conversation that nothing names is judged from its messages, by the settings of today (R17 needs a record).
        var isRefolded = trace.Scenario.Holder == Holder.Nobody && UsedSettings(trace, call).Count > 1;
        var redirected = Before(trace, call, from)
            .Where(earlier => earlier is { IsDelivered: true, Asked.Count: > 0 } && (earlier.Steers || isRefolded))
            .Select(earlier => (Turn: earlier.Asked.Where(turn => turn.IsViolation).Select(turn => Standing(trace, call, turn)).OfType<Turn>().LastOrDefault(), Last: earlier.Asked[^1]))
            .Where(redirected => redirected.Turn is not null)
            .ToLookup(redirected => redirected.Turn!, redirected => redirected.Last);

        var atOnce = trace.Calls.Where(one => one.What == "at once").SelectMany(one => one.Asked).ToHashSet();

        // Trimmed in the middle, what has ended reads as an edit to before the end: milder, though a warning is due there.
        var isOpenedByTrim = trace.Acts.Exists(act => act.Step is TrimMiddle && act.BeforeCall <= call.Index) && Before(trace, call, 0).Any(earlier => earlier.IsEnd);

        // What a server is sent again, without an id, is the latest turn of those words.
        bool MayBeLater(Turn turn) => trace.Scenario is { Holder: Holder.Server, WithMessageIds: false } && branch.Count(other => other.Text == turn.Text) > 1;
        List<Turn> After(Turn turn) => [.. branch.SkipWhile(other => other != turn).Skip(1).Where(other => other.Truth is not (Truth.Unclassified or Truth.Wish))];
        return redirected.Count(answered =>
        {
            // A dropped turn, and one said at the same time, stands on the record or does not: the reading with more failures is taken here. What is answered together is answered after all of it.
            var turn = answered.Key;
            var after = After(turn);
            if (answered.Any(last => After(last) is [{ IsViolation: true }, ..]))
            {
                return true;
            }

            return after is [{ IsViolation: true }, ..] || after.Find(other => !other.IsDropped) is { IsViolation: true } ||
                after.Find(other => other.IsViolation || !atOnce.Contains(other)) is { IsViolation: true } ||
                ((call.IsAmbiguous || isOpenedByTrim || MayBeLater(turn)) && after.Exists(other => other.IsViolation));
        });
    }

    /// <summary>The turn of a branch that is another one, or says its very words at its very place: without message ids those are one turn (R10).</summary>
    private static Turn? Standing(Trace trace, Call call, Turn turn)
    {
        static IEnumerable<string> Before(IReadOnlyList<Turn> path, Turn turn) => path.TakeWhile(other => other != turn).Where(other => !other.IsDropped).Select(other => other.Text);
        if (call.Path.Contains(turn) || trace.Scenario.WithMessageIds)
        {
            return call.Path.Contains(turn) ? turn : null;
        }

        var before = Before(trace.Calls.Find(one => one.Asked.Contains(turn))!.Path, turn).ToList();
        return call.Path.FirstOrDefault(other => other.Text == turn.Text && Before(call.Path, other).SequenceEqual(before));
    }

    /// <summary>Whether the history was trimmed, and what is said on this branch was said before on another.</summary>
    private static bool MayStandElsewhere(Trace trace, Call call) => !trace.Scenario.WithMessageIds &&
        trace.Acts.Exists(act => act.Step is TrimOldest or TrimMiddle && act.BeforeCall <= call.Index) &&
        call.Path.Any(turn => trace.Turns.Exists(other => other.Number < turn.Number && other.Text == turn.Text && !call.Path.Contains(other)));

    private static bool IsReinstated(Trace trace, Call end, Call call) => trace.Acts.Exists(act => act.Step is HostReinstates && act.BeforeCall > end.Index && act.BeforeCall <= call.Index);

    private static bool IsBranchFromBefore(Trace trace, Call end, Call call) =>
        call.IsWhole && end.IsWhole && trace.Turns[0] is { IsViolation: false, IsDropped: false } first && call.Path.Contains(first) && end.Path.Contains(first) &&
        !call.Path.Any(turn => (Reason(end) == "user_request" ? turn.Truth == Truth.Wish : turn.IsViolation) && end.Path.Contains(turn)) && !trace.Acts.Exists(act => act.Step is HostEnds);
}
