using System.Reflection;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SecureConversation.Binding;
using SecureConversation.Configuration;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>Options from a configuration: by our reader, and by the binder of the platform.</summary>
public sealed class ConfigurationTests
{
    /// <summary>For each property of the options a value that is not the default, and what it has to become.</summary>
    private static readonly Dictionary<string, (string Json, Func<SecureConversationHttpOptions, bool> IsSet)> Data = new()
    {
        ["Binding"] = ("""{ "AuthenticationMode": "MutualCertificate" }""",
            o => o.Binding == SecurityBindingElement.CreateMutualCertificateBindingElement()),
        ["MessageSecurity"] = ("""{ "AlgorithmSuite": "Basic256Sha256" }""",
            o => o.MessageSecurity == new MessageSecurity { AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256 }),
        ["ReliableSession"] = ("""{ "Ordered": false }""", o => o.ReliableSession == new ReliableSessionBindingElement { Ordered = false }),
        ["MessageVersion"] = ("\"Soap11\"", o => o.MessageVersion == MessageVersion.Soap11),
        ["ProtectionRequirements"] = ("""{ "ListsAllMessages": true }""",
            o => o.ProtectionRequirements == ChannelProtectionRequirements.Default with { ListsAllMessages = true }),
        ["Credentials"] = ("""{ "UserName": { "UserName": "alice", "Password": "p" } }""",
            o => o.Credentials?.UserName is { UserName: "alice", Password: "p" }),
        ["AllowUnprotectedRequests"] = ("true", o => o.AllowUnprotectedRequests),
        ["MaxResponseBytes"] = ("17", o => o.MaxResponseBytes == 17),
        ["MaxAttributesPerElement"] = ("17", o => o.MaxAttributesPerElement == 17),
        ["MaxNamespaceDeclarations"] = ("17", o => o.MaxNamespaceDeclarations == 17),
        ["HandOutUnsignedHeaders"] = ("true", o => o.HandOutUnsignedHeaders),
        ["HandOutCanonicalForm"] = ("true", o => o.HandOutCanonicalForm),
        ["OpenTimeout"] = ("\"00:00:17\"", o => o.OpenTimeout == TimeSpan.FromSeconds(17)),
        ["CloseTimeout"] = ("\"00:00:17\"", o => o.CloseTimeout == TimeSpan.FromSeconds(17)),
        ["MessageEncoding"] = ("\"Mtom\"", o => o.MessageEncoding == MessageEncoding.Mtom),
        ["MessageLogging"] = ("""{ "LogMessagesAtServiceLevel": true }""", o => o.MessageLogging.LogMessagesAtServiceLevel),
    };

    /// <summary>Objects of code, which a configuration cannot say.</summary>
    private static readonly string[] Code = ["IssuerTransport", "TimeProvider", "LoggerFactory", "MessageLog"];

    [Fact]
    public void Options_AllBindOrAreObjectsOfCode()
    {
        var properties = typeof(SecureConversationHttpOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.SetMethod is { IsPublic: true }).Select(p => p.Name);
        Assert.Equal(properties.Order(StringComparer.Ordinal), Data.Keys.Concat(Code).Order(StringComparer.Ordinal));
        foreach (var (name, (json, isSet)) in Data)
        {
            var options = new SecureConversationHttpOptions();
            Assert.False(isSet(options), name);
            options.Read(Section($$"""{ "{{name}}": {{json}} }"""));
            Assert.True(isSet(options), name);
        }

        foreach (var name in Code)
        {
            var e = Assert.Throws<SettingsException>(() => new SecureConversationHttpOptions().Read(Section($$"""{ "{{name}}": "x" }""")));
            Assert.StartsWith($"{name}: {name} is an object of code, which a configuration cannot say: ", Assert.Single(e.Problems), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Delegate_AddsWhatASectionCannotSay_AndWrongSectionsAreNamed()
    {
        var services = new ServiceCollection();
        services.AddHttpClient("right").AddSecureConversation(Section("""{ "MessageSecurity": {}, "MaxResponseBytes": 17 }"""),
            options => options.Credentials = TestCredentials.Client);
        services.AddHttpClient("wrong").AddSecureConversation(Section("""{ "MessageSecurity": { "AlgorithmSuit": "Basic256" }, "OpenTimeout": "x" }"""));
        using var provider = services.BuildServiceProvider();
        var monitor = provider.GetRequiredService<IOptionsMonitor<SecureConversationHttpOptions>>();
        Assert.Equal(17, monitor.Get("right").MaxResponseBytes);
        var e = Assert.Throws<OptionsValidationException>(() => monitor.Get("wrong"));
        Assert.Equal(["MessageSecurity:AlgorithmSuit", "OpenTimeout"],
            e.Failures.Select(f => f[..f.IndexOf(": ", StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("""{ "Credentials": { "ServiceCertificate": { "Path": "service.cer" } }, "MessageSecurity": {} }""")]
    [InlineData("""{ "Credentials": { "ClientCertificate": { "Path": "client.pfx" } }, "MessageSecurity": {} }""")]
    [InlineData("""{ "Credentials": { "ServiceIdentity": { "Dns": "localhost" } }, "MessageSecurity": {} }""")]
    [InlineData("""{ "Credentials": { "UserName": { "UserName": "alice", "Password": "p" } }, "MessageSecurity": {} }""")]
    [InlineData("""{ "Binding": { "AuthenticationMode": "MutualCertificate" } }""")]
    [InlineData("""{ "MessageSecurity": { "AlgorithmSuite": "Basic256SHA-2" } }""")]
    public void PlainBinding_NeverStartsWithWhatItCannotDo(string json)
    {
        var section = Section(json);
        var services = new ServiceCollection();
        services.AddHttpClient("plain").AddSecureConversation(options => section.Bind(options));
        using var provider = services.BuildServiceProvider();
        Assert.ThrowsAny<Exception>(() => provider.GetRequiredService<IOptionsMonitor<SecureConversationHttpOptions>>().Get("plain"));
    }

    [Fact]
    public void PlainBinding_TakesNames()
    {
        var options = new SecureConversationHttpOptions();
        Section("""{ "MessageSecurity": { "AlgorithmSuite": "Basic256Sha256" }, "MessageVersion": "Soap11WSAddressing10" }""").Bind(options);
        Assert.Equal(SecurityAlgorithmSuite.Basic256Sha256, options.MessageSecurity!.AlgorithmSuite);
        Assert.Equal(MessageVersion.Soap11WSAddressing10, options.MessageVersion);
    }

    private static IConfigurationRoot Section(string json) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
}
