using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using static SecureConversation.Tests.Roles.Renewals;

namespace SecureConversation.Tests.Roles;

/// <summary>Certificates that change while services and clients run.</summary>
public sealed class RotationTests
{
    private static readonly X509Certificate2 First = TestCertificates.Service;
    private static readonly X509Certificate2 Second = TestCertificates.Other;

    private static readonly string[] Names =
    [
        "mutualcert//single", "anonymous//single", "username//single", "duplex//single", "mutualcert-wss10//single", "duplex/derived-encrypt-first/single",
        "mutualcert//session", "anonymous//session", "username//session", "duplex//session",
    ];

    public static TheoryData<string, string, string, bool> Accepted => new(
        from name in Names
        from row in new[] { ("1", "1", true), ("1", "21", true), ("1", "12", true), ("1", "2", false), ("2", "12", true), ("2", "21", true), ("2", "1", false), ("2", "2", true) }
        select (name, row.Item1, row.Item2, row.Item3));

    /// <summary>What is accepted: the certificate that the client has, and those of the service, the current one first.</summary>
    [Theory]
    [MemberData(nameof(Accepted))]
    public async Task Certificate_IsAcceptedWhileTheServiceHasIt(string binding, string client, string service, bool isAccepted)
    {
        // The service starts with one certificate, and changes while it runs.
        using var loop = new Loopback(Bindings.Create(binding), client: Expecting(Of(client)), options: Logged());
        await loop.Service.UpdateCredentialsAsync(Having([.. service.Select(c => Of($"{c}"))]));
        if (isAccepted)
        {
            await ConverseAsync(loop);
            return;
        }

        using var handshake = loop.Binding.EstablishesSession ? loop.Client.StartSession(Loopback.Address) : null;
        using var request = handshake is null ? loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion)) : null;
        Assert.Equal(FailureCode.WrongToken, await CodeAsync(loop, handshake?.Envelope ?? request!.Envelope));
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 1 && e.Text.Contains("WrongToken (xenc:EncryptedKey", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(X509ReferenceStyle.Thumbprint)]
    [InlineData(X509ReferenceStyle.IssuerSerial)]
    [InlineData(X509ReferenceStyle.SubjectKeyIdentifier)]
    [InlineData(X509ReferenceStyle.Any)]
    public async Task EveryReference_FindsItsCertificate(X509ReferenceStyle style)
    {
        var element = (SymmetricSecurityBindingElement)Bindings.Create("anonymous//single").Element;
        var binding = MessageSecurityBinding.Create(element with
        {
            ProtectionTokenParameters = (X509SecurityTokenParameters)element.ProtectionTokenParameters! with { X509ReferenceStyle = style },
        });
        foreach (var certificate in new[] { First, Second })
        {
            using var loop = new Loopback(binding, client: Expecting(certificate), service: Having(TestCertificates.ServiceWithoutKeyIdentifier, First, Second));
            await ConverseAsync(loop);
        }
    }

    /// <summary>An asymmetric request that is only signed names no certificate of the service, and gets the signature of the current one.</summary>
    [Fact]
    public async Task RequestThatNamesNoCertificate_IsAnsweredByTheCurrentOne()
    {
        var binding = Bindings.Create("duplex//single", protection: ChannelProtectionRequirements.Default.WithDefault(System.Net.Security.ProtectionLevel.Sign));
        using var loop = new Loopback(binding, client: Expecting(First, Second), service: Having(Second, First));
        await ConverseAsync(loop);

        using var strict = new Loopback(binding, client: Expecting(First), service: Having(Second, First));
        var e = await Assert.ThrowsAsync<SecureConversationException>(() => ConverseAsync(strict));
        Assert.Equal(FailureCode.WrongToken, e.Code);
    }

    [Fact]
    public async Task Client_EncryptsForTheFirstExpectedCertificateThatIsGood()
    {
        // Of another authority, and with another name.
        using var key = System.Security.Cryptography.RSA.Create(2048);
        using var bad = new CertificateRequest("CN=elsewhere", key, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var loop = new Loopback(Bindings.Create("mutualcert//single"), client: Expecting(bad, Second, First), service: Having(Second));
        await ConverseAsync(loop);

        using var none = new Loopback(Bindings.Create("mutualcert//single"), client: Expecting(bad), service: Having(Second));
        var e = await Assert.ThrowsAsync<SecureConversationException>(() => ConverseAsync(none));
        Assert.Equal(FailureCode.UntrustedCertificate, e.Code);
    }

    /// <summary>Each expected certificate has to have the expected identity: none is accepted because another one is.</summary>
    [Theory]
    [InlineData("duplex//single")]
    [InlineData("duplex//session")]
    public async Task ReplyOfACertificateWithoutTheIdentity_IsRefused(string name)
    {
        var binding = Bindings.Create(name, protection: ChannelProtectionRequirements.Default.WithDefault(System.Net.Security.ProtectionLevel.Sign));
        var identity = EndpointIdentity.CreateX509CertificateIdentity(First);
        using var loop = new Loopback(Bindings.Create(name), client: Expecting(identity, First, Second), service: Having(First, Second));
        await ConverseAsync(loop);
        if (binding.EstablishesSession)
        {
            return;
        }

        using var signed = new Loopback(binding, client: Expecting(identity, First, Second), service: Having(Second, First));
        Assert.Equal(FailureCode.WrongToken, (await Assert.ThrowsAsync<SecureConversationException>(() => ConverseAsync(signed))).Code);
    }

    /// <summary>The key of a certificate that is gone may be disposed of when the task says so, and is not used afterwards.</summary>
    [Theory]
    [InlineData("duplex//single")]
    [InlineData("mutualcert//single")]
    public async Task MessageUnderWay_FinishesWithTheCredentialsItBeganWith(string binding)
    {
        using var earlier = new X509Credential(First);
        using var loop = new Loopback(Bindings.Create(binding), service: Having(earlier));
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion));
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(await loop.Service.ReceiveAsync(request.Envelope));
        var unused = loop.Service.UpdateCredentialsAsync(Having(Second));
        var next = loop.Service.UpdateCredentialsAsync(Having(Second, TestCertificates.ServiceWithoutKeyIdentifier));
        Assert.False(unused.IsCompleted);
        Assert.False(next.IsCompleted);
        using (var reply = dispatch.Secure(Loopback.Reply(loop.Binding.MessageVersion)))
        using (request.VerifyReply(reply.Envelope))
        {
        }

        dispatch.Dispose();
        dispatch.Dispose();
        await unused;
        await next;
        earlier.Dispose();
        loop.Client.UpdateCredentials(Expecting(Second));
        await ConverseAsync(loop);
    }

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("username//session")]
    public async Task Sessions_GoOnWithoutAnyOfTheirCertificates(string binding)
    {
        using var earlier = new X509Credential(First);
        using var loop = new Loopback(With(Bindings.Create(binding), TimeSpan.FromMinutes(5)), service: Having(earlier));
        using var session = await loop.OpenAsync();
        await CallAsync(loop, session);
        await loop.Service.UpdateCredentialsAsync(Having(Second));
        earlier.Dispose();
        await CallAsync(loop, session);

        // A renewal is under the certificate that the client has by then.
        loop.Client.UpdateCredentials(Expecting(Second));
        await RenewAsync(loop, session);
        await CallAsync(loop, session);
    }

    [Fact]
    public async Task Client_WithAnotherCertificate_UsesItsSessionsAndRenewsNone()
    {
        using var loop = new Loopback(With(Bindings.Create("mutualcert//session"), TimeSpan.FromMinutes(5)));
        using var session = await loop.OpenAsync();
        using var handshake = loop.Client.StartSession(Loopback.Address);
        loop.Client.UpdateCredentials(new ClientCredentials
        {
            ClientCertificate = new X509Credential(TestCertificates.Other),
            ServiceCertificate = First,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        });
        Assert.Equal("Test client", (await CallAsync(loop, session)).User.Identity!.Name);
        using (var renewal = session.StartRenewal())
        {
            await RefusedAsync(loop, renewal, FailureCode.RenewalRefused);
        }

        await CallAsync(loop, session);

        // What was begun before ends as it began.
        using (var result = await loop.Service.ReceiveAsync(handshake.Envelope))
        using (var begun = handshake.Complete(((ServiceResult.Respond)result).Envelope))
        {
            Assert.Equal("Test client", (await CallAsync(loop, begun)).User.Identity!.Name);
        }

        using var other = await loop.OpenAsync();
        Assert.Equal("Somebody else", (await CallAsync(loop, other)).User.Identity!.Name);
    }

    /// <summary>How clients are validated changes with the rest.</summary>
    [Fact]
    public async Task Validators_ChangeToo()
    {
        using var loop = new Loopback(Bindings.Create("username//single"));
        await ConverseAsync(loop);
        await loop.Service.UpdateCredentialsAsync(new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(First),
            UserNamePasswordValidator = UserNamePasswordValidator.Create((user, _) => user == "bob"),
        });
        using (var alice = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion)))
        {
            Assert.Equal(FailureCode.InvalidCredentials, await CodeAsync(loop, alice.Envelope));
        }

        loop.Client.UpdateCredentials(new ClientCredentials
        {
            UserName = new UserNameCredential("bob", "x"),
            ServiceCertificate = First,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        });
        await ConverseAsync(loop);
    }

    [Fact]
    public async Task CredentialsThatLackSomething_ChangeNothing()
    {
        using var loop = new Loopback(Bindings.Create("username//single"));
        var disposed = new X509Credential(Second);
        disposed.Dispose();
        var many = Enumerable.Repeat(Second, 16).ToArray();
        await Assert.ThrowsAsync<ArgumentException>(() => loop.Service.UpdateCredentialsAsync(new ServiceCredentials()));
        await Assert.ThrowsAsync<ArgumentException>(() => loop.Service.UpdateCredentialsAsync(new ServiceCredentials { ServiceCertificate = new X509Credential(Second) }));
        await Assert.ThrowsAsync<ArgumentException>(() => loop.Service.UpdateCredentialsAsync(Having([First, .. many])));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => loop.Service.UpdateCredentialsAsync(Having(disposed)));
        Assert.Throws<ArgumentException>(() => loop.Client.UpdateCredentials(new ClientCredentials()));
        Assert.Throws<ArgumentException>(() => loop.Client.UpdateCredentials(Expecting([First, .. many])));
        await ConverseAsync(loop);
    }

    /// <summary>Callers call and open sessions while the certificates go round; each key is disposed of when the service says it may be.</summary>
    [Theory]
    [InlineData("duplex//single")]
    [InlineData("mutualcert//session")]
    public async Task Changes_UnderLoad_LoseNoCall(string binding)
    {
        using var loop = new Loopback(Bindings.Create(binding), client: Expecting(First), service: Having(First, Second));
        using var stop = new CancellationTokenSource();
        var calls = 0;
        var callers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await ConverseAsync(loop);
                Interlocked.Increment(ref calls);
            }
        })).ToArray();
        var ends = new List<Task>();
        for (var i = 0; i < 30 || Volatile.Read(ref calls) < 100; i++)
        {
            var (current, other) = i % 2 == 0 ? (Second, First) : (First, Second);
            var (own, also) = (new X509Credential(current), new X509Credential(other));
            var earlier = loop.Service.UpdateCredentialsAsync(Having(own, also));
            loop.Client.UpdateCredentials(Expecting(current));
            await Task.Delay(10);
            ends.Add(Task.Run(async () =>
            {
                await earlier;
                await loop.Service.UpdateCredentialsAsync(Having(First, Second));
                own.Dispose();
                also.Dispose();
            }));
            await Task.WhenAny(callers.Append(Task.CompletedTask));
            Assert.DoesNotContain(callers, caller => caller.IsFaulted);
        }

        await Task.WhenAll(ends);
        await stop.CancelAsync();
        await Task.WhenAll(callers);
    }

    internal static ServiceCredentials Having(params X509Certificate2[] certificates) => Having([.. certificates.Select(c => new X509Credential(c))]);

    internal static ServiceCredentials Having(params X509Credential[] certificates) => new()
    {
        ServiceCertificate = certificates[0],
        OtherServiceCertificates = certificates[1..],
        ClientCertificateValidation = TestCredentials.TrustAuthority,
        UserNamePasswordValidator = TestCredentials.Service.UserNamePasswordValidator,
    };

    internal static ClientCredentials Expecting(params X509Certificate2[] certificates) => Expecting(null, certificates);

    internal static ClientCredentials Expecting(EndpointIdentity? identity, params X509Certificate2[] certificates) => new()
    {
        ClientCertificate = TestCredentials.Client.ClientCertificate,
        UserName = TestCredentials.Client.UserName,
        ServiceCertificate = certificates[0],
        OtherServiceCertificates = certificates[1..],
        ServiceCertificateValidation = TestCredentials.TrustAuthority,
        ServiceIdentity = identity,
    };

    /// <summary>A call outside sessions, or in a session of its own.</summary>
    internal static async Task ConverseAsync(Loopback loop)
    {
        if (loop.Binding.EstablishesSession)
        {
            using var session = await loop.OpenAsync();
            await CallAsync(loop, session);
            return;
        }

        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion));
        using var result = await loop.Service.ReceiveAsync(request.Envelope);
        var dispatch = result as ServiceResult.Dispatch;
        Assert.True(dispatch is not null, $"refused: {(result as ServiceResult.Respond)?.Code}");
        using var reply = dispatch.Secure(Loopback.Reply(loop.Binding.MessageVersion));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.False(verified.IsFault);
    }

    private static X509Certificate2 Of(string number) => number == "1" ? First : Second;

    private static MessageSecurityServiceOptions Logged() => new() { FailureAnswers = Loopback.AtOnce, LoggerFactory = RecordedLog.Current };
}
