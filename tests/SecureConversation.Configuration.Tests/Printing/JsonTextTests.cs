using System.Text.Json;
using System.Text.Json.Nodes;
using SecureConversation.Binding;
using SecureConversation.Configuration.Tests.Support;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Configuration.Tests.Printing;

/// <summary>What is written as JSON is read as the same binding.</summary>
public sealed class JsonTextTests
{
    public static TheoryData<string> Names => Bindings.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Binding_IsReadAsItWasWritten(string name)
    {
        var element = Bindings.All[name];
        Assert.Equal(element, MessageSecurityServiceSettings.Read(Sections.Of(BindingText.ToJson(element))).Binding);
        Assert.Equal(element, MessageSecurityClientSettings.Read(Sections.Of(BindingText.ToJson(element))).Binding);
    }

    [Fact]
    public void RecordedBindings_AreReadAsTheyWereWritten()
    {
        var bindings = VectorArchive.LoadAll().Select(VectorBindings.Create).ToList();
        Assert.True(bindings.Count > 300);
        Assert.All(bindings, binding =>
        {
            var text = BindingText.ToJson(binding.Element, binding.MessageVersion, binding.Protection);
            var settings = MessageSecurityClientSettings.Read(Sections.Of(text));
            Assert.Equal(binding.Element, settings.Binding);
            Assert.Equal(binding.MessageVersion, settings.MessageVersion ?? MessageVersion.Default);
            Assert.Equal(binding.Protection, settings.ProtectionRequirements ?? ChannelProtectionRequirements.Default);
        });
    }

    [Fact]
    public void Defaults_AreNotWritten()
    {
        var bootstrap = SecurityBindingElement.CreateMutualCertificateBindingElement();
        var session = SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap) with
        {
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
        };
        var expected = """
            { "Binding": {
                "AuthenticationMode": "SecureConversation",
                "SecureConversationBootstrap": { "AuthenticationMode": "MutualCertificate" },
                "DefaultAlgorithmSuite": "Basic256Sha256" } }
            """;
        Assert.Equal(JsonNode.Parse(expected)!.ToJsonString(), JsonNode.Parse(BindingText.ToJson(session, MessageVersion.Default))!.ToJsonString());
    }

    [Fact]
    public void Protection_IsReadAsItWasWritten()
    {
        var element = SecurityBindingElement.CreateMutualCertificateBindingElement();
        var text = BindingText.ToJson(element, MessageVersion.Soap11, Bindings.Protection);
        var settings = MessageSecurityServiceSettings.Read(Sections.Of(text));
        Assert.Equal(Bindings.Protection, settings.ProtectionRequirements);
        Assert.Equal(MessageVersion.Soap11, settings.MessageVersion);
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(text).RootElement.ValueKind);
    }
}
