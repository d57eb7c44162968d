using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Conversations;
using ConversationGuard.Hosting;
using ConversationGuard.Termination;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConversationGuard.Tests.Hosting;

public class RegistrationTests
{
    private ScriptedChatClient _model = null!;
    private RecordingObserver _observer = null!;

    [SetUp]
    public void CreateDoubles() => (_model, _observer) = (new(), new());

    [TearDown]
    public void DisposeModel() => _model.Dispose();

    public static IEnumerable<TestCaseData> Overloads()
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection([new("Guard:Redirections", "1")]).Build().GetSection("Guard");
        yield return Case("defaults", string.Empty, 2, services => services.AddConversationGuard());
        yield return Case("code", string.Empty, 1, services => services.AddConversationGuard(options => options.Redirections = 1));
        yield return Case("section", string.Empty, 1, services => services.AddConversationGuard(section));
        yield return Case("named, code", "support", 1, services => services.AddConversationGuard("support", options => options.Redirections = 1));
        yield return Case("named, section", "support", 1, services => services.AddConversationGuard("support", section));
        yield return Case("section, then code", string.Empty, 3, services => services.AddConversationGuard(section).AddConversationGuard(options => options.Redirections += 2));

        static TestCaseData Case(string description, string name, int redirections, Action<IServiceCollection> add) =>
            new TestCaseData(name, redirections, add).SetArgDisplayNames(description);
    }

    [TestCaseSource(nameof(Overloads))]
    public async Task Every_overload_adds_a_working_guard(string name, int redirections, Action<IServiceCollection> add)
    {
        await using var provider = Build(services =>
        {
            add(services);
            services.AddChatClient(_model).UseConversationGuard(name.Length == 0 ? null : name);
        });
        var client = provider.GetRequiredService<IChatClient>();
        var guard = provider.GetRequiredKeyedService<IConversationGuard>(name);

        var redirected = 0;
        for (var history = new List<ChatMessage>(); ; redirected++)
        {
            history.Add(new(ChatRole.User, $"insult {redirected}"));
            var answer = await client.GetResponseAsync(history, new ChatOptions().WithConversationKey("c"));
            history.AddRange(answer.Messages);
            if (answer.Text.Contains("may be ended"))
            {
                break;
            }
        }

        redirected.Should().Be(redirections);
        (await guard.GetStatusAsync("c")).State.IsWarned.Should().BeTrue();
    }

    [Test]
    public async Task The_unnamed_guard_has_an_unkeyed_handle()
    {
        await using var provider = Build(services => services.AddConversationGuard().AddConversationGuard("other", _ => { }));

        provider.GetRequiredService<IConversationGuard>().Should().BeSameAs(provider.GetRequiredKeyedService<IConversationGuard>(string.Empty))
            .And.NotBeSameAs(provider.GetRequiredKeyedService<IConversationGuard>("other"));
    }

    [Test]
    public async Task R11_named_guards_have_settings_and_records_of_their_own()
    {
        var store = new CountingStore();
        await using var provider = Build(services =>
        {
            services.AddSingleton<IConversationStore>(store);
            services.AddConversationGuard("strict", options => options.Redirections = 1);
            services.AddConversationGuard("patient", options => options.Redirections = 5);
            services.AddKeyedChatClient("a", _model).UseConversationGuard("strict");
            services.AddKeyedChatClient("b", _model).UseConversationGuard("patient");
        });
        List<ChatMessage> history = [new(ChatRole.User, "insult 1"), new(ChatRole.Assistant, "Hm."), new(ChatRole.User, "insult 2")];
        var (a, b) = (provider.GetRequiredKeyedService<IChatClient>("a"), provider.GetRequiredKeyedService<IChatClient>("b"));

        foreach (var client in new[] { a, b })
        {
            await client.GetResponseAsync(history.Take(1), new ChatOptions().WithConversationKey("c"));
        }

        var strict = await a.GetResponseAsync(history, new ChatOptions().WithConversationKey("c"));
        var patient = await b.GetResponseAsync(history, new ChatOptions().WithConversationKey("c"));
        await provider.GetRequiredKeyedService<IConversationGuard>("strict").EndAsync("c");

        strict.Text.Should().Contain("may be ended");
        patient.Text.Should().NotContain("may be ended");
        (await provider.GetRequiredKeyedService<IConversationGuard>("patient").GetStatusAsync("c")).Ending.Should().BeNull();
        _observer.Of(GuardEventKind.TurnDecided).Select(one => one.GuardName).Should().Equal("strict", "patient", "strict", "patient");
    }

    [TestCase("", "a|c", "a", "c")]
    [TestCase("a|b", "c", "a", "b|c")]
    [TestCase("", "a|observed|c", "a", "observed|c")]
    public async Task R11_no_choice_of_names_and_keys_makes_two_conversations_one(string oneName, string oneKey, string otherName, string otherKey)
    {
        await using var provider = Build(services => services
            .AddSingleton<IConversationStore>(new CountingStore())
            .AddConversationGuard(oneName, _ => { })
            .AddConversationGuard(otherName, _ => { }));

        await provider.GetRequiredKeyedService<IConversationGuard>(oneName).EndAsync(oneKey);

        (await provider.GetRequiredKeyedService<IConversationGuard>(otherName).GetStatusAsync(otherKey)).Ending.Should().BeNull();
    }

    [Test]
    public async Task Parts_that_are_registered_with_a_name_are_for_that_guard_alone()
    {
        var shared = new CountingStore();
        var own = new CountingStore();
        var ownClassifier = new ScriptedClassifier();
        var ownObserver = new RecordingObserver();
        var decided = new List<string>();
        await using var provider = Build(services =>
        {
            services.AddSingleton<IConversationStore>(shared);
            services.AddKeyedSingleton<IConversationStore>("own", own);
            services.AddKeyedSingleton<IMessageClassifier>("own", ownClassifier);
            services.AddKeyedSingleton<IGuardObserver>("own", ownObserver);
            services.AddKeyedSingleton<ITerminationPolicy>("own", new Parts.Policy(_ =>
            {
                decided.Add("own");
                return GuardDecision.Veto(GuardAction.Continue);
            }));
            services.AddSingleton<ITerminationPolicy>(new Parts.Policy(_ =>
            {
                decided.Add("shared");
                return GuardDecision.Continue;
            }));
            services.AddConversationGuard().AddConversationGuard("own", _ => { });
            services.AddKeyedChatClient("a", _model).UseConversationGuard();
            services.AddKeyedChatClient("b", _model).UseConversationGuard("own");
        });

        await provider.GetRequiredKeyedService<IChatClient>("a").GetResponseAsync("insult", new ChatOptions().WithConversationKey("c"));
        var sharedReads = shared.Reads;
        await provider.GetRequiredKeyedService<IChatClient>("b").GetResponseAsync("insult", new ChatOptions().WithConversationKey("c"));

        decided.Should().Equal("shared", "own", "shared");
        ownClassifier.Calls.Should().Be(1);
        ownObserver.Events.Should().ContainSingle().Which.GuardName.Should().Be("own");
        _observer.Events.Should().HaveCount(2);
        shared.Reads.Should().Be(sharedReads);
        own.Reads.Should().BePositive();
        _model.Calls[0].Instructions.Should().NotBeNull();
        _model.Calls[1].Instructions.Should().BeNull();
    }

    [Test]
    public async Task Without_a_registration_the_message_says_what_to_do()
    {
        await using var provider = Build(services => services.AddChatClient(_model).UseConversationGuard());
        var get = () => provider.GetRequiredService<IChatClient>();
        var build = () => new ChatClientBuilder(_model).UseConversationGuard().Build();

        get.Should().Throw<InvalidOperationException>().WithMessage("*AddConversationGuard*");
        build.Should().Throw<InvalidOperationException>().WithMessage("*AddConversationGuard*");
    }

    [Test]
    public async Task A_wrong_name_is_said()
    {
        await using var provider = Build(services =>
        {
            services.AddConversationGuard("support", _ => { });
            services.AddChatClient(_model).UseConversationGuard("suport");
        });
        var get = () => provider.GetRequiredService<IChatClient>();

        get.Should().Throw<InvalidOperationException>().WithMessage("*\"suport\"*AddConversationGuard*");
    }

    [Test]
    public async Task A_program_without_services_gives_the_options_itself()
    {
        using var client = new ChatClientBuilder(_model).UseConversationGuard(configure: options => options.Mode = GuardMode.Enforce).Build();

        var answer = await client.GetResponseAsync("What is the capital of France?", new ChatOptions().WithConversationKey("c"));

        answer.Text.Should().Be("Reply 1");
        _model.Calls[0].Instructions.Should().BeNull();
    }

    [Test]
    public async Task Options_given_to_the_client_make_a_guard_apart()
    {
        await using var provider = Build(services => services.AddConversationGuard(options => options.Mode = GuardMode.Disabled));
        using var client = new ChatClientBuilder(_model).UseConversationGuard(configure: options => options.Redirections = 1).Build(provider);

        await client.GetResponseAsync("insult", new ChatOptions().WithConversationKey("c"));

        _model.Calls[0].Instructions.Should().Contain("insults or harassment");
    }

    [Test]
    public void Invalid_options_given_to_the_client_are_refused_when_it_is_built()
    {
        var build = () => new ChatClientBuilder(_model).UseConversationGuard(configure: options => options.Redirections = 0).Build();

        build.Should().Throw<OptionsValidationException>().WithMessage("*ConversationGuardOptions:Redirections is 0; allowed: 1 to 100.*");
    }

    [Test]
    public async Task GetService_finds_the_guard_and_what_is_inside()
    {
        await using var provider = Build(services =>
        {
            services.AddConversationGuard();
            services.AddChatClient(_model).UseConversationGuard();
        });
        var client = provider.GetRequiredService<IChatClient>();

        client.GetService<ConversationGuardChatClient>().Should().BeSameAs(client);
        client.GetService<ChatClientMetadata>()!.ProviderName.Should().Be("scripted");
        client.GetService<ScriptedChatClient>().Should().BeSameAs(_model);
        client.GetService<ConversationGuardChatClient>("key").Should().BeNull();
    }

    [Test]
    public void Null_arguments_are_refused_by_name()
    {
        var services = new ServiceCollection();
        new Action[]
        {
            () => services.AddConversationGuard((Action<ConversationGuardOptions>)null!),
            () => services.AddConversationGuard((IConfigurationSection)null!),
            () => services.AddConversationGuard(null!, _ => { }),
            () => ((IServiceCollection)null!).AddConversationGuard(),
            () => ((ChatClientBuilder)null!).UseConversationGuard(),
        }.Should().AllSatisfy(act => act.Should().Throw<ArgumentNullException>());
    }

    private ServiceProvider Build(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IMessageClassifier>(new ScriptedClassifier());
        services.AddSingleton<IGuardObserver>(_observer);
        add(services);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }
}
