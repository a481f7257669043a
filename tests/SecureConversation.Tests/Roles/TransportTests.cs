using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>Message credentials over a protected transport: our client and our service in every form of them.</summary>
public sealed partial class TransportTests
{
    // The certificates of the tests are of today.
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    public static TheoryData<string> All => [.. TransportScene.Names];

    public static TheoryData<string> AllVersions => [.. MessageVersion.All.Select(v => v.Name)];

    public static TheoryData<string> AllSuites => [.. SecurityAlgorithmSuite.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Binding_CarriesCallsAndSessions(string name)
    {
        using var scene = new TransportScene(name);
        var isSession = scene.Binding.EstablishesSession;
        using var session = isSession ? await scene.OpenAsync() : null;
        var (user, request, reply) = await scene.CallAsync(session);
        await scene.CallAsync(session);

        Assert.Equal(UserOf(name), user);
        var header = name.Split('/')[1] switch
        {
            "single" => name.StartsWith("username", StringComparison.Ordinal) ? "Timestamp UsernameToken"
                : name.StartsWith("both", StringComparison.Ordinal) ? "Timestamp UsernameToken BinarySecurityToken Signature"
                : name.StartsWith("nobody", StringComparison.Ordinal) ? "Timestamp"
                : name.StartsWith("issued-bearer", StringComparison.Ordinal) ? "Timestamp Assertion"
                : name.StartsWith("issued", StringComparison.Ordinal) ? "Timestamp Assertion Signature"
                : "Timestamp BinarySecurityToken Signature",
            "cookie-derived" => "Timestamp SecurityContextToken DerivedKeyToken Signature",
            // As WCF: the key of a session that is cancelled signs itself, whatever the binding says.
            _ => "Timestamp SecurityContextToken Signature",
        };
        Assert.Equal(header, Children(request));
        Assert.Equal("Timestamp", Children(reply));
        if (session is { RequiresCancel: true })
        {
            await scene.RenewAsync(session);
            await scene.CallAsync(session);
            await scene.CancelAsync(session);
            Assert.Equal(0, scene.Service.SessionCount);
        }
    }

    [Theory]
    [MemberData(nameof(AllVersions))]
    public async Task MessageVersion_CarriesCalls(string name)
    {
        var version = MessageVersion.All.Single(v => v.Name == name);
        using var certificate = new TransportScene("certificate/single", version: version);
        var (_, request, _) = await certificate.CallAsync();
        Assert.Equal(version.Addressing == AddressingVersion.None ? 1 : 2, request.Split("<Reference URI").Length - 1);
        Assert.Equal(version.Addressing != AddressingVersion.None, SignedTo().IsMatch(request));

        using var user = new TransportScene("username/single", version: version);
        await user.CallAsync();
    }

    [Theory]
    [MemberData(nameof(AllSuites))]
    public async Task Suite_CarriesCallsAndRenewals(string name)
    {
        using var scene = new TransportScene("certificate/derived", e => e with { DefaultAlgorithmSuite = SecurityAlgorithmSuite.Parse(name) });
        using var session = await scene.OpenAsync();
        await scene.CallAsync(session);
        await scene.RenewAsync(session);
        await scene.CallAsync(session);
        await scene.CancelAsync(session);
    }

    [Theory]
    [InlineData("certificate/single", SecurityHeaderLayout.Lax)]
    [InlineData("certificate/session", SecurityHeaderLayout.LaxTimestampFirst)]
    [InlineData("username/single", SecurityHeaderLayout.LaxTimestampLast)]
    public async Task Layout_CarriesCalls(string name, SecurityHeaderLayout layout)
    {
        using var scene = new TransportScene(name, e => e with { SecurityHeaderLayout = layout });
        using var session = scene.Binding.EstablishesSession ? await scene.OpenAsync() : null;
        var (_, request, _) = await scene.CallAsync(session);
        Assert.Equal(layout == SecurityHeaderLayout.LaxTimestampLast, Children(request).EndsWith("Timestamp", StringComparison.Ordinal));
    }

    /// <summary>Recorded: a reply then has no security header at all, and the messages of a session have their timestamps.</summary>
    [Theory]
    [InlineData("username/single")]
    [InlineData("username/session")]
    [InlineData("nobody/single")]
    public async Task WithoutTimestamp_RepliesHaveNoHeader_AndSessionsHaveTheirTimestamps(string name)
    {
        using var scene = new TransportScene(name, e => e with { IncludeTimestamp = false });
        using var session = scene.Binding.EstablishesSession ? await scene.OpenAsync() : null;
        var (_, request, reply) = await scene.CallAsync(session);
        Assert.Equal(session is not null ? "Timestamp SecurityContextToken Signature" : name.StartsWith("username", StringComparison.Ordinal) ? "UsernameToken" : "", Children(request));
        Assert.Equal(session is not null ? "Timestamp" : "", Children(reply));
    }

    /// <summary>As WCF: what holds the password need not be fresh, and what a token endorses has to be.</summary>
    [Theory]
    [InlineData("username/single", FailureCode.None)]
    [InlineData("certificate/single", FailureCode.TimestampMissing)]
    public async Task Request_WithoutTimestamp_IsTakenWhereNothingEndorsesIt(string name, FailureCode expected)
    {
        using var scene = new TransportScene(name);
        using var request = scene.Client.Secure(scene.Plain(), Loopback.Address);
        var stripped = Timestamp().Replace(TransportScene.Text(request.Envelope), "");
        Assert.Equal(expected, await scene.CodeAsync(Encoding.UTF8.GetBytes(stripped)));
    }

    [Theory]
    [InlineData("username/single", -20, FailureCode.Expired)]
    [InlineData("certificate/session", -20, FailureCode.Expired)]
    [InlineData("username/single", 20, FailureCode.NotYetValid)]
    public async Task Request_OfAnotherTime_IsRefused(string name, int minutes, FailureCode expected)
    {
        var clock = new ManualTimeProvider(Now);
        using var scene = new TransportScene(name, clock: clock);
        using var session = scene.Binding.EstablishesSession ? await scene.OpenAsync() : null;
        clock.UtcNow = Now.AddMinutes(minutes);
        using var request = session?.Secure(scene.Plain()) ?? scene.Client.Secure(scene.Plain(), Loopback.Address);
        clock.UtcNow = Now;
        Assert.Equal(expected, await scene.CodeAsync(request.Envelope));
    }

    [Fact]
    public async Task ExpiredKey_IsToldToBeRenewed_UnderTheProtectionOfTheTransport()
    {
        var clock = new ManualTimeProvider(Now);
        var settings = new LocalServiceSecuritySettings
        {
            DetectReplays = false,
            SessionKeyRenewalInterval = TimeSpan.FromMinutes(5),
            InactivityTimeout = TimeSpan.FromHours(1),
        };
        using var scene = new TransportScene("username/session", e => e with { LocalServiceSettings = settings }, clock);
        using var session = await scene.OpenAsync();
        clock.UtcNow = Now.AddMinutes(7);
        using var late = session.Secure(scene.Plain());
        using var result = await scene.Service.ReceiveAsync(late.Envelope, TransportScene.Secure);
        using var reply = late.VerifyReply(Assert.IsType<ServiceResult.Respond>(result).Envelope);
        var fault = reply.ReadFault()!;
        Assert.True(fault.IsSecured);
        Assert.EndsWith("RenewNeeded", fault.Subcode, StringComparison.Ordinal);
        await scene.RenewAsync(session);
        await scene.CallAsync(session);
    }

    /// <summary>The service is asked by the transport, so its certificate is neither needed nor looked at.</summary>
    /// <summary>There is no primary signature that could cover its token.</summary>
    [Theory]
    [InlineData("username/single")]
    [InlineData("nobody/single")]
    [InlineData("certificate/single")]
    [InlineData("username/session")]
    public async Task ProtectTokens_MeansNothing(string name)
    {
        using var scene = new TransportScene(name, e => e with { ProtectTokens = true });
        if (!name.EndsWith("session", StringComparison.Ordinal))
        {
            await scene.CallAsync();
            return;
        }

        using var session = await scene.OpenAsync();
        await scene.CallAsync(session);
    }

    [Fact]
    public async Task CertificateOfTheService_IsNotUsed()
    {
        using var scene = new TransportScene("username/single", client: new ClientCredentials
        {
            UserName = TestCredentials.Client.UserName,
            ServiceCertificate = TestCertificates.Other,
            ServiceIdentity = EndpointIdentity.CreateDnsIdentity("elsewhere"),
        });
        await scene.CallAsync();
        Assert.Null(scene.Service.GetStatus().CertificateValidUntil);
    }

    [Fact]
    public async Task Credentials_ChangeWhileTheServiceRuns()
    {
        using var scene = new TransportScene("username/session");
        using var session = await scene.OpenAsync();
        await scene.Service.UpdateCredentialsAsync(new ServiceCredentials { UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => false) });
        await scene.CallAsync(session);
        using var another = scene.Client.StartSession(Loopback.Address);
        Assert.Equal(FailureCode.InvalidCredentials, await scene.CodeAsync(another.Envelope));
    }

