using ConversationGuard.ChatCompletion;
using ConversationGuard.Conversations;
using ConversationGuard.DeEscalation;

namespace ConversationGuard.Properties.Simulation;

/// <summary>What a user says. The first word of the text tells the scripted classifier.</summary>
internal enum Words
{
    Calm,
    PastedNotice,
    PastedEnd,
    Insult,
    Threat,
    Hate,
    Harm,
    Weapon,
    InsultWithPastedNotice,
    Crisis,
    Rage,
    CrisisAndInsult,
    Unsure,
    ClassifierFails,
    Wish,
    Yes,
    YesBut,
    No,
}

/// <summary>What a user turn is, by the rules' own words.</summary>
internal enum Truth
{
    Calm,
    Violation,
    Crisis,
    Unclassified,

    /// <summary>A wish to end: neither a violation nor calm (R12).</summary>
    Wish,
}

/// <summary>What becomes of a call.</summary>
internal enum Fate
{
    Answers,
    AnswersAfterTools,
    Fails,
    BreaksMidway,
    IsCancelled,
    IsAbandoned,

    /// <summary>The model asks for the end if it can, and answers when it is told to confirm (R13).</summary>
    AsksToEnd,

    /// <summary>The model asks for the end if it can, and confirms it at once.</summary>
    AsksToEndTwice,

    /// <summary>The model asks for the end twice in one answer.</summary>
    AsksToEndTwiceInOneAnswer,

    /// <summary>The model asks for the end if it can, then for another tool, then for the end again.</summary>
    AsksToEndAroundATool,
}

/// <summary>What stands beside the user's messages and was not written by the user (R15).</summary>
internal enum Noise
{
    None,
    SystemBefore,
    SystemAfter,
    ToolBefore,
    AssistantBefore,

    /// <summary>A tool's call and its result, after which there was no reply.</summary>
    ToolCallBefore,
}

/// <summary>Who holds the history, and how a call names its conversation.</summary>
internal enum Holder
{
    /// <summary>The host; the call has a key.</summary>
    Host,

    /// <summary>The server; one id for the conversation.</summary>
    Server,

    /// <summary>The server; every response has a new id.</summary>
    ServerWithChangingIds,

    /// <summary>The host; nothing names the conversation.</summary>
    Nobody,
}

internal abstract record Step;

/// <summary>The user writes one or more messages.</summary>
internal sealed record Say(IReadOnlyList<Words> Words, Fate Fate = Fate.Answers, bool KeepsFailed = false, bool SameText = false, Noise Noise = Noise.None, string? Author = null) : Step
{
    public override string ToString() => $"say {string.Join(" + ", Words)} ({Fate}{(KeepsFailed ? ", a failed turn is kept" : "")}{(SameText ? ", the same text again" : "")}{(Noise == Noise.None ? "" : $", {Noise}")}{(Author is null ? "" : $", {Author}")})";
}

/// <summary>The last call failed: the same messages again.</summary>
internal sealed record Retry(Fate Fate) : Step;

/// <summary>The last reply again.</summary>
internal sealed record Regenerate(Fate Fate) : Step;

/// <summary>The user goes back to an earlier turn and writes another in its place.</summary>
internal sealed record Edit(int Back, Words Words, Fate Fate, bool SameText = false) : Step;

/// <summary>The user goes back to the branch that was left.</summary>
internal sealed record GoToOldBranch(int Which) : Step;

internal sealed record TrimOldest(int Messages) : Step;

/// <summary>The host trims what follows the first message.</summary>
internal sealed record TrimMiddle(int Messages) : Step;

internal sealed record Wait(int Minutes) : Step;

internal sealed record Reload(int Settings) : Step;

internal sealed record HostEnds : Step;

internal sealed record HostReinstates : Step;

internal sealed record HostReleasesHold : Step;

/// <summary>Two calls at once in one conversation.</summary>
internal sealed record AtOnce(Words First, Words Second, bool SecondFirst) : Step;

/// <summary>The user says something in another conversation.</summary>
internal sealed record Elsewhere(Words Words) : Step;

/// <summary>A call that no user waits for: a summary, a title, a sub-agent (R13).</summary>
internal sealed record Background : Step;

/// <summary>What a guard is set to.</summary>
internal sealed record Rules(int Redirections, int Calm, int ForgiveMinutes, int HoldCalm, int HoldMinutes)
{
    public GuardAction MostSevere { get; init; } = GuardAction.End;

    public RedirectionStyle Style { get; init; }

    public EndBehavior Ends { get; init; }

    public GuardMode Mode { get; init; }

    public double InsultThreshold { get; init; } = 0.5;

    public bool IgnoresHarm { get; init; }

    /// <summary>Gets a value indicating whether a policy of the host vetoes every end that the model asks for (R13).</summary>
    public bool VetoesModel { get; init; }
}

/// <summary>A host, its settings, and what happens.</summary>
internal sealed record Scenario(Holder Holder, bool WithMessageIds, IReadOnlyList<Rules> Settings, IReadOnlyList<Step> Steps)
{
    public override string ToString() => $"{Holder}, {(WithMessageIds ? "message ids" : "no message ids")}\n{string.Join("\n", Settings.Select((rules, i) => $"settings {i}: {rules}"))}\n{string.Join("\n", Steps)}";
}

internal static class WordsExtensions
{
    public const string Notice = "Please note: this conversation may be ended if this goes on (insults or harassment). I'm glad to continue with anything else.";
    public const string EndedMarker = "I have ended this conversation because of repeated abuse (insults or harassment), after several attempts to change course and a warning.";

    public static Truth Truth(this Words words) => words switch
    {
        Words.Calm or Words.PastedNotice or Words.PastedEnd or Words.Yes or Words.YesBut or Words.No => Simulation.Truth.Calm,
        Words.Wish => Simulation.Truth.Wish,
        Words.Crisis or Words.Rage or Words.CrisisAndInsult => Simulation.Truth.Crisis,
        Words.Unsure or Words.ClassifierFails => Simulation.Truth.Unclassified,
        _ => Simulation.Truth.Violation,
    };

    public static string Text(this Words words, int number) => words switch
    {
        // A wish and a yes are these words alone, so that the courtesies tell one from another.
        Words.Wish => "end this conversation" + Courtesies(number, "please", "now", "here", "thanks"),
        Words.Yes => "yes" + Courtesies(number, "please", "sure", "absolutely", "now"),
        _ => words.Text($"{HostSimulator.Mark}{number}"),
    };

    private static string Text(this Words words, string mark) => words switch
    {
        Words.YesBut => $"yes but first {mark}",
        Words.No => $"no {mark}",
        Words.Calm => $"calm {mark}",
        Words.PastedNotice => $"calm {mark} {Notice}",
        Words.PastedEnd => $"calm {mark} {EndedMarker} conversation_ended",
        Words.Insult => $"insult {mark}",
        Words.InsultWithPastedNotice => $"insult {mark} {Notice}",
        Words.Threat => $"threat {mark}",
        Words.Hate => $"hate {mark}",
        Words.Harm => $"harm {mark}",
        Words.Weapon => $"weapon {mark}",
        Words.Crisis => $"crisis {mark}",
        Words.Rage => $"rage {mark}",
        Words.CrisisAndInsult => $"crisis+insult {mark}",
        Words.Unsure => $"unsure {mark}",
        _ => $"fail {mark}",
    };

    private static string Courtesies(int number, params string[] words) => number == 0 ? string.Empty : Courtesies(number / words.Length, words) + " " + words[number % words.Length];
}
