using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;
using SecureConversation.Testing;
using SecureConversation.Tests.Surface;
using static SecureConversation.Tests.Roles.CertificateBindings;
using static SecureConversation.Tests.Roles.CertificateSteps;

namespace SecureConversation.Tests.Roles;

/// <summary>Clients that name their certificate and do not send it, and services that know it.</summary>
public sealed class KnownClientTests
{
    private static readonly X509ReferenceStyle[] Styles =
        [X509ReferenceStyle.Any, X509ReferenceStyle.Thumbprint, X509ReferenceStyle.SubjectKeyIdentifier, X509ReferenceStyle.IssuerSerial, X509ReferenceStyle.RawDataKeyIdentifier];

    public static TheoryData<X509ReferenceStyle, MessageProtectionOrder, string> All => new(
        from style in Styles
        from order in Enum.GetValues<MessageProtectionOrder>()
        from source in new[] { "list", "pair", "resolver" }
        select (style, order, source));

    [Theory]
    [MemberData(nameof(All))]
    public async Task Client_IsKnownByEachReference_FromEachSource(X509ReferenceStyle style, MessageProtectionOrder order, string source)
    {
        using var loop = Loop(Named(style) with { MessageProtectionOrder = order }, source switch
        {
            "list" => new() { Certificates = { TestCertificates.Other, TestCertificates.Client } },
            "pair" => new() { Pairs = [new() { SigningCertificate = TestCertificates.Client, EncryptionCertificate = TestCertificates.Client }] },
            _ => new() { Resolver = new Resolver(TestCertificates.Other, TestCertificates.Client) },
        });
        await ExchangeAsync(loop);
    }

    [Theory]
    [InlineData(SecurityTokenInclusionMode.Never)]
    [InlineData(SecurityTokenInclusionMode.AlwaysToInitiator)]
    public async Task Certificate_DoesNotTravel(SecurityTokenInclusionMode mode)
    {
        using var loop = Loop(With(Named(X509ReferenceStyle.Thumbprint), client: mode), new() { Certificates = { TestCertificates.Client } });
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        Assert.DoesNotContain("BinarySecurityToken", Encoding.UTF8.GetString(request.Envelope.Span), StringComparison.Ordinal);
        await ExchangeAsync(loop);
    }

    [Theory]
    [InlineData(SecurityTokenInclusionMode.AlwaysToRecipient)]
    [InlineData(SecurityTokenInclusionMode.Once)]
    public async Task Certificate_TravelsInEveryRequest(SecurityTokenInclusionMode mode)
    {
        using var loop = Loop(With(Named(X509ReferenceStyle.Thumbprint), client: mode), new());
        for (var i = 0; i < 3; i++)
        {
            using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
            Assert.Contains("BinarySecurityToken", Encoding.UTF8.GetString(request.Envelope.Span), StringComparison.Ordinal);
            await ExchangeAsync(loop);
        }
    }

