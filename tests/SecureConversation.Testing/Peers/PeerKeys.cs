using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Testing.Peers;

/// <summary>The keys that a command for <see cref="Wss4jPeer"/> brings along. Immutable: each method gives a new set.</summary>
public sealed class PeerKeys
{
    // The peer takes this password for every store; the stores live for one command.
    private const string StorePassword = "peer";

    private PeerKeys(IReadOnlyList<KeyValuePair<string, string>> options) => Options = options;

    public static PeerKeys None { get; } = new([]);

    internal IReadOnlyList<KeyValuePair<string, string>> Options { get; }

    /// <summary>All symmetric keys of a conversation, for a context of several generations the one of the message's keys or the latest.</summary>
    public static PeerKeys Of(VectorMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var secrets = message.Vector.File.Secrets;
        var keys = None;
        foreach (var (sha1, key) in secrets.EncryptedKeys)
        {
            keys = keys.WithSecret(sha1, key.Key);
        }
        var instances = InstancesOf(message).ToHashSet();
        foreach (var generations in secrets.SecurityContexts.GroupBy(context => context.Identifier))
        {
            var used = generations.Where(context => instances.Contains((context.Identifier, context.Instance)));
            keys = keys.WithSecret(generations.Key, used.Concat(generations.Reverse()).First().Key);
        }
        return keys;
    }

    /// <summary>A certificate with its private key. The first one signs; all decrypt.</summary>
    public PeerKeys WithPrivateKey(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var parameters = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 2000);
        return With("store", Wss4jPeer.Base64(certificate.ExportPkcs12(parameters, StorePassword)));
    }

    /// <summary>Lets the peer judge certificates, which it otherwise takes as they come.</summary>
    public PeerKeys Trusting(X509Certificate2 certificate) => With("trust", Wss4jPeer.Encode(certificate));

    /// <param name="identifier">Of a security context, or an EncryptedKeySHA1.</param>
    public PeerKeys WithSecret(string identifier, byte[] key) => With("secret", $"{identifier} {Wss4jPeer.Base64(key)}");

    public PeerKeys WithPassword(string password) => With("password", password);

    private PeerKeys With(string option, string value) => new([.. Options, new(option, value)]);

    private static IEnumerable<(string Identifier, string? Instance)> InstancesOf(VectorMessage message)
    {
        var derived = message.Vector.File.Secrets.DerivedKeys.ToLookup(key => Convert.ToBase64String(key.Nonce));
        var named = message.Record.Signatures.Select(signature => signature.Key).Concat(message.Record.Encryptions.Select(part => part.Key));
        foreach (var key in named.SelectMany(key => key is VectorKey.DerivedKey(var nonce) ? derived[nonce].Select(found => found.Source) : [key]))
        {
            if (key is VectorKey.SecurityContext(var identifier, var instance))
            {
                yield return (identifier, instance);
            }
        }
    }
}
