using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Cli.Decoding;

/// <summary>
/// Decrypts what the given keys open, without a binding and without verifying anything: to find out what the binding is, and to show what
/// is inside a message that was refused. Messages are given in their order, since each handshake brings the key of its session.
/// </summary>
internal sealed class WireKeys(DecodingKeys keys)
{
    private const int MaxItems = 256;

    private readonly Dictionary<string, WireKey> _encryptedKeys = [];
    private readonly Dictionary<(string, string?), WireKey> _contexts = [];
    private readonly Dictionary<string, byte[]?> _entropy = [];
    private readonly Dictionary<X509Certificate2, int[]> _wrappedFor = [];
    private byte[]? _lastEntropy;

    /// <summary>How many keys were wrapped for a certificate in requests and in replies.</summary>
    public (int Requests, int Replies) WrappedFor(X509Certificate2 certificate) =>
        _wrappedFor.TryGetValue(certificate, out var counts) ? (counts[0], counts[1]) : (0, 0);

    /// <summary>Decrypts in the tree of a message, and learns the key of a session from it.</summary>
    public void Open(WireMessage message)
    {
        var known = new Dictionary<string, (bool IsDerived, WireKey Key)>(StringComparer.Ordinal);
        var items = message.SecurityItems.Take(MaxItems).ToList();
        foreach (var item in items)
        {
            ReadKey(item, message, known);
        }

        // An EncryptedKey or a token may stand behind a key that is derived from it.
        foreach (var item in items.Where(WireNames.IsDerivedKey))
        {
            ReadDerived(item, known);
        }

        message.Keys = known;
        DecryptAll(message, known, items);
        Learn(message);
    }

    /// <summary>The key that a KeyInfo or a token reference leads to.</summary>
    public (bool IsDerived, WireKey Key)? Find(XElement? reference, IReadOnlyDictionary<string, (bool IsDerived, WireKey Key)> known)
    {
        if (reference?.DescendantsAndSelf(WireNames.Str).FirstOrDefault() is not { } str)
        {
            return null;
        }

        if (str.Element(WireNames.Reference) is { } direct && direct.Attribute("URI")?.Value is { } uri)
        {
            if (uri.StartsWith('#'))
            {
                return known.TryGetValue(uri[1..], out var local) ? local : null;
            }

            var instance = direct.Attributes().FirstOrDefault(a => a.Name.LocalName == "Instance")?.Value;
            return (false, Context(uri, instance));
        }

        return str.Element(WireNames.KeyIdentifier) is { } identifier
            && identifier.Attribute("ValueType")?.Value == Uris.EncryptedKeySha1
            ? (false, _encryptedKeys.GetValueOrDefault(identifier.Value.Trim())
                ?? new WireKey(WireKeyKind.EncryptedKey, identifier.Value.Trim(), null))
            : null;
    }

    private void ReadKey(XElement item, WireMessage message, Dictionary<string, (bool IsDerived, WireKey Key)> known)
    {
        var id = WireNames.IdOf(item);
        if (item.Name == WireNames.EncryptedKey)
        {
            var key = Unwrap(item, message);
            known.TryAdd(id ?? "", (false, key));
            foreach (var uri in DataReferences(item))
            {
                known.TryAdd("data " + uri, (false, key));
            }
        }
        else if (WireNames.IsContextToken(item))
        {
            var ns = item.Name.Namespace;
            if (id is not null && item.Element(ns + "Identifier")?.Value.Trim() is { } identifier)
            {
                known.TryAdd(id, (false, Context(identifier, item.Element(ns + "Instance")?.Value.Trim())));
            }
        }
        else if (item.Name == WireNames.UsernameToken && id is not null)
        {
            known.TryAdd(id, (false, new WireKey(WireKeyKind.UserName, id, null)));
        }
        else if (item.Name.LocalName == "Assertion" && id is not null)
        {
            known.TryAdd(id, (false, new WireKey(WireKeyKind.IssuedToken, id, null)));
        }
    }

