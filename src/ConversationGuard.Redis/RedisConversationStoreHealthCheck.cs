using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace ConversationGuard.Redis;

/// <summary>
/// Tells whether the shared store answers. A store that does not is <see cref="HealthStatus.Degraded"/> unless registered otherwise: conversations go on, with what this process knows (R6).
/// </summary>
/// <example><code>services.AddHealthChecks().AddCheck&lt;RedisConversationStoreHealthCheck&gt;("conversation-store", HealthStatus.Degraded);</code></example>
/// <param name="store">The store.</param>
public sealed class RedisConversationStoreHealthCheck(RedisConversationStore store) : IHealthCheck
{
    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var time = await store.PingAsync(cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy(FormattableString.Invariant($"The conversation store answered in {time.TotalMilliseconds:0.0} ms."));
        }
        catch (Exception error) when (error is RedisException or TimeoutException or ObjectDisposedException)
        {
            // The exception is left out of the report: its message names servers.
            return new HealthCheckResult(context?.Registration?.FailureStatus ?? HealthStatus.Degraded, $"The conversation store does not answer: {error.GetType().Name}.");
        }
    }
}
