#if NET8_0_OR_GREATER
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
#endif

namespace ConversationGuard.Classification;

/// <summary>Units between the words of a window and the outputs: a unit speaks once the words together weigh enough, so that they mean another thing together than each alone.</summary>
internal sealed class HiddenLayer
{
    /// <summary>How many units there are.</summary>
    public const int Units = 32;

    private const int Lanes = ClassifierModel.Lanes;

    private readonly float[] _scales;
    private readonly float[] _biases;
    private readonly float[] _weights;

    /// <param name="rows">What each word of the vocabulary adds to the units.</param>
    /// <param name="scales">What one step of a row is worth, by unit.</param>
    /// <param name="biases">Where each unit begins.</param>
    /// <param name="weights">What each unit adds to the outputs, in lanes.</param>
    public HiddenLayer(sbyte[] rows, float[] scales, float[] biases, float[] weights)
    {
        Rows = rows;
        _scales = scales;
        _biases = biases;
        _weights = weights;
    }

    public sbyte[] Rows { get; }

    internal ReadOnlySpan<float> Scales => _scales;

    internal ReadOnlySpan<float> Biases => _biases;

    internal ReadOnlySpan<float> Weights => _weights;

    /// <summary>A layer that adds nothing, for a vocabulary of this size.</summary>
    public static HiddenLayer Silent(int words) => new(new sbyte[words * Units], new float[Units], new float[Units], new float[Units * Lanes]);

    /// <summary>Adds what the units say of a window, which is two chunks, to the outputs.</summary>
    public void AddTo(Span<float> outputs, ReadOnlySpan<short> chunk, ReadOnlySpan<short> previous, float damping)
    {
        for (var unit = 0; unit < Units; unit++)
        {
            var value = ((chunk[unit] + previous[unit]) * _scales[unit] * damping) + _biases[unit];
            if (value <= 0)
            {
                continue;
            }

#if NET8_0_OR_GREATER
            ref var weights = ref MemoryMarshal.GetReference(_weights.AsSpan(unit * Lanes, Lanes));
            ref var sums = ref MemoryMarshal.GetReference(outputs[..Lanes]);
            for (nuint lane = 0; lane < Lanes; lane += 8)
            {
                (Vector256.LoadUnsafe(ref sums, lane) + (Vector256.LoadUnsafe(ref weights, lane) * value)).StoreUnsafe(ref sums, lane);
            }
#else
            for (var lane = 0; lane < Lanes; lane++)
            {
                outputs[lane] += _weights[(unit * Lanes) + lane] * value;
            }
#endif
        }
    }
}
