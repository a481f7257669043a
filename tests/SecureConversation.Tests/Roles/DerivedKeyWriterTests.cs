using SecureConversation.Tests.Attacks;
using XmlElement = System.Xml.XmlElement;

namespace SecureConversation.Tests.Roles;

/// <summary>Derived key tokens of ours say where in the stream their key is, also where they need not.</summary>
public sealed class DerivedKeyWriterTests
{
    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert-2007//session")]
    [InlineData("anonymous//single")]
    [InlineData("username//single")]
    public async Task DerivedKeys_HaveOffsetAndLength(string name)
    {
        using var scene = await Scene.OpenAsync(name);
        using var request = scene.Request();
        var tokens = Forgery.Load(request.Envelope).GetElementsByTagName("*").OfType<XmlElement>().Where(e => e.LocalName == "DerivedKeyToken").ToList();
        Assert.Equal(["24", "32"], tokens.Select(t => Forgery.Child(t, "Length").InnerText).Order(StringComparer.Ordinal));
        Assert.All(tokens, t => Assert.Equal("0", Forgery.Child(t, "Offset").InnerText));
    }
}
