using ConversationGuard.Tests.Doubles;

namespace ConversationGuard.Properties.Interleavings;

/// <summary>
/// Two calls at once in one conversation, and some of three, in every order of their steps. What must hold in each is in <see cref="Played.Check"/>; here stands what may come of it, all in all.
/// </summary>
[TestFixture(ChatPath.Whole)]
[TestFixture(ChatPath.Streaming)]
public class InterleavingTests(ChatPath path)
{
    private static readonly string[] _insulted = ["insult 1", "insult 2"];
    private static readonly string[] _warned = ["insult 1", "insult 2", "insult 3"];
    private static readonly string[] _ended = ["insult 1", "insult 2", "insult 3", "insult 4"];

    [Test]
    public void R11_of_two_insults_after_the_warning_one_ends_the_conversation_and_the_other_is_refused() =>
        Explore(new(_warned, [new Say("insult a"), new Say("insult b")]), 20, "ended, refused", "refused, ended");

    [Test]
    public void R2_R11_an_insult_after_the_warning_ends_it_beside_a_calm_turn() =>
        Explore(new(_warned, [new Say("insult a"), new Say("calm b")]), 255, "ended, answered", "ended, refused");

    [Test]
    public void R10_two_insults_at_the_beginning_count_as_two() =>
        Explore(new([], [new Say("insult a"), new Say("insult b")]) { JudgesAtOnce = true }, 928, "redirected, redirected");

    [Test]
    public void R3_the_second_insult_of_two_at_once_is_warned_about_only_if_both_redirections_before_it_went_out() =>
        Explore(new(["insult 1"], [new Say("insult a"), new Say("insult b")]), 4200, "redirected, redirected", "redirected, warned", "warned, redirected");

    [Test]
    public void R2_two_insults_at_once_are_both_warned_about_unless_the_warning_went_out_between_them() =>
        Explore(new(_insulted, [new Say("insult a"), new Say("insult b")]), 4200, "warned, warned", "warned, ended", "ended, warned");

    [Test]
    public void R5_a_crisis_beside_the_last_insult_is_held_if_it_is_on_record_first() =>
        Explore(new(_warned, [new Say("crisis a"), new Say("insult b")]), 2110, "supported, supported", "refused, ended");

    [Test]
    public void R5_a_crisis_beside_an_insult_is_held_whatever_is_said_first() =>
        Explore(new(_insulted, [new Say("crisis a"), new Say("insult b")]) { JudgesAtOnce = true }, 928, "supported, supported", "supported, warned");

    [Test]
    public void R10_the_same_turn_twice_at_once_is_one_turn_and_is_warned_about_twice() =>
        Explore(new(_insulted, [new Say("insult a"), new Say("insult a")]) { IsHeldByHost = true }, 1246, "warned, warned");

    [Test]
    public void R10_R11_the_same_last_turn_twice_at_once_ends_once() =>
        Explore(new(_warned, [new Say("insult a"), new Say("insult a")]) { IsHeldByHost = true }, 20, "ended, refused", "refused, ended");

    [Test]
    public void R11_R14_the_hosts_end_refuses_a_calm_turn_that_the_model_has_not_seen() =>
        Explore(new([], [new Say("calm a"), new HostEnds()]), 15, "answered, ended", "refused, ended");

    [Test]
    public void R11_R14_the_hosts_end_refuses_an_insult_that_the_model_has_not_seen() =>
        Explore(new(["insult 1"], [new Say("insult a"), new HostEnds()]), 76, "redirected, ended", "refused, ended");

    [Test]
    public void R11_the_hosts_end_and_the_last_insults_are_one_end() =>
        Explore(new(_warned, [new Say("insult a"), new HostEnds()]), 10, "ended, had ended", "refused, ended");

    [Test]
    public void R11_R14_an_end_refuses_a_turn_that_nobody_could_judge_and_the_model_has_not_seen() =>
        Explore(new(_warned, [new Say("unsure a"), new Say("insult b")]), 35, "answered, ended", "refused, ended");

    [Test]
    public void R11_R14_the_same_where_the_classifier_answers_at_once() =>
        Explore(new(_warned, [new Say("unsure a"), new Say("insult b")]) { JudgesAtOnce = true }, 6, "answered, ended", "refused, ended");

    [Test]
    public void R13_the_models_end_beside_the_last_insult_is_one_end() =>
        Explore(new(_warned, [new Say("calm a", Model.AsksForTheEnd), new Say("insult b")]), 465, "ended, refused", "refused, ended");

