using System.Text;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// wsc:DerivedKeyToken (WS-SecureConversation 1.3 section 7.1), read in the order in which WCF reads it.
/// <code>
/// c:DerivedKeyToken [@u:Id] [@Algorithm]       Algorithm: that of the suite; for P_SHA1 absent (WCF), too
///   o:SecurityTokenReference                   required, first
///   c:Generation? | c:Offset?                  they exclude each other
///   c:Length?                                  32 when absent
///   c:Label?                                   only the default one; WCF, CXF and Metro never write it
///   c:Nonce                                    required, 8 to 128 octets; WCF writes 16
/// </code>
/// c:Properties, other children and text are refused.
/// </summary>
internal sealed class DerivedKeyToken
{
    private const int DefaultLength = 32;
    private const int MaxOffset = 64;
    private const int MaxLength = 64;
    private const int MaxLabel = 128;
    private const int MinNonce = 8;
    private const int MaxNonce = 128;

    /// <summary>The label when none is written: the name of the specification twice, for client and service (section 7).</summary>
    internal static readonly byte[] DefaultLabel = "WS-SecureConversationWS-SecureConversation"u8.ToArray();

    private DerivedKeyToken(KeyReference source, DerivedKeyInputs inputs)
    {
        Source = source;
        Inputs = inputs;
    }

    /// <summary>The reference to the token whose key the key is derived from.</summary>
    public KeyReference Source { get; }

    public DerivedKeyInputs Inputs { get; }

    /// <exception cref="SecurityFailureException">The element has another shape, or exceeds the bounds.</exception>
    public static DerivedKeyToken Read(XmlElement element, ProtocolVersion protocol, KeyDerivationAlgorithm derivation)
    {
        var algorithm = element.GetAttribute(Attr.Algorithm);
        var expected = protocol.DerivationUri(derivation.Name);
        if (algorithm != expected && !(algorithm is null && derivation == KeyDerivationAlgorithm.PSha1))
        {
            Fail.With(FailureCode.AlgorithmMismatch, "wsc:DerivedKeyToken/@Algorithm", algorithm ?? "none", expected);
        }

        var child = element.FirstChild;
        if (child.IsNull || !child.Is(Wsse.SecurityTokenReference) || element.HasText)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "wsc:DerivedKeyToken");
        }

        var source = SecurityTokenReferenceReader.Read(child, protocol);
        child = child.NextSibling;
        var generation = Optional(ref child, protocol.Generation);
        var offset = Optional(ref child, protocol.Offset);
        var length = Optional(ref child, protocol.Length) ?? DefaultLength;
        if (!child.IsNull && child.Is(protocol.Label))
        {
            // P_SHA1 runs over label and nonce as one string of octets (section 7.1). With a label of the sender's choice, two tokens that
            // look different would name the same key.
            if (!Encoding.UTF8.GetBytes(ElementValue.Text(child, MaxLabel)).AsSpan().SequenceEqual(DefaultLabel))
            {
                Fail.With(FailureCode.DerivedKeyViolation, "wsc:Label");
            }

            child = child.NextSibling;
        }

        if (child.IsNull || !child.Is(protocol.Nonce) || !child.NextSibling.IsNull)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "wsc:DerivedKeyToken");
        }

        var nonce = ElementValue.Base64(child, MaxNonce);

        // WS-SecureConversation 1.3 section 7.1: Generation and Offset exclude each other. A generation counts in units of Length.
        var start = (generation, offset) switch
        {
            (null, var o) => o ?? 0L,
            (var g, null) => (long)g * length,
            _ => Fail.With<long>(FailureCode.DerivedKeyViolation, "wsc:Generation and wsc:Offset"),
        };
        if (start > MaxOffset || length is 0 or > MaxLength || nonce.Length < MinNonce)
        {
            Fail.With(FailureCode.DerivedKeyViolation, "bounds of wsc:DerivedKeyToken",
                $"offset {start}, length {length}, nonce of {nonce.Length} octets",
                $"offset {FailureText.AtMost(MaxOffset)}, length 1 to {MaxLength}, nonce of {MinNonce} to {MaxNonce} octets");
        }

        return new DerivedKeyToken(source, new DerivedKeyInputs((int)start, length, nonce));
    }

    /// <summary>Reads the child if it has the name, and moves on to the next one.</summary>
    private static int? Optional(ref XmlElement child, XmlName name)
    {
        if (child.IsNull || !child.Is(name))
        {
            return null;
        }

        var value = ElementValue.Number(child);
        child = child.NextSibling;
        return value;
    }
}

/// <summary>The inputs, beside the source key and the default label, of a derived key (WS-SecureConversation 1.3 section 7).</summary>
/// <param name="Offset">The position of the key in the stream of P_hash, in octets.</param>
/// <param name="Length">The length of the key in octets.</param>
/// <param name="Nonce">The nonce. Keys with the same nonce are cut out of the same stream.</param>
internal sealed record DerivedKeyInputs(int Offset, int Length, byte[] Nonce)
{
    public bool Equals(DerivedKeyInputs? other) =>
        other is not null && Offset == other.Offset && Length == other.Length && Nonce.AsSpan().SequenceEqual(other.Nonce);

    public override int GetHashCode() => HashCode.Combine(Offset, Length, Nonce.Length);
}