    private WireKey Unwrap(XElement item, WireMessage message)
    {
        var wrapped = WireNames.Base64(item.Descendants(WireNames.CipherValue).FirstOrDefault()?.Value) ?? [];
        var name = Convert.ToBase64String(SHA1.HashData(wrapped));
        if (_encryptedKeys.TryGetValue(name, out var known) && known.Octets is not null)
        {
            return known;
        }

        var opened = WireAgreement.Read(item) is { } agreement ? keys.Unwrap(wrapped, agreement)
            : WireEncapsulation.Read(item) is { } encapsulation ? keys.Unwrap(wrapped, encapsulation)
            : keys.Unwrap(wrapped, PaddingOf(item.Element(WireNames.EncryptionMethod)));
        if (opened is { } found)
        {
            if (!_wrappedFor.TryGetValue(found.Certificate, out var counts))
            {
                _wrappedFor[found.Certificate] = counts = new int[2];
            }

            counts[message.IsRequest ? 0 : 1]++;
        }

        return _encryptedKeys[name] = new WireKey(WireKeyKind.EncryptedKey, name, opened?.Key);
    }

    private static RSAEncryptionPadding PaddingOf(XElement? method) => method?.Attribute("Algorithm")?.Value switch
    {
        AlgorithmUris.Rsa15 => RSAEncryptionPadding.Pkcs1,
        AlgorithmUris.RsaOaep11 when method.Elements().Any(e => e.Attribute("Algorithm")?.Value == AlgorithmUris.Mgf1Sha256)
            => RSAEncryptionPadding.OaepSHA256,
        _ => RSAEncryptionPadding.OaepSHA1,
    };

    private static KeyDerivationAlgorithm DerivationOf(string? uri) =>
        Derivations.FirstOrDefault(a => uri == Uris.OwnDerivation(a.Name) || uri == Uris.OwnComputedKey(a.Name))
        ?? KeyDerivationAlgorithm.PSha1;

    private static readonly KeyDerivationAlgorithm[] Derivations =
        [KeyDerivationAlgorithm.PSha256, KeyDerivationAlgorithm.PSha384, KeyDerivationAlgorithm.PSha512];

