using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Diagnosis;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation;

/// <summary>
/// A message that passed every check. It exists only as the result of verification; what it hands out are the very
/// bytes whose digests held. Dispose it to return its buffers, which are cleared.
/// </summary>
public sealed class VerifiedMessage : IDisposable
{
    private readonly SoapEnvelope _wire;
    private readonly OpenedMessage _opened;
    private readonly MessageIntegrity _signed;
    private readonly MessageShape _shape;
    private readonly (XmlId Id, DerivedKeyToken Token)[] _derivedKeys;
    private PooledBytes? _application;
    private MessageProtection? _protection;

    internal VerifiedMessage(SoapEnvelope wire, OpenedMessage opened, MessageIntegrity signed, MessageShape shape, SupportingTokens tokens,
        Timestamp? timestamp, KeyRing keys, MessageRequirements requirements)
    {
        _wire = wire;
        _opened = opened;
        _signed = signed;
        _shape = shape;
        Tokens = tokens;
        Timestamp = timestamp;
        Requirements = requirements;
        _derivedKeys = [.. keys.Derived];
        Context = keys.Context;
        RequestKey = keys.DetachPrimary();
        EncryptedKeySha1 = keys.EncryptedKeySha1;

        var names = wire.Names;
        Action = opened.Plain.FindText(names.Action);
        MessageId = opened.Plain.FindText(names.MessageId);
        RelatesTo = opened.Plain.FindText(names.RelatesTo);
        To = opened.Plain.FindText(names.To);
    }

    /// <summary>a:Action, signed; null when the message has none.</summary>
    public string? Action { get; }

    /// <summary>a:MessageID, signed; null for one-way messages.</summary>
    public string? MessageId { get; }

    /// <summary>a:RelatesTo, signed; null on requests.</summary>
    public string? RelatesTo { get; }

    /// <summary>a:To, signed; null when the message has none.</summary>
    public string? To { get; }

    /// <summary>Whether the body holds a SOAP fault.</summary>
    public bool IsFault => _opened.Plain.IsFault;

    /// <summary>wsu:Created of the timestamp; null when the binding has no timestamps.</summary>
    public DateTimeOffset? Created => Timestamp?.Created;

    /// <summary>The certificate that signed or endorsed; null in sessions and for anonymous clients. Whether it is trusted is judged by the role, not here.</summary>
    public X509Certificate2? SenderCertificate => _signed.Signer ?? (Tokens.Certificates.Count > 0 ? Tokens.Certificates[0] : null);

    /// <summary>Identifier of the security context; null outside sessions.</summary>
    public string? ContextId => Context?.Identifier;

    /// <summary>The envelope after decryption, security header included: what the signatures were verified on.</summary>
    public ReadOnlyMemory<byte> DecryptedEnvelope => _opened.Plain.Xml.Memory;

    /// <summary>
    /// The envelope for the application: without the security header and, unless the role was told otherwise, without header
    /// blocks that no signature covers.
    /// Valid until this object is disposed.
    /// </summary>
    public ReadOnlyMemory<byte> Envelope => (_application ??= PlainEnvelope.Write(_opened.Plain, SecurityPosition, i => HandsOutUnsignedHeaders || IsSignedBlock(i))).Memory;

    /// <summary>What was signed and encrypted, with what. Made on first use.</summary>
    public MessageProtection Protection => _protection ??= MessageProtection.Create(_opened, _signed, _shape, Requirements, _derivedKeys, EncryptedKeySha1);

    /// <summary>The fault in the body; null when it holds none.</summary>
    /// <exception cref="SecureConversationException">The fault goes beyond the limits on XML.</exception>
    public SoapFault? ReadFault()
    {
        if (!IsFault)
        {
            return null;
        }

        try
        {
            using var indexed = SoapEnvelope.Parse(DecryptedEnvelope, _wire.Names, XmlLimits.Default with { MaxBytes = int.MaxValue }, indexBody: true);
            return FaultReader.Read(indexed, isSecured: true);
        }
        catch (SecurityFailureException e)
        {
            throw new SecureConversationException(FaultMap.Coarse(e.Code), e.Code, $"The fault cannot be read: {e.Message}.", e);
        }
    }

    /// <summary>
    /// Whether this is a fault that can be read. One beyond the limits is the application's, to be read by its own means: faults about
    /// security and sessions are small.
    /// </summary>
    public bool TryReadFault([NotNullWhen(true)] out SoapFault? fault)
    {
        try
        {
            fault = ReadFault();
        }
        catch (SecureConversationException)
        {
            fault = null;
        }

        return fault is not null;
    }

    /// <summary>Set by the role before it hands the message out.</summary>
    internal bool HandsOutUnsignedHeaders { get; set; }

    internal SupportingTokens Tokens { get; }
    internal Timestamp? Timestamp { get; }
    internal MessageRequirements Requirements { get; }
    internal SecurityContextKey? Context { get; }

    /// <summary>Symmetric binding: the key that the reply is protected with. Owned by this message until taken.</summary>
    internal SymmetricKey? RequestKey { get; private set; }

    internal byte[] EncryptedKeySha1 { get; }
    /// <summary>What the replay cache remembers of this message.</summary>
    internal ReadOnlySpan<byte> ReplayValue => _signed.ReplayValue;

    internal X509Certificate2? Signer => _signed.Signer;

    /// <summary>All certificates that signed or endorsed; each has to be trusted.</summary>
    internal IEnumerable<X509Certificate2> Certificates => Signer is null ? Tokens.Certificates : Tokens.Certificates.Prepend(Signer);
    internal SoapEnvelope Plain => _opened.Plain;

    /// <summary>Whether a header block was covered by the primary signature.</summary>
    internal bool IsSignedBlock(int index) => _signed.Covers(_signed.Document.Headers[index].Element);

    /// <summary>The first header block that no signature covers and that must be understood; null element when there is none.</summary>
    internal XmlElement FindUnsignedMustUnderstand()
    {
        for (var i = 0; i < Plain.Headers.Count; i++)
        {
            var block = Plain.Headers[i].Element;
            if (i != SecurityPosition && !IsSignedBlock(i) && Plain.IsForUs(block) && Plain.MustUnderstand(block))
            {
                return block;
            }
        }

        return default;
    }

    /// <summary>Primary signature first, then the endorsing ones, as a reply has to confirm them.</summary>
    internal SentSignature[] Signatures => [.. _signed.Signatures.Select(s => new SentSignature(s.Signature.Value, IsEncryptedItem(s.Item)))];

    internal SymmetricKey? TakeRequestKey()
    {
        var key = RequestKey;
        RequestKey = null;
        return key;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _application?.Dispose();
        RequestKey?.Dispose();
        _opened.Dispose();
        _wire.Dispose();
    }

    private bool IsEncryptedItem(SecurityItem item) => _opened.IsEncrypted(EncryptedLocation.SecurityItem, item.Position);

    private int SecurityPosition
    {
        get
        {
            for (var i = 0; i < _wire.Headers.Count; i++)
            {
                if (_wire.Headers[i].Element == _shape.Header.Element)
                {
                    return i;
                }
            }

            return -1;
        }
    }
}
