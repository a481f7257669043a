using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Diagnosis;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Saml;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation;

/// <summary>
/// A message that passed every check. Only the verifier creates instances, and they hand out the parts whose digests were checked. A reply
/// without security, where the binding allows such (<see cref="SecurityBindingElement.EnableUnsecuredResponse"/>), is one as well, though
/// nothing of it was verified: <see cref="IsSecured"/> says so. Where the transport protects messages
/// (<see cref="TransportSecurityBindingElement"/>) all parts are handed out, protected as the transport protects them: what is called
/// signed here is then protected by it. Dispose it to clear its buffers and return them to their pool.
/// </summary>
public sealed class VerifiedMessage : IDisposable
{
    private readonly SoapEnvelope _wire;
    private readonly OpenedMessage _opened;
    private readonly MessageIntegrity _signed;
    private readonly MessageShape? _shape;
    private readonly IReadOnlyList<(XmlId Id, DerivedKeyToken Token)> _derivedKeys;
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
        _derivedKeys = keys.DerivedKeys;
        Context = keys.Context;
        EndorsingContext = keys.EndorsingContext;
        IssuedPrimary = keys.IssuedPrimary?.Assertion;
        RequestKey = keys.DetachPrimary();
        EncryptedKeySha1 = keys.EncryptedKeySha1;
        IsSecured = true;
        (Action, MessageId, RelatesTo, To) = AddressingOf(opened.Plain, wire);
    }

    /// <summary>Creates the message of a reply without security, of which nothing is verified. It takes over the envelope.</summary>
    internal VerifiedMessage(SoapEnvelope wire, MessageRequirements requirements)
    {
        _wire = wire;
        _opened = OpenedMessage.OfUnsecured(wire);
        _signed = new NoIntegrity(wire);
        _derivedKeys = [];
        Tokens = SupportingTokens.None;
        Requirements = requirements;
        EncryptedKeySha1 = [];
        (Action, MessageId, RelatesTo, To) = AddressingOf(wire, wire);
    }

    /// <summary>
    /// Whether the message had message security, so that what is handed out is verified. False for a reply that came without a
    /// wsse:Security header and was accepted as it is, because the binding has
    /// <see cref="SecurityBindingElement.EnableUnsecuredResponse"/>: then anybody may have written it, all that is here comes from the
    /// wire as it was, and no property says who sent it.
    /// </summary>
    public bool IsSecured { get; }

    /// <summary>a:Action, signed unless <see cref="IsSecured"/> is false; null when the message has none.</summary>
    public string? Action { get; }

    /// <summary>a:MessageID, signed unless <see cref="IsSecured"/> is false; null for one-way messages.</summary>
    public string? MessageId { get; }

    /// <summary>a:RelatesTo, signed unless <see cref="IsSecured"/> is false; null on requests.</summary>
    public string? RelatesTo { get; }

    /// <summary>a:To, signed unless <see cref="IsSecured"/> is false; null when the message has none.</summary>
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
    public X509Certificate2? SenderCertificate =>
        _signed.Signer ?? (Tokens.Proved.Count == 0 ? null : Tokens.Certificates.FirstOrDefault()) ?? Negotiated?.ClientCertificate;

    /// <summary>
    /// The certificates that the signature covers, or that were encrypted, and whose keys signed nothing (Signed, SignedEncrypted and
    /// Encrypted of <see cref="Binding.SupportingTokenParameters"/>). A service requires each to be trusted. That its holder has to do with
    /// the message is what the signer claims and nobody proves: they give the client no identity. Empty where there are none.
    /// </summary>
    public IReadOnlyList<X509Certificate2> AttachedCertificates => [.. Tokens.Attached];

    /// <summary>Identifier of the security context; null outside sessions.</summary>
    public string? ContextId => Context?.Identifier ?? AnsweredSession;

    /// <summary>
    /// The session of the request that the message answers, where the transport protects both and the reply itself names none; else null.
    /// </summary>
    internal string? AnsweredSession { get; set; }

    /// <summary>Until when the issued tokens of the client are accepted; null where none limits what it opens.</summary>
    internal DateTimeOffset? CredentialsEnd { get; set; }

    /// <summary>The end of what the message opens: a time, or the end of its issued tokens where that comes first.</summary>
    internal DateTimeOffset EndsBefore(DateTimeOffset time) => CredentialsEnd is { } end && end < time ? end : time;

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
    /// one cover the order of the blocks. Valid until this object is disposed. Where <see cref="IsSecured"/> is false all header blocks
    /// are handed out, in no canonical form.
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
    public MessageProtection Protection => _protection ??= _shape is null
        ? MessageProtection.None
        : MessageProtection.Create(_opened, _signed, _shape, Requirements, _derivedKeys, EncryptedKeySha1);

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
            return FaultReader.Read(indexed, isSecured: Requirements.ProtectsBody) is { } fault
                ? fault with { AnswersRequest = AnswersRequest }
                : null;
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

    /// <summary>Whether something signed says which request the message answers: a:RelatesTo, or confirmations of its signatures.</summary>
    internal bool AnswersRequest { get; set; }

    /// <summary>Set by the client or service before it hands out the message.</summary>
    internal bool HandsOutUnsignedHeaders { get; set; }

    /// <summary>Hands out this envelope, which was made of <see cref="Envelope"/>, in its place.</summary>
    internal void HandOut(PooledBytes envelope)
    {
        _application?.Dispose();
        _application = envelope;
    }

    /// <inheritdoc cref="HandsOutUnsignedHeaders"/>
    internal bool HandsOutCanonicalForm { get; set; }

    /// <summary>Where a request came from; null when it is not known. Set by the service.</summary>
    internal IPAddress? RemoteAddress { get; set; }

    /// <summary>The negotiated context whose key protects a request; null where another key does. Set by the service.</summary>
    internal EnteredContext? Negotiated { get; set; }

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

    /// <summary>The Id of the user name token whose key signed the message; null where another key did.</summary>
    internal string? UserNameKeyToken =>
        Requirements.PrimaryUserName is null ? null : _shape?.Header.Single(TokenKind.UserName)?.Id?.ToString();

    /// <summary>The assertion whose key protects a request; null where another key does.</summary>
    internal VerifiedAssertion? IssuedPrimary { get; }

    /// <summary>The octets that the replay cache remembers for this message; empty when it remembers nothing.</summary>
    internal ReadOnlySpan<byte> ReplayValue => _signed.ReplayValue;

    internal X509Certificate2? Signer => _signed.Signer;

    /// <summary>All certificates whose keys signed or endorsed the message. Each must be trusted.</summary>
    internal IEnumerable<X509Certificate2> Certificates => Signer is null ? Tokens.Certificates : Tokens.Certificates.Prepend(Signer);

    /// <summary>The tokens that the client proved to hold, that of the kind that gives the identity last.</summary>
    internal IEnumerable<ProvedToken> ProvedTokens => PrimaryProof is { } primary ? Tokens.Proved.Prepend(primary) : Tokens.Proved;

    /// <summary>The token of the client whose key made the primary signature; null where the key is none of the client's own.</summary>
    internal ProvedToken? PrimaryProof => _signed.PrimaryProof;

    internal SoapEnvelope Plain => _opened.Plain;

    /// <summary>The primary signature and then the endorsing ones, in the order in which a reply confirms them.</summary>
    internal SentSignature[] Signatures
    {
        get
        {
            var signatures = new SentSignature[_signed.Signatures.Count];
            for (var i = 0; i < signatures.Length; i++)
            {
                var held = _signed.Signatures[i];
                signatures[i] = new SentSignature(held.Signature.Value, _opened.IsEncrypted(MessagePart.SecurityItem(held.Position)));
            }

            return signatures;
        }
    }

    /// <summary>Whether the primary signature covers a header block, or the transport protects the message.</summary>
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
            // Where the transport protects the octets, nothing was digested, and no declaration is missing.
            return HandsOutCanonicalForm && IsSecured && !Requirements.IsProtectedByTransport
                ? DigestedEnvelope.Write(_wire, _opened, _signed, Requirements.SignsFirst)
                : PlainEnvelope.Write(_opened.Plain, SecurityPosition, HandsOut, FormOf);
        }
        catch (SecurityFailureException e)
        {
            throw new SecureConversationException(FaultMap.Coarse(e.Code), e.Code, $"The message cannot be handed out: {e.Message}.", e);
        }
    }

    private static (string? Action, string? MessageId, string? RelatesTo, string? To) AddressingOf(
        SoapEnvelope plain, SoapEnvelope wire) => (
        plain.FindText(plain.Names.Action, wire.Action),
        plain.FindText(plain.Names.MessageId, wire.MessageId),
        plain.FindText(plain.Names.RelatesTo),
        plain.FindText(plain.Names.To));

    private bool HandsOut(int block) => HandsOutUnsignedHeaders || !IsSecured || IsSignedBlock(block);

    private CanonicalForm FormOf(int block) =>
        _signed.Find(block < 0 ? MessagePart.Body : MessagePart.HeaderBlock(block))?.Form ?? CanonicalForm.Recommendation;

    private int SecurityPosition
    {
        get
        {
            for (var i = 0; i < _wire.Headers.Count; i++)
            {
                if (_shape is not null && _wire.Headers[i].Element == _shape.Header.Element)
                {
                    return i;
                }
            }

            return -1;
        }
    }
}
