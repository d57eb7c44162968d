using ConversationGuard.Cli.Replay;

namespace ConversationGuard.Cli.Tests.Replay;

public sealed class ShareTests
{
    /// <summary>
    /// With z = 1.96 and z² = 3.8415. None of 10: 3.8415 / 13.8415 = 0.2775. 5 of 10: 0.5 ± 1.96 sqrt(0.25 / 10 + 3.8415 / 400) / 1.38415 = 0.5 ± 0.2634.
    /// 1 of 1,000: (0.001 + 0.0019207 ± 1.96 sqrt(0.000000999 + 0.00000096037)) / 1.0038415 = 0.0029096 ± 0.0027329.
    /// </summary>
    [TestCase(0, 10, 0, 0.2775)]
    [TestCase(10, 10, 0.7225, 1)]
    [TestCase(5, 10, 0.2366, 0.7634)]
    [TestCase(1, 1000, 0.00018, 0.00564)]
    [TestCase(0, 0, 0, 1)]
    public void The_bounds_are_those_computed_by_hand(long count, long of, double low, double high)
    {
        var share = new Share(count, of);

        share.Low.Should().BeApproximately(low, 0.0001);
        share.High.Should().BeApproximately(high, 0.0001);
    }
}
