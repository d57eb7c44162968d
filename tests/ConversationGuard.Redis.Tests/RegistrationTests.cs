using ConversationGuard.Conversations;
using ConversationGuard.Redis.Tests.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ConversationGuard.Redis.Tests;

public class RegistrationTests
{
    private TestServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _server = await TestServer.StartAsync(ServerKind.Garnet);

    [OneTimeTearDown]
    public ValueTask StopAsync() => _server.DisposeAsync();

    [Test]
    public async Task It_is_added_by_a_connection_string_a_connection_or_a_section()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(_server.ConnectionString);
        Action<IServiceCollection>[] ways =
        [
            services => services.AddRedisConversationStore(_server.ConnectionString),
            services => services.AddRedisConversationStore(_server.ConnectionString, options => options.Expiration = TimeSpan.FromDays(1)),
            services => services.AddRedisConversationStore(connection),
            services => services.AddRedisConversationStore(connection, options => options.Expiration = TimeSpan.FromDays(1)),
            services => services.AddRedisConversationStore(Section(("ConnectionString", _server.ConnectionString), ("Expiration", "1.00:00:00"))),
        ];
        for (var i = 0; i < ways.Length; i++)
        {
            var services = new ServiceCollection().AddConversationGuard();
            ways[i](services);
            await using var provider = services.BuildServiceProvider();
            var guard = provider.GetRequiredService<IConversationGuard>();

            var before = await guard.GetStatusAsync("shared");
            await guard.EndAsync("shared");

            (before.Ending is null).Should().Be(i == 0, "each way leads to the same server");
            provider.GetRequiredService<IConversationStore>().Should().BeOfType<RedisConversationStore>();
        }
    }

    [TestCase("Expiration", "00:00:01", "Shared:Expiration is 00:00:01; allowed: 00:01:00 to 3650.00:00:00.")]
    [TestCase("KeyPrefix", " ", "Shared:KeyPrefix is empty*")]
    [TestCase("Database", "-3", "Shared:Database is -3*")]
    [TestCase("ConnectionString", "", "Shared:ConnectionString is missing*")]
    [TestCase("ConnectionString", "localhost,pasword=hunter2", "Shared:ConnectionString cannot be read*")]
    [TestCase("Expiry", "1", "Shared:*Expiry*")]
    [TestCase("Expiration", "soon", "Shared:*")]
    public async Task What_cannot_be_used_stops_the_host_at_its_start_with_the_name_of_the_key(string key, string value, string message)
    {
        var values = new Dictionary<string, string?> { ["Shared:ConnectionString"] = "localhost", ["Shared:" + key] = value };
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(values);
        builder.Services.AddRedisConversationStore(builder.Configuration.GetSection("Shared"));
        using var host = builder.Build();

        (await host.Awaiting(it => it.StartAsync()).Should().ThrowAsync<OptionsValidationException>().WithMessage(message)).Which.Message.Should().NotContain("hunter2");
    }

    [Test]
    public async Task The_health_check_follows_the_server()
    {
        await using var server = await TestServer.StartAsync(ServerKind.Garnet);
        var services = new ServiceCollection().AddLogging().AddRedisConversationStore(server.ConnectionString);
        services.AddHealthChecks().AddCheck<RedisConversationStoreHealthCheck>("conversation-store", HealthStatus.Degraded);
        await using var provider = services.BuildServiceProvider();
        var health = provider.GetRequiredService<HealthCheckService>();

        var up = (await health.CheckHealthAsync()).Entries["conversation-store"];
        await server.KillAsync();
        var down = (await health.CheckHealthAsync()).Entries["conversation-store"];

        up.Status.Should().Be(HealthStatus.Healthy);
        up.Description.Should().Contain("answered in");
        down.Status.Should().Be(HealthStatus.Degraded);
        (down.Description + down.Exception).Should().Contain("does not answer").And.NotContain("127.0.0.1");
    }

    [Test]
    public async Task A_server_that_is_down_does_not_keep_the_host_from_starting()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddConversationGuard();
        builder.Services.AddRedisConversationStore("127.0.0.1:1,connectTimeout=500");
        using var host = builder.Build();

        await host.StartAsync();

        host.Services.GetRequiredService<IConversationGuard>().Should().NotBeNull();
    }

    private static IConfigurationSection Section(params (string Key, string? Value)[] values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(value => KeyValuePair.Create("Shared:" + value.Key, value.Value)))
        .Build()
        .GetSection("Shared");
}