    [Test]
    public void R5_R13_the_model_ends_nothing_once_a_crisis_is_on_record() =>
        Explore(new(_warned, [new Say("calm a", Model.AsksForTheEnd), new Say("crisis b")]), 727, 4, "ended, refused", "answered, supported", "supported, supported");

    [Test]
    public void R12_R13_the_model_ends_nothing_at_a_wish_that_was_taken_back_before_the_answer() =>
        Explore(new(["please end this conversation"], [new Say("well", Model.AsksForTheEnd), new Say("no, go on")]), 1815, "ended, refused", "answered, answered");

    [Test]
    public void R12_R13_the_same_where_nothing_else_is_on_record() =>
        Explore(new(["please end this conversation"], [new Say("well", Model.AsksForTheEnd), new Say("no, go on")]) { JudgesAtOnce = true }, 367, "ended, refused", "answered, answered");

    [Test]
    public void R8_R10_a_failed_call_beside_an_insult_counts_and_redirects_nobody() =>
        Explore(new(["insult 1"], [new Say("insult a", Model.Fails), new Say("insult b")]), 630, "failed, redirected");

    [Test]
    public void R8_a_call_cancelled_at_any_moment_leaves_nothing_half_done() =>
        Explore(new(["insult 1"], [new Say("insult a") { IsCancelled = true }]), 7, "redirected", "cancelled");

    [Test]
    public void R8_R10_a_call_cancelled_at_any_moment_takes_nothing_from_another() =>
        Explore(new(["insult 1"], [new Say("insult a") { IsCancelled = true }, new Say("insult b")]), 1150, 3, "redirected, redirected", "redirected, warned", "warned, redirected", "cancelled, redirected");

    [Test]
    public void R11_a_call_is_refused_until_the_host_reinstates() =>
        Explore(new(_ended, [new Say("calm a"), new HostReinstates()]), 3, "refused, reinstated", "answered, reinstated");

    [Test]
    public void R11_the_last_insult_beside_a_reinstatement() =>
        Explore(new(_warned, [new Say("insult a"), new HostReinstates()]), 10, "ended, reinstated", "redirected, reinstated");

    [Test]
    public void R10_R11_a_branch_from_before_has_nothing_of_what_is_said_at_once() =>
        Explore(new(_insulted, [new Say("insult a"), new HostBranches()]) { IsHeldByHost = true }, 84, "warned, branched");

    [Test]
    public void R11_a_branch_from_before_the_end_is_open_and_the_conversation_is_not() =>
        Explore(new(_warned, [new Say("insult a"), new HostBranches()]) { IsHeldByHost = true }, 20, "ended, branched");

    [Test]
    public void R3_R10_three_insults_at_once_count_as_three() =>
        Explore(new([], [new Say("insult a"), new Say("insult b"), new Say("insult c")]), 1092, Few, "redirected, redirected, redirected", "redirected, redirected, warned", "redirected, warned, redirected", "warned, redirected, redirected");

    [Test]
    public void R11_of_three_last_insults_one_ends_the_conversation() =>
        Explore(new(_warned, [new Say("insult a"), new Say("insult b"), new Say("insult c")]), 144, Few, "ended, refused, refused", "refused, ended, refused", "refused, refused, ended");

    [Test]
    public void R5_a_crisis_beside_two_insults_is_held_if_it_is_on_record_before_the_second() =>
        Explore(new(_insulted, [new Say("crisis a"), new Say("insult b"), new Say("insult c")]), 1014, Few, "supported, supported, supported", "supported, supported, warned", "supported, warned, supported", "supported, warned, warned", "refused, ended, warned", "refused, warned, ended");

    /// <summary>Where all orders are too many: those in which somebody is interrupted at most so often.</summary>
    private const int Few = 2;

    private void Explore(Crossing crossing, int atLeast, params string[] results) => Explore(crossing, atLeast, int.MaxValue, results);

    private void Explore(Crossing crossing, int atLeast, int interruptions, params string[] results)
    {
        var before = Played.Record(crossing);
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        var orders = Explorer.Explore(
            scheduler =>
            {
                var played = new Played(crossing, path, scheduler, before);
                played.Start();
                return () =>
                {
                    played.Check();
                    seen.Add(played.Results);
                };
            },
            interruptions);
        TestContext.Out.WriteLine($"{orders} orders: {string.Join(" | ", seen)}");
        orders.Should().BeGreaterThanOrEqualTo(atLeast, "an order that is not played proves nothing");
        seen.Should().BeEquivalentTo(results);
    }
}
