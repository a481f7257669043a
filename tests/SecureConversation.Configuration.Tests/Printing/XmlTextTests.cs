using SecureConversation.Binding;
using SecureConversation.Configuration.Tests.Support;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Configuration.Tests.Printing;

/// <summary>What is written as a customBinding of app.config is read as the same binding.</summary>
public sealed class XmlTextTests
{
    public static TheoryData<string> Names => Bindings.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Binding_IsReadAsItWasWritten(string name) => Check(Bindings.All[name], MessageVersion.Soap11WSAddressing10);

    [Fact]
    public void RecordedBindings_AreReadAsTheyWereWritten()
    {
        var bindings = VectorArchive.LoadAll().Select(VectorBindings.Create).ToList();
        Assert.True(bindings.Count > 300);
        Assert.All(bindings.DistinctBy(b => (b.Element, b.MessageVersion)), binding => Check(binding.Element, binding.MessageVersion));
    }

    [Theory]
    [InlineData("urn:a\u0085b")]
    [InlineData("urn:a\u2028\u2029b")]
    [InlineData("urn:a\r\n\tb")]
    [InlineData("urn:\U0001F600")]
    [InlineData("urn:<&'\"")]
    public void Text_IsReadAsItWasWritten(string text)
    {
        var element = Issued(text);
        Check(element, MessageVersion.Soap12WSAddressing10);
        var json = BindingText.ToJson(element);
        Assert.Equal(element, MessageSecurityServiceSettings.Read(Sections.Of(json)).Binding);
        Assert.DoesNotContain('\r', json + BindingText.ToXml(element));
    }

    [Theory]
    [InlineData(0x1, false)]
    [InlineData(0xC, false)]
    [InlineData(0xD800, true)]
    [InlineData(0xDC00, true)]
    public void Text_ThatTheFormDoesNotHave_IsRefused(int code, bool alsoJson)
    {
        var element = Issued($"urn:{(char)code}a");
        Assert.Contains("character", Assert.Throws<ArgumentException>(() => BindingText.ToXml(element)).Message, StringComparison.Ordinal);
        if (alsoJson)
        {
            Assert.Contains(
                "half a character", Assert.Throws<ArgumentException>(() => BindingText.ToJson(element)).Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(element, MessageSecurityServiceSettings.Read(Sections.Of(BindingText.ToJson(element))).Binding);
        }
    }

    [Fact]
    public void SessionInASession_IsRefused()
    {
        var session = SecurityBindingElement.CreateSecureConversationBindingElement(
            SecurityBindingElement.CreateMutualCertificateBindingElement());
        var nested = SecurityBindingElement.CreateSecureConversationBindingElement(session);
        Func<string>[] forms =
        [
            () => BindingText.ToXml(nested), () => BindingText.ToJson(nested), () => BindingText.ToCSharp(nested),
            () => BindingText.ToWcfCSharp(nested),
        ];
        Assert.All(forms, form => Assert.Contains(
            "whose bootstrap is a session", Assert.Throws<ArgumentException>(form).Message, StringComparison.Ordinal));
        Assert.NotEmpty(BindingText.ToXml(session));
    }

    private static SymmetricSecurityBindingElement Issued(string text) =>
        SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(new() { TokenType = text });

    [Fact]
    public void RequirementsOfTheHandshake_AreRefused()
    {
        var element = SecurityBindingElement.CreateSecureConversationBindingElement(
            SecurityBindingElement.CreateMutualCertificateBindingElement(), true, Bindings.Protection);
        Assert.Contains("BootstrapProtectionRequirements", Assert.Throws<ArgumentException>(() => BindingText.ToXml(element)).Message, StringComparison.Ordinal);
    }

    private static void Check(SecurityBindingElement element, MessageVersion version)
    {
        var text = $"""
            <configuration><system.serviceModel><bindings><customBinding>
            {BindingText.ToXml(element, version, "written")}
            </customBinding></bindings></system.serviceModel></configuration>
            """;
        var binding = ServiceModelConfiguration.Parse(new StringReader(text), "written.config").GetBinding("customBinding", "written");
        Assert.True(binding.Problems.IsEmpty, $"{string.Join("\n", binding.Problems)}\n{text}");
        Assert.True(element == binding.Security, $"{element}\n{binding.Security}\n{text}");
        Assert.Equal(version, binding.MessageVersion);
    }
}
