using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ConversationGuard.Redis;

/// <summary>Says of every option that cannot be used: its key and what is allowed. A connection string is not repeated: it may hold a password.</summary>
/// <param name="path">Where the options come from, for example the configuration section's path.</param>
/// <param name="needsConnection">Whether the store makes its own connection.</param>
internal sealed class RedisOptionsValidator(string path, bool needsConnection) : IValidateOptions<RedisConversationStoreOptions>
{
    private static readonly TimeSpan _least = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _most = TimeSpan.FromDays(3650);

    public ValidateOptionsResult Validate(string? name, RedisConversationStoreOptions options)
    {
        string[] failures = [.. Check(options)];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Check(RedisConversationStoreOptions options)
    {
        if (needsConnection && !IsConnectionString(options.ConnectionString))
        {
            var problem = string.IsNullOrWhiteSpace(options.ConnectionString) ? "is missing" : "cannot be read";
            yield return $"{path}:ConnectionString {problem}; allowed: a connection string of StackExchange.Redis such as \"localhost:6379,password=...\".";
        }

        if (string.IsNullOrWhiteSpace(options.KeyPrefix))
        {
            yield return $"{path}:KeyPrefix is empty; allowed: a text that keeps these keys apart from others, such as \"conversation-guard:\".";
        }

        if (options.Expiration < _least || options.Expiration > _most)
        {
            yield return FormattableString.Invariant($"{path}:Expiration is {options.Expiration}; allowed: {_least} to {_most}.");
        }

        if (options.Database < -1)
        {
            yield return FormattableString.Invariant($"{path}:Database is {options.Database}; allowed: -1 (the connection's own), or 0 and more.");
        }
    }

    private static bool IsConnectionString(string? text)
    {
        try
        {
            return !string.IsNullOrWhiteSpace(text) && ConfigurationOptions.Parse(text!).EndPoints.Count > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
