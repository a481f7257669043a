using System.Runtime.CompilerServices;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Security;
using SecureConversation.Testing;

namespace SecureConversation.Contract.Wcf.Guide;

using SecureConversation.ServiceModel;

/// <summary>The lines of docs/migrating-from-wcf.md, as code between the two stacks.</summary>
public sealed class GuideTests
{
    [Fact]
    public async Task SharedContract_HasItsLevelsOnBothSides()
    {
        await using var app = await OrdersService.StartAsync(isUserName: false);
        using var factory = Factory(app.Urls.First(), isUserName: false, EndpointIdentity.CreateX509CertificateIdentity(TestCertificates.Service));
        factory.Endpoint.UseProtectionLevels();
        var orders = factory.CreateChannel();
        var order = orders.Place(new OrderMessage { Route = "r", Customer = "c", Item = "i" });
        Assert.Equal(("r", "c", "i"), (order.Route, order.Customer, order.Item));
        Assert.Equal("open", orders.Open("open"));
        var who = orders.Secret("x").Split('|');
        Assert.Contains("CN=Test client", who[0], StringComparison.Ordinal);
        Assert.Equal(((IContextChannel)orders).SessionId, who[1]);
        Assert.Equal(who[1], who[2]);
        Assert.Equal("because", Assert.Throws<FaultException<OrderFault>>(() => orders.Fail("because")).Detail.Reason);
        ((IClientChannel)orders).Close();
    }

    /// <summary>A channel that nobody told of the contract asks for more than the service wants, and says what may be missing.</summary>
    [Fact]
    public async Task SharedContract_OfWhichTheChannelIsNotTold_IsRefusedWithTheRemedy()
    {
        await using var app = await OrdersService.StartAsync(isUserName: false);
        var factory = Factory(app.Urls.First(), isUserName: false, EndpointIdentity.CreateDnsIdentity("localhost"));
        var orders = factory.CreateChannel();
        var e = Assert.Throws<MessageSecurityException>(() => orders.Open("x"));
        Assert.Contains("UseProtectionLevels", e.Message, StringComparison.Ordinal);
        factory.Abort();
    }

    [Fact]
    public async Task FaultOfAValidator_ReachesTheCallerAsInWcf()
    {
        await using var app = await OrdersService.StartAsync(isUserName: true);
        var factory = Factory(app.Urls.First(), isUserName: true, EndpointIdentity.CreateDnsIdentity("localhost"));
        factory.Endpoint.UseProtectionLevels();
        factory.Credentials.UserName.Password = "wrong";
        var e = Assert.Throws<SecurityNegotiationException>(() => factory.CreateChannel().Open("x"));
        var fault = Assert.IsType<FaultException>(e.InnerException);
        Assert.Equal("Unknown user or wrong password.", fault.Message);
        Assert.True(fault.Code.IsSenderFault);
        Assert.Equal(("Locked", "urn:accounts"), (fault.Code.SubCode.Name, fault.Code.SubCode.Namespace));
        factory.Abort();
    }

