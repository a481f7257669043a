using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>Supporting tokens, confirmations and timestamps: each in the role that the binding gives it.</summary>
public sealed class TokenTests
{
    private const string InClear = "mutualcert/sign-first/single";

    [Fact]
    public Task EndorsingSignature_Missing_IsRefused() => Attack.OnRequestAsync(InClear, f => f.Security.RemoveChild(f.Endorsing), FailureCode.TokenMissing);

    [Fact]
    public Task EndorsingSignature_Twice_IsRefused() => Attack.OnRequestAsync(InClear, f => f.Security.AppendChild(f.Endorsing.CloneNode(true)), FailureCode.UnexpectedElement);

    [Fact]
    public Task EndorsingSignature_OverTheBody_IsRefused() => Attack.OnRequestAsync(InClear, f =>
    {
        var reference = Forgery.Descendant(f.Endorsing, "Reference");
        reference.SetAttribute("URI", "#" + Forgery.IdOf(f.Body));
        Forgery.Child(reference, "DigestValue").InnerText = Convert.ToBase64String(f.Digest(f.Body));
        f.SignValue(f.Endorsing);
    }, FailureCode.UnexpectedElement);

    [Fact]
    public Task EndorsingSignature_OfAnotherMessage_IsRefused() => Attack.OnRequestAsync(InClear, f =>
    {
        Forgery.Descendant(f.Endorsing, "DigestValue").InnerText = Convert.ToBase64String(SHA256.HashData("another"u8));
        f.SignValue(f.Endorsing);
    }, FailureCode.DigestMismatch);

    [Fact]
    public Task EndorsingSignature_ByAnotherKeyThanThatOfItsCertificate_IsRefused() => Attack.OnRequestAsync(InClear, f =>
    {
        f.Signer = TestCertificates.Other;
        f.Endorse();
    }, FailureCode.SignatureMismatch);

    [Fact]
    public Task SpareCertificate_IsRefused() => Attack.OnRequestAsync(InClear, f =>
    {
        var spare = (XmlElement)Forgery.Child(f.Security, "BinarySecurityToken").CloneNode(true);
        Forgery.SetId(spare, "spare");
        f.Security.AppendChild(spare);
    }, FailureCode.UnexpectedElement);

    [Fact]
    public Task CertificateInASession_IsRefused() => Attack.OnSessionAsync(f => f.Security.AppendChild(f.Parse(
        $"<o:BinarySecurityToken xmlns:o=\"{Forgery.Wsse}\" ValueType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3\">{Convert.ToBase64String(TestCertificates.Client.RawData)}</o:BinarySecurityToken>")),
        FailureCode.UnexpectedElement);

    [Fact]
    public Task UserName_Missing_IsRefused() => Attack.OnRequestAsync("username//single", f =>
    {
        var token = UserName(f);
        var part = f.Sealed.Single(p => p.Target == token);
        f.Sealed.Remove(part);
        f.SignedInfo.RemoveChild(f.References.Single(r => r.GetAttribute("URI") == "#" + Forgery.IdOf(token)));
        f.ReferenceList.RemoveChild(f.ReferenceList.ChildNodes.OfType<XmlElement>().Single(r => r.GetAttribute("URI") == "#" + part.Data.GetAttribute("Id")));
        f.Security.RemoveChild(token);
        f.Resign();
    }, FailureCode.TokenMissing);

    [Fact]
    public Task UserName_Unsigned_IsRefused() => Attack.OnRequestAsync("username//single", f =>
    {
        f.SignedInfo.RemoveChild(f.References.Single(r => r.GetAttribute("URI") == "#" + Forgery.IdOf(UserName(f))));
        f.Resign();
    }, FailureCode.PartNotSigned);

    [Fact]
    public Task UserName_InClear_IsRefused() => Attack.OnRequestAsync("username//single", f =>
    {
        var part = f.Sealed.Single(p => p.Target == UserName(f));
        f.Sealed.Remove(part);
        f.ReferenceList.RemoveChild(f.ReferenceList.ChildNodes.OfType<XmlElement>().Single(r => r.GetAttribute("URI") == "#" + part.Data.GetAttribute("Id")));
    }, FailureCode.PartNotEncrypted);

