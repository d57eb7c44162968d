using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using ConversationGuard.Classification;
using ConversationGuard.Cli.Lines;
using ConversationGuard.Training;

namespace ConversationGuard.Cli.Train;

/// <summary><c>train</c>: makes a model file for the embedded classifier.</summary>
internal static class TrainCommand
{
    private const int CalibrationFolds = 3;

    /// <summary>The corpus, labels and word classes that ship with this program.</summary>
    private static string ShippedFolder => Path.Combine(AppContext.BaseDirectory, "training");

    public static Command Create(Surroundings surroundings)
    {
        var sources = new Argument<string?>("SOURCES") { Description = "The folder of the public data sets that the model in the package is trained on; left out, the corpus of the project alone is.", Arity = ArgumentArity.ZeroOrOne };
        var add = new Option<string[]>("--add") { Description = "Your own JSON lines {\"text\",\"labels\":[\"harassment\",...],\"lang\",\"group\"}; may be given several times.", HelpName = "FILE" };
        var output = new Option<string>("--output") { Description = "The model file to write.", HelpName = "FILE", Required = true };
        var project = new Option<string>("--project")
        {
            Description = "The folder with Corpus, Labels, Templates.txt and WordClasses.txt to train from.",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => ShippedFolder,
            Hidden = true,
        };
        var command = new Command("train", "Trains a model file for the embedded classifier. The same data give the same file, bit for bit.") { sources, add, output, project };
        command.WithExamples(
            ("train --add own.jsonl --output own.model", "the project's corpus and your own labelled lines"),
            ("train data --output embedded.model", "the model in the package, from the data sets that it is made of"),
            ("train data --add own.jsonl --output own.model", "all of that and your own lines"),
            ("evaluate held-out.jsonl --model own.model", "how well it judges lines that it was not trained on"));
        command.SetAction((parsed, cancellationToken) => surroundings.GuardAsync(() => RunAsync(
            parsed.GetValue(sources), parsed.GetValue(add) ?? [], parsed.GetRequiredValue(output), parsed.GetRequiredValue(project), surroundings, cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(string? folder, string[] add, string output, string project, Surroundings surroundings, CancellationToken cancellationToken)
    {
        if (folder is not null && !Directory.Exists(folder))
        {
            throw new CannotRunException($"There is no folder {Path.GetFullPath(folder)}.");
        }

        var run = new LineRun(surroundings);
        var own = new List<LabelledText>();
        foreach (var path in add)
        {
            await using var lines = LineInput.Open(path, surroundings);
            await run.RunAsync(
                lines,
                OwnText.Parse,
                text =>
                {
                    own.Add(text);
                    return default;
                },
                output: null,
                cancellationToken);
        }

        var sources = new Sources(folder ?? project, project);
        var texts = folder is null ? sources.ReadCorpusAnd(own) : own.Count == 0 ? sources.ReadAll() : sources.ReadAllAnd(own);
        Tell($"{texts.Count} texts, {own.Count} of them your own");
        var builder = new ModelBuilder(new TrainingSettings(), texts, sources);
        cancellationToken.ThrowIfCancellationRequested();
        var model = builder.Build([.. Enumerable.Range(0, texts.Count).Where(i => !texts[i].HeldOut)], CalibrationFolds, message =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            Tell($"{message}");
        });
        Write(model, output, Tell);
        return run.ExitCode;

        void Tell(FormattableString message) => surroundings.Errors.WriteLine(message.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The file appears whole or not at all: a guard may be about to read it.</summary>
    private static void Write(ClassifierModel model, string output, Action<FormattableString> tell)
    {
        using var bytes = new MemoryStream();
        model.Save(bytes);
        var content = bytes.ToArray();
        var unfinished = output + ".unfinished";
        FileAccessErrors.Explain(output, () =>
        {
            File.WriteAllBytes(unfinished, content);
            File.Move(unfinished, output, overwrite: true);
            return true;
        });
        tell($"wrote {output}: {content.Length} bytes, sha256 {Convert.ToHexStringLower(SHA256.HashData(content))}");
    }
}