    private void ReadDerived(XElement item, Dictionary<string, (bool IsDerived, WireKey Key)> known)
    {
        var ns = item.Name.Namespace;
        int Number(string name, int otherwise) =>
            int.TryParse(item.Element(ns + name)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                ? value : otherwise;

        if (WireNames.IdOf(item) is not { } id || Find(item.Element(WireNames.Str), known) is not { } source)
        {
            return;
        }

        var (length, nonce) = (Number("Length", 32), WireNames.Base64(item.Element(ns + "Nonce")?.Value));
        var offset = (long)Number("Offset", 0) + ((long)Number("Generation", 0) * length);
        byte[]? derived = null;
        if (source.Key.Octets is { } secret && nonce is { Length: <= 128 } && length is > 0 and <= 64 && offset <= 64)
        {
            derived = new byte[length];
            PHash.Derive(
                DerivationOf(item.Attribute("Algorithm")?.Value), secret, DerivedKeyToken.DefaultLabel, nonce, (int)offset, derived);
        }

        known[id] = (true, source.Key with { Octets = derived });
    }

    private WireKey Context(string identifier, string? instance) =>
        _contexts.GetValueOrDefault((identifier, instance)) ?? new WireKey(WireKeyKind.SecurityContext, identifier, null);

    private static IEnumerable<string> DataReferences(XElement item) => item.Descendants(WireNames.DataReference).Take(MaxItems)
        .Select(r => r.Attribute("URI")?.Value).OfType<string>().Where(uri => uri.StartsWith('#')).Select(uri => uri[1..]);

    private void DecryptAll(WireMessage message, Dictionary<string, (bool IsDerived, WireKey Key)> known, List<XElement> items)
    {
        foreach (var item in items.Where(item => item.Name == WireNames.EncryptedData))
        {
            Decrypt(message, item, item, WirePlace.SecurityItem, known);
        }

        foreach (var block in message.Header?.Elements().Take(MaxItems).ToList() ?? [])
        {
            var data = block.Name == WireNames.EncryptedData ? block
                : block.Name == WireNames.EncryptedHeader ? block.Element(WireNames.EncryptedData) : null;
            if (data is not null)
            {
                Decrypt(message, data, block, WirePlace.HeaderBlock, known);
            }
        }

        // The application may have a body that looks like one that was encrypted: what was is listed in the header.
        if (message.Body is { } body && body.Element(WireNames.EncryptedData) is { } content
            && WireNames.IdOf(content) is { } id && items.SelectMany(DataReferences).Contains(id))
        {
            Decrypt(message, content, content, WirePlace.Body, known);
        }
    }

    private void Decrypt(WireMessage message, XElement data, XElement replaced, WirePlace place,
        Dictionary<string, (bool IsDerived, WireKey Key)> known)
    {
        var id = WireNames.IdOf(data) ?? WireNames.IdOf(replaced);
        var algorithm = data.Element(WireNames.EncryptionMethod)?.Attribute("Algorithm")?.Value ?? "";
        var key = Find(data.Element(WireNames.KeyInfo), known)
            ?? (id is not null && known.TryGetValue("data " + id, out var listed) ? listed : null);
        var encryption = new WireEncryption(id, algorithm, place, key?.IsDerived, key?.Key);
        if (key?.Key.Octets is { } octets && CipherOf(data) is { } cipher
            && BlockDecryption.Decrypt(cipher, octets, algorithm) is { } plain && WireReader.ReadFragment(plain, data) is { } nodes)
        {
            var element = nodes.OfType<XElement>().FirstOrDefault();
            replaced.ReplaceWith(nodes);
            encryption = encryption with { IsDecrypted = true, Plain = place == WirePlace.Body ? message.Body : element };
        }

        message.Encryptions.Add(encryption);
    }

    private static byte[]? CipherOf(XElement data) =>
        WireNames.Base64(data.Elements(WireNames.Xenc + "CipherData").Elements(WireNames.CipherValue).FirstOrDefault()?.Value);

    private void Learn(WireMessage message)
    {
        if (!message.IsHandshake)
        {
            return;
        }

        var trust = message.Body?.Descendants().FirstOrDefault(e => e.Name.LocalName is "RequestSecurityToken"
            or "RequestSecurityTokenResponse");
        if (trust is null)
        {
            return;
        }

        var secret = WireNames.Base64(trust.Elements().FirstOrDefault(e => e.Name.LocalName == "Entropy")?
            .Elements().FirstOrDefault(e => e.Name.LocalName == "BinarySecret")?.Value);
        if (message.IsRequest)
        {
            _lastEntropy = secret;
            _entropy[message.MessageId ?? ""] = secret;
            return;
        }

        var context = trust.Descendants().FirstOrDefault(WireNames.IsContextToken);
        if (context?.Element(context.Name.Namespace + "Identifier")?.Value.Trim() is not { } identifier)
        {
            return;
        }

        var client = message.RelatesTo is { } id && _entropy.TryGetValue(id, out var own) ? own : _lastEntropy;
        var instance = context.Element(context.Name.Namespace + "Instance")?.Value.Trim();
        if (SessionKey(trust, client, secret) is { } key)
        {
            _contexts.TryAdd((identifier, instance), new WireKey(WireKeyKind.SecurityContext, identifier, key));
        }
    }

    private static byte[]? SessionKey(XElement response, byte[]? client, byte[]? service)
    {
        var proof = response.Elements().FirstOrDefault(e => e.Name.LocalName == "RequestedProofToken")?
            .Elements().FirstOrDefault(e => e.Name.LocalName == "BinarySecret")?.Value;
        if (proof is not null)
        {
            return WireNames.Base64(proof);
        }

        if (client is null || service is null)
        {
            return client;
        }

        var bits = int.TryParse(response.Elements().FirstOrDefault(e => e.Name.LocalName == "KeySize")?.Value,
            NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size is >= 64 and <= 1024 ? size : 256;
        var key = new byte[bits / 8];
        var computed = response.Elements().FirstOrDefault(e => e.Name.LocalName == "RequestedProofToken")?
            .Elements().FirstOrDefault(e => e.Name.LocalName == "ComputedKey")?.Value.Trim();
        PHash.Derive(DerivationOf(computed), client, [], service, 0, key);
        return key;
    }
}
