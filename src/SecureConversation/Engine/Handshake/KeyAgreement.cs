using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Trust;

namespace SecureConversation.Engine.Handshake;

/// <summary>Computes the key of a new session from the contributions of the entropy mode, for the service and for the client.</summary>
internal static class KeyAgreement
{
    /// <summary>
    /// Service: checks the request, adds a contribution, and returns the key with a response from which the client can compute it.
    /// </summary>
    public static (SymmetricKey Key, RequestSecurityTokenResponse Response) Agree(
        RequestSecurityToken request, SecurityBindingElement element, ProtocolVersion protocol, RandomSource random)
    {
        var (mode, suite) = (element.KeyEntropyMode, element.DefaultAlgorithmSuite);
        var size = request.KeySize is null or 0 ? suite.DefaultSymmetricKeyLength : request.KeySize.Value;
        if (size % 8 != 0 || !IsLengthOfUse(size, element) || (request.Entropy is not null) != Entropy.ClientContributes(mode))
        {
            Fail.With(FailureCode.InvalidTrustRequest, "wst:KeySize or wst:Entropy");
        }

        switch (mode)
        {
            case SecurityKeyEntropyMode.ClientEntropy:
                // The entropy is the key, so the suite must allow its length.
                var length = request.Entropy!.Length * 8;
                return IsLengthOfUse(length, element)
                    ? (SymmetricKey.From(request.Entropy), new RequestSecurityTokenResponse())
                    : Fail.With<(SymmetricKey, RequestSecurityTokenResponse)>(FailureCode.InvalidTrustRequest, "wst:Entropy");
            case SecurityKeyEntropyMode.ServerEntropy:
                var proof = new byte[size / 8];
                random.FillNonZero(proof);
                return (SymmetricKey.From(proof), new RequestSecurityTokenResponse { ProofKey = proof, KeySize = size });
            default:
                Entropy.RequireLength(request.Entropy!.Length, size);
                var contribution = new byte[size / 8];
                random.FillNonZero(contribution);
                return (Entropy.Combine(suite.KeyDerivation, request.Entropy, contribution, size), new RequestSecurityTokenResponse
                {
                    ComputedKey = protocol.ComputedKeyUri(suite.KeyDerivation.Name),
                    Entropy = contribution,
                    KeySize = size,
                });
        }
    }

    /// <summary>Client: computes the key from the response and the entropy of the request.</summary>
    public static SymmetricKey Complete(RequestSecurityTokenResponse response, ReadOnlySpan<byte> clientEntropy,
        SecurityBindingElement element, ProtocolVersion protocol)
    {
        var (mode, suite) = (element.KeyEntropyMode, element.DefaultAlgorithmSuite);
        var size = response.KeySize ?? suite.DefaultSymmetricKeyLength;
        var isExpected = mode switch
        {
            SecurityKeyEntropyMode.ClientEntropy => response is { ProofKey: null, ComputedKey: null, Entropy: null },
            SecurityKeyEntropyMode.ServerEntropy => response is { ProofKey: not null, ComputedKey: null, Entropy: null },
            _ => response is { ProofKey: null, Entropy.Length: >= Entropy.MinBytes }
                && response.ComputedKey == protocol.ComputedKeyUri(suite.KeyDerivation.Name),
        };
        if (!isExpected || size % 8 != 0 || size is < 64 or > 1024)
        {
            Fail.With(FailureCode.InvalidTrustResponse, "proof of the session key");
        }

        var key = mode switch
        {
            SecurityKeyEntropyMode.ClientEntropy => SymmetricKey.From(clientEntropy),
            SecurityKeyEntropyMode.ServerEntropy => SymmetricKey.From(response.ProofKey),
            _ => Entropy.Combine(suite.KeyDerivation, clientEntropy, response.Entropy, size),
        };
        if (IsLengthOfUse(key.LengthInBits, element))
        {
            return key;
        }

        key.Dispose();
        return Fail.With<SymmetricKey>(FailureCode.InvalidTrustResponse, "length of the session key");
    }

    // Without derived keys the cipher takes the session key itself, and has one length.
    private static bool IsLengthOfUse(int bits, SecurityBindingElement element) =>
        element is SymmetricSecurityBindingElement && element.SessionToken is { RequireDerivedKeys: false }
            ? bits == element.DefaultAlgorithmSuite.DefaultSymmetricKeyLength
            : element.DefaultAlgorithmSuite.IsSymmetricKeyLengthSupported(bits);
}
