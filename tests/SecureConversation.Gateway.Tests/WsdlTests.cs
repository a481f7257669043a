using System.Net;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using SecureConversation.Gateway.Tests.Support;
using SecureConversation.Policy;

namespace SecureConversation.Gateway.Tests;

/// <summary>Descriptions of the service behind the gateway, in three documents of which one has the port type.</summary>
public sealed class WsdlTests
{
    private const string Wsp = "http://schemas.xmlsoap.org/ws/2004/09/policy";
    private const string Names = "xmlns='http://schemas.xmlsoap.org/wsdl/' xmlns:soap='http://schemas.xmlsoap.org/wsdl/soap12/' xmlns:t='urn:e' "
        + "xmlns:wsp='" + Wsp + "' xmlns:x='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:e'";

    private static readonly Dictionary<string, string> Documents = new()
    {
        ["?wsdl"] = $"<definitions {Names}><wsp:Policy xmlns:u='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd' "
            + "u:Id='p'><inside/></wsp:Policy><import namespace='urn:e' location='?wsdl=types'/>"
            + "<binding name='b' type='t:pt'><wsp:PolicyReference URI='#p'/><soap:binding transport='http://schemas.xmlsoap.org/soap/http'/>"
            + "<operation name='Place'><soap:operation soapAction='urn:e/Place'/><input><soap:body use='literal'/></input>"
            + "<output><soap:body use='literal'/></output></operation></binding><service name='s'><port name='p' binding='t:b'>"
            + "<soap:address location='http://backend.internal/service'/></port></service></definitions>",
        ["?wsdl=types"] = $"<definitions {Names}><types><x:schema><x:import namespace='urn:e' schemaLocation='?xsd=e'/></x:schema></types>"
            + "<message name='in'><part name='p' element='t:Place'/></message><message name='out'><part name='p' element='t:Reply'/></message>"
            + "<portType name='pt'><operation name='Place'><input message='t:in'/><output message='t:out'/></operation></portType></definitions>",
        ["?xsd=e"] = "<x:schema xmlns:x='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:e'><x:element name='Place'/>"
            + "<x:element name='Reply'/></x:schema>",
    };

    [Fact]
    public async Task Outward_ThePolicyIsGone_AndTheAddressIsThatOfTheGateway()
    {
        await using var service = await StartAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address));

        foreach (var query in new[] { "?wsdl", "?singleWsdl" })
        {
            var answer = await PlainClient.GetAsync(gateway.Inner, "/orders" + query);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.DoesNotContain("Policy", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("internal", answer.Text, StringComparison.Ordinal);
            Assert.Contains($"location=\"{new Uri(gateway.Inner, "/orders")}\"", answer.Text, StringComparison.Ordinal);
        }

        var main = XElement.Parse((await PlainClient.GetAsync(gateway.Inner, "/orders?wsdl")).Text);
        var import = (string)main.Element(XName.Get("import", "http://schemas.xmlsoap.org/wsdl/"))!.Attribute("location")!;
        Assert.Equal(new Uri(gateway.Inner, "/orders?wsdl=wsdl0").AbsoluteUri, import);
        Assert.Contains("portType", (await PlainClient.GetAsync(gateway.Inner, "/orders?wsdl=wsdl0")).Text, StringComparison.Ordinal);
        Assert.Contains("Reply", (await PlainClient.GetAsync(gateway.Inner, "/orders?xsd=xsd0")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inward_ThePolicyOfTheGatewayIsThere()
    {
        await using var service = await StartAsync();
        await using var gateway = await RunningGateway.StartAsync(
            Sections.GatewayInward(service.Address, route => route["PublicAddress"] = "https://gateway.example/orders"));

        var answer = await PlainClient.GetAsync(gateway.Outer, "/orders?singleWsdl");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains("SecureConversationToken", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("inside", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("internal", answer.Text, StringComparison.Ordinal);
        var endpoint = new WsdlImporter().Import(new MemoryStream(Encoding.UTF8.GetBytes(answer.Text))).Endpoints.Single();
        Assert.Equal("https://gateway.example/orders", endpoint.Address!.AbsoluteUri);
        Assert.True(endpoint.RequireBinding().EstablishesSession);
    }

    [Fact]
    public async Task DescriptionThatCannotBeRead_IsABadGateway_AndOtherGetsAreRefused()
    {
        await using var service = await TestService.StartPlainAsync((context, _) => context.Response.WriteAsync("<html/>"));
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address));

        Assert.Equal(HttpStatusCode.BadGateway, (await PlainClient.GetAsync(gateway.Inner, "/orders?wsdl")).Status);
        Assert.Contains(RecordedLog.Current.Entries, entry => entry.Id == 708);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await PlainClient.GetAsync(gateway.Inner, "/orders")).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await PlainClient.GetAsync(gateway.Inner, "/orders?wsdl&x=1")).Status);
    }

    private static Task<TestService> StartAsync() => TestService.StartPlainAsync((context, seen) =>
    {
        context.Response.ContentType = "text/xml";
        return context.Response.WriteAsync(Documents[seen.Query]);
    });
}
