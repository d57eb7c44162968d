using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using ConversationGuard.Properties.Simulation;
using ConversationGuard.Tests.Doubles;
using CsCheck;

namespace ConversationGuard.Properties.Rules;

/// <summary>Every rule, on random conversations, on both paths.</summary>
[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class RuleProperties(ChatPath path)
{
    [Test]
    public void R1_a_conversation_ends_by_an_allowed_cause_only() => Holds(Scenarios.Any, Oracle.R1);

    [Test]
    public void R2_R8_an_end_comes_after_delivered_failed_redirections_and_a_delivered_warning() => Holds(Scenarios.Any, Oracle.R2);

    [Test]
    public void R3_R8_a_warning_comes_after_delivered_failed_redirections() => Holds(Scenarios.Any, Oracle.R3);

    [Test]
    public void R4_every_warned_turn_shows_the_notice() => Holds(Scenarios.Any, Oracle.R4);

    [Test]
    public void R5_a_hold_supports_and_neither_ends_nor_warns() => Holds(Scenarios.Any, Oracle.R5);

    [Test]
    public void R6_what_is_no_violation_is_answered_as_ever() => Holds(Scenarios.Any, Oracle.R6);

    [Test]
    public void R8_a_violation_is_on_record_whatever_becomes_of_its_call() => Holds(Scenarios.Any, Oracle.R8);

    [Test]
    public void R10_no_turn_counts_twice() => Holds(Scenarios.Any, Oracle.R10);

    [Test]
    public void R11_an_end_closes_its_conversation_and_no_branch_from_before() => Holds(Scenarios.Any, Oracle.R11);

    [Test]
    public void R11_two_conversations_leave_each_other_as_they_are() => Scenarios.WithAnother.Holds(scenario =>
    {
        var both = HostSimulator.Play(scenario, path);
        var one = HostSimulator.Play(scenario with { Steps = [.. scenario.Steps.Where(step => step is not Elsewhere)] }, path);
        var other = HostSimulator.Play(scenario with { Steps = [.. scenario.Steps.Where(step => step is Elsewhere or Wait or Reload)] }, path);
        return Differs(both, one, call => call.Outcome(), "R11: without the other conversation", call => call.What != HostSimulator.Elsewhere) ??
            Differs(both, other, call => call.Outcome(), "R11: the other conversation alone", call => call.What == HostSimulator.Elsewhere);
    });

    [Test]
    public void R12_an_end_at_the_users_wish_is_confirmed_after_the_notice_that_it_is_final() => Holds(Scenarios.Parting, Oracle.R12);

    [Test]
    public void R13_a_models_request_is_confirmed_allowed_and_kept_in() => Holds(Scenarios.Parting, Oracle.R13);

    [Test]
    public void R13_a_call_in_the_background_changes_nothing() => Scenarios.Any
        .Select(scenario => scenario with { Steps = [.. scenario.Steps.SelectMany((step, i) => i % 3 == 0 ? [step, new Background()] : new[] { step })] })
        .Holds(scenario => Differs(
            HostSimulator.Play(scenario, path),
            HostSimulator.Play(scenario with { Steps = [.. scenario.Steps.Where(step => step is not Background)] }, path),
            call => call.Outcome(),
            "R13: without the calls in the background",
            call => call.What != HostSimulator.BackgroundCall));

    [Test]
    public void All_rules_hold_where_user_or_model_want_to_end() => Holds(Scenarios.Parting, Any);

    [Test]
    public void R14_after_the_end_nothing_is_sent_but_the_final_message() => Holds(Scenarios.Any, Oracle.R14);

    [Test]
    public void R15_only_what_the_user_wrote_is_judged() => Holds(Scenarios.Any, Oracle.R15);

    [Test]
    public void R16_every_end_says_why_and_what_can_be_done() => Holds(Scenarios.Any, Oracle.R16);

    [Test]
    public void R19_no_message_text_leaves_the_call() => Holds(Scenarios.Any, Oracle.R19);

    [Test]
    public void No_call_throws_anything_but_the_end_and_what_the_inner_client_throws() => Holds(Scenarios.Any, Oracle.OnlyAllowedExceptions);

    [Test]
    [Explicit("For long runs: what the properties above ask one by one, asked of each scenario at once.")]
    public void All_rules_at_once() => Holds(Scenarios.Any, Any);

    [Test]
    public void R15_what_stands_beside_the_users_messages_changes_nothing() => Scenarios.Any
        .Select(scenario => scenario with { Steps = [.. scenario.Steps.Where(step => step is not TrimOldest and not TrimMiddle).Select(step => step is Say { Noise: Noise.AssistantBefore or Noise.ToolCallBefore } say ? say with { Noise = Noise.SystemBefore } : step)] })
        .Holds(scenario => Differs(
            HostSimulator.Play(scenario, path),
            HostSimulator.Play(scenario with { Steps = [.. scenario.Steps.Select(step => step is Say say ? say with { Noise = Noise.None } : step)] }, path),
            Unnumbered,
            "R15: without what others wrote"));

    [Test]
    public void The_fold_is_deterministic_and_so_is_the_guard() => Scenarios.Any.Holds(scenario =>
    {
        var trace = HostSimulator.Play(scenario, path);
        foreach (var ledger in trace.Store.Written)
        {
            var terms = ledger.Terms ?? new ConversationTerms();
            var now = trace.Calls.Select(call => call.At).LastOrDefault();
            var (one, two) = (ConversationState.Fold(ledger, terms, now), ConversationState.Fold(ledger with { Entries = [.. ledger.Entries] }, terms, now));
            if ((one.Phase, one.IsCrisisHold, one.FailedRedirections, one.IsWarned, one.CalmTurns) != (two.Phase, two.IsCrisisHold, two.FailedRedirections, two.IsWarned, two.CalmTurns) ||
                !one.Violations.SequenceEqual(two.Violations))
            {
                return new Breach("Two folds of one ledger differ", trace.Transcript());
            }
        }

        return Differs(trace, HostSimulator.Play(scenario, path), call => call.Outcome(), "the same again");
    });

    [TestCase(GuardMode.Observe)]
    [TestCase(GuardMode.Disabled)]
    public void R18_neither_user_nor_model_see_a_guard_that_does_not_enforce(GuardMode mode) => Scenarios.Any
        .Select(scenario => scenario with { Settings = [.. scenario.Settings.Select(rules => rules with { Mode = mode })] })
        .Holds(scenario =>
        {
            var guarded = HostSimulator.Play(scenario, path);
            var breach = Differs(guarded, HostSimulator.Play(scenario, path, isGuarded: false), Outside, $"R18, {mode}: without a guard");
            return breach ?? (guarded.Calls.Find(call => call.Model.Exists(asked => !ReferenceEquals(asked.Options, call.Options) || !asked.Messages.SequenceEqual(call.Presented))) is { } changed
                ? new Breach($"R18: call {changed.Index} reached the model with other messages or options", guarded.Transcript())
                : null);
        });

    [Test]
    public void R9_calm_turns_bring_back_the_beginning_of_the_ladder() => Scenarios.WithoutHost.Holds(scenario =>
    {
        var violations = scenario.Steps.Sum(Violations);
        var calm = Enumerable.Range(0, 3 * violations + 1).Select(_ => new Say([Words.Calm]));
        return NotAtTheBeginning(scenario, [new Say([Words.Calm]), .. calm]);
    });

    [Test]
    public void R9_time_brings_back_the_beginning_of_the_ladder() => Scenarios.WithoutHost.Where(scenario => scenario.Holder != Holder.Nobody).Holds(scenario =>
        NotAtTheBeginning(scenario, [new Wait(60 * scenario.Steps.Sum(Violations) + 60)]));

    [Test]
    public void R9_calm_turns_and_time_bring_back_a_clean_ledger() => Scenarios.WithoutHost
        .Select(scenario => scenario with { Holder = scenario.Holder == Holder.Nobody ? Holder.Host : scenario.Holder, Steps = [.. scenario.Steps.Where(step => step is not Edit and not GoToOldBranch)] })
        .Holds(scenario =>
        {
            var calm = Enumerable.Range(0, 6).Select(_ => new Say([Words.Calm]));
            var trace = HostSimulator.Play(scenario with { Steps = [.. scenario.Steps, .. calm, new Wait(60 * 24), new Say([Words.Calm])] }, path);
            return trace.Calls.Exists(call => call.IsEnd || call.IsRefusal) || trace.Calls[^1].State is { IsClean: true, Violations.Count: 0 } or null
                ? null
                : new Breach("R9: calm turns and time left something on record", trace.Transcript());
        });

    [Test]
    public void R2_R3_R5_R9_a_host_without_fault_sees_exactly_the_ladder() => Scenarios.Plain.Holds(IsTheLadder);

    [Test]
    public void R12_R13_a_host_without_fault_sees_exactly_the_ladder_where_user_or_model_want_to_end() => Scenarios.PlainParting.Holds(IsTheLadder);

    [Test]
    public void R11_two_people_in_one_conversation_see_each_their_own_ladder() => Scenarios.OfTwo.Holds(IsTheLadder);

    /// <summary>Of every reload on a record that is not clean, the ones before it kept: until the record is clean, when the conversation is under no terms.</summary>
    [Test]
    public void R17_a_reload_brings_no_warning_and_no_end_earlier_than_the_old_settings_would() => Scenarios.Reloaded.Holds(scenario =>
    {
        var changed = HostSimulator.Play(scenario, path);
        var reloads = changed.Acts.FindAll(act => act.Step is Reload);
        for (var kept = 0; kept < reloads.Count; kept++)
        {
            // Settings that no call was made under count for nothing.
            if (reloads[kept].BeforeCall == 0 || IsClean(changed.Calls[reloads[kept].BeforeCall - 1]) || (kept > 0 && reloads[kept - 1].BeforeCall == reloads[kept].BeforeCall))
            {
                continue;
            }

            var seen = 0;
            var old = HostSimulator.Play(scenario with { Steps = [.. scenario.Steps.Where(step => step is not Reload || seen++ < kept)] }, path);
            if (IsHarsher(changed, old, reloads[kept].BeforeCall) is { } call)
            {
                return new Breach($"R17: call {call} warned or ended earlier than under the settings before reload {kept}", changed.Transcript() + "without it:\n" + old.Transcript());
            }
        }

        return null;
    });

    private static bool IsClean(Call call) => call.State is null or { IsClean: true };

    /// <summary>The first call in which a conversation was warned or ended, and would not have been yet without a reload.</summary>
    private static int? IsHarsher(Trace changed, Trace old, int reload)
    {
        var (warned, ended) = (false, false);
        for (var i = 0; i < Math.Min(changed.Calls.Count, old.Calls.Count); i++)
        {
            var (was, isNow) = (old.Calls[i], changed.Calls[i]);
            if (i >= reload && IsClean(changed.Calls[i - 1]))
            {
                return null;
            }

            warned &= i == 0 || changed.Calls[i - 1].State is not { IsClean: true };
            if (ended || was.What != isNow.What)
            {
                return null;
            }

            (warned, ended) = (warned || was.Warns, was.IsEnd);
            if ((isNow.Warns && !warned && !ended) || (isNow.IsEnd && !ended))
            {
                return i;
            }
        }

        return null;
    }

    private static int Violations(Step step) => step switch
    {
        Say say => say.Words.Count,
        Edit => 1,
        AtOnce => 2,
        _ => 0,
    };

    private static string Unnumbered(Call call) => System.Text.RegularExpressions.Regex.Replace(call.Outcome(), "of the model [0-9]+", "of the model");

    private static string Outside(Call call) =>
        $"{call.Seen} {call.Error?.GetType().Name} {call.FinishReason} {call.Updates} {string.Join(" | ", call.Model.Select(asked => $"{asked.Instructions} {asked.Options?.ConversationId} {asked.Options?.Tools?.Count}: {string.Join(" / ", asked.Messages.Select(message => $"{message.Role} {message.MessageId} {message.Text} {message.Contents.Count}"))}"))}";

    private static Breach? Differs(Trace one, Trace two, Func<Call, string> read, string what, Func<Call, bool>? among = null)
    {
        var (left, right) = (one.Calls.Where(among ?? (_ => true)).ToList(), two.Calls.Where(among ?? (_ => true)).ToList());
        for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
        {
            var (first, second) = (left.ElementAtOrDefault(i), right.ElementAtOrDefault(i));
            if (first is null || second is null || read(first) != read(second))
            {
                return new Breach($"call {i} differs ({what})", $"{one.Transcript()}{what}:\n{two.Transcript()}");
            }
        }

        return null;
    }

    private Breach? IsTheLadder(Scenario scenario)
    {
        var trace = HostSimulator.Play(scenario, path);
        var ladders = scenario.Steps.OfType<Say>().Select(say => say.Author ?? string.Empty).Distinct().ToDictionary(author => author, _ => new Ladder(scenario.Settings[0]));
        var said = scenario.Steps.OfType<Say>().ToList();
        foreach (var call in trace.Calls)
        {
            var say = said[call.Index];
            var expected = ladders[say.Author ?? string.Empty].Next(call.Asked[^1], call.At, say.Fate == Fate.AsksToEndTwice);
            var seen = call switch
            {
                { IsEnd: true } => Act.End,
                { IsRefusal: true } => Act.Refuse,
                { Warns: true } => Act.Warn,
                { Tells: true } => Act.Confirm,
                { Steers: true } => Act.Redirect,
                { Supports: true, ShowsHelp: true } => Act.Help,
                { Supports: true } => Act.Support,
                _ => Act.Continue,
            };
            if (seen != expected)
            {
                return new Breach($"call {call.Index} should be {expected} and was {seen}", trace.Transcript());
            }
        }

        return null;
    }

    private Breach? NotAtTheBeginning(Scenario scenario, IReadOnlyList<Step> forgiving)
    {
        var trace = HostSimulator.Play(scenario with { Steps = [.. scenario.Steps, .. forgiving, new Say([Words.Insult])] }, path);
        return trace.Calls[^1] is { } last && (last.IsEnd || last.Warns) ? new Breach("R9: what should be forgiven still counts", trace.Transcript()) : null;
    }

    /// <summary>The first rule that a trace shows to be broken.</summary>
    private static string? Any(Trace trace) => Oracle.All.Select(rule => (Rule: rule.Key, Why: rule.Value(trace))).FirstOrDefault(one => one.Why is not null) is { Why: { } why } broken ? $"{broken.Rule}: {why}" : null;

    private void Holds(Gen<Scenario> scenarios, Func<Trace, string?> oracle) => scenarios.Holds(scenario =>
    {
        var trace = HostSimulator.Play(scenario, path);
        return oracle(trace) is { } why ? new Breach(why, trace.Transcript()) : null;
    });
}

/// <summary>What holds between the two paths.</summary>
public class PathProperties
{
    [Test]
    public void Both_paths_show_the_same() => Scenarios.OnEitherPath.Holds(scenario =>
    {
        var (whole, streaming) = (HostSimulator.Play(scenario, ChatPath.Whole), HostSimulator.Play(scenario, ChatPath.Streaming));
        for (var i = 0; i < Math.Max(whole.Calls.Count, streaming.Calls.Count); i++)
        {
            if (whole.Calls.ElementAtOrDefault(i)?.Outcome() != streaming.Calls.ElementAtOrDefault(i)?.Outcome())
            {
                return new Breach($"call {i} differs between the paths", whole.Transcript() + streaming.Transcript());
            }
        }

        return null;
    });
}
