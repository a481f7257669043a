using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;

namespace SecureConversation.Engine.Trust;

/// <summary>
/// The key of an issued token, from what both sides contributed (WS-Trust 1.3 section 4.4). An answer in another entropy mode than the one
/// that was asked for is refused with the setting that would accept it: the client cannot know whether the issuer misunderstood.
/// </summary>
internal static class ProofKeys
{
    /// <summary>Length of an RSA key where nothing says it. WCF asks for 1024 bits, which is too short today.</summary>
    private const int DefaultAsymmetricKeySize = 2048;

    /// <summary>Length in bits of the key that a client asks for; 0 for a bearer token.</summary>
    public static int SizeOf(IssuedTokenRequest request) => request.Parameters switch
    {
        { KeyType: SecurityKeyType.BearerKey } => 0,
        { KeySize: not 0 } parameters => parameters.KeySize,
        { KeyType: SecurityKeyType.AsymmetricKey } => DefaultAsymmetricKeySize,
        _ => request.AlgorithmSuite.DefaultSymmetricKeyLength,
    };

    /// <summary>The URI of a kind of key.</summary>
    public static string UriOf(SecurityKeyType type, ProtocolVersion protocol) => type switch
    {
        SecurityKeyType.SymmetricKey => protocol.SymmetricKeySecretType,
        SecurityKeyType.AsymmetricKey => protocol.PublicKeyType,
        _ => protocol.BearerKeyType,
    };

    /// <summary>Whether the client contributes to the key of a token.</summary>
    public static bool ClientContributes(IssuedTokenRequest request, SecurityKeyEntropyMode mode) =>
        request.Parameters.KeyType == SecurityKeyType.SymmetricKey && Entropy.ClientContributes(mode);

    /// <summary>Requires the kind of token that was asked for, and no proof of a key where it has no symmetric one.</summary>
    public static void RequireKind(TokenIssueResponse response, IssuedTokenRequest request, ProtocolVersion protocol)
    {
        var type = request.Parameters.KeyType;
        if (response.KeyType is { } found && found != UriOf(type, protocol)
            && !(type == SecurityKeyType.BearerKey && found == ProtocolVersion.NoProofKey))
        {
            Fail.With(FailureCode.InvalidTrustResponse, "wst:KeyType", found, $"{UriOf(type, protocol)} (KeyType {type})");
        }

        if (type != SecurityKeyType.SymmetricKey && response is not { ProofKey: null, ComputedKey: null })
        {
            Fail.With(FailureCode.InvalidTrustResponse, "wst:RequestedProofToken", "one", $"none, since KeyType is {type}");
        }
    }

    /// <summary>Computes a symmetric key.</summary>
    /// <param name="response">What the issuer answered.</param>
    /// <param name="entropy">What the client contributed.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="mode">Who was to contribute.</param>
    /// <param name="acceptIssuerKey">Whether the issuer may make the key alone where both were to contribute.</param>
    /// <param name="protocol">The version of WS-Trust.</param>
    public static SymmetricKey Complete(TokenIssueResponse response, byte[]? entropy, IssuedTokenRequest request,
        SecurityKeyEntropyMode mode, bool acceptIssuerKey, ProtocolVersion protocol)
    {
        if (mode == SecurityKeyEntropyMode.CombinedEntropy && acceptIssuerKey
            && response is { ProofKey: not null, ComputedKey: null, Entropy: null })
        {
            mode = SecurityKeyEntropyMode.ServerEntropy;
        }

        RequireMode(response, mode, protocol.ComputedKeyUri(request.AlgorithmSuite.KeyDerivation.Name));
        var size = response.KeySize is null or 0 ? SizeOf(request) : response.KeySize.Value;
        if (size % 8 != 0 || !request.AlgorithmSuite.IsSymmetricKeyLengthSupported(size))
        {
            WrongLength(size, request);
        }

        if (mode == SecurityKeyEntropyMode.CombinedEntropy)
        {
            return Entropy.Combine(request.AlgorithmSuite.KeyDerivation, entropy, response.Entropy, size);
        }

        var key = SymmetricKey.From(mode == SecurityKeyEntropyMode.ClientEntropy ? entropy : response.ProofKey);
        if (request.AlgorithmSuite.IsSymmetricKeyLengthSupported(key.LengthInBits))
        {
            return key;
        }

        var length = key.LengthInBits;
        key.Dispose();
        return WrongLength(length, request);
    }

