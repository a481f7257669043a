namespace SecureConversation.Engine.Xml;

/// <summary>
/// How many canonical bytes one message may produce. Exclusive canonicalization writes the declaration of a prefix on each element that
/// uses it, unless its parent does: <c>&lt;b:int&gt;1&lt;/b:int&gt;</c> with a namespace of WCF's data contracts becomes five times as
/// long. Without a bound, a namespace of any length that a sender declares once is written as often as a name of two characters.
/// </summary>
internal static class CanonicalBudget
{
    // Recorded messages of WCF stay below 2. Honest ones stay below 10: short elements of a data contract namespace of 100 characters,
    // all of them nil. Both forms count.
    private const int Factor = 32;
    private const int FactorOfCopy = 8;
    private const int Extra = 64 * 1024;

    /// <summary>The bytes that all digests of a message may take together.</summary>
    /// <param name="messageBytes">Size of the envelope in bytes.</param>
    public static long Of(int messageBytes) => ((long)messageBytes * Factor) + Extra;

    /// <summary>The bytes that a copy in canonical form may take; it is kept in memory, so its bound is lower.</summary>
    /// <param name="messageBytes">Size of the envelope in bytes.</param>
    public static long OfCopy(int messageBytes) => ((long)messageBytes * FactorOfCopy) + Extra;
}
