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

    /// <param name="scales">What one step of a word's row is worth, by unit.</param>
    /// <param name="biases">Where each unit begins.</param>
    /// <param name="weights">What each unit adds to the outputs, in lanes.</param>
    public HiddenLayer(float[] scales, float[] biases, float[] weights)
    {
        _scales = scales;
        _biases = biases;
        _weights = weights;
    }

    internal ReadOnlySpan<float> Scales => _scales;

    internal ReadOnlySpan<float> Biases => _biases;

    internal ReadOnlySpan<float> Weights => _weights;

    /// <summary>A layer that adds nothing.</summary>
    public static HiddenLayer Silent() => new(new float[Units], new float[Units], new float[Units * Lanes]);

    /// <summary>Adds what the units say of a window, which is two chunks, to the outputs.</summary>
    public void AddTo(Span<float> outputs, ReadOnlySpan<short> chunk, ReadOnlySpan<short> previous, float damping)
    {
        // A unit that does not speak adds nothing instead of being left out: which do cannot be foretold.
#if NET8_0_OR_GREATER
        ref var weights = ref MemoryMarshal.GetArrayDataReference(_weights);
        ref var sums = ref MemoryMarshal.GetReference(outputs[..Lanes]);
        var (low, high) = (Vector256.LoadUnsafe(ref sums), Vector256.LoadUnsafe(ref sums, Lanes / 2));
        for (var unit = 0; unit < Units; unit++)
        {
            var value = ValueOf(unit, chunk, previous, damping);
            low += Vector256.LoadUnsafe(ref weights, (nuint)(unit * Lanes)) * value;
            high += Vector256.LoadUnsafe(ref weights, (nuint)(unit * Lanes) + (Lanes / 2)) * value;
        }

        low.StoreUnsafe(ref sums);
        high.StoreUnsafe(ref sums, Lanes / 2);
#else
        for (var unit = 0; unit < Units; unit++)
        {
            var value = ValueOf(unit, chunk, previous, damping);
            for (var lane = 0; lane < Lanes; lane++)
            {
                outputs[lane] += _weights[(unit * Lanes) + lane] * value;
            }
        }
#endif
    }

    private float ValueOf(int unit, ReadOnlySpan<short> chunk, ReadOnlySpan<short> previous, float damping) =>
        Math.Max(0, ((chunk[unit] + previous[unit]) * _scales[unit] * damping) + _biases[unit]);
}
