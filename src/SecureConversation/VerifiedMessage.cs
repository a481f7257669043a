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
/// A message that passed every check. Only the verifier creates instances, and they hand out the parts whose digests were checked.
/// Dispose it to clear its buffers and return them to their pool.
/// </summary>
public sealed class VerifiedMessage : IDisposable
{
    private readonly SoapEnvelope _wire;
    private readonly OpenedMessage _opened;
    private readonly SignedMessage _signed;
    private readonly MessageShape _shape;
    private readonly (XmlId Id, DerivedKeyToken Token)[] _derivedKeys;
    private PooledBytes? _application;
    private MessageProtection? _protection;
    private volatile bool _isDisposed;

    internal VerifiedMessage(AuthenticMessage message, OpenedMessage opened, SupportingTokens tokens, MessageRequirements requirements)
    {
        var (wire, keys) = (message.Wire, message.Keys);
        _wire = wire;
        _opened = opened;
        _signed = message.TakeSigned();
        _shape = message.Shape;
        Tokens = tokens;
        Timestamp = message.Timestamp;
        Requirements = requirements;
        _derivedKeys = [.. keys.Derived];
        Context = keys.Context;
        EndorsingContext = keys.EndorsingContext;
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

    /// <summary>A header block of another WS-Addressing version than the binding's; the null element when there is none.</summary>
    internal XmlElement FindOtherAddressing() => _opened.Plain.FindOtherAddressing();

    /// <summary>Whether the body holds a SOAP fault.</summary>
    public bool IsFault => _opened.Plain.IsFault;

    /// <summary>wsu:Created of the timestamp; null when the binding has no timestamps.</summary>
    public DateTimeOffset? Created => Timestamp?.Created;

    /// <summary>
    /// The certificate whose key signed or endorsed the message; null in sessions and for anonymous clients. Client and service check
    /// whether it is trusted; the message itself does not say so.
    /// </summary>
    public X509Certificate2? SenderCertificate => _signed.Signer ?? (Tokens.Certificates.Count > 0 ? Tokens.Certificates[0] : null);

    /// <summary>Identifier of the security context; null outside sessions.</summary>
    public string? ContextId => Context?.Identifier;

    /// <summary>
    /// The envelope after decryption, with its security header, in UTF-8, for diagnosis: the octets that the signatures were checked on,
    /// and what stands between them, which no signature covers.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The message was disposed of; its buffer may hold another one.</exception>
    public ReadOnlyMemory<byte> DecryptedEnvelope
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _opened.Plain.Xml.Memory;
        }
    }

    /// <summary>
    /// The envelope for the application, in UTF-8: the body and the header blocks as they were signed, without the security header and,
    /// unless the options of the client or service say otherwise, without header blocks that no signature covers. Comments are left out,
    /// CDATA is text, and s:Envelope and s:Header have nothing but namespace declarations, because no digest covers the rest. Nor does
    /// one cover the order of the blocks. Valid until this object is disposed.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The message was disposed of.</exception>
    /// <exception cref="SecureConversationException">
    /// The canonical form was asked for, and that of an unsigned body is too long.
    /// </exception>
    public ReadOnlyMemory<byte> Envelope
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return (_application ??= WriteApplicationEnvelope()).Memory;
        }
    }

    /// <summary>Which parts were signed and encrypted, and by which keys and algorithms. Made on first use.</summary>
    public MessageProtection Protection =>
        _protection ??= MessageProtection.Create(_opened, _signed, _shape, Requirements, _derivedKeys, EncryptedKeySha1);

    /// <summary>Reads the fault in the body; null when the body holds none.</summary>
    /// <exception cref="SecureConversationException">The fault goes beyond the limits on XML.</exception>
    public SoapFault? ReadFault()
    {
        if (!IsFault)
        {
            return null;
        }

        try
        {
            // What is handed out is what was digested: a detail has no comments that somebody put into it.
            using var indexed = SoapEnvelope.Parse(Envelope, _wire.Names, XmlLimits.Known, indexBody: true);
            return FaultReader.Read(indexed, isSecured: true);
        }
        catch (SecurityFailureException e)
        {
            throw new SecureConversationException(FaultMap.Coarse(e.Code), e.Code, $"The fault cannot be read: {e.Message}.", e);
        }
    }

    /// <summary>
    /// Reads the fault in the body; false when the body holds none or the fault goes beyond the limits on XML. Such a large fault comes
    /// from the application: faults about security and sessions are small.
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

    /// <summary>Set by the client or service before it hands out the message.</summary>
    internal bool HandsOutUnsignedHeaders { get; set; }

    /// <inheritdoc cref="HandsOutUnsignedHeaders"/>
    internal bool HandsOutCanonicalForm { get; set; }

    /// <summary>Why the replay cache did not remember this message, so that it must not be accepted; null when it did.</summary>
    internal Unremembered? Unremembered { get; set; }

    internal SupportingTokens Tokens { get; }
    internal Timestamp? Timestamp { get; }
    internal MessageRequirements Requirements { get; }
    internal SecurityContextKey? Context { get; }

    /// <summary>The context whose key endorses the message, which renews it; null for all other messages.</summary>
    internal SecurityContextKey? EndorsingContext { get; }

    /// <summary>Symmetric binding: the key that protects the reply. This message owns it until <see cref="TakeRequestKey"/>.</summary>
    internal SymmetricKey? RequestKey { get; private set; }

    internal byte[] EncryptedKeySha1 { get; }

    /// <summary>The octets that the replay cache remembers for this message.</summary>
    internal ReadOnlySpan<byte> ReplayValue => _signed.ReplayValue;

    internal X509Certificate2? Signer => _signed.Signer;

    /// <summary>All certificates whose keys signed or endorsed the message. Each must be trusted.</summary>
    internal IEnumerable<X509Certificate2> Certificates => Signer is null ? Tokens.Certificates : Tokens.Certificates.Prepend(Signer);

    /// <summary>The tokens that the client proved to hold, certificates before the user name.</summary>
    internal IEnumerable<ProvedToken> ProvedTokens
    {
        get
        {
            var certificates = Certificates.Select(ProvedToken.Of);
            return Tokens.UserName is { } userName ? certificates.Append(ProvedToken.Of(userName)) : certificates;
        }
    }

    internal SoapEnvelope Plain => _opened.Plain;

    /// <summary>The primary signature and then the endorsing ones, in the order in which a reply confirms them.</summary>
    internal SentSignature[] Signatures =>
        [.. _signed.Signatures.Select(s =>
            new SentSignature(s.Signature.Value, _opened.IsEncrypted(MessagePart.SecurityItem(s.Position))))];

    /// <summary>Whether the primary signature covers a header block.</summary>
    internal bool IsSignedBlock(int index) => _signed.Covers(MessagePart.HeaderBlock(index));

    /// <summary>Finds the first unsigned header block that is marked mustUnderstand; the null element when there is none.</summary>
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

    internal SymmetricKey? TakeRequestKey()
    {
        var key = RequestKey;
        RequestKey = null;
        return key;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        _application?.Dispose();
        RequestKey?.Dispose();
        _opened.Dispose();
        _signed.Dispose();
        _wire.Dispose();
    }

    private PooledBytes WriteApplicationEnvelope()
    {
        try
        {
            return HandsOutCanonicalForm
                ? DigestedEnvelope.Write(_wire, _opened, _signed, Requirements.SignsFirst)
                : PlainEnvelope.Write(_opened.Plain, SecurityPosition, i => HandsOutUnsignedHeaders || IsSignedBlock(i), FormOf);
        }
        catch (SecurityFailureException e)
        {
            throw new SecureConversationException(FaultMap.Coarse(e.Code), e.Code, $"The message cannot be handed out: {e.Message}.", e);
        }
    }

    private CanonicalForm FormOf(int block) =>
        _signed.Find(block < 0 ? MessagePart.Body : MessagePart.HeaderBlock(block))?.Form ?? CanonicalForm.Recommendation;

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
