using ConversationGuard.Conversations;
using Microsoft.Extensions.Time.Testing;

namespace ConversationGuard.Testing.Tests;

public class StoreConformanceTests
{
    [TestCaseSource(typeof(ConversationStoreConformance), nameof(ConversationStoreConformance.Checks))]
    public async Task The_store_in_memory_conforms(ConversationStoreCheck check)
    {
        var time = new FakeTimeProvider();
        var store = new InMemoryConversationStore(expiration: TimeSpan.FromHours(1), timeProvider: time);
        var subject = new ConversationStoreSubject(() => store)
        {
            IsShared = true,
            Expiration = TimeSpan.FromHours(1),
            PassTime = passed =>
            {
                time.Advance(passed);
                return Task.CompletedTask;
            },
        };

        check.AppliesTo(subject).Should().BeTrue();
        await check.RunAsync(subject);
    }

    [Test]
    public async Task Each_check_is_found_by_its_name()
    {
        ConversationStoreConformance.Names.Should().OnlyHaveUniqueItems().And.HaveCount(ConversationStoreConformance.Checks.Count);
        foreach (var name in ConversationStoreConformance.Names)
        {
            var applied = await ConversationStoreConformance.RunAsync(name, new ConversationStoreSubject(() => new InMemoryConversationStore()));

            applied.Should().Be(!name.Contains("instance", StringComparison.Ordinal) && !name.Contains("expire", StringComparison.Ordinal) && !name.Contains("extends", StringComparison.Ordinal));
        }
    }

    [TestCase(Fault.ForgetsWrites, "A_ledger_is_read_back_as_it_was")]
    [TestCase(Fault.IgnoresVersions, "An_update_that_expects_another_version_changes_nothing")]
    [TestCase(Fault.IgnoresVersions, "An_update_that_expects_nothing_fails_where_there_is_something")]
    [TestCase(Fault.IgnoresVersions, "Of_updates_at_once_on_one_version_one_wins")]
    [TestCase(Fault.IgnoresVersions, "An_update_that_expects_something_fails_where_there_is_nothing")]
    [TestCase(Fault.IgnoresVersions, "A_version_from_before_a_removal_is_not_accepted_after_it")]
    [TestCase(Fault.IgnoresCase, "Keys_are_compared_letter_by_letter")]
    [TestCase(Fault.SwapsInTwoSteps, "Of_updates_at_once_on_one_version_one_wins")]
    [TestCase(Fault.SwapsInTwoSteps, "R10_every_turn_of_parallel_writers_counts_once")]
    [TestCase(Fault.IgnoresCancellation, "A_cancelled_call_changes_nothing")]
    [TestCase(Fault.NeverRemoves, "What_was_removed_is_clean")]
    [TestCase(Fault.DropsEvidence, "A_ledger_is_read_back_as_it_was")]
    [TestCase(Fault.IsNotShared, "R11_what_one_instance_writes_another_reads")]
    [TestCase(Fault.IsNotShared, "R11_what_one_instance_writes_another_cannot_overwrite_unseen")]
    [TestCase(Fault.NeverExpires, "What_expired_is_clean")]
    [TestCase(Fault.ExpiresByFirstWrite, "R11_every_write_extends_the_time")]
    public async Task A_store_with_a_fault_is_found_out(Fault fault, string name)
    {
        var time = new FakeTimeProvider();
        FaultyStore shared = new(fault, time);
        var subject = new ConversationStoreSubject(() => fault == Fault.IsNotShared ? new FaultyStore(fault, time) : shared)
        {
            IsShared = true,
            Expiration = TimeSpan.FromHours(1),
            PassTime = passed =>
            {
                time.Advance(passed);
                return Task.CompletedTask;
            },
        };

        (await FluentActions.Awaiting(() => ConversationStoreConformance.RunAsync(name, subject)).Should().ThrowAsync<ConversationGuardTestException>())
            .Which.Message.Should().StartWith("The store does not conform: ");
    }

    [Test]
    public async Task A_check_that_does_not_exist_is_no_check_passed() =>
        await FluentActions.Awaiting(() => ConversationStoreConformance.RunAsync("no such", new ConversationStoreSubject(() => new InMemoryConversationStore()))).Should().ThrowAsync<ArgumentException>();
}
