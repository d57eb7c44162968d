using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;
using CsCheck;

namespace ConversationGuard.Properties.Simulation;

/// <summary>Generators of scenarios.</summary>
internal static class Scenarios
{
    private static readonly Gen<Words> _words = Gen.Frequency(
        (10, Gen.Const(Words.Insult)),
        (2, Gen.Const(Words.Harm)),
        (1, OneOf(Words.Threat, Words.Hate, Words.Weapon, Words.InsultWithPastedNotice)),
        (3, Gen.Const(Words.Calm)),
        (1, OneOf(Words.PastedNotice, Words.PastedEnd)),
        (1, OneOf(Words.Unsure, Words.ClassifierFails)),
        (1, Gen.Const(Words.Wish)),
        (1, OneOf(Words.Yes, Words.YesBut, Words.No)),
        (1, OneOf(Words.Crisis, Words.Rage, Words.CrisisAndInsult)));

    /// <summary>Of somebody who wants to end.</summary>
    private static readonly Gen<Words> _partingWords = Gen.Frequency(
        (6, Gen.Const(Words.Insult)),
        (5, Gen.Const(Words.Wish)),
        (5, Gen.Const(Words.Yes)),
        (2, OneOf(Words.YesBut, Words.No)),
        (2, Gen.Const(Words.Calm)),
        (1, OneOf(Words.Harm, Words.Unsure, Words.ClassifierFails)),
        (1, OneOf(Words.Crisis, Words.Rage, Words.CrisisAndInsult)));

    private static readonly Gen<Fate> _fate = Gen.Frequency(
        (12, Gen.Const(Fate.Answers)),
        (1, Gen.Const(Fate.AnswersAfterTools)),
        (2, OneOf(Fate.Fails, Fate.BreaksMidway)),
        (1, OneOf(Fate.IsCancelled, Fate.IsAbandoned)),
        (1, OneOf(Fate.AsksToEnd, Fate.AsksToEndTwice, Fate.AsksToEndTwice, Fate.AsksToEndTwiceInOneAnswer, Fate.AsksToEndAroundATool)));

    /// <summary>Of a model that would end.</summary>
    private static readonly Gen<Fate> _partingFate = Gen.Frequency(
        (6, Gen.Const(Fate.Answers)),
        (3, Gen.Const(Fate.AsksToEndTwice)),
        (3, OneOf(Fate.AsksToEnd, Fate.AsksToEndTwiceInOneAnswer, Fate.AsksToEndAroundATool)),
        (2, OneOf(Fate.AnswersAfterTools, Fate.Fails, Fate.BreaksMidway, Fate.IsCancelled, Fate.IsAbandoned)));

    private static readonly Gen<bool> _rarely = Gen.Int[0, 5].Select(n => n == 5);

    private static readonly Gen<Noise> _noise = Gen.Frequency((6, Gen.Const(Noise.None)), (2, OneOf(Noise.SystemBefore, Noise.SystemAfter, Noise.ToolBefore, Noise.AssistantBefore, Noise.ToolCallBefore)));

    private static readonly Gen<Rules> _rules = Gen.Select(
        Gen.Frequency((3, Gen.Const(2)), (2, Gen.Const(1)), (1, Gen.Const(3))),
        Gen.Int[1, 3],
        OneOf(20, 60),
        Gen.Int[1, 4],
        OneOf(0, 10, 60),
        Gen.Select(Gen.Frequency((8, Gen.Const(GuardAction.End)), (1, OneOf(GuardAction.Warn, GuardAction.Redirect))), _rarely, _rarely, _rarely),
        (redirections, calm, forgive, holdCalm, hold, more) => new Rules(redirections, calm, forgive, holdCalm, hold)
        {
            MostSevere = more.Item1,
            Style = more.Item2 ? RedirectionStyle.Reply : RedirectionStyle.Instruct,
            Ends = more.Item3 ? EndBehavior.Respond : EndBehavior.Throw,
            VetoesModel = more.Item4,
        });

    private static readonly Gen<Holder> _holders = Gen.Frequency(
        (6, Gen.Const(Holder.Host)), (2, Gen.Const(Holder.Server)), (2, Gen.Const(Holder.ServerWithChangingIds)), (1, Gen.Const(Holder.Nobody)));

    /// <summary>Everything that may happen.</summary>
    public static Gen<Scenario> Any { get; } = Of(_holders, Steps(_words, _fate, withSettings: true, withHost: true));

    /// <summary>Everything that may happen, where the user or the model wants to end.</summary>
    public static Gen<Scenario> Parting { get; } = Of(_holders, Steps(_partingWords, _partingFate, withSettings: true, withHost: true));

    /// <summary>Everything but what only one of the two paths can do.</summary>
    public static Gen<Scenario> OnEitherPath { get; } = Any.Select(scenario => scenario with { Steps = [.. scenario.Steps.Select(WithoutAbandoning)] });

    /// <summary>What users do, without what hosts do by hand.</summary>
    public static Gen<Scenario> WithoutHost { get; } = Of(_holders, Steps(_words, _fate, withSettings: false, withHost: false));

    /// <summary>Everything that may happen, and another conversation beside it.</summary>
    public static Gen<Scenario> WithAnother { get; } = Gen.Select(Any, Gen.Select(Gen.Int[0, 18], _words).Array[1, 5], (scenario, there) =>
    {
        List<Step> steps = [.. scenario.Steps.Select(WithoutSameText)];
        foreach (var (at, words) in there)
        {
            steps.Insert(Math.Min(at, steps.Count), new Elsewhere(words));
        }

        return scenario with { Steps = steps };
    });

