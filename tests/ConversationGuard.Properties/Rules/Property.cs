using System.Diagnostics;
using System.Globalization;
using ConversationGuard.Properties.Simulation;
using CsCheck;

namespace ConversationGuard.Properties.Rules;

/// <summary>Tries a rule on many scenarios; what breaks it is made small and told as a transcript.</summary>
internal static class Property
{
    private const int Default = 500;

    /// <summary>Every build tries the same scenarios, so that a build that fails has changed something; a long run tries new ones.</summary>
    private const string BuildSeed = "4aXq2pZ0mTe1";

    /// <summary>Gets how many scenarios a property is tried on: <c>CONVERSATION_GUARD_SEQUENCES</c>, or enough for every build.</summary>
    public static int Sequences { get; } = int.TryParse(Environment.GetEnvironmentVariable("CONVERSATION_GUARD_SEQUENCES"), CultureInfo.InvariantCulture, out var set) ? set : Default;

    public static void Holds(this Gen<Scenario> scenarios, Func<Scenario, Breach?> broken)
    {
        Breach? breach = null;
        var watch = Stopwatch.StartNew();
        var tried = 0;
        void Try(Scenario scenario)
        {
            if (breach is not null)
            {
                return;
            }

            tried++;
            breach = broken(scenario);
            if (breach is not null)
            {
                breach = Smallest(scenario, breach, broken);
                throw new InvalidOperationException("A rule broke.");
            }
        }

        try
        {
            scenarios.Each(Try);
        }
        catch (CsCheckException error) when (breach is not null)
        {
            Assert.Fail($"{breach.Why}\n{breach.Transcript}\n{error.Message.Split('\n')[0]}");
        }

        TestContext.Out.WriteLine($"{tried} sequences in {watch.Elapsed.TotalSeconds:F1} s");
    }

    /// <summary>Tries something on as many generated values as <see cref="Sequences"/> says.</summary>
    public static void Each<T>(this Gen<T> values, Action<T> act)
    {
        if (Sequences == Default)
        {
            // A seed is that of the first sample alone: all of them are one sample here.
            values.Array[Default].Sample(all => Array.ForEach(all, act), seed: BuildSeed, iter: 1, threads: 1, print: _ => "below");
        }
        else
        {
            values.Sample(act, iter: Sequences, threads: 1, print: _ => "below");
        }
    }

    /// <summary>Leaves out and simplifies as long as the rule stays broken.</summary>
    private static Breach Smallest(Scenario scenario, Breach breach, Func<Scenario, Breach?> broken)
    {
        var isSmaller = true;
        while (isSmaller)
        {
            isSmaller = false;
            foreach (var candidate in Smaller(scenario))
            {
                if (broken(candidate) is { } still)
                {
                    (scenario, breach, isSmaller) = (candidate, still, true);
                    break;
                }
            }
        }

        return breach;
    }

    private static IEnumerable<Scenario> Smaller(Scenario scenario)
    {
        for (var i = 0; i < scenario.Steps.Count; i++)
        {
            yield return scenario with { Steps = [.. scenario.Steps.Where((_, j) => j != i)] };
        }

        for (var i = 0; i < scenario.Steps.Count; i++)
        {
            foreach (var step in Simpler(scenario.Steps[i]))
            {
                yield return scenario with { Steps = [.. scenario.Steps.Select((old, j) => j == i ? step : old)] };
            }
        }

        if (scenario.WithMessageIds)
        {
            yield return scenario with { WithMessageIds = false };
        }

        if (scenario.Settings.Count > 1)
        {
            yield return scenario with { Settings = [.. scenario.Settings.SkipLast(1)] };
        }

        var plain = new Simulation.Rules(2, 3, 60, 4, 60) { Mode = scenario.Settings[0].Mode };
        if (scenario.Settings.Any(rules => rules != plain))
        {
            yield return scenario with { Settings = [.. scenario.Settings.Select(_ => plain)] };
        }
    }

    private static IEnumerable<Step> Simpler(Step step)
    {
        switch (step)
        {
            case Say say:
                if (say.Words.Count > 1)
                {
                    yield return say with { Words = [.. say.Words.Take(1)] };
                    yield return say with { Words = [.. say.Words.Skip(1)] };
                }

                foreach (var fate in Simpler(say.Fate))
                {
                    yield return say with { Fate = fate };
                }

                if (say.Noise != Noise.None)
                {
                    yield return say with { Noise = Noise.None };
                }

                if (say.KeepsFailed)
                {
                    yield return say with { KeepsFailed = false };
                }

                if (say.SameText)
                {
                    yield return say with { SameText = false };
                }

                if (say.Words.Any(words => Plain(words) != words))
                {
                    yield return say with { Words = [.. say.Words.Select(Plain)] };
                }

                break;
            case Edit edit:
                foreach (var fate in Simpler(edit.Fate))
                {
                    yield return edit with { Fate = fate };
                }

                if (Plain(edit.Words) != edit.Words)
                {
                    yield return edit with { Words = Plain(edit.Words) };
                }

                if (edit.SameText)
                {
                    yield return edit with { SameText = false };
                }

                break;
            case Retry retry when retry.Fate != Fate.Answers:
                yield return new Retry(Fate.Answers);
                break;
            case Regenerate again when again.Fate != Fate.Answers:
                yield return new Regenerate(Fate.Answers);
                break;
            case AtOnce both:
                yield return new Say([both.First]);
                yield return new Say([both.Second]);
                break;
            default:
                break;
        }
    }

    private static IEnumerable<Fate> Simpler(Fate fate) => fate switch
    {
        Fate.Answers => [],
        Fate.Fails => [Fate.Answers],
        _ => [Fate.Answers, Fate.Fails],
    };

    private static Words Plain(Words words) => words.Truth() switch
    {
        Truth.Calm => Words.Calm,
        Truth.Violation => Words.Insult,
        Truth.Crisis => Words.Crisis,
        Truth.Wish => Words.Wish,
        _ => Words.Unsure,
    };
}

/// <summary>A rule that broke.</summary>
internal sealed record Breach(string Why, string Transcript);
