namespace ConversationGuard.AspNetCore.Tests;

/// <summary>The files of feedback and appeals.</summary>
public class JsonLinesFeedbackStoreTests
{
    private DirectoryInfo _folder = null!;

    private string Entries => Path.Combine(_folder.FullName, "deep", "entries.jsonl");

    [SetUp]
    public void MakeAFolder() => _folder = Directory.CreateTempSubdirectory("conversation-guard");

    [TearDown]
    public void RemoveIt() => _folder.Delete(recursive: true);

    [Test]
    public async Task Several_writers_at_once_lose_nothing_and_mix_nothing()
    {
        // Two stores, as two processes have them.
        using var one = Store();
        using var other = Store();
        var text = new string('ü', 20_000);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => (i % 2 == 0 ? one : other).AddAsync(Entry($"{i}", text)).AsTask())));

        (await one.ReadAsync()).Select(entry => (entry.Id, entry.Comment)).Should().BeEquivalentTo(Enumerable.Range(0, 40).Select(i => ($"{i}", text)));
    }

    [Test]
    public async Task A_line_that_a_crash_cut_short_costs_that_line_alone()
    {
        using var store = Store();
        await store.AddAsync(Entry("before"));
        await File.AppendAllTextAsync(Entries, """{"id":"cut sh""");

        await store.AddAsync(Entry("after"));

        (await store.ReadAsync()).Select(entry => entry.Id).Should().Equal("before", "after");
    }

    [Test]
    public async Task Nothing_was_handed_in_yet()
    {
        using var store = Store();

        (await store.ReadAsync()).Should().BeEmpty();
    }

    [Test]
    public async Task What_was_added_is_read_again()
    {
        using var store = Store();
        var entry = Entry("one", "why\n\"so\"") with
        {
            Kind = FeedbackKind.Appeal,
            Phase = DeEscalation.ConversationPhase.Ended,
            Reason = "persistent_abuse",
            Category = "hate",
            IsFair = false,
            Messages = [new("user", "hello", "m1"), new("assistant", "hi")],
        };

        await store.AddAsync(entry);

        (await store.ReadAsync()).Should().ContainSingle().Which.Should().BeEquivalentTo(entry);
    }

    private JsonLinesFeedbackStore Store() => new(Entries, Path.Combine(_folder.FullName, "labelled.jsonl"));

    private static FeedbackEntry Entry(string id, string? comment = null) =>
        new() { Id = id, Kind = FeedbackKind.Feedback, ConversationKey = "chat-1", At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), Comment = comment };
}