    private static void RequireMode(
        TokenIssueResponse response, SecurityKeyEntropyMode mode, string computedKey)
    {
        switch (mode)
        {
            case SecurityKeyEntropyMode.CombinedEntropy:
                if (response.ComputedKey != computedKey || response.ProofKey is not null)
                {
                    Refuse("wst:RequestedProofToken", Found(response), $"wst:ComputedKey {computedKey}", response, mode);
                }

                if (response.Entropy is not { Length: >= Entropy.MinBytes })
                {
                    Refuse("wst:Entropy", response.Entropy is { } few ? FailureText.Of(few.Length, "octets") : "none",
                        $"at least {Entropy.MinBytes} octets", response, mode);
                }

                break;
            case SecurityKeyEntropyMode.ServerEntropy:
                if (response is not { ProofKey: not null, ComputedKey: null, Entropy: null })
                {
                    Refuse("wst:RequestedProofToken", Found(response), "wst:BinarySecret, and no wst:Entropy", response, mode);
                }

                break;
            default:
                if (response is not { ProofKey: null, ComputedKey: null, Entropy: null })
                {
                    Refuse("wst:RequestedProofToken", Found(response), "neither it nor wst:Entropy", response, mode);
                }

                break;
        }
    }

    private static string Found(TokenIssueResponse response) =>
        (response.ComputedKey is { } algorithm ? $"wst:ComputedKey {algorithm}"
            : response.ProofKey is not null ? "wst:BinarySecret, a key that the issuer made alone" : "none")
        + (response.Entropy is null ? "" : ", and wst:Entropy");

    private static void Refuse(string where, string found, string expected, TokenIssueResponse response, SecurityKeyEntropyMode mode)
    {
        var remedy = response switch
        {
            { ProofKey: not null, ComputedKey: null, Entropy: null } => "set KeyEntropyMode = ServerEntropy on the issuer's binding or as "
                + "DefaultKeyEntropyMode of ClientCredentials.IssuedToken, or AcceptIssuerKey there",
            { ProofKey: null, ComputedKey: not null, Entropy: not null } when mode != SecurityKeyEntropyMode.CombinedEntropy =>
                "set KeyEntropyMode = CombinedEntropy on the issuer's binding, or as DefaultKeyEntropyMode of "
                + "ClientCredentials.IssuedToken",
            { ProofKey: null, ComputedKey: null, Entropy: null } when mode != SecurityKeyEntropyMode.ClientEntropy =>
                "set KeyEntropyMode = ClientEntropy on the issuer's binding, or as DefaultKeyEntropyMode of ClientCredentials.IssuedToken, "
                + "if the issuer took the key of the client",
            _ => "the issuer contradicts itself",
        };
        Fail.With(FailureCode.InvalidTrustResponse, where, found, $"{expected} (KeyEntropyMode {mode}); {remedy}");
    }

    private static SymmetricKey WrongLength(int bits, IssuedTokenRequest request) => Fail.With<SymmetricKey>(
        FailureCode.InvalidTrustResponse, "length of the proof key", FailureText.Of(bits, "bits"),
        $"{request.AlgorithmSuite.MinSymmetricKeyLength} to {request.AlgorithmSuite.MaxSymmetricKeyLength} bits "
            + $"({request.AlgorithmSuite.Name}); see KeySize of IssuedSecurityTokenParameters");
}
