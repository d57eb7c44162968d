using System.Diagnostics;
using System.Security.Cryptography;
using ConversationGuard.Classification;
using ConversationGuard.Training;

string? data = null;
string? output = null;
string? model = null;
var project = FindProject();
var evaluate = false;
var judge = false;
var classify = false;
string? errors = null;
var sets = new List<string>();
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--data" when i + 1 < args.Length:
            data = args[++i];
            break;
        case "--output" when i + 1 < args.Length:
            output = args[++i];
            break;
        case "--model" when i + 1 < args.Length:
            model = args[++i];
            break;
        case "--evaluate":
            evaluate = true;
            break;
        case "--judge":
            judge = true;
            break;
        case "--errors" when i + 1 < args.Length:
            errors = args[++i];
            break;
        case "--set" when i + 1 < args.Length:
            sets.Add(args[++i]);
            break;
        case "--classify":
            classify = true;
            break;
        default:
            Console.Error.WriteLine($"Unknown argument: {args[i]}");
            return Usage();
    }
}

if (data is null || !Directory.Exists(data))
{
    return Usage();
}

output ??= Path.Combine(project, "../ConversationGuard/Classification/embedded.model");
var sources = new Sources(data, project);
var clock = Stopwatch.StartNew();
if (sets.Count > 0)
{
    foreach (var set in sets)
    {
        var trial = new TrainingSettings();
        foreach (var pair in set.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var property = typeof(TrainingSettings).GetProperty(pair.Split('=')[0])!;
            property.SetValue(trial, Convert.ChangeType(pair.Split('=')[1], property.PropertyType, System.Globalization.CultureInfo.InvariantCulture));
        }

        Console.WriteLine($"=== {set}");
        new Evaluation(sources, trial, Console.Out).Compare(errors);
        Console.WriteLine($"{clock.Elapsed.TotalSeconds:F0} s");
    }

    return 0;
}

if (evaluate)
{
    new Evaluation(sources, new TrainingSettings(), Console.Out).Run(model ?? output, errors);
    return 0;
}

if (judge)
{
    new Evaluation(sources, new TrainingSettings(), Console.Out).ReportModel(EmbeddedClassifier.FromFile(model ?? output), sources.ReadAll());
    return 0;
}

if (classify)
{
    Classify(EmbeddedClassifier.FromFile(model ?? output));
    return 0;
}

var texts = sources.ReadAll();
Log($"{texts.Count} texts of {texts.Select(text => text.Source).Distinct().Count()} sources");
var builder = new ModelBuilder(new TrainingSettings(), texts, sources);
Log($"{builder.FeatureCount} features, {builder.WordCount} words");
var chosen = Enumerable.Range(0, texts.Count).Where(i => !texts[i].HeldOut).ToList();
var built = builder.Build(chosen, Evaluation.Folds, Log);
using var bytes = new MemoryStream();
built.Save(bytes);
File.WriteAllBytes(output, bytes.ToArray());
Log($"wrote {output}: {bytes.Length} bytes, sha256 {Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()))}");
return 0;

void Log(string message) => Console.WriteLine($"{clock.Elapsed.TotalSeconds,6:F1} s  {message}");

// One line of the standard input after the other.
static void Classify(EmbeddedClassifier classifier)
{
    while (Console.ReadLine() is { } line)
    {
        var result = classifier.Classify(line);
        var scores = result.Scores.OrderByDescending(score => score.Score).Select(score => FormattableString.Invariant($"{score.Category} {score.Score:F2}"));
        Console.WriteLine($"{(result.IsUnsure ? "unsure " : string.Empty)}[{string.Join(", ", scores)}] {line}");
    }
}

static int Usage()
{
    Console.Error.WriteLine("Usage: ConversationGuard.Training --data DIRECTORY [--output FILE]      trains the model");
    Console.Error.WriteLine("       ConversationGuard.Training --data DIRECTORY --evaluate [--model FILE] [--errors FILE]   judges the training, each source left out, and the model; writes every score to a file");
    Console.Error.WriteLine("       ConversationGuard.Training --data DIRECTORY --judge [--model FILE]      judges the model alone");
    Console.Error.WriteLine("       ConversationGuard.Training --data DIRECTORY --classify [--model FILE]   classifies the lines of the standard input");
    return 2;
}

// The corpus lies beside the sources of this program, wherever it was built.
static string FindProject()
{
    for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
    {
        var candidate = Path.Combine(directory.FullName, "src", "ConversationGuard.Training");
        if (Directory.Exists(candidate))
        {
            return candidate;
        }
    }

    return Directory.GetCurrentDirectory();
}
