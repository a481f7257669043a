using System.Net.Security;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Diagnosis;
using SecureConversation.Testing;
using static SecureConversation.Testing.Proof;

namespace SecureConversation.Http.Tests;

/// <summary>Every option of the HTTP client changes what it does.</summary>
public sealed class SettingsTests
{
    private const string Echo = "<Echo xmlns=\"urn:e\"/>";
    private const string UnsignedHeader = "<h:Trace xmlns:h=\"urn:h\">1</h:Trace>";

    private const string Issued = "SecureConversation.Http.Tests/Issued/IssuedTokenTests.cs";

    private static readonly Dictionary<string, Proof> Table = new()
    {
        ["SecureConversationHttpOptions.AllowUnprotectedRequests"] = new ShownBy("SecureConversation.Http.Tests/RefusalTests.cs", "RequestWithoutContent_PassesWhenAllowed"),
        ["SecureConversationHttpOptions.Binding"] = Shows(o => o.Binding = Credential.Single().Element),
        ["SecureConversationHttpOptions.CloseTimeout"] = new ShownBy("SecureConversation.Http.Tests/SessionTests.cs", "Dispose_WaitsForNoSilentService"),
        ["SecureConversationHttpOptions.Credentials"] = Shows(o => o.Credentials = Credential.ClientOf(TestCertificates.Other)),
        ["SecureConversationHttpOptions.HandOutCanonicalForm"] = Shows(o => o.HandOutCanonicalForm = true),
        ["SecureConversationHttpOptions.HandOutUnsignedHeaders"] = Shows(o => o.HandOutUnsignedHeaders = true),
        ["SecureConversationHttpOptions.IssuerTransport"] = new ShownBy(Issued, "IssuerTransport_SendsWhatGoesToTheIssuer"),
        ["SecureConversationHttpOptions.LoggerFactory"] = new ShownBy("SecureConversation.Http.Tests/SettingsTests.cs", "LoggerFactory_TakesTheLog"),
        ["SecureConversationHttpOptions.MaxAttributesPerElement"] = new ShownBy("SecureConversation.Http.Tests/SettingsTests.cs", "Reply_BeyondALimitOfTheOptions_IsRefused"),
        ["SecureConversationHttpOptions.MaxNamespaceDeclarations"] = new ShownBy("SecureConversation.Http.Tests/SettingsTests.cs", "Reply_BeyondALimitOfTheOptions_IsRefused"),
        ["SecureConversationHttpOptions.MaxResponseBytes"] = Shows(o => o.MaxResponseBytes = 1000),
        ["SecureConversationHttpOptions.MessageEncoding"] = Shows(o => o.MessageEncoding = MessageEncoding.Mtom),
        ["SecureConversationHttpOptions.MessageLog"] = new ShownBy("SecureConversation.Http.Tests/SettingsTests.cs", "MessageLog_GetsTheMessagesOfTheClient"),
        ["SecureConversationHttpOptions.MessageLogging"] = new ShownBy("SecureConversation.Http.Tests/SettingsTests.cs", "MessageLog_GetsTheMessagesOfTheClient"),
        ["SecureConversationHttpOptions.MessageSecurity"] = Shows(o => (o.Binding, o.MessageSecurity) = (null, new MessageSecurity { EstablishSecurityContext = false })),
        ["SecureConversationHttpOptions.MessageVersion"] = Shows(o => o.MessageVersion = MessageVersion.Soap11WSAddressing10),
        ["SecureConversationHttpOptions.OpenTimeout"] = new ShownBy("SecureConversation.Http.Tests/SessionTests.cs", "SlowHandshake_EndsByOpenTimeout"),
        ["SecureConversationHttpOptions.ProtectionRequirements"] = Shows(o => o.ProtectionRequirements = ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign)),
        ["SecureConversationHttpOptions.ReliableSession"] = new ShownBy("SecureConversation.Http.Tests/ReliableTests.cs", "Calls_GoThroughASequence_ThatIsEndedBeforeItsSession"),
        ["SecureConversationHttpOptions.TimeProvider"] = Shows(o => o.TimeProvider = new ManualTimeProvider(DateTimeOffset.UtcNow.AddDays(1))),
        ["SecurityTokenServiceOptions.AcceptIssuerKey"] = new ShownBy(Issued, "KeyOfTheIssuer_IsTakenWhereTheOptionsSaySo"),
        ["SecurityTokenServiceOptions.Address"] = new ShownBy(Issued, "Issuer_IsAsked_InTheSecurityThatItHas"),
        ["SecurityTokenServiceOptions.AllowInsecureTransport"] = new ShownBy(Issued, "Issuer_WithoutProtection_IsRefused_InWords"),
        ["SecurityTokenServiceOptions.DefaultKeyEntropyMode"] = new ShownBy(Issued, "KeyOfTheIssuer_IsTakenWhereTheOptionsSaySo"),
        ["SecurityTokenServiceOptions.MaxResponseBytes"] = new ShownBy(Issued, "ResponseOfTheIssuer_HasALimit"),
        ["SecurityTokenServiceOptions.MessageSecurity"] = new ShownBy(Issued, "Issuer_IsAsked_InTheSecurityThatItHas"),
        ["SecurityTokenServiceOptions.MessageVersion"] = new ShownBy(Issued, "MessageVersion_IsThatOfTheIssuer"),
        ["SecurityTokenServiceOptions.TimeProvider"] = new ShownBy(Issued, "TokenWithoutLifetime_IsValidFromTheTimeOfTheClient"),
        ["SecurityTokenServiceOptions.Timeout"] = new ShownBy(Issued, "IssuerThatHangs_EndsTheCall_InTime"),
    };

    public static TheoryData<string> All => [.. Settings.Of([typeof(SecureConversationHttpOptions), typeof(SecurityTokenServiceOptions)])];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Setting_Shows(string name) => await Settings.RequireAsync(name, Table[name]);

    [Fact]
    public void Table_NamesSettingsOnly() => Assert.Equal(All.Select(row => row.Data), Table.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(3, 1)]
    [InlineData(60, 0)]
    public async Task Key_IsRenewedAtTheAgeThatTheClientSets(int minutes, int renewals)
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        await using var service = await TestService.StartAsync(Credential.Session(), clock);
        var options = Credential.Options(service.Binding);
        options.TimeProvider = clock;
        options.Binding = service.Binding.Element with { LocalClientSettings = new() { SessionKeyRenewalInterval = TimeSpan.FromMinutes(minutes) } };
        await using var client = new SecureConversationClient(service.Address, options);
        await client.CallAsync(Messages.Action, Echo);
        clock.Advance(TimeSpan.FromMinutes(4));
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal((1, renewals), (service.Handshakes, service.Renewals));
    }

    [Fact]
    public async Task LoggerFactory_TakesTheLog()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await client.CallAsync(Messages.Action, Echo);
        Assert.Contains(RecordedLog.Current.Entries, e => e.Category.StartsWith("SecureConversation.Http", StringComparison.Ordinal) && e.IsOfTheLibrary);
    }

    [Fact]
    public async Task MessageLog_GetsTheMessagesOfTheClient()
    {
        await using var service = await TestService.StartAsync(Credential.Single());
        var options = Credential.Options(service.Binding);
        var log = new KeptMessages();
        (options.MessageLog, options.MessageLogging) = (log, new() { LogMessagesAtServiceLevel = true });
        await using var client = new SecureConversationClient(service.Address, options);
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal(
            [MessageLoggingSource.ServiceLevelSend, MessageLoggingSource.TransportSend, MessageLoggingSource.TransportReceive, MessageLoggingSource.ServiceLevelReceive],
            log.Sources);
    }

    private sealed class KeptMessages : IMessageLog
    {
        public List<MessageLoggingSource> Sources { get; } = [];

        public void Write(LoggedMessage message) => Sources.Add(message.Source);
    }

    [Theory]
    [InlineData(512, 256, null)]
    [InlineData(15, 256, "MaxAttributesPerElement")]
    [InlineData(512, 15, "MaxNamespaceDeclarations")]
    public async Task Reply_BeyondALimitOfTheOptions_IsRefused(int attributes, int declarations, string? limit)
    {
        await using var service = await TestService.StartAsync(Credential.Single());
        var twenty = string.Join(' ', Enumerable.Range(0, 20).Select(i => $"xmlns:p{i}=\"urn:{i}\""));
        service.Reply = _ => Task.FromResult<byte[]?>(Messages.Envelope(service.Binding.MessageVersion, $"<EchoResponse xmlns=\"urn:e\" {twenty}/>", "urn:e/EchoResponse"));
        var options = Credential.Options(service.Binding);
        (options.MaxAttributesPerElement, options.MaxNamespaceDeclarations) = (attributes, declarations);
        await using var client = new SecureConversationClient(service.Address, options);
        if (limit is null)
        {
            await client.CallAsync(Messages.Action, Echo);
            return;
        }

        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(FailureCode.LimitExceeded, error.Code);
        Assert.Contains($"{limit}", error.Message, StringComparison.Ordinal);
        Assert.Contains("15", error.Message, StringComparison.Ordinal);
    }

    private static Shows Shows(Action<SecureConversationHttpOptions> change) => new(() => CallAsync(_ => { }), () => CallAsync(change));

    /// <summary>What comes of a call whose reply has a header that nobody signed.</summary>
    private static async Task<string> CallAsync(Action<SecureConversationHttpOptions> change)
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        service.Reply = _ => Task.FromResult<byte[]?>(Messages.Envelope(service.Binding.MessageVersion, "<EchoResponse xmlns=\"urn:e\"/>", "urn:e/EchoResponse", UnsignedHeader));
        var options = Credential.Options(service.Binding);
        change(options);
        await using var client = new SecureConversationClient(service.Address, options);
        try
        {
            using var reply = await client.SendAsync(Messages.Envelope(options.MessageVersion, Echo, Messages.Action));
            var envelope = Encoding.UTF8.GetString(reply.Envelope.Span);
            return $"{envelope.Contains(UnsignedHeader, StringComparison.Ordinal)}, {envelope.StartsWith("<s:Envelope", StringComparison.Ordinal)}, {service.Handshakes} handshakes";
        }
        catch (Exception e) when (e is SecureConversationException or HttpRequestException)
        {
            return $"{(e as SecureConversationException)?.Failure} {(e as SecureConversationException)?.Code} {e.GetType().Name}";
        }
    }
}
