using System.Security.Cryptography;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;
using SecureConversation.Tests.Xml;

namespace SecureConversation.Fuzz.Sealing;

/// <summary>
/// Signs and encrypts a script with the keys that its own tokens lead to, so that a mutation gets past digests, signatures and padding.
/// This is why the library has no switch that lets them pass: such a switch would be one more thing that must never be on, while a
/// sender who has the keys is an attacker that the library has to withstand anyway, and the code that runs is the code that ships.
/// Where a script is too broken to be signed, its values are stand-ins, and the receiver refuses it.
/// </summary>
internal static class MessageSealer
{
    public static byte[] Seal(ReadOnlySpan<byte> octets, ScriptKeys keys)
    {
        var script = MessageScript.Read(octets, keys.Variables);
        var slots = new byte[script.SlotCount][];
        for (var i = 0; i < slots.Length; i++)
        {
            slots[i] = Base64(new byte[script.IsDigest(i) ? keys.Suite.Digest.Size : keys.Suite.SymmetricSignature.Size]);
        }

        var ciphers = new byte[]?[script.PartCount];
        var tokens = MessageTokens.Of(script.Render(plain: false, slots).Document, keys);
        if (!keys.SignsFirst)
        {
            Encrypt(script, slots, ciphers, tokens, keys);
        }

        for (var i = 0; i < slots.Length; i++)
        {
            Fill(script, slots, ciphers, i, tokens, keys);
        }

        if (keys.SignsFirst)
        {
            Encrypt(script, slots, ciphers, tokens, keys);
        }

        return script.Render(plain: false, slots, ciphers).Document;
    }

    private static void Encrypt(MessageScript script, byte[][] slots, byte[]?[] ciphers, MessageTokens tokens, ScriptKeys keys)
    {
        var skeleton = script.Render(plain: false, slots);
        for (var part = 0; part < script.PartCount; part++)
        {
            var algorithm = keys.Suite.Encryption;
            if (tokens.KeyOfData(skeleton.Document, skeleton.Parts[part]) is not { } key || key.Length != algorithm.KeyBytes)
            {
                continue;
            }

            var plain = script.Plaintext(part, slots);
            var cipher = new byte[SymmetricKey.GetCiphertextLength(algorithm, plain.Length)];
            key.Encrypt(algorithm, plain, cipher);
            ciphers[part] = Base64(cipher);
        }
    }

    /// <summary>Computes one value; those before it are there already, as a signature follows its digests.</summary>
    private static void Fill(MessageScript script, byte[][] slots, byte[]?[] ciphers, int slot, MessageTokens tokens, ScriptKeys keys)
    {
        foreach (var withoutPlain in new[] { false, true })
        {
            var rendered = script.Render(keys.SignsFirst, slots, ciphers, withoutPlain);
            try
            {
                using var index = XmlIndex.Parse(rendered.Document, XmlLimits.Default);
                if (ElementAt(index, rendered.Slots[slot]) is { IsNull: false } holder)
                {
                    slots[slot] = script.IsDigest(slot) ? DigestFor(holder, keys) ?? slots[slot] : ValueFor(holder, tokens, keys) ?? slots[slot];
                }

                return;
            }
            catch (SecurityFailureException)
            {
                // Not well-formed, or no signature any more: once more without what was encrypted, else the receiver has to refuse it as it is.
            }
        }
    }

    private static byte[]? DigestFor(XmlElement holder, ScriptKeys keys)
    {
        var reference = holder.Parent;
        var signature = SignatureElement.Read(reference.Parent.Parent, keys.Protocol, Limits.MaxSignedParts);
        var number = 0;
        for (var child = reference.Parent.FirstChild; !child.IsNull && child != reference; child = child.NextSibling)
        {
            number += child.Is(Ds.Reference) ? 1 : 0;
        }

        if (number >= signature.References.Count || FindById(holder.Index, signature.References[number].Id) is not { IsNull: false } target)
        {
            return null;
        }

        if (signature.References[number].DereferencesToken)
        {
            target = XmlId.OfReference(target.FirstChild, Attr.Uri) is { } id ? FindById(holder.Index, id) : default;
        }

        if (target.IsNull)
        {
            return null;
        }

        using var digest = new ReferenceDigest(keys.Suite.Digest);
        var value = new byte[keys.Suite.Digest.Size];
        digest.Compute(target, signature.References[number].InclusivePrefixes.Span, CanonicalForm.Recommendation, value);
        return Base64(value);
    }

    private static byte[]? ValueFor(XmlElement holder, MessageTokens tokens, ScriptKeys keys)
    {
        var signature = SignatureElement.Read(holder.Parent, keys.Protocol, Limits.MaxSignedParts);
        using var canonical = signature.Canonicalize();
        var info = canonical.WrittenSpan.ToArray();
        if (tokens.IsCertificate(signature.Key))
        {
            return Base64(RsaSignature.Sign(keys.Signer, keys.Suite.AsymmetricSignature, info));
        }

        if (tokens.KeyOf(signature.Key) is not { } key)
        {
            return null;
        }

        var mac = new byte[keys.Suite.SymmetricSignature.Size];
        key.ComputeHmac(keys.Suite.SymmetricSignature, info, mac);
        return Base64(mac);
    }

    /// <summary>The innermost element around a position.</summary>
    private static XmlElement ElementAt(XmlIndex index, int position)
    {
        XmlElement found = default;
        foreach (var element in XmlSupport.All(index))
        {
            found = element.ContentStart <= position && position <= element.ContentEnd && !element.IsEmptyElementTag ? element : found;
        }

        return found;
    }

    private static XmlElement FindById(XmlIndex index, XmlId id) =>
        XmlSupport.All(index).FirstOrDefault(e => e.GetId(Wsu.Id) == id || e.GetId(Attr.Id) == id);

    private static byte[] Base64(byte[] octets) => System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(octets));
}
