using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Cli.Tests.Doctor;

/// <summary>A service on Kestrel with its WSDL, for the doctor.</summary>
internal sealed class OrderService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OrderService(WebApplication app) => _app = app;

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/orders";

    public static async Task<OrderService> StartAsync(
        TemporaryDirectory directory, MessageSecurity security, ServiceCredentials? credentials = null, TimeSpan clock = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSecureConversation(options =>
        {
            options.MessageSecurity = security;
            options.Credentials = credentials ?? TestCredentials.Service;
        });
        var app = builder.Build();
        app.Use((context, next) =>
        {
            context.Response.Headers.Date = (DateTimeOffset.UtcNow + clock).ToString("R", CultureInfo.InvariantCulture);
            return next(context);
        });
        app.MapSecureConversation("/orders", _ => Task.FromResult(SoapReply.FromBody("urn:orders/PlaceResponse", "<r xmlns='urn:orders'/>")));
        app.MapSecureConversationWsdl("/orders", directory.Add("orders.wsdl", Wsdl));
        await app.StartAsync();
        return new OrderService(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private const string Wsdl = """
        <wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/" xmlns:tns="urn:orders"
            xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:wsaw="http://www.w3.org/2006/05/addressing/wsdl" targetNamespace="urn:orders">
          <wsdl:types><xs:schema targetNamespace="urn:orders"><xs:element name="Place"/><xs:element name="r"/></xs:schema></wsdl:types>
          <wsdl:message name="Place"><wsdl:part name="p" element="tns:Place"/></wsdl:message>
          <wsdl:message name="Placed"><wsdl:part name="p" element="tns:r"/></wsdl:message>
          <wsdl:portType name="Orders"><wsdl:operation name="Place">
            <wsdl:input wsaw:Action="urn:orders/Place" message="tns:Place"/>
            <wsdl:output wsaw:Action="urn:orders/PlaceResponse" message="tns:Placed"/>
          </wsdl:operation></wsdl:portType>
          <wsdl:binding name="OrdersBinding" type="tns:Orders">
            <soap12:binding transport="http://schemas.xmlsoap.org/soap/http"/>
            <wsdl:operation name="Place"><soap12:operation soapAction="urn:orders/Place" style="document"/>
              <wsdl:input><soap12:body use="literal"/></wsdl:input><wsdl:output><soap12:body use="literal"/></wsdl:output></wsdl:operation>
          </wsdl:binding>
          <wsdl:service name="OrderService"><wsdl:port name="OrdersPort" binding="tns:OrdersBinding">
            <soap12:address location="http://localhost/orders"/></wsdl:port></wsdl:service>
        </wsdl:definitions>
        """;
}
