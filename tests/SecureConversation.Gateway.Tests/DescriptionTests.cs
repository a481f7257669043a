using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using SecureConversation.Gateway.Tests.Support;

namespace SecureConversation.Gateway.Tests;

/// <summary>Descriptions that are hostile, and readers who are.</summary>
public sealed class DescriptionTests
{
    private const string Call = "<e:Place xmlns:e='urn:e'>42</e:Place>";

    [Fact]
    public async Task Description_HasNoAddressesOfTheInside()
    {
        const string Wsdl = "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/' xmlns:soap='http://schemas.xmlsoap.org/wsdl/soap12/' xmlns:t='urn:e' "
            + "xmlns:h='http://schemas.xmlsoap.org/wsdl/http/' xmlns:x='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:e'><!-- made on build7.inside -->"
            + "<types><x:schema><x:import namespace='urn:e' schemaLocation='http://erp.inside:9000/service?xsd=e'/>"
            + "<x:import namespace='urn:f' schemaLocation='http://elsewhere.inside/f.xsd'/></x:schema></types>"
            + "<message name='in'><part name='p' element='t:Place'/></message><message name='out'><part name='p' element='t:Reply'/></message>"
            + "<portType name='pt'><operation name='Place'><input message='t:in'/><output message='t:out'/></operation></portType>"
            + "<binding name='b' type='t:pt'><soap:binding transport='http://schemas.xmlsoap.org/soap/http'/>"
            + "<operation name='Place'><soap:operation soapAction='urn:e/Place'/><input><soap:body use='literal'/></input>"
            + "<output><soap:body use='literal'/></output></operation></binding><service name='s'><port name='p' binding='t:b'>"
            + "<soap:address location='http://erp.inside:9000/service'/></port></service></definitions>";
        // The service names itself by another host than the gateway does.
        await using var service = await TestService.StartPlainAsync((context, seen) =>
        {
            context.Response.ContentType = "text/xml";
            return context.Response.WriteAsync(seen.Query == "?wsdl" ? Wsdl : "<schema xmlns='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:e'/>");
        });
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address));

        var answer = await PlainClient.GetAsync(gateway.Outer, "/orders?wsdl");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.DoesNotContain("erp.inside", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("build7.inside", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("elsewhere.inside", answer.Text, StringComparison.Ordinal);
        Assert.Contains("?xsd=xsd0", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Description_NamesNoHostOfAStranger()
    {
        const string Wsdl = "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/' xmlns:soap='http://schemas.xmlsoap.org/wsdl/soap12/' xmlns:t='urn:e' "
            + "targetNamespace='urn:e'><message name='in'/><portType name='pt'><operation name='Place'><input message='t:in'/></operation></portType>"
            + "<binding name='b' type='t:pt'><soap:binding transport='http://schemas.xmlsoap.org/soap/http'/><operation name='Place'>"
            + "<soap:operation soapAction='urn:e/Place'/><input><soap:body use='literal'/></input></operation></binding>"
            + "<service name='s'><port name='p' binding='t:b'><soap:address location='http://x/service'/></port></service></definitions>";
        await using var service = await TestService.StartPlainAsync((context, _) => context.Response.WriteAsync(Wsdl));
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address));
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Outer, "/orders?wsdl"));
        request.Headers.Host = "evil.example";
        using var answer = await http.SendAsync(request);
        Assert.DoesNotContain("evil.example", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Description_ThatCannotBeRead_IsNotReadForEachRequest()
    {
        var reads = 0;
        await using var service = await TestService.StartPlainAsync((context, _) =>
        {
            Interlocked.Increment(ref reads);
            return context.Response.WriteAsync("<html/>");
        });
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address));
        for (var i = 0; i < 20; i++)
        {
            await PlainClient.GetAsync(gateway.Outer, "/orders?wsdl");
        }

        var warnings = RecordedLog.Current.Entries.Count(entry => entry.Id == 708);
        Assert.True((reads, warnings) is ( < 5, < 5), $"{reads} reads, {warnings} warnings");
    }

    [Fact]
    public async Task Description_ThatHangs_LeavesRoomForCalls()
    {
        await using var service = await TestService.StartPlainAsync(async (context, seen) =>
        {
            if (seen.Method == "GET")
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
            }

            context.Response.ContentType = "application/soap+xml; charset=utf-8";
            await context.Response.WriteAsync($"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body>{TestService.Reply}</s:Body></s:Envelope>");
        });
        var settings = Sections.GatewayInward(service.Address);
        settings["Limits"] = new JsonObject { ["MaxConcurrentRequests"] = 4 };
        await using var gateway = await RunningGateway.StartAsync(settings);
        using var end = new CancellationTokenSource();
        using var http = new HttpClient();
        var gets = Enumerable.Range(0, 4).Select(_ => http.GetAsync(new Uri(gateway.Outer, "/orders?wsdl"), end.Token)).ToList();
        await Task.Delay(500);
        Exception? failure = null;
        try
        {
            await using var client = TestService.Connect(gateway.Outer);
            await client.CallAsync("urn:e/Place", Call);
        }
        catch (Exception e)
        {
            failure = e;
        }

        await end.CancelAsync();
        Assert.Null(failure);
    }

    [Theory]
    [InlineData(60_000)]
    [InlineData(120_000)]
    public async Task Description_OfManyLevels_IsRefused(int depth)
    {
        var deep = "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/' xmlns:soap='http://schemas.xmlsoap.org/wsdl/soap12/' "
            + "xmlns:t='urn:e' targetNamespace='urn:e'><documentation>" + string.Concat(Enumerable.Repeat("<a>", depth))
            + string.Concat(Enumerable.Repeat("</a>", depth)) + "</documentation><portType name='pt'/><binding name='b' type='t:pt'>"
            + "<soap:binding transport='http://schemas.xmlsoap.org/soap/http'/></binding><service name='s'><port name='p' binding='t:b'>"
            + "<soap:address location='http://x/service'/></port></service></definitions>";
        await using var service = await TestService.StartPlainAsync((context, _) =>
        {
            context.Response.ContentType = "text/xml";
            return context.Response.WriteAsync(deep);
        });
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address));

        Assert.Equal(HttpStatusCode.BadGateway, (await PlainClient.GetAsync(gateway.Inner, "/orders?wsdl")).Status);
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 708 && e.Text.Contains("128 levels", StringComparison.Ordinal));
    }
}
