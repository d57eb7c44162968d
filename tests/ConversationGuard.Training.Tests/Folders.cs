namespace ConversationGuard.Training.Tests;

/// <summary>Finds the training sources of this checkout, and the public data beside it.</summary>
internal static class Folders
{
    public static string Training { get; } = Find(Path.Combine("src", "ConversationGuard.Training"))
        ?? throw new DirectoryNotFoundException("The tests run inside a checkout, and this is none.");

    /// <summary>Gets the public data; a test that finds none is skipped by name.</summary>
    public static string Data
    {
        get
        {
            var folder = Find(Path.Combine("shared", "data"));
            if (folder is null)
            {
                Assert.Ignore("This test needs the folder shared/data beside the checkout.");
            }

            return folder!;
        }
    }

    private static string? Find(string relativePath)
    {
        for (var folder = new DirectoryInfo(TestContext.CurrentContext.TestDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, relativePath);
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
