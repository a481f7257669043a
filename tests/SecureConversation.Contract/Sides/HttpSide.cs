using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using SecureConversation.Credentials;
using SecureConversation.Http;
using SecureConversation.Testing;

namespace SecureConversation.Contract.Sides;

/// <summary>The client in SecureConversation.Http.</summary>
public sealed class HttpSide : IClientSide
{
    private static readonly XNamespace Ns = Contract.Namespace;

    public IContractClient Create(Uri address, Scenario scenario)
    {
        var options = new SecureConversationHttpOptions
        {
            ReliableSession = EngineWords.Reliable(scenario),
            MessageVersion = EngineWords.MessageVersion(scenario),
            ProtectionRequirements = EngineWords.Protection,
            MessageEncoding = scenario.Encoding,
            LoggerFactory = RecordedLog.Current,
            MaxResponseBytes = 256 * 1024 * 1024,
            // A cancel that is given up leaves the session to its idle timeout, and machines of tests are slow.
            CloseTimeout = TimeSpan.FromMinutes(1),
            Credentials = new ClientCredentials
            {
                ClientCertificate = new X509Credential(scenario.ClientCertificate),
                UserName = new UserNameCredential(Contract.UserName, scenario.Password),
                ServiceCertificate = scenario.IsNegotiated ? null : scenario.ExpectedService,
                ServiceCertificateValidation = new() { Mode = X509CertificateValidationMode.PeerTrust, TrustedPeople = { scenario.ExpectedService } },
            },
        };
        EngineWords.Apply(scenario, element => options.Binding = element, security => options.MessageSecurity = security);
        return new Client(new SecureConversationClient(address, options) { Timeout = TimeSpan.FromMinutes(5) }, scenario.MessageVersion);
    }

    private sealed class Client(SecureConversationClient client, string version) : IContractClient
    {
        private readonly XNamespace _soap = version.StartsWith("Soap12", StringComparison.Ordinal)
            ? "http://www.w3.org/2003/05/soap-envelope"
            : "http://schemas.xmlsoap.org/soap/envelope/";

        public string? SessionId => null;

        public async Task<double> AddAsync(double a, double b) => Number(await CallAsync("Add", ("a", a), ("b", b)));

        public Task<string> EchoAsync(string text) => CallAsync("Echo", ("text", text));

        public async Task<double> DivideAsync(double a, double b) => Number(await CallAsync("Divide", ("a", a), ("b", b)));

        public Task<string> FailAsync(string text) => CallAsync("Fail", ("text", text));

        public Task NotifyAsync(string text) =>
            RefusedAsync(async () =>
            {
                await client.SendOneWayAsync(Contract.ActionPrefix + "Notify", Body("Notify", ("text", text)).ToString(SaveOptions.DisableFormatting));
                return "";
            });

        public async Task<int> CountAsync() => (int)Number(await CallAsync("Count"));

        public Task<string> WhoAmIAsync() => CallAsync("WhoAmI");

        public Task<string> SignedAsync(string text) => CallAsync("Signed", ("text", text));

        public Task CloseAsync() => client.CloseAsync();

        public ValueTask DisposeAsync() => client.DisposeAsync();

        private static XElement Body(string operation, params (string Name, object Value)[] parameters) =>
            new(Ns + operation, parameters.Select(parameter => new XElement(Ns + parameter.Name, parameter.Value)));

        private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

        private static async Task<T> RefusedAsync<T>(Func<Task<T>> call)
        {
            try
            {
                return await call();
            }
            catch (SecureConversationException e)
            {
                throw new ContractRefusedException(e.Message, e.Failure == SecureConversationFailure.BadContextToken, e);
            }
        }

        private async Task<string> CallAsync(string operation, params (string Name, object Value)[] parameters)
        {
            using var envelope = new MemoryStream();
            using (var writer = XmlWriter.Create(envelope, new XmlWriterSettings { NewLineHandling = NewLineHandling.Entitize }))
            {
                new XElement(_soap + "Envelope", new XElement(_soap + "Body", Body(operation, parameters))).WriteTo(writer);
            }

            using var reply = await RefusedAsync(() => client.SendAsync(envelope.ToArray(), Contract.ActionPrefix + operation));
            if (reply.Message.ReadFault() is not { } fault)
            {
                return XElement.Parse(reply.ReadBody(), LoadOptions.PreserveWhitespace).Value;
            }

            var detail = XElement.Parse(reply.ReadBody()).Descendants(Ns + "Reason").SingleOrDefault();
            Assert.True(fault.IsSecured);
            // {namespace}name
            throw new ContractFaultException(fault.Subcode?[(fault.Subcode.IndexOf('}', StringComparison.Ordinal) + 1)..], fault.Reason, detail?.Value);
        }
    }
}
