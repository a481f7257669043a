using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using Microsoft.Extensions.Logging;
using SecureConversation.Contract;
using SecureConversation.Contract.Sides;
using SecureConversation.Gateway.Tests.Support;
using static SecureConversation.Contract.Contract;

namespace SecureConversation.Gateway.Tests.Contract;

/// <summary>
/// A plain client, and a gateway of its own that secures its messages. A plain client does not see why a call was refused, so what the suite
/// asks for is read in the log of the gateway.
/// </summary>
public sealed class GatewayOutwardSide : IClientSide
{
    public IContractClient Create(Uri address, Scenario scenario) => new Client(address, scenario);

    private sealed class Client(Uri address, Scenario scenario) : IContractClient
    {
        private readonly XNamespace _ns = Namespace;
        private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(5) };
        private readonly ConcurrentQueue<string> _failures = new();
        private readonly SemaphoreSlim _starting = new(1);
        private RunningGateway? _gateway;

        public string? SessionId => null;

        private bool IsSoap12 => scenario.MessageVersion.StartsWith("Soap12", StringComparison.Ordinal);

        public async Task<double> AddAsync(double a, double b) => Number(await CallAsync("Add", ("a", a), ("b", b)));

        public Task<string> EchoAsync(string text) => CallAsync("Echo", ("text", text));

        public async Task<double> DivideAsync(double a, double b) => Number(await CallAsync("Divide", ("a", a), ("b", b)));

        public Task<string> FailAsync(string text) => CallAsync("Fail", ("text", text));

        public Task NotifyAsync(string text) => CallAsync("Notify", ("text", text));

        public async Task<int> CountAsync() => (int)Number(await CallAsync("Count"));

        public Task<string> WhoAmIAsync() => CallAsync("WhoAmI");

        public Task<string> SignedAsync(string text) => CallAsync("Signed", ("text", text));

        // The sessions of a gateway end with it.
        public async Task CloseAsync()
        {
            if (Interlocked.Exchange(ref _gateway, null) is { } gateway)
            {
                await gateway.DisposeAsync();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await CloseAsync();
            _http.Dispose();
        }

        private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

        private async Task<Uri> StartedAsync()
        {
            await _starting.WaitAsync();
            try
            {
                _gateway ??= await RunningGateway.StartAsync(
                    Sections.GatewayOutward(address, Change, GatewaySections.Client(scenario)),
                    builder => builder.Logging.AddProvider(new FailureLog(_failures)));
                return new Uri(_gateway.Inner, "/orders");
            }
            finally
            {
                _starting.Release();
            }
        }

        private static void Change(JsonObject route)
        {
            route["OneWayActions"] = new JsonArray(ActionPrefix + "Notify");
            route["MaxRequestBytes"] = GatewaySections.MaxBytes;
            route["Timeout"] = "00:05:00";
        }

        private async Task<string> CallAsync(string operation, params (string Name, object Value)[] parameters)
        {
            XNamespace soap = IsSoap12 ? PlainClient.Soap12 : "http://schemas.xmlsoap.org/soap/envelope/";
            var envelope = new XElement(soap + "Envelope", new XElement(soap + "Body", new XElement(_ns + operation,
                parameters.Select(parameter => new XElement(_ns + parameter.Name, parameter.Value)))));
            using var octets = new MemoryStream();
            await using (var writer = XmlWriter.Create(octets, new XmlWriterSettings { NewLineHandling = NewLineHandling.Entitize, Async = true }))
            {
                envelope.WriteTo(writer);
            }

            using var request = new HttpRequestMessage(HttpMethod.Post, await StartedAsync()) { Content = new ByteArrayContent(octets.ToArray()) };
            var action = $"\"{ActionPrefix}{operation}\"";
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(
                IsSoap12 ? $"application/soap+xml; charset=utf-8; action={action}" : "text/xml; charset=utf-8");
            if (!IsSoap12)
            {
                request.Headers.TryAddWithoutValidation("SOAPAction", action);
            }

            using var response = await _http.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Accepted or HttpStatusCode.InternalServerError))
            {
                var failure = _failures.LastOrDefault() ?? "";
                throw new ContractRefusedException($"{response.StatusCode}: {failure}",
                    failure.Contains(nameof(SecureConversationFailure.BadContextToken), StringComparison.Ordinal), new HttpRequestException(text));
            }

            if (response.StatusCode == HttpStatusCode.Accepted)
            {
                Assert.Empty(text);
                return text;
            }

            var body = XElement.Parse(text, LoadOptions.PreserveWhitespace).Element(soap + "Body")!.Elements().Single();
            return body.Name == soap + "Fault" ? throw FaultOf(body, soap) : body.Value;
        }

        private ContractFaultException FaultOf(XElement fault, XNamespace soap)
        {
            var subcode = IsSoap12
                ? fault.Element(soap + "Code")!.Element(soap + "Subcode")?.Element(soap + "Value")!.Value
                : fault.Element("faultcode")!.Value;
            var reason = (IsSoap12 ? fault.Element(soap + "Reason")!.Element(soap + "Text") : fault.Element("faultstring"))!.Value;
            return new ContractFaultException(subcode?[(subcode.IndexOf(':', StringComparison.Ordinal) + 1)..], reason,
                fault.Descendants(_ns + "Reason").SingleOrDefault()?.Value);
        }
    }

    private sealed class FailureLog(ConcurrentQueue<string> failures) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == 704)
            {
                failures.Enqueue(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
