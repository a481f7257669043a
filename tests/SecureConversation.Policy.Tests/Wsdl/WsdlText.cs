using System.Text;
using System.Xml.Linq;
using SecureConversation.Policy.Tests.Policies;

namespace SecureConversation.Policy.Tests.Wsdl;

/// <summary>A small WSDL of the tests' own, with two operations.</summary>
internal static class WsdlText
{
    public static readonly XNamespace Wsdl = "http://schemas.xmlsoap.org/wsdl/";
    public static readonly XNamespace Wsp = "http://schemas.xmlsoap.org/ws/2004/09/policy";

    private const string Text =
        """
        <wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap12/"
            xmlns:wsam="http://www.w3.org/2007/05/addressing/metadata" xmlns:tns="urn:shop" targetNamespace="urn:shop" name="Shop">
          <wsdl:message name="Order"/><wsdl:message name="Receipt"/><wsdl:message name="Refusal"/>
          <wsdl:portType name="IShop">
            <wsdl:operation name="Buy">
              <wsdl:input message="tns:Order" wsam:Action="urn:shop/Buy"/>
              <wsdl:output message="tns:Receipt" wsam:Action="urn:shop/BuyReply"/>
              <wsdl:fault name="No" message="tns:Refusal" wsam:Action="urn:shop/No"/>
            </wsdl:operation>
            <wsdl:operation name="Look"><wsdl:input message="tns:Order"/></wsdl:operation>
          </wsdl:portType>
          <wsdl:binding name="ShopBinding" type="tns:IShop">
            <soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
            <wsdl:operation name="Buy">
              <soap:operation soapAction="urn:shop/Buy"/><wsdl:input/><wsdl:output/><wsdl:fault name="No"/>
            </wsdl:operation>
            <wsdl:operation name="Look"><soap:operation soapAction="urn:shop/Look"/><wsdl:input/></wsdl:operation>
          </wsdl:binding>
          <wsdl:service name="ShopService">
            <wsdl:port name="ShopPort" binding="tns:ShopBinding"><soap:address location="http://shop.example/"/></wsdl:port>
          </wsdl:service>
        </wsdl:definitions>
        """;

    public static XDocument Plain() => XDocument.Parse(Text);

    /// <summary>With a policy at the place that a path of local names leads to, as <c>binding/operation/input</c>.</summary>
    public static XDocument With(params (string Path, string Policy)[] policies)
    {
        var wsdl = Plain();
        foreach (var (path, policy) in policies)
        {
            path.Split('/').Aggregate(wsdl.Root!, (element, name) => element.Elements(Wsdl + name).First())
                .AddFirst(Notation.Policy(policy));
        }

        return wsdl;
    }

    public static ImportedEndpoint Import(XDocument wsdl, WsdlImporterOptions? options = null) =>
        new WsdlImporter(options).Import(new MemoryStream(Encoding.UTF8.GetBytes(wsdl.ToString())), "shop.wsdl").Endpoints.Single();
}
