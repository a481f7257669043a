using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;
using static SecureConversation.Tests.Roles.CertificateBindings;

namespace SecureConversation.Tests.Attacks;

/// <summary>Nobody learns which clients a service knows, and a name proves nothing.</summary>
public sealed class UnknownClientTests
{
    public static TheoryData<MessageProtectionOrder> Orders => [.. Enum.GetValues<MessageProtectionOrder>()];

    /// <summary>The same octets answer a client that is not known, and one that is and whose signature does not hold.</summary>
    [Theory]
    [MemberData(nameof(Orders))]
    public async Task UnknownClient_LooksLikeABadSignature(MessageProtectionOrder order)
    {
        var binding = MessageSecurityBinding.Create(Named(X509ReferenceStyle.Thumbprint) with { MessageProtectionOrder = order });
        using var loop = new Loopback(binding, service: Knowing(new() { Certificates = { TestCertificates.Client } }));
        using var stranger = new Loopback(binding, client: Of(TestCertificates.Other), service: Knowing(new() { Certificates = { TestCertificates.Client } }));
        using var unknown = stranger.Client.Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
        using var refused = await loop.Service.ReceiveAsync(unknown.Envelope);
        Assert.Equal(FailureCode.UnknownClientCertificate, Assert.IsType<ServiceResult.Respond>(refused).Code);

        // The stranger signs with his key, and names the client.
        using var impostor = new Loopback(binding, client: Of(new X509Credential(TestCertificates.Client, TestCertificates.Other.GetRSAPrivateKey()!)), service: Knowing(new() { Certificates = { TestCertificates.Client } }));
        using var forged = impostor.Client.Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
        using var mismatch = await loop.Service.ReceiveAsync(forged.Envelope);
        Assert.Equal(FailureCode.SignatureMismatch, Assert.IsType<ServiceResult.Respond>(mismatch).Code);
        Assert.Equal(Answer(refused), Answer(mismatch));
        Assert.Equal(Scene.UniformFault, Answer(refused));
    }

    /// <summary>A certificate that comes along is none that the binding asks for, also if it is the right one.</summary>
    [Fact]
    public async Task CertificateInTheMessage_WhereItIsOnlyNamed_IsRefused()
    {
        var named = Named(X509ReferenceStyle.Thumbprint);
        using var loop = new Loopback(MessageSecurityBinding.Create(named), service: Knowing(new() { Certificates = { TestCertificates.Client } }));
        using var sending = new Loopback(MessageSecurityBinding.Create(With(named, client: SecurityTokenInclusionMode.AlwaysToRecipient)), service: Knowing(new()));
        using var request = sending.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var result = await loop.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.UnexpectedElement, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    /// <summary>Where the binding has the client send its certificate, a name is not enough, as in WCF (recorded).</summary>
    [Fact]
    public async Task NamedCertificate_WhereItHasToBeSent_IsRefused()
    {
        var named = Named(X509ReferenceStyle.Thumbprint);
        using var loop = new Loopback(MessageSecurityBinding.Create(With(named, client: SecurityTokenInclusionMode.AlwaysToRecipient)),
            service: Knowing(new() { Certificates = { TestCertificates.Client } }));
        using var naming = new Loopback(MessageSecurityBinding.Create(named), service: Knowing(new() { Certificates = { TestCertificates.Client } }));
        using var request = naming.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var result = await loop.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.WrongToken, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    /// <summary>A certificate of somebody else in the place of the service's is no token that the binding asks for.</summary>
    [Theory]
    [InlineData("duplex//single")]
    [InlineData("mutualcert//single")]
    public async Task AnotherCertificateInThePlaceOfTheServices_IsRefused(string name)
    {
        var binding = Bindings.Create(name);
        var element = binding.Element is AsymmetricSecurityBindingElement asymmetric
            ? (SecurityBindingElement)With(asymmetric, service: SecurityTokenInclusionMode.AlwaysToRecipient)
            : (SymmetricSecurityBindingElement)binding.Element with
            {
                ProtectionTokenParameters = ((SymmetricSecurityBindingElement)binding.Element).ProtectionTokenParameters! with { InclusionMode = SecurityTokenInclusionMode.AlwaysToRecipient },
            };
        using var loop = new Loopback(MessageSecurityBinding.Create(element, binding.MessageVersion));
        using var request = loop.Client.Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
        var own = Convert.ToBase64String(TestCertificates.Service.RawData);
        var changed = Encoding.UTF8.GetString(request.Envelope.Span).Replace(own, Convert.ToBase64String(TestCertificates.Other.RawData), StringComparison.Ordinal);
        using var result = await loop.Service.ReceiveAsync(Encoding.UTF8.GetBytes(changed));
        Assert.Equal(FailureCode.WrongToken, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    private static string Answer(ServiceResult result) => Scene.WithoutRelation(Assert.IsType<ServiceResult.Respond>(result).Envelope);

    private static ClientCredentials Of(X509Certificate2 certificate) =>
        Of(new X509Credential(certificate));

    private static ClientCredentials Of(X509Credential credential) => new()
    {
        ClientCertificate = credential,
        ServiceCertificate = TestCertificates.Service,
        ServiceCertificateValidation = TestCredentials.TrustAuthority,
    };
}
