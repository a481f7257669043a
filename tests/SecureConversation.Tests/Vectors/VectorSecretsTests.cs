using System.Text;
using SecureConversation.Binding;
using SecureConversation.Diagnosis;
using SecureConversation.Engine.Crypto;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Tests.Vectors;

/// <summary>The keys that the decoder learns from a recorded conversation are those that the recorded peer used.</summary>
public sealed class VectorSecretsTests
{
    public static TheoryData<string> All => VectorNames.All;

    [Theory]
    [MemberData(nameof(All))]
    public void Keys_AreThoseOfTheRecording(string name)
    {
        var vector = VectorArchive.Get(name);
        using var decoder = VectorSupport.CreateDecoder(vector);
        foreach (var message in vector.Messages)
        {
            using var decoded = decoder.Decode(message.ReadBytesAsSent(),
                message.IsFromClient ? MessageDirection.ClientToService : MessageDirection.ServiceToClient, message.Record.Instant);
        }

        var checks = CheckContexts(vector, decoder) + CheckWrappedKeys(vector, decoder) + CheckDerivedKeys(vector, decoder);
        // Keys of an asymmetric binding live for one message and are not kept; the decoder tests prove them by decrypting. Where the
        // transport protects messages, there are keys of sessions only.
        var hasNoKeys = vector.File.Binding is { Type: "AsymmetricSecurityBindingElement" }
            or { Type: "TransportSecurityBindingElement", RequireCancellation: null };
        Assert.True(checks > 0 || hasNoKeys || !vector.Messages.Any(m => m.Record.Expect is VectorExpectation.Verified));
    }

    private static int CheckContexts(Vector vector, ConversationDecoder decoder)
    {
        var known = vector.File.Secrets.SecurityContexts.Where(c => decoder.Knowledge.FindContext(c.Identifier, c.Instance) is not null).ToList();
        Assert.All(known, context => Assert.True(decoder.Knowledge.FindContext(context.Identifier, context.Instance)!.Key.FixedTimeEquals(context.Key)));
        return known.Count;
    }

    private static int CheckWrappedKeys(Vector vector, ConversationDecoder decoder)
    {
        var known = vector.File.Secrets.EncryptedKeys.Where(k => decoder.Knowledge.FindEncryptedKey(k.Key) is not null).ToList();
        Assert.All(known, key => Assert.True(decoder.Knowledge.FindEncryptedKey(key.Key)!.FixedTimeEquals(key.Value.Key)));
        return known.Count;
    }

    private static int CheckDerivedKeys(Vector vector, ConversationDecoder decoder)
    {
        var count = 0;
        foreach (var derived in vector.File.Secrets.DerivedKeys)
        {
            var source = derived.Source switch
            {
                VectorKey.SecurityContext context => decoder.Knowledge.FindContext(context.Identifier, context.Instance)?.Key,
                VectorKey.EncryptedKey encrypted => decoder.Knowledge.FindEncryptedKey(encrypted.Sha1),
                _ => null,
            };
            if (source is null)
            {
                continue;
            }

            using var key = source.Derive(KeyDerivationAlgorithm.PSha1, Encoding.UTF8.GetBytes(derived.Label), derived.Nonce, derived.Offset, derived.Length);
            Assert.True(key.FixedTimeEquals(derived.Key));
            count++;
        }

        return count;
    }
}