    [Fact]
    public Task UserName_WithPasswordDigest_IsRefused() => Attack.OnRequestAsync("username//single", f =>
    {
        Forgery.Child(UserName(f), "Password").SetAttribute("Type", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest");
        f.Resign();
    }, FailureCode.MalformedSecurityElement);

    [Fact]
    public Task UserName_InASession_IsRefused() => Attack.OnSessionAsync(f => f.Security.AppendChild(f.Parse(
        $"<o:UsernameToken xmlns:o=\"{Forgery.Wsse}\"><o:Username>alice</o:Username></o:UsernameToken>")), FailureCode.UnexpectedElement, FailureCode.PartNotSigned);

    [Fact]
    public async Task UserName_WithWrongPassword_FailsAuthentication()
    {
        using var scene = await Scene.OpenAsync("username//single");
        using var request = scene.Request();
        var forged = scene.Forge(request.Envelope);
        Forgery.Child(UserName(forged), "Password").InnerText = "wrong";
        forged.Resign();
        using var result = await scene.ReceiveAsync(forged.Seal());
        Assert.Equal(FailureCode.InvalidCredentials, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CertificateBesideAUserName_ThatIsNotTrusted_IsRefused(bool expired)
    {
        var element = SecurityBindingElement.CreateMutualCertificateBindingElement();
        element = element with
        {
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
            EndpointSupportingTokenParameters = element.EndpointSupportingTokenParameters with { SignedEncrypted = [new UserNameSecurityTokenParameters()] },
        };
        using var key = RSA.Create(2048);
        using var stranger = new CertificateRequest("CN=stranger", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-9), DateTimeOffset.UtcNow.AddDays(expired ? -1 : 1));
        using var loopback = new Loopback(MessageSecurityBinding.Create(element));
        var credentials = new ClientCredentials
        {
            ClientCertificate = new X509Credential(stranger),
            UserName = Loopback.ClientCredentials.UserName,
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = Loopback.ClientCredentials.ServiceCertificateValidation,
        };
        using var request = new MessageSecurityClient(loopback.Binding, credentials).Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.UntrustedCertificate, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Fact]
    public Task Confirmation_Missing_IsRefused() => OnConfirmationAsync(f =>
    {
        var part = f.Sealed.First(p => p.Target.LocalName == "SignatureConfirmation");
        f.Sealed.Remove(part);
        f.Security.RemoveChild(part.Target);
        f.SignedInfo.RemoveChild(f.References.Single(r => r.GetAttribute("URI") == "#" + Forgery.IdOf(part.Target)));
        f.ReferenceList.RemoveChild(f.ReferenceList.ChildNodes.OfType<XmlElement>().Single(r => r.GetAttribute("URI") == "#" + part.Data.GetAttribute("Id")));
        f.Resign();
    }, FailureCode.SignatureConfirmationMismatch);

    [Fact]
    public Task Confirmation_OfAnotherSignature_IsRefused() => OnConfirmationAsync(f =>
    {
        Forgery.Child(f.Security, "SignatureConfirmation").SetAttribute("Value", Convert.ToBase64String(new byte[32]));
        f.Resign();
    }, FailureCode.SignatureConfirmationMismatch);

    [Fact]
    public Task Confirmation_Extra_IsRefused() => OnConfirmationAsync(f =>
    {
        var extra = (XmlElement)Forgery.Child(f.Security, "SignatureConfirmation").CloneNode(true);
        Forgery.SetId(extra, "extra");
        f.Security.InsertBefore(extra, f.Signature);
        var reference = (XmlElement)f.References[0].CloneNode(true);
        reference.SetAttribute("URI", "#extra");
        f.SignedInfo.AppendChild(reference);
        f.Resign();
    }, FailureCode.SignatureConfirmationMismatch);

    [Fact]
    public Task Confirmation_Unsigned_IsRefused() => OnConfirmationAsync(f =>
    {
        f.SignedInfo.RemoveChild(f.References.Single(r => r.GetAttribute("URI") == "#" + Forgery.IdOf(Forgery.Child(f.Security, "SignatureConfirmation"))));
        f.Resign();
    }, FailureCode.PartNotSigned);

    [Fact]
    public Task Confirmation_InClear_WhereTheSignatureWasEncrypted_IsRefused() => OnConfirmationAsync(f =>
    {
        var part = f.Sealed.First(p => p.Target.LocalName == "SignatureConfirmation");
        f.Sealed.Remove(part);
        f.ReferenceList.RemoveChild(f.ReferenceList.ChildNodes.OfType<XmlElement>().Single(r => r.GetAttribute("URI") == "#" + part.Data.GetAttribute("Id")));
    }, FailureCode.SignatureConfirmationMismatch);

    [Theory]
    [InlineData("2000-01-01T00:00:00Z", "2000-01-01T00:05:00Z", FailureCode.Expired)]
    [InlineData("2000-01-01T00:00:00Z", "2100-01-01T00:05:00Z", FailureCode.Stale)]
    [InlineData("2100-01-01T00:00:00Z", "2100-01-01T00:05:00Z", FailureCode.NotYetValid)]
    [InlineData("2100-01-01T00:00:00Z", "2000-01-01T00:05:00Z", FailureCode.MalformedSecurityElement)]
    [InlineData("yesterday", "2100-01-01T00:05:00Z", FailureCode.MalformedSecurityElement)]
    [InlineData("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", FailureCode.MalformedSecurityElement)]
    public Task Timestamp_OutOfOrder_IsRefused(string created, string expires, FailureCode code) => Attack.OnSessionAsync(f =>
    {
        Forgery.Child(f.Timestamp, "Created").InnerText = created;
        Forgery.Child(f.Timestamp, "Expires").InnerText = expires;
        f.Resign();
    }, code);

    [Fact]
    public Task Timestamp_WithAnUnknownChild_IsRefused() => Attack.OnSessionAsync(f =>
    {
        f.Timestamp.AppendChild(f.Parse("<x/>"));
        f.Resign();
    }, FailureCode.MalformedSecurityElement);

    private static XmlElement UserName(Forgery f) => Forgery.Child(f.Security, "UsernameToken");

    // The binding of recordings that confirms signatures.
    private static async Task OnConfirmationAsync(Action<Forgery> attack, FailureCode code) => await Attack.OnReplyAsync(Attack.Single, attack, code);
}
