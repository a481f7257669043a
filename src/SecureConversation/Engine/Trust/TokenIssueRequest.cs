using System.Globalization;
using System.Security.Cryptography;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Trust;

/// <summary>
/// wst:RequestSecurityToken to a security token service (WS-Trust 1.3 sections 3 and 4), in the order of WCF.
/// <code>
/// t:RequestSecurityToken
///   t:RequestType                              Issue
///   wsp:AppliesTo / a:EndpointReference        unless the parameters have one
///   t:Entropy? / t:BinarySecret                symmetric key to which the client contributes
///   t:TokenType?, t:KeyType, t:KeySize?        no size of a bearer token
///   t:Claims?                                  claims as the parameters require them
///   ..                                         additional parameters
///   t:UseKey?                                  the public key of a token with an asymmetric key
///   t:ComputedKeyAlgorithm?                    when both sides contribute to a symmetric key
/// </code>
/// </summary>
/// <param name="request">What the client needs.</param>
/// <param name="mode">Who contributes to a symmetric key.</param>
/// <param name="protocol">The version of WS-Trust that the issuer speaks.</param>
/// <param name="soap">The versions of its messages.</param>
internal sealed class TokenIssueRequest(
    IssuedTokenRequest request, SecurityKeyEntropyMode mode, ProtocolVersion protocol, SoapNames soap)
{
    private readonly IssuedSecurityTokenParameters _parameters = request.Parameters;

    /// <summary>Length of the key in bits; 0 for a token without one.</summary>
    public int KeySize => ProofKeys.SizeOf(request);

    /// <param name="output">Takes the element.</param>
    /// <param name="entropy">What the client contributes to a symmetric key; null for nothing.</param>
    /// <param name="entropyId">The Id of the entropy.</param>
    /// <param name="proofKey">The key of a token with an asymmetric key; else null.</param>
    /// <exception cref="ArgumentException">An additional parameter is no XML element.</exception>
    public void Write(PooledBytes output, byte[]? entropy, string entropyId, RSA? proofKey)
    {
        var additional = AdditionalParameters.Of(_parameters, protocol);
        var w = new TrustWriter(output, protocol);
        w.Start("RequestSecurityToken", declare: true);
        w.Element("RequestType", protocol.IssueRequestType);
        if (!additional.HasAppliesTo)
        {
            WriteAppliesTo(output);
        }

        if (entropy is not null)
        {
            w.Start("Entropy");
            w.Secret(entropy, protocol.NonceSecretType, entropyId);
            w.End("Entropy");
        }

        if (_parameters.TokenType is { Length: > 0 } type)
        {
            w.Element("TokenType", type);
        }

        w.Element("KeyType", ProofKeys.UriOf(_parameters.KeyType, protocol));
        if (KeySize > 0)
        {
            w.Element("KeySize", KeySize.ToString(CultureInfo.InvariantCulture));
        }

        WriteClaims(output, w);
        additional.Write(output, w);
        if (proofKey is not null)
        {
            w.Start("UseKey");
            output.Write("<KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\">"u8);
            RsaKeyValue.Of(proofKey).Write(output);
            output.Write("</KeyInfo>"u8);
            w.End("UseKey");
        }

        if (_parameters.KeyType == SecurityKeyType.SymmetricKey && mode == SecurityKeyEntropyMode.CombinedEntropy)
        {
            w.Element("ComputedKeyAlgorithm", protocol.ComputedKeyUri(request.AlgorithmSuite.KeyDerivation.Name));
        }

        w.End("RequestSecurityToken");
    }

    /// <summary>The endpoint reference has the version of WS-Addressing that the messages to the issuer have, as in WCF.</summary>
    private void WriteAppliesTo(PooledBytes output)
    {
        output.Write("<wsp:AppliesTo xmlns:wsp=\"http://schemas.xmlsoap.org/ws/2004/09/policy\"><EndpointReference xmlns=\""u8);
        output.WriteText(soap.Addressing);
        output.Write("\"><Address>"u8);
        output.WriteEscaped(request.AppliesTo.AbsoluteUri);
        output.Write("</Address>"u8);
        request.ServiceIdentity?.Write(output);
        output.Write("</EndpointReference></wsp:AppliesTo>"u8);
    }

    private void WriteClaims(PooledBytes output, TrustWriter w)
    {
        if (_parameters.ClaimTypeRequirements.IsEmpty)
        {
            return;
        }

        // WS-Trust of February 2005 leaves the dialect to both sides; WCF writes it since 1.3.
        w.StartWith("Claims", protocol.UsesCollection ? "Dialect" : null, Ns.Identity2005);
        foreach (var claim in _parameters.ClaimTypeRequirements)
        {
            output.Write("<i:ClaimType xmlns:i=\"http://schemas.xmlsoap.org/ws/2005/05/identity\""u8);
            TokenWriter.Attribute(output, "Uri", claim.ClaimType);
            if (claim.IsOptional)
            {
                output.Write(" Optional=\"true\""u8);
            }

            output.Write("></i:ClaimType>"u8);
        }

        w.End("Claims");
    }
}