    [Theory]
    [InlineData(MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature)]
    [InlineData(MessageProtectionOrder.SignBeforeEncrypt)]
    [InlineData(MessageProtectionOrder.EncryptBeforeSign)]
    public async Task UnknownClient_IsRefusedWithTheReferenceInTheLog(MessageProtectionOrder order)
    {
        using var loop = Loop(Named(X509ReferenceStyle.Thumbprint) with { MessageProtectionOrder = order }, new() { Certificates = { TestCertificates.Other } }, Logged());
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var result = await loop.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.UnknownClientCertificate, Assert.IsType<ServiceResult.Respond>(result).Code);
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 1
            && e.Text.Contains($"SHA-1 thumbprint {TestCertificates.Client.Thumbprint}", StringComparison.Ordinal)
            && e.Text.Contains("KnownClientCertificates", StringComparison.Ordinal));
    }

    /// <summary>Who is known is judged all the same.</summary>
    [Fact]
    public async Task KnownClient_OfAnotherAuthority_IsNotTrusted()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=stranger", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var credentials = new ClientCredentials
        {
            ClientCertificate = new X509Credential(certificate),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        };
        using var loop = new Loopback(MessageSecurityBinding.Create(Named(X509ReferenceStyle.Any)), client: credentials, service: Knowing(new() { Certificates = { certificate } }));
        using var message = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var result = await loop.Service.ReceiveAsync(message.Envelope);
        Assert.Equal(FailureCode.UntrustedCertificate, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Fact]
    public async Task Store_HoldsKnownClients()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The store of the user is left alone where it holds the keys of a person.");
        using var store = new X509Store(StoreName.AddressBook, StoreLocation.CurrentUser, OpenFlags.ReadWrite);
        using var client = X509CertificateLoader.LoadCertificate(TestCertificates.Client.RawData);
        store.Add(client);
        try
        {
            using var loop = Loop(Named(X509ReferenceStyle.IssuerSerial), new() { StoreName = StoreName.AddressBook, StoreLocation = StoreLocation.CurrentUser });
            await ExchangeAsync(loop);
        }
        finally
        {
            store.Remove(client);
        }
    }

    [Fact]
    public void Store_ThatThePlatformDoesNotHave_IsRefused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Windows has such a store.");
        var e = Assert.Throws<ArgumentException>(() => Loop(Named(X509ReferenceStyle.Any), new() { StoreName = StoreName.TrustedPeople }));
        Assert.Contains("no store TrustedPeople of LocalMachine", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SecurityTokenInclusionMode.Never)]
    [InlineData(SecurityTokenInclusionMode.AlwaysToInitiator)]
    public void Service_ThatKnowsNobody_IsNotBuilt(SecurityTokenInclusionMode mode)
    {
        var e = Assert.Throws<ArgumentException>(() => Loop(With(Named(X509ReferenceStyle.Any), client: mode), new()));
        Assert.Contains($"InclusionMode {mode} of InitiatorTokenParameters", e.Message, StringComparison.Ordinal);
        Assert.Contains("ServiceCredentials.KnownClientCertificates", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RawData_NeedsNoKnownClient()
    {
        using var loop = Loop(Named(X509ReferenceStyle.RawDataKeyIdentifier), new());
        await ExchangeAsync(loop);
    }

    /// <summary>Of an earlier and a later certificate of one key the one that is valid counts, and of those the newest.</summary>
    [Theory]
    [InlineData(-20, 40, -10, 40, 1)]
    [InlineData(-10, 40, -20, 40, 0)]
    [InlineData(-20, 40, 5, 40, 0)]
    [InlineData(-20, -5, -30, 40, 1)]
    public void KeyIdentifierOfTwoCertificates_NamesTheBetterOne(int firstFrom, int firstUntil, int secondFrom, int secondUntil, int expected)
    {
        using var key = RSA.Create(2048);
        var today = DateTimeOffset.UtcNow;
        X509Certificate2 Issue(int from, int until)
        {
            var request = new CertificateRequest("CN=renewed", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
            return request.CreateSelfSigned(today.AddDays(from), today.AddDays(until));
        }

        using var first = Issue(firstFrom, firstUntil);
        using var second = Issue(secondFrom, secondUntil);
        var index = Engine.Tokens.CertificateIndex.Of([first, second]);
        var found = index.Find(
            new(Engine.Tokens.KeyReferenceKind.SubjectKeyIdentifier) { Value = Engine.Tokens.X509Facts.Of(first).SubjectKeyIdentifier }, today);
        Assert.Equal(expected == 0 ? first : second, found);
    }

    [Fact]
    public async Task ResolverThatThrows_RefusesTheMessage_AndTheLogSaysWhat()
    {
        RecordedLog.Current.ExpectError(35);
        using var loop = Loop(Named(X509ReferenceStyle.Thumbprint), new() { Resolver = new Broken() }, Logged());
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var result = await loop.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.ValidatorFailed, Assert.IsType<ServiceResult.Respond>(result).Code);
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 35 && e.Exception is InvalidOperationException);
    }

    [Fact]
    public async Task ResolverThatFindsAnother_FindsNobody()
    {
        using var loop = Loop(Named(X509ReferenceStyle.Thumbprint), new() { Resolver = new Careless() });
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var result = await loop.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.UnknownClientCertificate, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Fact]
    public async Task Session_OfANamedClient_IsOpenedRenewedAndEnded()
    {
        var element = SecurityBindingElement.CreateSecureConversationBindingElement(Named(X509ReferenceStyle.Thumbprint));
        using var loop = new Loopback(Renewals.With(MessageSecurityBinding.Create(element), TimeSpan.FromMinutes(5)), Observation.Today,
            service: Knowing(new() { Certificates = { TestCertificates.Client } }));
        using var session = await loop.OpenAsync();
        var served = await Renewals.CallAsync(loop, session);
        Assert.Equal(TestCertificates.Client, served.ClientCertificate);
        await Renewals.RenewAsync(loop, session);
        Assert.Same(served, await Renewals.CallAsync(loop, session));
        using var cancel = session.StartCancel();
        using var result = await loop.Service.ReceiveAsync(cancel.Envelope);
        cancel.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
        Assert.Equal(0, loop.Service.SessionCount);
    }

    /// <summary>A session is renewed by the certificate that opened it, also where each message only names one.</summary>
    [Fact]
    public async Task Session_RenewedByAnotherKnownClient_StaysAsItIs()
    {
        var binding = Renewals.With(
            MessageSecurityBinding.Create(SecurityBindingElement.CreateSecureConversationBindingElement(Named(X509ReferenceStyle.Thumbprint))), TimeSpan.FromMinutes(5));
        using var loop = new Loopback(binding, Observation.Today, service: Knowing(new() { Certificates = { TestCertificates.Client, TestCertificates.Other } }));
        using var session = await loop.OpenAsync();
        await Renewals.CallAsync(loop, session);
        loop.Client.UpdateCredentials(new ClientCredentials
        {
            ClientCertificate = new X509Credential(TestCertificates.Other),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        });
        using var handshake = session.StartRenewal();
        await Renewals.RefusedAsync(loop, handshake, FailureCode.RenewalRefused);
        await Renewals.CallAsync(loop, session);
    }

    [Fact]
    public async Task Conversation_IsDecodedWithTheCertificateOfTheClient()
    {
        using var loop = Loop(Named(X509ReferenceStyle.Thumbprint), new() { Certificates = { TestCertificates.Client } });
        using var decoder = new ConversationDecoder(loop.Binding, new ConversationKeys { Service = new(TestCertificates.Service), Client = new(TestCertificates.Client) });
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var decoded = decoder.Decode(request.Envelope, MessageDirection.ClientToService, DateTimeOffset.UtcNow);
        Assert.Equal((FailureCode.None, TestCertificates.Client), (decoded.Failure, decoded.SenderCertificate));
        await ExchangeAsync(loop);
    }

    private static Loopback Loop(AsymmetricSecurityBindingElement element, KnownClientCertificates known, MessageSecurityServiceOptions? options = null) =>
        new(MessageSecurityBinding.Create(element), service: Knowing(known), options: options);

    private sealed class Resolver(params X509Certificate2[] known) : IClientCertificateResolver
    {
        public X509Certificate2? FindCertificate(ClientCertificateReference reference)
        {
            Assert.Equal(1, new[] { reference.Thumbprint, reference.SubjectKeyIdentifier, reference.SerialNumber }.Count(name => name is not null));
            return known.FirstOrDefault(reference.Names);
        }
    }

    private sealed class Broken : IClientCertificateResolver
    {
        public X509Certificate2? FindCertificate(ClientCertificateReference reference) => throw new InvalidOperationException("no directory");
    }

    private sealed class Careless : IClientCertificateResolver
    {
        public X509Certificate2? FindCertificate(ClientCertificateReference reference) => TestCertificates.Other;
    }
}
