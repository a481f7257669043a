using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Peers;

/// <summary>WSS4J judges the tokens that we send: digests of passwords, keys made of them, and certificates that sign nothing.</summary>
public sealed class TokenPeerTests
{
    private static readonly SymmetricSecurityBindingElement Anonymous = SecurityBindingElement.CreateAnonymousForCertificateBindingElement().ForCxfAndWss4j() as SymmetricSecurityBindingElement
        ?? throw new InvalidOperationException();

    [Theory]
    [InlineData(UserNamePasswordType.Text)]
    [InlineData(UserNamePasswordType.Digest)]
    public void UserName_IsAcceptedWithItsPasswordAlone(UserNamePasswordType type)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var message = Secure(Anonymous with { EndpointSupportingTokenParameters = new() { SignedEncrypted = [new UserNameSecurityTokenParameters { PasswordType = type, IncludeNonce = true, IncludeCreated = true }] } });
        var keys = PeerKeys.None.WithPrivateKey(TestCertificates.Service);

        var result = Wss4jPeer.Verify(message, keys.WithPassword(TestCredentials.Password));

        Assert.True(result.Ok, result.Reason);
        Assert.Single(result.All("username"));
        Assert.False(Wss4jPeer.Verify(message, keys.WithPassword("wrong")).Ok);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void KeyOfAUserName_IsThatOfThePeer(bool derived)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var message = Secure(new SymmetricSecurityBindingElement
        {
            MessageSecurityVersion = Anonymous.MessageSecurityVersion,
            DefaultAlgorithmSuite = derived ? SecurityAlgorithmSuite.Basic256 : SecurityAlgorithmSuite.Basic128,
            MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt,
            ProtectionTokenParameters = new UserNameSecurityTokenParameters { RequireDerivedKeys = derived },
        });

        var result = Wss4jPeer.Verify(message, PeerKeys.None.WithPassword(TestCredentials.Password));

        Assert.True(result.Ok, result.Reason);
        Assert.Single(result.All("signature"));
        Assert.DoesNotContain("h&amp;i", Encoding.UTF8.GetString(message), StringComparison.Ordinal);
        Assert.Contains("h&amp;i", Encoding.UTF8.GetString(result.Single("plain").Bytes("bytes")), StringComparison.Ordinal);
        Assert.False(Wss4jPeer.Verify(message, PeerKeys.None.WithPassword("wrong")).Ok);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void UserNameThatEndorses_IsAcceptedWithItsPasswordAlone(bool derived)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var message = Secure(Anonymous with
        {
            DefaultAlgorithmSuite = derived ? SecurityAlgorithmSuite.Basic256 : SecurityAlgorithmSuite.Basic128,
            EndpointSupportingTokenParameters = new() { SignedEndorsing = [new UserNameSecurityTokenParameters { RequireDerivedKeys = derived }] },
        });
        var keys = PeerKeys.None.WithPrivateKey(TestCertificates.Service);

        var result = Wss4jPeer.Verify(message, keys.WithPassword(TestCredentials.Password));

        Assert.True(result.Ok, result.Reason);
        Assert.Equal(2, result.All("signature").Count());
        Assert.False(Wss4jPeer.Verify(message, keys.WithPassword("wrong")).Ok);
    }

    [Theory]
    [InlineData("signed")]
    [InlineData("signed-encrypted")]
    [InlineData("endorsing-encrypted")]
    [InlineData("rsa")]
    public void Tokens_AreAccepted(string what)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var certificate = new X509SecurityTokenParameters();
        var message = Secure(Anonymous with
        {
            EndpointSupportingTokenParameters = what switch
            {
                "signed" => new() { Signed = [certificate] },
                "signed-encrypted" => new() { SignedEncrypted = [certificate] },
                "endorsing-encrypted" => new() { EndorsingEncrypted = [certificate] },
                _ => new() { Endorsing = [new RsaSecurityTokenParameters()] },
            },
        });

        var result = Wss4jPeer.Verify(message, PeerKeys.None.WithPrivateKey(TestCertificates.Service));

        Assert.True(result.Ok, result.Reason);
        Assert.Equal(what is "endorsing-encrypted" or "rsa" ? 2 : 1, result.All("signature").Count());
        Assert.Equal(what == "rsa" ? 0 : 1, result.All("binaryToken").Count());
    }

    private static byte[] Secure(SecurityBindingElement element)
    {
        var binding = MessageSecurityBinding.Create(element);
        using var request = new MessageSecurityClient(binding, TestCredentials.Client).Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
        return request.Envelope.ToArray();
    }
}
