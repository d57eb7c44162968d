namespace ConversationGuard.Cli.Lines;

/// <summary>Tells in plain words why a file cannot be used.</summary>
internal static class FileAccessErrors
{
    public static T Explain<T>(string path, Func<T> use)
    {
        try
        {
            return Directory.Exists(path) ? throw new CannotRunException($"{Path.GetFullPath(path)} is a directory.") : use();
        }
        catch (FileNotFoundException)
        {
            throw new CannotRunException($"There is no file {Path.GetFullPath(path)}.");
        }
        catch (DirectoryNotFoundException)
        {
            throw new CannotRunException($"There is no folder {Path.GetDirectoryName(Path.GetFullPath(path))}.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CannotRunException($"The file {path} cannot be opened: {exception.Message}");
        }
    }
}
