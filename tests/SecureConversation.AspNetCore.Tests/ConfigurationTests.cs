using System.Net.Security;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using SecureConversation.Binding;
using SecureConversation.Configuration;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>Options from a configuration: by our reader, and by the binder of the platform.</summary>
public sealed class ConfigurationTests
{
    /// <summary>For each property of the options a value that is not the default, and what it has to become.</summary>
    private static readonly Dictionary<string, (string Json, Func<SecureConversationServiceOptions, bool> IsSet)> Data = new()
    {
        ["Binding"] = ("""{ "AuthenticationMode": "MutualCertificate" }""",
            o => o.Binding == SecurityBindingElement.CreateMutualCertificateBindingElement()),
        ["MessageSecurity"] = ("""{ "AlgorithmSuite": "Basic256Sha256" }""",
            o => o.MessageSecurity == new MessageSecurity { AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256 }),
        ["MessageVersion"] = ("\"Soap11\"", o => o.MessageVersion == MessageVersion.Soap11),
        ["ProtectionRequirements"] = ("""{ "ListsAllMessages": true }""",
            o => o.ProtectionRequirements == ChannelProtectionRequirements.Default with { ListsAllMessages = true }),
        ["ReliableSession"] = ("""{ "ReliableMessagingVersion": "WSReliableMessaging11", "Ordered": false }""", o => o.ReliableSession
            == new ReliableSessionBindingElement { ReliableMessagingVersion = ReliableMessagingVersion.WSReliableMessaging11, Ordered = false }),
        ["Credentials"] = ("""{ "ClientCertificateValidation": { "Mode": "PeerTrust" } }""",
            o => o.Credentials?.ClientCertificateValidation.Mode == X509CertificateValidationMode.PeerTrust),
        ["Address"] = ("\"http://a/b\"", o => o.Address == new Uri("http://a/b")),
        ["RequireSecureTransport"] = ("false", o => o.RequireSecureTransport is false),
        ["AddressFilter"] = ("""{ "OneOf": [ "http://a/b" ] }""", o => o.AddressFilter.ToString() == "OneOf(http://a/b)"),
        ["HttpGetEnabled"] = ("true", o => o.HttpGetEnabled),
        ["MaxRequestBytes"] = ("17", o => o.MaxRequestBytes == 17),
        ["MaxBufferedRequestBytes"] = ("17000000000", o => o.MaxBufferedRequestBytes == 17_000_000_000),
        ["RequestBodyTimeout"] = ("\"00:00:17\"", o => o.RequestBodyTimeout == TimeSpan.FromSeconds(17)),
        ["ReplySendTimeout"] = ("\"00:00:17\"", o => o.ReplySendTimeout == TimeSpan.FromSeconds(17)),
        ["MaxReplyBytes"] = ("17", o => o.MaxReplyBytes == 17),
        ["MaxAttributesPerElement"] = ("17", o => o.MaxAttributesPerElement == 17),
        ["MaxNamespaceDeclarations"] = ("17", o => o.MaxNamespaceDeclarations == 17),
        ["HandOutUnsignedHeaders"] = ("true", o => o.HandOutUnsignedHeaders),
        ["HandOutCanonicalForm"] = ("true", o => o.HandOutCanonicalForm),
        ["FailureAnswers"] = ("""{ "Step": "00:00:00.05", "MaxStep": "00:00:02", "Budget": 3, "MaxWaiting": 4 }""", o => o.FailureAnswers
            == new FailureAnswerOptions { Step = TimeSpan.FromMilliseconds(50), MaxStep = TimeSpan.FromSeconds(2), Budget = 3, MaxWaiting = 4 }),
        ["SessionIdleTimeout"] = ("\"1.00:00:00\"", o => o.SessionIdleTimeout == TimeSpan.FromDays(1)),
        ["MaxSessions"] = ("17", o => o.MaxSessions == 17),
        ["MaxKeptReplyBytes"] = ("17000000000", o => o.MaxKeptReplyBytes == 17_000_000_000),
        ["EndpointName"] = ("\"orders\"", o => o.EndpointName == "orders"),
        ["MessageEncoding"] = ("\"Mtom\"", o => o.MessageEncoding == MessageEncoding.Mtom),
        ["MessageLogging"] = ("""{ "LogMessagesAtTransportLevel": false, "LogMessagesAtServiceLevel": true, "MaxEnvelopeBytes": 9 }""",
            o => o.MessageLogging is { LogMessagesAtTransportLevel: false, LogMessagesAtServiceLevel: true, MaxEnvelopeBytes: 9 }),
    };

