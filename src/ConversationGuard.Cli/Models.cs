using ConversationGuard.Classification;
using ConversationGuard.Cli.Lines;

namespace ConversationGuard.Cli;

/// <summary>Finds the model to judge with.</summary>
internal static class Models
{
    /// <summary>Loads a model file.</summary>
    /// <param name="path">The file; the model of the package if null.</param>
    /// <exception cref="CannotRunException">The file cannot be read or is no model.</exception>
    public static EmbeddedClassifier Load(string? path)
    {
        try
        {
            return path is null ? EmbeddedClassifier.Default : FileAccessErrors.Explain(path, () => EmbeddedClassifier.FromFile(path));
        }
        catch (InvalidDataException exception)
        {
            throw new CannotRunException($"{path}: {exception.Message}");
        }
    }
}
