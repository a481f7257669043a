using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// Collects the children of wsse:Security and writes them in the order of WCF, which the Strict layout demands
/// (WS-SecurityPolicy 1.2 section 6.7). Every child is built in canonical form, so its digest is the digest of its bytes.
/// </summary>
internal sealed class SecurityHeaderWriter(
    MessageRequirements requirements,
    SendKeys keys,
    IdAllocator ids,
    RandomSource random) : IDisposable
{
    private readonly PooledBytes _timestamp = new(512);
    private readonly PooledBytes _source = new(4096);
    private readonly PooledBytes _signatures = new(8192);
    private readonly List<PartDigest> _signedItems = new(1);
    private readonly List<string> _encryptedItems = new(2);
    private readonly List<SentSignature> _sent = new(1);
    private List<Endorsement>? _endorsements;

    // Most messages have neither.
    private PooledBytes? _tokens;
    private PooledBytes? _confirmations;
    private PooledBytes? _before;
    private PooledBytes? _after;

    /// <summary>The signature values, the primary one first; empty until <see cref="Sign"/> has run.</summary>
    public IReadOnlyList<SentSignature> Signatures => _sent;

    /// <summary>Adds the wsu:Timestamp (WS-Security 1.1 section 10) where the binding asks for one.</summary>
    public void AddTimestamp(DateTimeOffset now, TimeSpan validity)
    {
        if (!requirements.Timestamp)
        {
            return;
        }

        var id = UniqueIds.Next(SenderMark.Of(requirements.Role), random);
        _timestamp.Write("<u:Timestamp xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\""u8);
        TokenWriter.Attribute(_timestamp, "u:Id", id);
        _timestamp.Write("><u:Created>"u8);
        Timestamp.Write(_timestamp, now);
        _timestamp.Write("</u:Created><u:Expires>"u8);
        Timestamp.Write(_timestamp, now + validity);
        _timestamp.Write("</u:Expires></u:Timestamp>"u8);
        AddSigned(id, _timestamp.Span);
    }

    /// <summary>
    /// Adds the token of the primary key. The signature covers it where the binding protects tokens (WS-SecurityPolicy 1.2 section 6.5),
    /// and where the kind of key needs that.
    /// </summary>
    public void AddSource()
    {
        keys.WriteSource(_source);
        if (keys.SourceId is not { } id || _source.Length == 0)
        {
            return;
        }

        if (keys.NeedsSignedSource)
        {
            AddSigned(id, _source.Span);
        }
        else if (requirements.ProtectTokens)
        {
            // That of an issuer, such as a context token, is in whatever form.
            AddSignedAsIs(id, _source, 0);
        }
    }

    /// <summary>Adds the supporting tokens that the binding asks for, signed and encrypted as it says.</summary>
    /// <param name="extras">The credentials of the client.</param>
    /// <param name="now">The time.</param>
    public void AddSupportingTokens(SenderExtras extras, DateTimeOffset now)
    {
        if (requirements.Supporting.Count == 0)
        {
            return;
        }

        _tokens = new PooledBytes(4096);
        var making = new TokenMaking(extras.Credentials!, requirements.BspAttributes, Timestamp.Format(now), random);
        foreach (var token in requirements.Supporting)
        {
            var start = _tokens.Length;
            var endorsement = token.Endorses ? Endorsement.Create(token, requirements, extras, ids, making) : null;
            if (endorsement is not null)
            {
                (_endorsements ??= []).Add(endorsement);
            }

            var id = endorsement is null ? WriteToken(_tokens, token, making, extras) : endorsement.WriteToken(_tokens);

            // A token that is encrypted first is signed as ciphertext, under the Id of its EncryptedData.
            if (token.IsEncrypted && !requirements.SignsFirst)
            {
                id = Encrypt(_tokens, start);
            }

            if (token is { SenderSigns: true, Parameters: IssuedSecurityTokenParameters }
                && (!token.IsEncrypted || requirements.SignsFirst))
            {
                AddSignedAsIs(id!, _tokens, start);
            }
            else if (token.SenderSigns)
            {
                AddSigned(id!, _tokens.Span[start..]);
            }

            if (token.IsEncrypted && requirements.SignsFirst)
            {
                Encrypt(_tokens, start);
            }

            endorsement?.WriteDerivedKey(_tokens);
        }
    }

    private string WriteToken(PooledBytes output, SupportingToken token, TokenMaking making, SenderExtras extras)
    {
        if (token.Parameters is IssuedSecurityTokenParameters parameters)
        {
            var issued = extras.Issued!.Of(parameters);
            output.Write(issued.TokenXml.Span);
            return issued.Xml.Id!;
        }

        var id = UniqueIds.Next(random);
        token.Kind.WriteSupporting(output, id, token.Parameters, making);
        return id;
    }

    /// <summary>Confirms the signatures of the request (WS-Security 1.1 section 8.5), encrypted where the signature was.</summary>
    public void AddConfirmations(IReadOnlyList<SentSignature> sent)
    {
        if (!requirements.SignatureConfirmation)
        {
            return;
        }

        _confirmations = new PooledBytes(512);
        foreach (var signature in sent)
        {
            var start = _confirmations.Length;
            var id = ids.Next();
            _confirmations.Write("<k:SignatureConfirmation"u8
                + " xmlns:k=\"http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd\""u8
                + " xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\""u8);
            TokenWriter.Attribute(_confirmations, "Value", Convert.ToBase64String(signature.Value));
            TokenWriter.Attribute(_confirmations, "u:Id", id);
            _confirmations.Write("></k:SignatureConfirmation>"u8);
            AddSigned(id, _confirmations.Span[start..]);
            if (signature.WasEncrypted)
            {
                Encrypt(_confirmations, start);
            }
        }
    }

    /// <summary>Whether nothing was added: where the transport protects messages, a reply may need no header.</summary>
    public bool IsEmpty => requirements.IsProtectedByTransport && _timestamp.Length == 0 && _tokens is null or { Length: 0 };

    /// <summary>
    /// Signs the parts of the envelope and of this header; then the tokens that endorse sign that signature. Where the transport protects
    /// the message, they sign the timestamp, and private keys the parts of the envelope as well.
    /// </summary>
    public void Sign(List<PartDigest> parts)
    {
        if (requirements.IsProtectedByTransport)
        {
            Endorse(_signedItems.Take(1), parts);
            return;
        }

        if (_endorsements is null)
        {
            SignPrimary(parts, id: null);
            Protect(0);
            return;
        }

        var id = ids.Next();
        var digest = new byte[requirements.Suite.Digest.Size];
        SignPrimary(parts, id);
        Digest.Compute(requirements.Suite.Digest, _signatures.Span, digest);
        Protect(0);
        Endorse([new PartDigest(id, digest, [])], []);
    }

    /// <summary>Has each endorsing token sign the same parts, in the order of the binding.</summary>
    private void Endorse(IEnumerable<PartDigest> parts, IEnumerable<PartDigest> byPrivateKeys)
    {
        foreach (var endorsement in _endorsements ?? [])
        {
            var start = _signatures.Length;
            _sent.Add(new SentSignature(endorsement.Sign(_signatures, parts, byPrivateKeys), keys.EncryptsSignature));
            Protect(start);
        }
    }

    /// <summary>
    /// Has the primary signature cover every other child of the header, with the namespaces that are in scope of it. They are written now,
    /// since the signature has to know them.
    /// </summary>
    /// <param name="envelope">The envelope that takes the header.</param>
    /// <param name="encrypted">The Ids of the encrypted parts of the envelope.</param>
    /// <param name="limits">The limits for parsing the header.</param>
    public void Bind(SoapEnvelope envelope, List<string> encrypted, XmlLimits limits)
    {
        List<string> references = [.. encrypted, .. _encryptedItems];
        _before = new PooledBytes(8192);
        _after = new PooledBytes(1024);
        WriteBefore(_before, references);
        WriteAfter(_after, references, ids.Next());
        using var items = new PooledBytes(_before.Length + _after.Length + 512);
        WriteStartTag(items);
        items.Write(_before.Span);
        items.Write(_after.Span);
        items.Write("</o:Security>"u8);
        _signedItems.Clear();
        _signedItems.AddRange(BoundItems.Digest(envelope, items.Span, requirements, limits));
    }

    /// <summary>
    /// Writes wsse:Security; <paramref name="references"/> are the Ids of the encrypted parts of the envelope, to which those of this
    /// header are added.
    /// </summary>
    public void Write(PooledBytes output, List<string> references)
    {
        references.AddRange(_encryptedItems);
        WriteStartTag(output);
        if (_before is not null && _after is not null)
        {
            output.Write(_before.Span);
            output.Write(_signatures.Span);
            output.Write(_after.Span);
        }
        else
        {
            WriteBefore(output, references);
            output.Write(_signatures.Span);
            WriteAfter(output, references, listId: null);
        }

        output.Write("</o:Security>"u8);
    }

    public void Dispose()
    {
        _timestamp.Dispose();
        _source.Dispose();
        _tokens?.Dispose();
        _confirmations?.Dispose();
        _signatures.Dispose();
        _endorsements?.ForEach(e => e.Dispose());
        _before?.Dispose();
        _after?.Dispose();
    }

    private void WriteStartTag(PooledBytes output)
    {
        output.Write("<o:Security"u8
            + " xmlns:o=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\""u8
            + " xmlns:m=\""u8);
        output.WriteText(requirements.Soap.Soap);
        output.Write("\" m:mustUnderstand=\"1\">"u8);
    }

    /// <summary>Writes what stands before the signatures.</summary>
    private void WriteBefore(PooledBytes output, List<string> references)
    {
        if (requirements.Layout != SecurityHeaderLayout.LaxTimestampLast)
        {
            output.Write(_timestamp.Span);
        }

        keys.WriteRecipient(output);
        output.Write(_source.Span);
        keys.WriteDerivedSigningKey(output);
        keys.WriteEncryptionToken(output, references);
        if (requirements.SignsFirst && references.Count > 0 && !keys.ListsInEncryptedKey)
        {
            EncryptionWriter.ReferenceList(output, references);
        }

        output.Write(_tokens is null ? default : _tokens.Span);
        output.Write(_confirmations is null ? default : _confirmations.Span);
    }

    /// <summary>Writes what follows the signatures.</summary>
    private void WriteAfter(PooledBytes output, List<string> references, string? listId)
    {
        if (!requirements.SignsFirst && references.Count > 0 && !keys.ListsInEncryptedKey)
        {
            EncryptionWriter.ReferenceList(output, references, listId: listId);
        }

        if (requirements.Layout == SecurityHeaderLayout.LaxTimestampLast)
        {
            output.Write(_timestamp.Span);
        }
    }

    private void SignPrimary(List<PartDigest> parts, string? id)
    {
        using var primary = new SignatureWriter(requirements.Suite, keys.SigningCertificate?.CurveKey);
        foreach (var part in parts)
        {
            primary.Add(part, !requirements.IsAsymmetric);
        }

        foreach (var item in _signedItems)
        {
            primary.Add(item, !requirements.IsAsymmetric);
        }

        var value = keys.SigningCertificate is { CurveKey: not null } ? primary.Finish(_signatures, id, keys.ReferToSigningKey)
            : keys.SigningCertificate is { } certificate
            ? primary.Finish(_signatures, id, certificate.PrivateKey, keys.ReferToSigningKey)
            : primary.Finish(_signatures, id, keys.Signing, keys.ReferToSigningKey);
        _sent.Add(new SentSignature(value, keys.EncryptsSignature));
    }

    /// <summary>Encrypts the signature that begins at <paramref name="start"/> where the binding asks for that.</summary>
    private void Protect(int start)
    {
        if (keys.EncryptsSignature)
        {
            Encrypt(_signatures, start);
        }
    }

    /// <summary>Adds a child of this header to the parts that the primary signature covers.</summary>
    private void AddSigned(string id, ReadOnlySpan<byte> canonical)
    {
        var digest = new byte[requirements.Suite.Digest.Size];
        Digest.Compute(requirements.Suite.Digest, canonical, digest);
        _signedItems.Add(new PartDigest(id, digest, []));
    }

    /// <summary>
    /// Adds a token that was written by somebody else, and so is not canonical, to the parts that the primary signature covers. The
    /// signature covers the prefixes in its values as well, as in the parts of the envelope.
    /// </summary>
    private void AddSignedAsIs(string id, PooledBytes tokens, int start)
    {
        using var index = XmlIndex.Parse(tokens.Memory[start..], XmlLimits.Known);
        using var digest = new ReferenceDigest(requirements.Suite.Digest);
        using var survey = requirements.SignPrefixesInValues ? new PrefixSurvey(PrefixInterest.Values) : null;
        var value = new byte[requirements.Suite.Digest.Size];
        digest.Compute(index.Root, default, CanonicalForm.Recommendation, value, survey);
        var prefixes = survey?.ToList() ?? [];
        if (prefixes.Length > 0 && survey!.ChangesForm)
        {
            digest.Compute(index.Root, prefixes, CanonicalForm.Recommendation, value);
        }

        _signedItems.Add(new PartDigest(id, value, prefixes));
    }

    /// <summary>Replaces the end of the buffer, from <paramref name="start"/>, by an EncryptedData of it; returns the Id of that.</summary>
    private string Encrypt(PooledBytes buffer, int start)
    {
        var id = ids.Next();
        using var cipher = new PooledBytes((buffer.Length - start) * 2);
        EncryptionWriter.EncryptedData(
            cipher,
            id,
            isContent: false,
            buffer.Span[start..],
            endsWithTag: true,
            keys.Encryption,
            requirements.Suite,
            keys.EncryptionReference,
            random);
        buffer.Truncate(start);
        buffer.Write(cipher.Span);
        _encryptedItems.Add(id);
        return id;
    }
}