    /// <summary>A header that no signature covers is the sender's own where the transport protects it.</summary>
    [Fact]
    public async Task HeaderBlocks_AreHandedOut_AsTheTransportProtectsThem()
    {
        using var scene = new TransportScene("username/single");
        var plain = Loopback.Request(scene.Binding.MessageVersion, extraHeaders: "<x:H xmlns:x=\"urn:x\" s:mustUnderstand=\"1\">kept</x:H>");
        using var request = scene.Client.Secure(plain, Loopback.Address);
        using var dispatch = Assert.IsType<ServiceResult.Dispatch>(await scene.Service.ReceiveAsync(request.Envelope, TransportScene.Secure));
        Assert.Contains("kept", TransportScene.Text(dispatch.Request.Envelope), StringComparison.Ordinal);
    }

    /// <summary>Ciphertext in a body is the application's own.</summary>
    [Fact]
    public async Task CiphertextOfTheApplication_PassesThrough()
    {
        const string body = "<e:EncryptedData xmlns:e=\"http://www.w3.org/2001/04/xmlenc#\" Id=\"mine\"><e:CipherData><e:CipherValue>AA==</e:CipherValue></e:CipherData></e:EncryptedData>";
        using var scene = new TransportScene("certificate/single");
        using var request = scene.Client.Secure(Loopback.Request(scene.Binding.MessageVersion, body), Loopback.Address);
        using var dispatch = Assert.IsType<ServiceResult.Dispatch>(await scene.Service.ReceiveAsync(request.Envelope, TransportScene.Secure));
        Assert.Contains("<e:CipherValue>AA==</e:CipherValue>", TransportScene.Text(dispatch.Request.Envelope), StringComparison.Ordinal);
    }

    private static string? UserOf(string name) => name.Split('/')[0] switch
    {
        "issued" or "issued-asymmetric" or "issued-bearer" => "alice",
        "nobody" => null,
        "username" or "both" => TestCredentials.UserName,
        _ => ClientName(),
    };

    private static string? ClientName() => Engine.Tokens.ClientIdentity.FromCertificate(TestCertificates.Client).Identity!.Name;

    /// <summary>The local names of the children of the security header.</summary>
    private static string Children(string envelope)
    {
        var security = XDocument.Parse(envelope).Descendants().FirstOrDefault(e => e.Name.LocalName == "Security");
        return security is null ? "" : string.Join(' ', security.Elements().Select(e => e.Name.LocalName));
    }

    [GeneratedRegex("<u:Timestamp.*?</u:Timestamp>")]
    private static partial Regex Timestamp();

    [GeneratedRegex("<a:To [^>]*u:Id=")]
    private static partial Regex SignedTo();
}
