namespace SecureConversation.Cli.Tests;

/// <summary>A solution of .NET Framework with everything that the command looks for.</summary>
internal static class OldSolution
{
    public static readonly (string Name, string Text)[] Works =
    [
        ("Client/Client.csproj", """
            <?xml version="1.0" encoding="utf-8"?>
            <Project ToolsVersion="15.0" xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
              <PropertyGroup>
                <TargetFrameworkVersion>v4.7.2</TargetFrameworkVersion>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="System.ServiceModel, Version=4.0.0.0" />
              </ItemGroup>
            </Project>
            """),
        ("Client/packages.config", """
            <packages>
              <package id="Newtonsoft.Json" version="13.0.1" targetFramework="net472" />
              <package id="System.ServiceModel.Primitives" version="4.10.0" targetFramework="net472" />
            </packages>
            """),
        ("Client/App.config", """
            <configuration>
              <system.serviceModel>
                <bindings>
                  <wsHttpBinding>
                    <binding name="orders">
                      <security mode="Message">
                        <message clientCredentialType="Certificate" negotiateServiceCredential="false" algorithmSuite="Basic256Sha256" />
                      </security>
                    </binding>
                  </wsHttpBinding>
                </bindings>
                <client>
                  <endpoint name="orders" address="http://o" contract="IOrders" binding="wsHttpBinding" bindingConfiguration="orders" />
                  <endpoint name="plain" address="http://host/plain" contract="IOrders" binding="basicHttpBinding" />
                </client>
              </system.serviceModel>
            </configuration>
            """),
        ("Client/Program.cs", """
            using System.ServiceModel;
            class Program
            {
                static void Main()
                {
                    var binding = new WSHttpBinding(SecurityMode.Message);
                    var plain = new WSHttpBinding(SecurityMode.None);
                    var factory = new ChannelFactory<IOrders>("orders");
            #if NETFRAMEWORK
                    var element = System.ServiceModel.Channels.SecurityBindingElement.CreateMutualCertificateBindingElement();
            #endif
                    var transport = System.ServiceModel.Channels.SecurityBindingElement.CreateUserNameOverTransportBindingElement();
                }
            }
            [ServiceContract(ProtectionLevel = System.Net.Security.ProtectionLevel.Sign)]
            interface IOrders { }
            """),
        ("Client/Reference.cs", "partial class OrdersClient : System.ServiceModel.ClientBase<IOrders>, IOrders { }\n"),
        ("Client/Service References/Orders/Reference.svcmap", """
            <ReferenceGroup xmlns="urn:schemas-microsoft-com:xml-wcfservicemap">
              <MetadataSources>
                <MetadataSource Address="http://host/orders?wsdl" Protocol="http" />
              </MetadataSources>
            </ReferenceGroup>
            """),
        ("Service/Orders.svc", "\n<%@ ServiceHost Language=\"C#\" Service=\"Shop.Orders, Shop\" Factory=\"Shop.Factory\" %>\n"),
        ("Service/Service.csproj", """
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><PackageReference Include="CoreWCF.Http" Version="1.9.1" /></ItemGroup>
            </Project>
            """),
        ("Service/Done.cs", """
            namespace Shop;
            using SecureConversation.CoreWCF;
            class Done { object A() => new WSHttpBinding(CoreWCF.SecurityMode.Message); }
            """),
        // Passed over.
        ("Client/bin/Debug/App.config", "<configuration><system.serviceModel><broken"),
        ("Client/obj/Old.cs", "class C { object A = new System.ServiceModel.WSDualHttpBinding(); }"),
        (".git/Old.cs", "class C { object A = new System.ServiceModel.WSDualHttpBinding(); }"),
        ("packages/Old.1.0.0/Old.1.0.0.nupkg", ""),
        ("packages/Old.1.0.0/content/Old.cs", "class C { object A = new System.ServiceModel.WSDualHttpBinding(); }"),
    ];

    public static readonly (string Name, string Text)[] DoesNotWork =
    [
        ("Service/Web.config", """
            <configuration>
              <system.serviceModel>
                <bindings>
                  <wsHttpBinding>
                    <binding name="tickets">
                      <security mode="Message">
                        <message clientCredentialType="Windows" negotiateServiceCredential="false" />
                      </security>
                    </binding>
                  </wsHttpBinding>
                </bindings>
                <services>
                  <service name="Shop.Orders">
                    <endpoint address="" contract="Shop.IOrders" binding="wsHttpBinding" bindingConfiguration="tickets" />
                  </service>
                </services>
              </system.serviceModel>
            </configuration>
            """),
        ("Service/Web.Release.config", """
            <configuration xmlns:xdt="http://schemas.microsoft.com/XML-Document-Transform">
              <system.serviceModel xdt:Transform="Remove" />
            </configuration>
            """),
        ("Service/Hosts.cs", """
            using System.ServiceModel;
            using System.ServiceModel.Channels;
            [ServiceContract(CallbackContract = typeof(object))]
            interface ICallbacks { }
            class Hosts
            {
                object A = new WSDualHttpBinding();
                object B = new WS2007FederationHttpBinding(WSFederationHttpSecurityMode.Message);
                object C = new NetTcpBinding(SecurityMode.Message);
                object D = SecurityBindingElement.CreateKerberosBindingElement();
                void E(WSHttpBinding b)
                {
                    b.Security.Message.NegotiateServiceCredential = true;
                    b.Security.Message.ClientCredentialType = MessageCredentialType.IssuedToken;
                    b.Security.Message.ClientCredentialType = MessageCredentialType.Windows;
                    b.Security.Transport.ClientCredentialType = HttpClientCredentialType.Windows;
                }
            }
            """),
    ];

    public static readonly (string Name, string Text)[] CannotBeRead =
    [
        ("A/app.config", "<configuration><system.serviceModel>"),
        ("B/app.config", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
            + "<configuration><system.serviceModel>&e;</system.serviceModel></configuration>"),
        ("C/C.csproj", "<Project><"),
        ("D/packages.config", "<!DOCTYPE packages [<!ENTITY a 'b'>]><packages/>"),
        ("E/E.svc", "no directive"),
        ("F/F.wsdl", "<definitions"),
        ("G/G.svcmap", ""),
    ];
}
