using System.Xml.Linq;

namespace SecureConversation.Http.Tests;

/// <summary>Bodies as text: what goes in is what the service reads, and what it wrote is what comes out.</summary>
public sealed class ContentTests
{
    [Theory]
    [InlineData("<r xmlns=\"urn:e\">a&#xD;b&#xD;&#xA;c\td\ne]]&gt;f</r>", "a\rb\r\nc\td\ne]]>f")]
    [InlineData("<r xmlns=\"urn:e\">&#xD;</r>", "\r")]
    [InlineData("<r xmlns=\"urn:e\">&#xA; <x/>&#xD;</r>", "\n \r")]
    [InlineData("<r xmlns=\"urn:e\" a=\"&#x9;&#xA;&#xD;&quot;\">x</r>", "x", "\t\n\r\"")]
    public async Task Body_InBothDirections_KeepsItsCharacters(string body, string text, string? attribute = null)
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        service.Reply = _ => Task.FromResult<byte[]?>(Messages.Envelope(service.Binding.MessageVersion, body, "urn:e/EchoResponse"));
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        var reply = XElement.Parse(await client.CallAsync(Messages.Action, body), LoadOptions.PreserveWhitespace);
        var request = XElement.Parse(service.LastPlainRequest!, LoadOptions.PreserveWhitespace).Descendants("{urn:e}r").Single();
        Assert.All([reply, request], element => Assert.Equal((text, attribute), (element.Value, (string?)element.Attribute("a"))));
    }

    [Fact]
    public async Task HalfOfASurrogatePair_IsRefusedBeforeAnythingIsSent()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.CallAsync(Messages.Action, "<Echo xmlns=\"urn:e\">\ud83d</Echo>"));
        Assert.Equal(0, service.Handshakes);
    }
}
