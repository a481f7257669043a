using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// The keys of an outgoing message, how its parts refer to them, and the token elements that make them known to the
/// receiver.
/// </summary>
internal sealed class SendKeys : IDisposable
{
    private const int NonceLength = 16;

    private readonly MessageRequirements _requirements;
    private readonly SenderToken _token;
    private readonly List<SymmetricKey> _owned = new(2);
    private SymmetricKey? _fresh;
    private string? _sourceId;
    private string? _signingId;
    private string? _encryptionId;
    private byte[] _signingNonce = [];
    private byte[] _encryptionNonce = [];

    private SendKeys(SenderToken token, MessageRequirements requirements, bool encrypts)
    {
        _token = token;
        _requirements = requirements;
        Encrypts = encrypts;
    }

    /// <summary>Whether anything is encrypted.</summary>
    public bool Encrypts { get; }

    /// <summary>Whether the signatures are.</summary>
    public bool EncryptsSignature { get; private init; }

    /// <summary>Key of a symmetric primary signature.</summary>
    public SymmetricKey Signing { get; private set; } = null!;

    public SymmetricKey Encryption { get; private set; } = null!;

    /// <summary>The certificate that signs, in an asymmetric binding.</summary>
    public X509Credential? SigningCertificate => (_token as SenderToken.Certificates)?.Own;

    public byte[] EncryptedKeySha1 { get; private set; } = [];

    public static SendKeys Create(SenderToken token, MessageRequirements requirements, SendPlan plan, SenderExtras extras, RandomSource random)
    {
        var encryptsParts = plan.Signed.Any(p => p.Encrypt) || requirements.Supporting.Any(t => t.IsEncrypted)
            || extras.Confirm.Any(s => s.WasEncrypted);
        var keys = new SendKeys(token, requirements, encryptsParts)
        {
            EncryptsSignature = requirements.EncryptsSignature(encryptsParts),
        };
        keys.Resolve(plan.Ids, random);
        return keys;
    }

    /// <summary>The source token, before what derives from it. In an asymmetric binding the signing certificate, where it travels.</summary>
    public void WriteSource(PooledBytes output)
    {
        switch (_token)
        {
            case SenderToken.Context { Keys.TokenXml.Length: > 0 } context:
                output.Write(context.Keys.TokenXml.Span);
                break;
            case SenderToken.WrappedKey wrapped:
                WriteEncryptedKey(output, wrapped.Recipient, []);
                break;
            case SenderToken.Certificates certificates when _signingId is not null:
                TokenWriter.BinarySecurityToken(output, _signingId, certificates.Own.Certificate, _requirements.BspAttributes);
                break;
        }
    }

    public void WriteDerivedSigningKey(PooledBytes output)
    {
        if (_requirements.DerivedKeys)
        {
            TokenWriter.DerivedKeyToken(output, _signingId!, ReferToSource, Signing.Length, _signingNonce, _requirements.Protocol);
        }
    }

    /// <summary>
    /// What encrypts: the wrapped key of an asymmetric binding, which lists what it encrypted where the signature came
    /// first, or the derived key.
    /// </summary>
    public void WriteEncryptionToken(PooledBytes output, IReadOnlyList<string> references)
    {
        if (!Encrypts)
        {
            return;
        }

        if (_token is SenderToken.Certificates certificates)
        {
            WriteEncryptedKey(output, certificates.Recipient, _requirements.SignsFirst ? references : []);
        }
        else if (_requirements.DerivedKeys)
        {
            TokenWriter.DerivedKeyToken(output, _encryptionId!, ReferToSource, Encryption.Length, _encryptionNonce, _requirements.Protocol);
        }
    }

    /// <summary>Whether the reference list stands in the EncryptedKey; EncryptedData then name no key.</summary>
    public bool ListsInEncryptedKey => _requirements.IsAsymmetric && _requirements.SignsFirst;

    public void ReferToSigningKey(PooledBytes output)
    {
        if (_token is SenderToken.Certificates certificates)
        {
            if (_signingId is not null)
            {
                TokenWriter.LocalReference(output, _signingId, Bsp(Uris.X509V3));
            }
            else
            {
                TokenWriter.CertificateReference(output, certificates.Own.Certificate, _requirements.SigningToken!.X509ReferenceStyle, _requirements.IsWss11, _requirements.BspAttributes);
            }
        }
        else if (_requirements.DerivedKeys)
        {
            TokenWriter.LocalReference(output, _signingId!, Bsp(_requirements.Protocol.DkTokenType));
        }
        else
        {
            ReferToSource(output);
        }
    }

    /// <summary>Null where the EncryptedKey lists the data instead.</summary>
    public Action<PooledBytes>? EncryptionReference => ListsInEncryptedKey ? null : output =>
    {
        if (_requirements.DerivedKeys)
        {
            TokenWriter.LocalReference(output, _encryptionId!, Bsp(_requirements.Protocol.DkTokenType));
        }
        else
        {
            ReferToSource(output);
        }
    };

