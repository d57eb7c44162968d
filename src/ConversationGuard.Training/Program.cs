using System.Diagnostics;
using System.Globalization;
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
var compare = false;
var report = false;
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
        case "--report":
            report = true;
            break;
        case "--compare":
            compare = true;
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
if (compare)
{
    foreach (var set in sets.DefaultIfEmpty(string.Empty))
    {
        Console.WriteLine($"# {(set.Length == 0 ? "as it is" : set)}");
        new Evaluation(sources, SettingsWith(set), Console.Out).Compare(errors);
        Log("compared");
    }

    return 0;
}

if (evaluate)
{
    new Evaluation(sources, new TrainingSettings(), Console.Out).Run(model ?? output, errors);
    return 0;
}

if (report)
{
    new Evaluation(sources, new TrainingSettings(), Console.Out).WriteReport(model ?? output);
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

// "Dropout=0.5,Decay=0.01": the settings that are not named stay as they are.
static TrainingSettings SettingsWith(string changes)
{
    var settings = new TrainingSettings();
    foreach (var change in changes.Split(',', StringSplitOptions.RemoveEmptyEntries))
    {
        var equals = change.IndexOf('=', StringComparison.Ordinal);
        var property = typeof(TrainingSettings).GetProperty(change[..Math.Max(0, equals)]) ?? throw new FormatException($"\"{change}\" names no setting of the training.");
        property.SetValue(settings, Convert.ChangeType(change[(equals + 1)..], property.PropertyType, CultureInfo.InvariantCulture));
    }

    return settings;
}

static int Usage()
{
    Console.Error.WriteLine("Usage: ConversationGuard.Training --data DIRECTORY [--output FILE]      trains the model");
    Console.Error.WriteLine("       ConversationGuard.Training --data DIRECTORY --evaluate [--model FILE] [--errors FILE]   judges the training, each source left out, and the model; writes every score to a file");
    Console.Error.WriteLine("       ConversationGuard.Training --data DIRECTORY --compare [--set NAME=VALUE,...]... [--errors FILE]   says in few lines what the training, or another setting of it, is worth");
    Console.Error.WriteLine("       ConversationGuard.Training --data DIRECTORY --report [--model FILE]     writes the tables of the model card");
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
