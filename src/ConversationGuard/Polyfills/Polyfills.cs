#if NETSTANDARD2_0
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace System;

/// <summary>Members of later frameworks, under the same names.</summary>
internal static class Polyfills
{
    extension(ArgumentNullException)
    {
        public static void ThrowIfNull([NotNull] object? argument, [CallerArgumentExpression(nameof(argument))] string? paramName = null)
        {
            if (argument is null)
            {
                throw new ArgumentNullException(paramName);
            }
        }
    }

    extension(Enum)
    {
        public static bool IsDefined<TEnum>(TEnum value)
            where TEnum : struct, Enum => Enum.IsDefined(typeof(TEnum), value);

        public static string[] GetNames<TEnum>()
            where TEnum : struct, Enum => Enum.GetNames(typeof(TEnum));
    }

    extension(RandomNumberGenerator)
    {
        public static void Fill(byte[] data)
        {
            using var random = RandomNumberGenerator.Create();
            random.GetBytes(data);
        }
    }

    extension(SHA256)
    {
        public static byte[] HashData(byte[] source)
        {
            using var sha = SHA256.Create();
            return sha.ComputeHash(source);
        }
    }

    extension(IncrementalHash hash)
    {
        public void AppendData(ReadOnlySpan<byte> data) => hash.AppendData(data.ToArray());

        public int GetHashAndReset(Span<byte> destination)
        {
            var value = hash.GetHashAndReset();
            value.CopyTo(destination);
            return value.Length;
        }
    }

    extension(string text)
    {
        public bool Contains(string value, StringComparison comparison) => text.IndexOf(value, comparison) >= 0;
    }

    extension(Stream stream)
    {
        public void ReadExactly(Span<byte> destination)
        {
            var part = new byte[Math.Min(destination.Length, 1 << 16)];
            while (!destination.IsEmpty)
            {
                var count = stream.Read(part, 0, Math.Min(part.Length, destination.Length));
                if (count == 0)
                {
                    throw new EndOfStreamException();
                }

                part.AsSpan(0, count).CopyTo(destination);
                destination = destination[count..];
            }
        }

        public void Write(ReadOnlySpan<byte> source)
        {
            var bytes = source.ToArray();
            stream.Write(bytes, 0, bytes.Length);
        }
    }

    extension(ArgumentException)
    {
        public static void ThrowIfNullOrWhiteSpace([NotNull] string? argument, [CallerArgumentExpression(nameof(argument))] string? paramName = null)
        {
            ArgumentNullException.ThrowIfNull(argument, paramName);
            if (string.IsNullOrWhiteSpace(argument))
            {
                throw new ArgumentException("The value cannot be empty or white space.", paramName);
            }
        }
    }

    extension(ObjectDisposedException)
    {
        public static void ThrowIf([DoesNotReturnIf(true)] bool condition, object instance)
        {
            if (condition)
            {
                throw new ObjectDisposedException(instance.GetType().FullName);
            }
        }
    }
}
#endif