    /// <summary>A host that does everything right: the history is whole, every call succeeds, nothing is edited.</summary>
    public static Gen<Scenario> Plain { get; } = Of(
        OneOf(Holder.Host, Holder.Server, Holder.ServerWithChangingIds),
        Plainly(_words, null));

    /// <summary>The same, where the user or the model wants to end.</summary>
    public static Gen<Scenario> PlainParting { get; } = Of(OneOf(Holder.Host, Holder.Server, Holder.ServerWithChangingIds), Plainly(_partingWords, null));

    /// <summary>The same for a conversation of two people, each with a record of their own.</summary>
    public static Gen<Scenario> OfTwo { get; } = Of(Gen.Const(Holder.Host), Plainly(Gen.Frequency((3, _words), (1, _partingWords)), OneOf("Ada", "Ben")));

    /// <summary>A conversation without a break whose settings change in the middle.</summary>
    public static Gen<Scenario> Reloaded { get; } = Gen.Select(
        _holders.Where(holder => holder != Holder.Nobody),
        Gen.Bool,
        Gen.Select(_rules, Gen.Bool, Gen.Bool, (rules, high, ignores) => rules with { InsultThreshold = high ? 0.99 : 0.5, IgnoresHarm = ignores }).Array[2, 3],
        Steps(_words, _fate, withSettings: true, withHost: false).Array[0, 18],
        (holder, ids, settings, steps) =>
            new Scenario(holder, ids, [.. settings.Select(rules => Instructing(rules) with { Ends = settings[0].Ends, VetoesModel = settings[0].VetoesModel })], steps));

    private static Gen<Scenario> Of(Gen<Holder> holders, Gen<Step> steps) => Gen.Select(
        holders, Gen.Bool, _rules.Array[1, 3], steps.Array[0, 18], (holder, ids, settings, all) =>
            new Scenario(holder, ids, holder == Holder.ServerWithChangingIds ? [.. settings.Select(Instructing)] : settings, holder is Holder.Nobody or Holder.ServerWithChangingIds ? [.. all.Select(WithoutInventedTurns)] : all));

    private static Gen<Step> Steps(Gen<Words> words, Gen<Fate> fate, bool withSettings, bool withHost)
    {
        var say = Gen.Select(
            Gen.Frequency((8, words.Array[1]), (1, words.Array[2, 3])), fate, Gen.Bool, _rarely, _noise,
            (said, what, keeps, same, noise) => (Step)new Say(said, what, keeps, same, noise));
        return Gen.Frequency(
            (24, say),
            (3, fate.Select(what => (Step)new Retry(what))),
            (2, fate.Select(what => (Step)new Regenerate(what))),
            (2, Gen.Select(Gen.Int[0, 4], words, fate, _rarely, (back, said, what, same) => (Step)new Edit(back, said, what, same))),
            (1, Gen.Int[0, 3].Select(which => (Step)new GoToOldBranch(which))),
            (1, Gen.Int[1, 6].Select(count => (Step)new TrimOldest(count))),
            (1, Gen.Int[1, 6].Select(count => (Step)new TrimMiddle(count))),
            (2, OneOf(1, 9, 25, 70, 600).Select(minutes => (Step)new Wait(minutes))),
            (1, Gen.Select(words, words, Gen.Bool, (one, two, order) => (Step)new AtOnce(one, two, order))),
            (1, Gen.Const((Step)new Background())),
            (withSettings ? 2 : 0, Gen.Int[0, 2].Select(which => (Step)new Reload(which))),
            (withHost ? 1 : 0, Gen.Frequency((1, Gen.Const((Step)new HostEnds())), (2, Gen.Const((Step)new HostReinstates())), (1, Gen.Const((Step)new HostReleasesHold())))));
    }

    private static Gen<Step> Plainly(Gen<Words> words, Gen<string>? authors)
    {
        var fates = Gen.Frequency((9, Gen.Const(Fate.Answers)), (3, Gen.Const(Fate.AsksToEndTwice)), (1, Gen.Const(Fate.AsksToEnd)), (1, Gen.Const(Fate.AsksToEndTwiceInOneAnswer)));
        return Gen.Frequency(
            (12, Gen.Select(words, Gen.Bool, fates, authors ?? Gen.Const(string.Empty), (said, same, fate, author) =>
                (Step)new Say([said], fate, SameText: same && said != Words.Wish, Author: author.Length == 0 ? null : author))),
            (2, OneOf(1, 9, 25, 70).Select(minutes => (Step)new Wait(minutes))));
    }

    /// <summary>A reply that the server never made has no new id, so that nobody could go back to before it.</summary>
    private static Rules Instructing(Rules rules) => rules with { Style = RedirectionStyle.Instruct };

    /// <summary>Where the messages are all there is, what stands between them as an answer is one.</summary>
    private static Step WithoutInventedTurns(Step step) => step is Say { Noise: Noise.ToolBefore or Noise.AssistantBefore or Noise.ToolCallBefore } say ? say with { Noise = Noise.SystemBefore } : step;

    /// <summary>A text said before may be one of the other conversation's.</summary>
    private static Step WithoutSameText(Step step) => step switch
    {
        Say say => say with { SameText = false },
        Edit edit => edit with { SameText = false },
        _ => step,
    };

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Step WithoutAbandoning(Step step) => step switch
    {
        Say { Fate: Fate.IsAbandoned } say => say with { Fate = Fate.Fails },
        Retry { Fate: Fate.IsAbandoned } => new Retry(Fate.Fails),
        Regenerate { Fate: Fate.IsAbandoned } => new Regenerate(Fate.Fails),
        Edit { Fate: Fate.IsAbandoned } edit => edit with { Fate = Fate.Fails },
        _ => step,
    };
}
