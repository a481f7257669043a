using System.Text;
using System.Text.Json.Nodes;
using Json.Schema;
using Microsoft.Extensions.Configuration;
using SecureConversation.Binding;
using SecureConversation.Configuration.Json;
using SecureConversation.Configuration.Tests.Support;

namespace SecureConversation.Configuration.Tests.Json;

/// <summary>The JSON schema that the package ships.</summary>
public sealed class SchemaTests
{
    private static readonly JsonSchema Schema = JsonSchema.FromText(SettingsSchema.Text);

    public static TheoryData<string> Names => Bindings.Names;

    /// <summary>The schema is made of the tables of the reader; the file is what it was made to be.</summary>
    [Fact]
    public void File_IsMadeOfTheTablesOfTheReader()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "ConfigurationSchema.json");
        if (Environment.GetEnvironmentVariable("SECURECONVERSATION_WRITE") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, "ConfigurationSchema.json"), SettingsSchema.Text);
        }

        Assert.True(SettingsSchema.Text == File.ReadAllText(file),
            "src/SecureConversation.Configuration/ConfigurationSchema.json differs: run this test with SECURECONVERSATION_WRITE set to its folder.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void WrittenBindings_AreValid(string name) =>
        AssertValid(true, $$"""{ "SecureConversation": { "Client": {{BindingText.ToJson(Bindings.All[name], null, Bindings.Protection)}} } }""");

    [Theory]
    [InlineData("""{ "MessageSecurity": { "AlgorithmSuite": "Basic256Sha256", "EstablishSecurityContext": false }, "MaxSessions": 5 }""")]
    [InlineData("""{ "MessageSecurity": {}, "ReliableSession": { "Ordered": false, "InactivityTimeout": "00:05:00", "ReliableMessagingVersion": "WSReliableMessaging11" } }""")]
    [InlineData("""{ "AddressFilter": "PathOnly", "RequestBodyTimeout": "00:01:30", "MaxBufferedRequestBytes": null }""")]
    [InlineData("""{ "AddressFilter": { "OneOf": [ "http://a/b" ] }, "FailureAnswers": { "Step": "00:00:00.05" } }""")]
    [InlineData("""{ "Credentials": { "ServiceCertificate": { "Thumbprint": "ab", "Store": "My", "Location": "LocalMachine", "AllowInvalid": true } } }""")]
    public void ServiceThatIsRight_IsValid(string json) => AssertValid(true, Service(json));

    [Theory]
    [InlineData("""{ "AlgorithmSuite": "Basic256Sha256" }""")]
    [InlineData("""{ "MessageSecurity": { "AlgorithmSuite": "Basic256Sha" } }""")]
    [InlineData("""{ "MessageSecurity": { "EstablishSecurityContext": "yes" } }""")]
    [InlineData("""{ "ReliableSession": { "Enabled": true } }""")]
    [InlineData("""{ "ReliableSession": { "MaxTransferWindowSize": 4097 } }""")]
    [InlineData("""{ "ReliableSession": { "ReliableMessagingVersion": "WSReliableMessaging12" } }""")]
    [InlineData("""{ "MaxSessions": 0 }""")]
    [InlineData("""{ "RequestBodyTimeout": "90" }""")]
    [InlineData("""{ "AddressFilter": "Path" }""")]
    [InlineData("""{ "AddressFilter": { "OneOf": "http://a/b" } }""")]
    [InlineData("""{ "SessionStore": {} }""")]
    [InlineData("""{ "Binding": { "DefaultAlgorithmSuite": "Basic256" } }""")]
    [InlineData("""{ "Binding": { "AuthenticationMode": "SecureConversation" } }""")]
    [InlineData("""{ "Binding": { "AuthenticationMode": "MutualCertificate", "CanRenewSession": false } }""")]
    [InlineData("""{ "Binding": { "AuthenticationMode": "MutualCertificate", "ProtectionTokenParameters": { "Type": "UserName", "X509ReferenceStyle": "Any" } } }""")]
    [InlineData("""{ "Binding": { "AuthenticationMode": "MutualCertificate", "EndpointSupportingTokenParameters": { "Signed": [ { "InclusionMode": "Once" } ] } } }""")]
    public void ServiceThatIsWrong_IsNotValid_AndIsRefusedByTheReader(string json)
    {
        AssertValid(false, Service(json));
        Assert.NotEmpty(Sections.ProblemsOfService(json));
    }

    /// <summary>The section of docs/configuration.md is valid, and is read with the password from elsewhere.</summary>
    [Fact]
    public void Documentation_HasSettingsThatAreRead()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "configuration.md")).ReplaceLineEndings("\n");
        var start = page.IndexOf("```json\n", StringComparison.Ordinal) + "```json\n".Length;
        var json = page[start..page.IndexOf("```", start, StringComparison.Ordinal)];
        AssertValid(true, json);
        using var folder = new CertificateFolder();
        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json)))
            .AddInMemoryCollection([KeyValuePair.Create("SecureConversation:Service:Credentials:ServiceCertificate:Password", (string?)CertificateFolder.Password)])
            .Build();
        var service = MessageSecurityServiceSettings.Read(configuration.GetSection("SecureConversation:Service"), folder.Path);
        var client = MessageSecurityClientSettings.Read(configuration.GetSection("SecureConversation:Client"), folder.Path);

        // Client and service have the same binding, but for what the standard binding says of the service alone.
        var ofClient = MessageSecurityBinding.Create(client.MessageSecurity!);
        var ofService = MessageSecurityBinding.Create(service.Binding!);
        Assert.Equal(ofService.Element with { LocalServiceSettings = new() }, WithoutLocal(ofClient.Element));
        Assert.NotNull(service.Credentials!.ServiceCertificate);
        Assert.NotNull(client.Credentials!.ClientCertificate);
    }

    private static SecurityBindingElement WithoutLocal(SecurityBindingElement element)
    {
        var symmetric = (SymmetricSecurityBindingElement)element;
        var session = (SecureConversationSecurityTokenParameters)symmetric.ProtectionTokenParameters!;
        return symmetric with
        {
            ProtectionTokenParameters = session with
            {
                BootstrapSecurityBindingElement = session.BootstrapSecurityBindingElement! with { LocalServiceSettings = new() },
            },
        };
    }

    private static string Service(string json) => $$"""{ "SecureConversation": { "Service": {{json}} }, "Logging": {} }""";

    private static void AssertValid(bool expected, string json)
    {
        var result = Schema.Evaluate(JsonNode.Parse(json), new EvaluationOptions { OutputFormat = OutputFormat.List });
        var errors = string.Join("\n", result.Details.Where(d => d.HasErrors)
            .Select(d => $"{d.InstanceLocation}: {string.Join(", ", d.Errors!.Values)}"));
        Assert.True(expected == result.IsValid, $"{json}\n{errors}");
    }
}