    /// <summary>The fresh key, for the reply; the caller disposes it.</summary>
    public SymmetricKey? TakeFreshKey()
    {
        var fresh = _token is SenderToken.WrappedKey ? _fresh : null;
        if (fresh is not null)
        {
            _fresh = null;
        }

        return fresh;
    }

    public void Dispose()
    {
        _owned.ForEach(k => k.Dispose());
        _fresh?.Dispose();
    }

    private bool SendsSigningCertificate => _requirements.SigningToken!.InclusionMode switch
    {
        SecurityTokenInclusionMode.AlwaysToRecipient or SecurityTokenInclusionMode.Once => _requirements.Role.IsFromClient,
        SecurityTokenInclusionMode.AlwaysToInitiator => !_requirements.Role.IsFromClient,
        _ => false,
    };

    private void Resolve(IdAllocator ids, RandomSource random)
    {
        switch (_token)
        {
            case SenderToken.Context { Keys: { } session }:
                _sourceId = session.TokenId;
                (Signing, _signingId, _signingNonce) = (session.Signing?.Key ?? session.Context.Key, session.Signing?.Id, session.Signing?.Nonce ?? []);
                (Encryption, _encryptionId, _encryptionNonce) = (session.Encryption?.Key ?? session.Context.Key, session.Encryption?.Id, session.Encryption?.Nonce ?? []);
                return;
            case SenderToken.CorrelatedKey { Key: { } key }:
                DeriveOrUse(key, ids, random);
                return;
            case SenderToken.WrappedKey:
                _sourceId = UniqueIds.Next(random);
                DeriveOrUse(MakeFreshKey(random), ids, random);
                return;
            default:
                _sourceId = ids.Next();
                _signingId = SendsSigningCertificate ? UniqueIds.Next(random) : null;
                Encryption = MakeFreshKey(random);
                return;
        }
    }

    private SymmetricKey MakeFreshKey(RandomSource random) =>
        _fresh = SymmetricKey.Random(Math.Max(128, _requirements.Suite.DefaultSymmetricKeyLength) / 8, random);

    private void DeriveOrUse(SymmetricKey source, IdAllocator ids, RandomSource random)
    {
        if (!_requirements.DerivedKeys)
        {
            (Signing, Encryption) = (source, source);
            return;
        }

        (Signing, _signingId, _signingNonce) = Derive(source, ids, random, _requirements.Suite.DefaultSignatureKeyDerivationLength);
        if (Encrypts)
        {
            (Encryption, _encryptionId, _encryptionNonce) = Derive(source, ids, random, _requirements.Suite.DefaultEncryptionKeyDerivationLength);
        }
    }

    private (SymmetricKey, string, byte[]) Derive(SymmetricKey source, IdAllocator ids, RandomSource random, int bits)
    {
        var nonce = new byte[NonceLength];
        random.Fill(nonce);
        var key = source.Derive(DerivedKeyToken.DefaultLabel, nonce, 0, bits / 8);
        _owned.Add(key);
        return (key, ids.Next(), nonce);
    }

    private void WriteEncryptedKey(PooledBytes output, X509Certificate2 recipient, IReadOnlyList<string> references)
    {
        using var publicKey = recipient.GetRSAPublicKey()
            ?? throw new InvalidOperationException($"The certificate '{recipient.Subject}' has no RSA key.");
        EncryptedKeySha1 = EncryptionWriter.EncryptedKey(output, _sourceId!, publicKey, _fresh!, _requirements.Suite,
            o => TokenWriter.CertificateReference(o, recipient, _requirements.EncryptionToken!.X509ReferenceStyle, _requirements.IsWss11, _requirements.BspAttributes),
            references);
    }

    private void ReferToSource(PooledBytes output)
    {
        switch (_token)
        {
            case SenderToken.Context { Keys: { } session } when session.TokenId is { } id:
                TokenWriter.LocalReference(output, id, Bsp(_requirements.Protocol.SctTokenType));
                break;
            case SenderToken.Context { Keys: { } session }:
                TokenWriter.ContextReference(output, session.Context.Identifier, session.Context.Instance, _requirements.Protocol);
                break;
            case SenderToken.CorrelatedKey correlated:
                TokenWriter.EncryptedKeySha1Reference(output, correlated.EncryptedKeySha1, _requirements.BspAttributes);
                break;
            default:
                TokenWriter.LocalReference(output, _sourceId!, Bsp(Uris.EncryptedKey), Bsp(Uris.EncryptedKey));
                break;
        }
    }

    private string? Bsp(string uri) => _requirements.BspAttributes ? uri : null;
}
