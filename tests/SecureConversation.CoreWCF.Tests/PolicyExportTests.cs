using System.Net;
using System.Net.Security;
using System.Xml.Linq;
using CoreWCF;
using CoreWCF.Channels;
using CoreWCF.Configuration;
using CoreWCF.Description;
using CoreWCF.IdentityModel.Selectors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.Binding;
using SecureConversation.Configuration;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Policy;
using SecureConversation.Policy.Tests.Vectors;
using SecureConversation.Testing;
using SecureConversation.Testing.Vectors;
using CredentialType = CoreWCF.MessageCredentialType;
using WcfBinding = CoreWCF.Channels.Binding;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>The WSDL of a CoreWCF service has the policies that WCF wrote for the same binding.</summary>
public sealed class PolicyExportTests
{
    private static readonly string[] Groups = ["session/", "symmetric/", "asymmetric/", "stock-bindings/", "anonymous-and-username/"];

    public static TheoryData<string> Recorded => [.. VectorWsdl.Names.Where(name => Groups.Any(name.StartsWith))
        .Where(name => VectorArchive.Get(name).File.Binding.Type != "TransportSecurityBindingElement")
        .Select(name => new TheoryDataRow<string>(name) { Label = name })];

    [Theory]
    [MemberData(nameof(Recorded))]
    public async Task Description_HasThePoliciesOfTheRecordedOne(string name)
    {
        var recorded = XDocument.Load(new MemoryStream(VectorWsdl.Read(name)));
        var binding = VectorBindings.Create(VectorArchive.Get(name).File.Binding);
        var (wsdl, imported) = await DescribeAsync(Binding(binding, isBasic: !HasTrust(recorded)), binding.Protection.DefaultProtectionLevel);
        var encrypts = binding.Protection.DefaultProtectionLevel == ProtectionLevel.EncryptAndSign;
        Assert.True(imported.Outcome == PolicyOutcome.Imported, imported.Chosen.ToString());
        Assert.Equal(binding.MessageVersion, imported.RequireBinding().MessageVersion);
        Assert.Equal(WhatPoliciesSay.Of(binding.Element, encrypts, isCxf: false), WhatPoliciesSay.Of(imported.Element!, encrypts, isCxf: false));
        Assert.Equal(Form(recorded), Form(wsdl));
    }

