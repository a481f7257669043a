namespace SecureConversation.AspNetCore.Tests.Support;

/// <summary>The files of an application that brings a description: a WSDL in two parts, and a schema that includes another.</summary>
internal sealed class WsdlFolder : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("wsdl");

    public WsdlFolder()
    {
        Write("echo.wsdl", """
            <wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/"
                xmlns:wsp="http://schemas.xmlsoap.org/ws/2004/09/policy" xmlns:tns="urn:e" targetNamespace="urn:e">
              <wsdl:import namespace="urn:e" location="parts/contract.wsdl"/>
              <wsdl:binding name="EchoSoap12" type="tns:Echo">
                <soap12:binding transport="http://schemas.xmlsoap.org/soap/http"/>
                <wsdl:operation name="Echo">
                  <soap12:operation soapAction="urn:e/Echo" style="document"/>
                  <wsdl:input><soap12:body use="literal"/></wsdl:input>
                  <wsdl:output><soap12:body use="literal"/></wsdl:output>
                </wsdl:operation>
              </wsdl:binding>
              <wsdl:service name="EchoService">
                <wsdl:port name="EchoPort" binding="tns:EchoSoap12"><soap12:address location="https://public.example/echo"/></wsdl:port>
              </wsdl:service>
            </wsdl:definitions>
            """);
        Write("parts/contract.wsdl", """
            <definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:e="urn:e" xmlns:x="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:e">
              <types><x:schema><x:import namespace="urn:e" schemaLocation="../types.xsd"/></x:schema></types>
              <message name="EchoIn"><part name="parameters" element="e:Echo"/></message>
              <message name="EchoOut"><part name="parameters" element="e:EchoResponse"/></message>
              <portType name="Echo">
                <operation name="Echo"><input message="e:EchoIn"/><output message="e:EchoOut"/></operation>
              </portType>
            </definitions>
            """);
        Write("types.xsd", """
            <x:schema xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:e="urn:e" targetNamespace="urn:e" elementFormDefault="qualified">
              <x:include schemaLocation="parts/text.xsd"/>
              <x:element name="Echo" type="e:Text"/>
              <x:element name="EchoResponse" type="e:Text"/>
            </x:schema>
            """);
        Write("parts/text.xsd", """
            <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">
              <xs:complexType name="Text"><xs:sequence><xs:element name="text" type="Short"/></xs:sequence></xs:complexType>
              <xs:simpleType name="Short"><xs:restriction base="xs:string"><xs:maxLength value="100"/></xs:restriction></xs:simpleType>
            </xs:schema>
            """);
    }

    public string Path => System.IO.Path.Combine(_directory.FullName, "echo.wsdl");

    public void Write(string name, string text)
    {
        var path = System.IO.Path.Combine(_directory.FullName, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public void Replace(string name, string found, string by)
    {
        var path = System.IO.Path.Combine(_directory.FullName, name);
        var text = File.ReadAllText(path);
        Assert.Contains(found, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(found, by, StringComparison.Ordinal));
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
