namespace ConversationGuard.Redis.Tests.Servers;

/// <summary>The servers that the tests run on.</summary>
public enum ServerKind
{
    /// <summary>Garnet in this process, with scripts: nothing needs to be installed.</summary>
    Garnet,

    /// <summary>Garnet in this process as it comes, without scripts.</summary>
    GarnetWithoutScripts,

    /// <summary>The real redis-server, where one is installed.</summary>
    Redis,

    /// <summary>The real valkey-server, where one is installed.</summary>
    Valkey,

    /// <summary>Three of the real redis-server, where one is installed, as one cluster.</summary>
    RedisCluster,
}
