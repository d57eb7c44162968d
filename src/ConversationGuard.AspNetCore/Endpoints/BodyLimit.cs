using Microsoft.AspNetCore.Http.Metadata;

namespace ConversationGuard.AspNetCore;

/// <summary>The largest body that is read; what is in it has limits of its own.</summary>
internal sealed class BodyLimit : IRequestSizeLimitMetadata
{
    public long? MaxRequestBodySize => 2 * 1024 * 1024;
}
