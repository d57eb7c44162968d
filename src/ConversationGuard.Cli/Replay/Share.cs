namespace ConversationGuard.Cli.Replay;

/// <summary>How many of how many, and between which bounds the true share lies with 95 % confidence.</summary>
/// <remarks>
/// Wilson's score interval: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American Statistical Association 22 (1927). Unlike
/// the plain normal one it has an upper bound above 0 where nothing was counted.
/// </remarks>
/// <param name="Count">How many.</param>
/// <param name="Of">Of how many.</param>
internal readonly record struct Share(long Count, long Of)
{
    /// <summary>The 97.5 % quantile of the normal distribution.</summary>
    private const double Z = 1.959963984540054;

    /// <summary>Gets the share; null of nothing.</summary>
    public double? Value => Of == 0 ? null : Count / (double)Of;

    public double Low => Of == 0 || Count == 0 ? 0 : Math.Max(0, Middle - Margin);

    public double High => Of == 0 || Count == Of ? 1 : Math.Min(1, Middle + Margin);

    private double Scale => 1 + (Z * Z / Of);

    private double Middle => (Value!.Value + (Z * Z / (2 * Of))) / Scale;

    private double Margin => Z / Scale * Math.Sqrt((Value!.Value * (1 - Value.Value) / Of) + (Z * Z / (4.0 * Of * Of)));
}