    /// <summary>Objects of code, which a configuration cannot say.</summary>
    private static readonly string[] Code = ["ReplayCache", "SessionStore", "SecurityStateEncoder", "MessageLog", "SessionClosed"];

    [Fact]
    public void Options_AllBindOrAreObjectsOfCode()
    {
        var properties = typeof(SecureConversationServiceOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.SetMethod is { IsPublic: true }).Select(p => p.Name);
        Assert.Equal(properties.Order(StringComparer.Ordinal), Data.Keys.Concat(Code).Order(StringComparer.Ordinal));
        foreach (var (name, (json, isSet)) in Data)
        {
            var options = new SecureConversationServiceOptions();
            Assert.False(isSet(options), name);
            options.Read(Section($$"""{ "{{name}}": {{json}} }"""));
            Assert.True(isSet(options), name);
        }

        foreach (var name in Code)
        {
            var e = Assert.Throws<SettingsException>(() => new SecureConversationServiceOptions().Read(Section($$"""{ "{{name}}": "x" }""")));
            Assert.StartsWith($"{name}: {name} is an object of code, which a configuration cannot say: ", Assert.Single(e.Problems), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Section_LeavesWhatItDoesNotSay()
    {
        var options = new SecureConversationServiceOptions { MaxSessions = 5, MessageVersion = MessageVersion.Soap11 };
        options.Read(Section("""{ "MaxReplyBytes": 17 }"""));
        Assert.Equal((5, 17, MessageVersion.Soap11), (options.MaxSessions, options.MaxReplyBytes, options.MessageVersion));
    }

    [Fact]
    public void Delegate_AddsWhatASectionCannotSay()
    {
        var services = new ServiceCollection();
        services.AddSecureConversation("orders", Section("""{ "MessageSecurity": {}, "MaxSessions": 17 }"""), options =>
        {
            Assert.Equal(17, options.MaxSessions);
            options.MaxSessions++;
            options.Credentials = TestCredentials.Service;
        });
        using var provider = services.BuildServiceProvider();
        Assert.Equal(18, provider.GetRequiredService<IOptionsMonitor<SecureConversationServiceOptions>>().Get("orders").MaxSessions);
        Assert.Equal(new MessageSecurity(), provider.GetRequiredService<IOptionsMonitor<SecureConversationServiceOptions>>().Get("orders").MessageSecurity);
    }

    [Theory]
    [InlineData("Basic256Sha256")]
    [InlineData("tripledesrsa15")]
    public void PlainBinding_TakesNames(string suite)
    {
        var section = Section($$"""
            {
              "MessageSecurity": { "AlgorithmSuite": "{{suite}}", "EstablishSecurityContext": false, "ClientCredentialType": "UserName",
                "MessageSecurityVersion": "WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12" },
              "MessageVersion": "Soap11WSAddressing10",
              "AddressFilter": "PathOnly",
              "FailureAnswers": { "Budget": 3 },
              "MessageLogging": { "LogMessagesAtTransportLevel": false },
              "ProtectionRequirements": {
                "DefaultProtectionLevel": "Sign",
                "Requests": [ { "Action": "urn:a", "ProtectionLevel": "None" }, { "Action": "urn:b" } ],
                "RepliesTo": [ { "Action": "urn:a", "ProtectionLevel": "EncryptAndSign" } ],
                "Headers": [ { "Name": "h", "Namespace": "urn:h" }, { "Name": "i", "ProtectionLevel": "Sign", "Direction": "ClientToService", "Action": "urn:a" } ]
              }
            }
            """);
        foreach (var options in PlainlyBound(section))
        {
            Assert.Equal(new MessageSecurity
            {
                AlgorithmSuite = SecurityAlgorithmSuite.All.Single(s => s.Name.Equals(suite, StringComparison.OrdinalIgnoreCase)),
                EstablishSecurityContext = false,
                ClientCredentialType = MessageCredentialType.UserName,
                MessageSecurityVersion = MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12,
            }, options.MessageSecurity);
            Assert.Equal(MessageVersion.Soap11WSAddressing10, options.MessageVersion);
            Assert.Same(AddressFilter.PathOnly, options.AddressFilter);
            Assert.Equal(3, options.FailureAnswers.Budget);
            Assert.False(options.MessageLogging.LogMessagesAtTransportLevel);
            Assert.Equal(ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign)
                .WithRequest("urn:a", ProtectionLevel.None).WithRequest("urn:b", ProtectionLevel.EncryptAndSign)
                .WithReplyTo("urn:a", ProtectionLevel.EncryptAndSign).WithHeader("h", "urn:h", ProtectionLevel.EncryptAndSign)
                .WithHeader(MessageDirection.ClientToService, "urn:a", "i", "", ProtectionLevel.Sign), options.ProtectionRequirements);
        }

        // What the binder writes into is no object that others have.
        Assert.Equal(ProtectionLevel.EncryptAndSign, ChannelProtectionRequirements.Default.DefaultProtectionLevel);
        Assert.Equal(ProtectionLevel.EncryptAndSign, new SecureConversationServiceOptions().ProtectionRequirements.DefaultProtectionLevel);
    }

    /// <summary>What the binder of the platform cannot do is no silent default.</summary>
    [Theory]
    [InlineData("""{ "MessageSecurity": { "AlgorithmSuite": "Basic256SHA-2" } }""")]
    [InlineData("""{ "MessageSecurity": { "MessageSecurityVersion": "WSSecurity12" } }""")]
    [InlineData("""{ "MessageVersion": "Soap13" }""")]
    [InlineData("""{ "AddressFilter": "Path" }""")]
    [InlineData("""{ "Binding": { "AuthenticationMode": "MutualCertificate" } }""")]
    [InlineData("""{ "Credentials": { "ServiceCertificate": { "Path": "service.pfx" } } }""")]
    [InlineData("""{ "MessageSecurity": { "ClientCredentialType": "Nobody" } }""")]
    [InlineData("""{ "ProtectionRequirements": { "Requests": [ { "ProtectionLevel": "Sign" } ] } }""")]
    [InlineData("""{ "ProtectionRequirements": { "Headers": [ { "Name": "a", "Action": "urn:a" } ] } }""")]
    public void PlainBinding_ThrowsWhatItCannotDo(string json)
    {
        var section = Section(json);
        Assert.ThrowsAny<Exception>(() => section.Bind(new SecureConversationServiceOptions()));
        var services = new ServiceCollection();
        services.AddSecureConversation().Bind(section);
        using var provider = services.BuildServiceProvider();
        Assert.ThrowsAny<Exception>(() => provider.GetRequiredService<IOptions<SecureConversationServiceOptions>>().Value);
    }

    private static IEnumerable<SecureConversationServiceOptions> PlainlyBound(IConfiguration section)
    {
        var options = new SecureConversationServiceOptions();
        section.Bind(options);
        yield return options;
        foreach (var add in new Action<IServiceCollection>[]
        {
            services => services.AddSecureConversation(o => section.Bind(o)), services => services.AddSecureConversation().Bind(section),
        })
        {
            var services = new ServiceCollection();
            add(services);
            services.Configure<SecureConversationServiceOptions>(o => o.Credentials = TestCredentials.Service);
            using var provider = services.BuildServiceProvider();
            yield return provider.GetRequiredService<IOptions<SecureConversationServiceOptions>>().Value;
        }
    }

    private static IConfigurationRoot Section(string json) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
}