    /// <summary>Every row of the tables has code here or in the test that is named: a new row fails until it has one.</summary>
    [Fact]
    public void RowsOfTheGuide_AllHaveATest()
    {
        var guide = File.ReadAllLines(Path.Combine(Root(), "docs", "migrating-from-wcf.md"));
        var rows = guide.Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Split(" | ")[0][2..])
            .Where(cell => cell is not ("old" or "WCF")).ToList();
        var code = string.Concat(Directory.EnumerateFiles(Path.Combine(Root(), "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith($"{nameof(GuideTests)}.cs", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText));
        Assert.True(rows.Count > 25);
        Assert.All(rows, row => Assert.True(Lines.ContainsKey(row), $"No test has the line {row}"));
        Assert.Equal(rows.Order(StringComparer.Ordinal), Lines.Keys.Order(StringComparer.Ordinal));
        Assert.All(Lines.SelectMany(line => line.Value.Split(';')), text => Assert.True(code.Contains(text, StringComparison.Ordinal), $"No test has {text}"));
    }

    /// <summary>What stands in a test for each row.</summary>
    private static readonly Dictionary<string, string> Lines = new()
    {
        ["a service on .NET Framework"] = "namespace Documentation.Service;",
        ["a client (`ChannelFactory<T>`, generated proxy)"] = "new ChannelFactory<ICalculatorSession>(;class CalculatorClient",
        ["`new WSHttpBinding(SecurityMode.Message)`"] = "new WSHttpBinding(SecurityMode.Message)",
        ["`new WS2007HttpBinding(SecurityMode.Message)`"] = "new WS2007HttpBinding(SecurityMode.Message)",
        ["`binding.Security.Message.EstablishSecurityContext = true`"] = "binding.Security.Message.EstablishSecurityContext = true",
        ["`binding.Security.Message.ClientCredentialType = MessageCredentialType.Certificate` (`UserName`, `None`)"] = "MessageCredentialType.UserName : MessageCredentialType.Certificate",
        ["`binding.Security.Message.NegotiateServiceCredential = false`"] = "binding.Security.Message.NegotiateServiceCredential = false",
        ["`binding.Security.Message.AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256`"] = "binding.Security.Message.AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256",
        ["`SecurityBindingElement.CreateMutualCertificateBindingElement(version)`"] = "MessageSecurityBindingElement.CreateMutualCertificateBindingElement(version)",
        ["`...CreateMutualCertificateDuplexBindingElement(version)`"] = "MessageSecurityBindingElement.CreateMutualCertificateDuplexBindingElement(version)",
        ["`...CreateAnonymousForCertificateBindingElement()`"] = "MessageSecurityBindingElement.CreateAnonymousForCertificateBindingElement()",
        ["`...CreateUserNameForCertificateBindingElement()`"] = "MessageSecurityBindingElement.CreateUserNameForCertificateBindingElement()",
        ["`...CreateSecureConversationBindingElement(bootstrap, requireCancellation)`"] = "MessageSecurityBindingElement.CreateSecureConversationBindingElement(bootstrap, true)",
        ["`element.DefaultAlgorithmSuite`, `MessageSecurityVersion`, `SecurityHeaderLayout`, `MessageProtectionOrder`, `KeyEntropyMode`, `IncludeTimestamp`, `RequireSignatureConfirmation`"] =
            "element.DefaultAlgorithmSuite =;element.MessageSecurityVersion =;element.SecurityHeaderLayout =;element.MessageProtectionOrder =;element.KeyEntropyMode =;element.IncludeTimestamp =;RequireSignatureConfirmation = false",
        ["`element.SetKeyDerivation(false)` (`true`)"] = "element.SetKeyDerivation(scenario.AlwaysDerivesKeys)",
        ["a class of your own derived from `SecurityAlgorithmSuite`"] = "class OwnSuite : ",
        ["`new CustomBinding(element, new TextMessageEncodingBindingElement(), new HttpTransportBindingElement())`"] =
            "new CustomBinding(security, new TextMessageEncodingBindingElement(), new HttpTransportBindingElement())",
        ["`binding.CreateBindingElements().Find<SecurityBindingElement>()`"] = "Assert.Null(elements.Find<SecurityBindingElement>());elements.Find<MessageSecurityBindingElement>()",
        ["`security.LocalClientSettings.MaxClockSkew`, `LocalServiceSettings.MaxClockSkew`"] =
            "security.BootstrapSecurityBindingElement!.LocalClientSettings.MaxClockSkew;security.BootstrapSecurityBindingElement!.LocalServiceSettings.MaxClockSkew",
        ["`host.Credentials.ServiceCertificate`, `ClientCertificate.Authentication`, `UserNameAuthentication.CustomUserNamePasswordValidator`"] =
            "host.Credentials.ServiceCertificate.Certificate;credentials.ClientCertificate.Authentication.CertificateValidationMode;credentials.UserNameAuthentication.CustomUserNamePasswordValidator",
        ["`factory.Credentials.ClientCertificate`, `UserName`, `ServiceCertificate.DefaultCertificate`, `ScopedCertificates`, `Authentication`"] =
            "factory.Credentials.ClientCertificate.Certificate;credentials.UserName.UserName;factory.Credentials.ServiceCertificate.DefaultCertificate;ServiceCertificate.ScopedCertificates;factory.Credentials.ServiceCertificate.Authentication",
        ["`EndpointIdentity.CreateDnsIdentity(name)`, `CreateX509CertificateIdentity(certificate)`"] = "EndpointIdentity.CreateDnsIdentity(;EndpointIdentity.CreateX509CertificateIdentity(",
        ["`ServiceSecurityContext.Current`, `OperationContext.Current.SessionId`"] = "ServiceSecurityContext.Current.PrimaryIdentity;OperationContext.Current!.SessionId",
        ["`OperationContext.Current.IncomingMessageProperties.Security.ProtectionToken`"] = "OperationContext.Current.IncomingMessageProperties.Security.ProtectionToken",
        ["`throw new FaultException(reason, code)` in a validator"] = "FaultException_OfAValidator_ReachesTheClient",
        ["`[ServiceContract(ProtectionLevel = ...)]`, `[OperationContract(ProtectionLevel = ...)]`"] = "[ProtectionLevel(ProtectionLevel.Sign)]\npublic interface ISharedOrders",
        ["`[MessageContract(ProtectionLevel = ...)]`, `[MessageHeader(ProtectionLevel = ...)]`, `[MessageBodyMember(ProtectionLevel = ...)]`"] =
            "[ProtectionLevel(ProtectionLevel.EncryptAndSign)]\npublic sealed class OrderMessage;LevelsOfMessagesHeadersPartsAndFaults_Differ",
        ["`[FaultContract(typeof(T), ProtectionLevel = ...)]`"] = "[ProtectionLevel(ProtectionLevel.EncryptAndSign, Fault = typeof(OrderFault))]",
        ["a `BasicHttpBinding` or hand-written SOAP client over `HttpClient`"] = "new SecureConversationClient(;.AddSecureConversation(",
        ["a service in ASP.NET Core, SoapCore, behind a proxy"] = "MapSecureConversation(;UseSecureConversation(",
        ["`WSHttpBinding.Security.Message`"] = "new MessageSecurity",
    };

    private static ChannelFactory<ISharedOrders> Factory(string url, bool isUserName, EndpointIdentity identity)
    {
        var binding = new WS2007HttpBinding(SecurityMode.Message);
        binding.Security.Message.EstablishSecurityContext = true;
        binding.Security.Message.ClientCredentialType = isUserName ? MessageCredentialType.UserName : MessageCredentialType.Certificate;
        binding.Security.Message.NegotiateServiceCredential = false;
        binding.Security.Message.AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256;
        var address = new EndpointAddress(new Uri(url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/orders"), identity);
        var factory = new ChannelFactory<ISharedOrders>(binding, address);
        factory.Credentials.ClientCertificate.Certificate = TestCertificates.Client;
        factory.Credentials.UserName.UserName = "alice";
        factory.Credentials.UserName.Password = "right";
        factory.Credentials.ServiceCertificate.DefaultCertificate = TestCertificates.Service;
        factory.Credentials.ServiceCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.None;
        return factory;
    }

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));
}
