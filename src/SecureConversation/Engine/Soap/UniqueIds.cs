using System.Globalization;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Engine.Soap;

/// <summary>Makes identifiers that are unique beyond one message, from the injected randomness.</summary>
internal static class UniqueIds
{
    /// <summary>An Id that starts with a letter, as xsd:ID demands.</summary>
    public static string Next(RandomSource random) => Next("", random);

    /// <summary>The same, after a prefix.</summary>
    public static string Next(string prefix, RandomSource random) =>
        string.Create(CultureInfo.InvariantCulture, stackalloc char[64], $"{prefix}uuid-{NextGuid(random)}");

    /// <summary>A urn:uuid URI, the form of WCF's context identifiers and message ids.</summary>
    public static string NextUrn(RandomSource random) => "urn:uuid:" + NextGuid(random).ToString();

    /// <summary>Whether a text has the form of <see cref="NextUrn"/>, as every identifier that this library made.</summary>
    public static bool IsUrn(string text) =>
        text.Length == 45 && text.StartsWith("urn:uuid:", StringComparison.Ordinal) && Guid.TryParseExact(text.AsSpan(9), "D", out _)
        && !text.AsSpan(9).ContainsAnyInRange('A', 'F');

    private static Guid NextGuid(RandomSource random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.FillForOnce(bytes);

        // RFC 9562 section 5.4: version 4, variant 10.
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
