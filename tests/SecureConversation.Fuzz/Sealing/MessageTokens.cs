using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;
using SecureConversation.Tests.Xml;

namespace SecureConversation.Fuzz.Sealing;

/// <summary>The keys that the tokens of a message lead to, as far as they can be read.</summary>
internal sealed class MessageTokens
{
    private readonly Dictionary<XmlId, SymmetricKey> _derived = [];
    private readonly HashSet<XmlId> _certificates = [];
    private readonly ScriptKeys _keys;
    private SymmetricKey? _root;

    private MessageTokens(ScriptKeys keys)
    {
        _keys = keys;
        _root = keys.Root;
    }

    public static MessageTokens Of(byte[] wire, ScriptKeys keys)
    {
        var tokens = new MessageTokens(keys);
        try
        {
            // The Ids refer to the octets and outlive the index.
            using var index = XmlIndex.Parse(wire, XmlLimits.Default);
            foreach (var element in XmlSupport.All(index).Where(e => e.Is(Xenc.EncryptedKey)))
            {
                tokens.ReadKey(element);
            }

            foreach (var element in XmlSupport.All(index))
            {
                tokens.Read(element);
            }
        }
        catch (SecurityFailureException)
        {
            // Not well-formed: no tokens.
        }

        return tokens;
    }

    /// <summary>What all other keys are derived from.</summary>
    public SymmetricKey? Root => _root;

    public SymmetricKey? KeyOf(KeyReference? reference) =>
        reference is { Kind: KeyReferenceKind.LocalId } && _derived.TryGetValue(reference.LocalId, out var key) ? key : _root;

    public bool IsCertificate(KeyReference reference) =>
        reference.IsX509 || (reference.Kind == KeyReferenceKind.LocalId && _certificates.Contains(reference.LocalId));

    /// <summary>The key of the EncryptedData around a position.</summary>
    public SymmetricKey? KeyOfData(byte[] document, int position)
    {
        try
        {
            using var index = XmlIndex.Parse(document, XmlLimits.Default);
            var data = XmlSupport.All(index).LastOrDefault(e => e.Is(Xenc.EncryptedData) && e.Start <= position && position < e.End);
            return data.IsNull ? _root : KeyOf(EncryptedData.Read(data, _keys.Protocol).Key);
        }
        catch (SecurityFailureException)
        {
            return _root;
        }
    }

    private void ReadKey(XmlElement element)
    {
        var value = XmlSupport.All(element.Index).FirstOrDefault(e => e.Is(Xenc.CipherValue) && e.Start > element.Start && e.End < element.End);
        _root = value.IsNull ? _root : _keys.Unwrap(value.GetText().Trim()) ?? _root;
    }

    private void Read(XmlElement element)
    {
        if (element.GetId(Wsu.Id) is not { } id)
        {
            return;
        }

        if (element.Is(Wsse.BinarySecurityToken))
        {
            _certificates.Add(id);
        }

        if (element.Is(_keys.Protocol.DerivedKeyToken) && _root is not null)
        {
            try
            {
                var inputs = DerivedKeyToken.Read(element, _keys.Protocol, KeyDerivationAlgorithm.PSha1).Inputs;
                _derived[id] = _root.Derive(KeyDerivationAlgorithm.PSha1, DerivedKeyToken.DefaultLabel, inputs.Nonce, inputs.Offset, inputs.Length);
            }
            catch (SecurityFailureException)
            {
                // The receiver refuses it, too.
            }
        }
    }
}
