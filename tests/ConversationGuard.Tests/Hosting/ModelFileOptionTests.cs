using ConversationGuard.ChatCompletion;
using ConversationGuard.Classification;
using ConversationGuard.Tests.Doubles;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ConversationGuard.Tests.Hosting;

/// <summary>A model of the host's own is loaded by configuration; one that cannot be used stops the host at its start.</summary>
public sealed class ModelFileOptionTests
{
    private string _file = null!;

    [SetUp]
    public void Create() => _file = Path.GetTempFileName();

    [TearDown]
    public void Delete() => File.Delete(_file);

    [Test]
    public async Task The_model_of_the_file_judges()
    {
        Write(Suspicious());
        var observer = new RecordingObserver();

        await SayHelloAsync(observer, _file);
        await SayHelloAsync(observer, file: null);

        observer.Of(GuardEventKind.TurnDecided).Select(decided => decided.Turn.Kind).Should().Equal(TurnKind.Violation, TurnKind.Calm);
    }

    [Test]
    public async Task A_registered_classifier_comes_before_the_file()
    {
        Write(Suspicious());
        var observer = new RecordingObserver();

        await SayHelloAsync(observer, _file, services => services.AddSingleton<IMessageClassifier>(new ScriptedClassifier()));

        observer.Of(GuardEventKind.TurnDecided).Single().Turn.Kind.Should().Be(TurnKind.Calm);
    }

    [Test]
    public async Task A_guard_set_in_code_alone_takes_the_file_too()
    {
        Write(Suspicious());
        using var model = new ScriptedChatClient();
        using var client = model.AsBuilder().UseConversationGuard(configure: options => options.ClassifierModelFile = _file).Build();

        await client.GetResponseAsync([new ChatMessage(ChatRole.User, "Hello")], new ChatOptions().WithConversationKey("a"));

        model.Calls.Single().Instructions.Should().NotBeNull("every message is a violation to this model");
    }

    [Test]
    public async Task A_file_that_is_missing_stops_the_host()
    {
        File.Delete(_file);

        (await StartingAsync()).Should().Contain("ConversationGuard:ClassifierModelFile").And.Contain(_file).And.Contain("cannot be used");
    }

    [Test]
    public async Task A_file_that_is_cut_short_stops_the_host()
    {
        Write(Suspicious()[..100_000]);

        (await StartingAsync()).Should().Contain(_file).And.Contain("cut short or damaged");
    }

    [Test]
    public async Task A_file_of_another_version_stops_the_host()
    {
        var model = Suspicious();
        model[7] = 99;
        Write(model);

        (await StartingAsync()).Should().Contain(_file).And.Contain("version 99");
    }

    [Test]
    public async Task Another_kind_of_file_stops_the_host()
    {
        Write("{}"u8.ToArray());

        (await StartingAsync()).Should().Contain(_file).And.Contain("not a model file");
    }

    [Test]
    public async Task An_empty_name_is_none()
    {
        var observer = new RecordingObserver();

        await SayHelloAsync(observer, string.Empty);

        observer.Of(GuardEventKind.TurnDecided).Single().Turn.Kind.Should().Be(TurnKind.Calm);
    }

    [Test]
    public void In_code_a_file_that_cannot_be_used_is_an_error_when_the_client_is_built()
    {
        using var model = new ScriptedChatClient();

        model.AsBuilder().UseConversationGuard(configure: options => options.ClassifierModelFile = _file).Invoking(builder => builder.Build())
            .Should().Throw<OptionsValidationException>().WithMessage("*ClassifierModelFile*");
    }

    private static async Task SayHelloAsync(RecordingObserver observer, string? file, Action<IServiceCollection>? register = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IGuardObserver>(observer);
        services.AddConversationGuard(Section(file));
        services.AddChatClient(new ScriptedChatClient()).UseConversationGuard();
        register?.Invoke(services);
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<IChatClient>().GetResponseAsync([new ChatMessage(ChatRole.User, "Hello")], new ChatOptions().WithConversationKey("a"));
    }

    private async Task<string> StartingAsync()
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddConversationGuard(Section(_file));
        using var host = builder.Build();
        return (await host.Invoking(one => one.StartAsync()).Should().ThrowAsync<OptionsValidationException>()).Which.Message;
    }

    private static IConfigurationSection Section(string? file) => new ConfigurationBuilder()
        .AddInMemoryCollection([new("ConversationGuard:Culture", "en"), .. file is null ? [] : new KeyValuePair<string, string?>[] { new("ConversationGuard:ClassifierModelFile", file) }])
        .Build().GetSection("ConversationGuard");

    private void Write(byte[] content) => File.WriteAllBytes(_file, content);

    /// <summary>The model of the package with a bias that makes harassment of everything.</summary>
    private static byte[] Suspicious()
    {
        using var stream = new MemoryStream();
        EmbeddedClassifier.Default.Model.Save(stream);
        var bytes = stream.ToArray();

        // After the magic, the version and the number of categories come their names, then the scales, then the biases.
        var biases = 7 + 1 + sizeof(int) + HarmCategory.WellKnown.Sum(category => 1 + category.Value.Length) + (ClassifierModel.Outputs * sizeof(float));
        BitConverter.GetBytes(1000f).CopyTo(bytes, biases);
        return bytes;
    }
}