    [Fact]
    public void Recordings_AreManyOfAllGroups()
    {
        Assert.True(Recorded.Count >= 50, $"{Recorded.Count}");
        Assert.All(Groups, group => Assert.Contains(Recorded, row => row.Data.StartsWith(group, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Description_HasTheVersionOfPolicyOfTheBehavior()
    {
        var binding = MessageSecurityBinding.Create(SecureConversation.Binding.SecurityBindingElement.CreateMutualCertificateBindingElement());
        var (wsdl, imported) = await DescribeAsync(Binding(binding, isBasic: false), ProtectionLevel.EncryptAndSign,
            exporter => exporter.PolicyVersion = CoreWcfPolicy15);
        Assert.Contains(wsdl.Descendants(), element => element.Name == XName.Get("Policy", "http://www.w3.org/ns/ws-policy"));
        Assert.Equal(binding.Element with { MessageSecurityVersion = imported.Element!.MessageSecurityVersion }, imported.Element);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public async Task Description_SaysWhetherSessionsAreReliable(bool is2007, bool ordered)
    {
        global::CoreWCF.WSHttpBinding binding = is2007
            ? new SecureConversation.CoreWCF.WS2007HttpBinding(SecurityMode.Message, reliableSessionEnabled: true) { ReliableSession = { Ordered = ordered, InactivityTimeout = TimeSpan.FromSeconds(90) } }
            : new SecureConversation.CoreWCF.WSHttpBinding(SecurityMode.Message, reliableSessionEnabled: true) { ReliableSession = { InactivityTimeout = TimeSpan.FromSeconds(90) } };
        var (wsdl, imported) = await DescribeAsync(binding, ProtectionLevel.EncryptAndSign);
        var assertion = Assert.Single(wsdl.Descendants(), element => element.Name.LocalName == "RMAssertion");
        Assert.Null(assertion.PreviousNode);
        Assert.Equal(
            is2007 ? "http://docs.oasis-open.org/ws-rx/wsrmp/200702" : "http://schemas.xmlsoap.org/ws/2005/02/rm/policy", assertion.Name.NamespaceName);
        Assert.Equal("90000", assertion.Descendants().Single(element => element.Name.LocalName == "InactivityTimeout").Attribute("Milliseconds")!.Value);
        Assert.Equal(is2007 && ordered, assertion.Descendants().Any(element => element.Name.LocalName == "InOrder"));
        Assert.Equal(is2007, assertion.Descendants().Any(element => element.Name.LocalName == "SequenceSTR"));
        Assert.Contains(assertion.Name, imported.Chosen.OtherRequirements);
        Assert.Equal(PolicyOutcome.Imported, imported.Outcome);
    }

    [Theory]
    [InlineData(CredentialType.None)]
    [InlineData(CredentialType.UserName)]
    [InlineData(CredentialType.Certificate)]
    public async Task Description_SaysWhatIsNegotiated(CredentialType credential)
    {
        var binding = new SecureConversation.CoreWCF.WSHttpBinding(SecurityMode.Message) { Security = { Message = { ClientCredentialType = credential } } };
        var (wsdl, imported) = await DescribeAsync(binding, ProtectionLevel.EncryptAndSign);
        Assert.Equal(
            credential == CredentialType.Certificate, wsdl.Descendants(XName.Get("RequireClientCertificate", "http://schemas.microsoft.com/ws/2005/07/securitypolicy")).Any());
        var bootstrap = Assert.IsType<SecureConversation.Binding.SymmetricSecurityBindingElement>(imported.RequireBinding().Bootstrap);
        var token = Assert.IsType<SecureConversation.Binding.SslSecurityTokenParameters>(bootstrap.ProtectionTokenParameters);
        Assert.Equal(credential == CredentialType.Certificate, token.RequireClientCertificate);
        Assert.Equal(credential == CredentialType.UserName ? 1 : 0, bootstrap.EndpointSupportingTokenParameters.SignedEncrypted.Length);
    }

    private static global::CoreWCF.Description.PolicyVersion CoreWcfPolicy15 => global::CoreWCF.Description.PolicyVersion.Policy15;

    private static WcfBinding Binding(MessageSecurityBinding binding, bool isBasic)
    {
        var made = isBasic ? Basic(binding) : new ConfiguredBinding
        {
            Location = new() { File = "test" },
            Kind = "customBinding",
            SecurityMode = ConfiguredSecurityMode.Message,
            Security = binding.Element,
            MessageVersion = binding.MessageVersion,
            ReliableSession = binding.ReliableSession is { } reliable
                ? new() { Ordered = reliable.Ordered, ReliableMessagingVersion = $"{reliable.ReliableMessagingVersion}" }
                : null,
        }.ToBinding();
        made.Namespace = "http://example.org/echo";
        return made;
    }

    private static SecureConversation.CoreWCF.BasicHttpBinding Basic(MessageSecurityBinding binding)
    {
        var made = new SecureConversation.CoreWCF.BasicHttpBinding(BasicHttpSecurityMode.Message);
        made.Security.Message.ClientCredentialType = BasicHttpMessageCredentialType.Certificate;
        made.Security.Message.AlgorithmSuite = (global::CoreWCF.Security.SecurityAlgorithmSuite)typeof(global::CoreWCF.Security.SecurityAlgorithmSuite)
            .GetProperty(binding.Element.DefaultAlgorithmSuite.Name)!.GetValue(null)!;
        // Recordings have local settings of their own.
        var settings = made.CreateBindingElements().Find<MessageSecurityBindingElement>().Settings;
        Assert.Equal(
            binding.Element,
            settings with { LocalClientSettings = binding.Element.LocalClientSettings, LocalServiceSettings = binding.Element.LocalServiceSettings });
        return made;
    }

    private static async Task<(XDocument Wsdl, ImportedEndpoint Imported)> DescribeAsync(
        WcfBinding binding, ProtectionLevel level, Action<WsdlExporter>? exporter = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddServiceModelServices().AddServiceModelMetadata();
        await using var app = builder.Build();
        app.UseServiceModel(model =>
        {
            model.AddService<RecordedService>();
            _ = level switch
            {
                ProtectionLevel.None => model.AddServiceEndpoint<RecordedService, IUnprotectedRecorded>(binding, "/echo"),
                ProtectionLevel.Sign => model.AddServiceEndpoint<RecordedService, ISignedRecorded>(binding, "/echo"),
                _ => model.AddServiceEndpoint<RecordedService, IRecorded>(binding, "/echo"),
            };
            model.ConfigureServiceHostBase<RecordedService>(host =>
            {
                host.Credentials.ServiceCertificate.Certificate = TestCertificates.Service;
                host.Credentials.UserNameAuthentication.UserNamePasswordValidationMode = global::CoreWCF.Security.UserNamePasswordValidationMode.Custom;
                host.Credentials.UserNameAuthentication.CustomUserNamePasswordValidator = UserNamePasswordValidator.None;
            });
        });
        var metadata = app.Services.GetRequiredService<ServiceMetadataBehavior>();
        metadata.HttpGetEnabled = true;
        exporter?.Invoke((WsdlExporter)metadata.MetadataExporter);
        await app.StartAsync();
        using var http = new HttpClient();
        var text = await http.GetByteArrayAsync(new Uri(new Uri(app.Urls.First()), "/echo?singleWsdl"));
        await app.StopAsync();
        return (XDocument.Load(new MemoryStream(text)), new WsdlImporter().Import(new MemoryStream(text)).Endpoints.Single());
    }

    /// <summary>The policies by operation and message: the names of binding and document are those of the program that recorded.</summary>
    private static Dictionary<string, string> Form(XDocument wsdl) =>
        PolicyForm.Of(wsdl).ToDictionary(entry => string.Join('/', entry.Key.Split('/').Skip(2)), entry => entry.Value);

    private static bool HasTrust(XDocument wsdl) => wsdl.Descendants().Any(e => e.Name.LocalName is "Trust10" or "Trust13");
}
