using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>Somebody has read a message and sends the proofs in it again, in another arrangement.</summary>
public sealed partial class CountsOnceTests
{
    private static readonly SymmetricSecurityBindingElement ByDigest = SecurityBindingElement.CreateAnonymousForCertificateBindingElement() with
    {
        DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
        MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt,
        EndpointSupportingTokenParameters = new() { Signed = [new UserNameSecurityTokenParameters { PasswordType = UserNamePasswordType.Digest }] },
    };

    /// <summary>Many stores of users ignore the case of a name, and no digest covers it: the same digest is the same proof.</summary>
    [Theory]
    [InlineData(TestCredentials.UserName)]
    [InlineData("ALICE")]
    public async Task Digest_UnderAnotherSpellingOfTheName_IsRefused(string name)
    {
        using var scene = await Scene.OpenAsync(MessageSecurityBinding.Create(ByDigest), service: new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            UserNamePasswordProvider = UserNamePasswordProvider.Create(
                user => string.Equals(user, TestCredentials.UserName, StringComparison.OrdinalIgnoreCase) ? TestCredentials.Password : null),
        });
        using var ofVictim = scene.Request();
        using var ofAttacker = scene.Request();
        var read = Forgery.Child(scene.Forge(ofVictim.Envelope).Security, "UsernameToken").InnerXml;
        using (var taken = await scene.ReceiveAsync(ofVictim.Envelope))
        {
            Assert.IsType<ServiceResult.Dispatch>(taken);
        }

        var forged = scene.Forge(ofAttacker.Envelope);
        var token = Forgery.Child(forged.Security, "UsernameToken");
        token.InnerXml = read;
        Forgery.Child(token, "Username").InnerText = name;
        forged.Resign();
        using var result = await scene.ReceiveAsync(forged.Seal());
        Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    /// <summary>Anybody can make an RSA key and have it endorse a timestamp that he has read.</summary>
    [Theory]
    [InlineData(true, "$2$1")]
    [InlineData(false, "$2$1")]
    [InlineData(true, "$1")]
    public async Task Endorsement_BehindAnother_IsRememberedToo(bool isOptional, string replacement)
    {
        var rsa = new SupportingTokenParameters { Endorsing = [new RsaSecurityTokenParameters()] };
        var certificate = new X509SecurityTokenParameters { RequireDerivedKeys = false };
        using var scene = new TransportScene("certificate/single", e => e with
        {
            EndpointSupportingTokenParameters = isOptional ? new() { Endorsing = [certificate] } : new() { Endorsing = [certificate, new RsaSecurityTokenParameters()] },
            OptionalEndpointSupportingTokenParameters = isOptional ? rsa : new(),
            LocalServiceSettings = e.LocalServiceSettings with { DetectReplays = true },
        }, client: new ClientCredentials { ClientCertificate = new X509Credential(TestCertificates.Client), RsaKey = System.Security.Cryptography.RSA.Create(2048) });
        using var request = scene.Client.Secure(scene.Plain(), Loopback.Address);
        var text = TransportScene.Text(request.Envelope);
        var changed = TwoSignatures().Replace(text, replacement);
        Assert.NotEqual(text, changed);
        Assert.Equal(FailureCode.None, await scene.CodeAsync(request.Envelope));
        Assert.Equal(FailureCode.Replayed, await scene.CodeAsync(Encoding.UTF8.GetBytes(changed)));
    }

    [GeneratedRegex("(<Signature .*?</Signature>)(<Signature .*?</Signature>)")]
    private static partial Regex TwoSignatures();
}
