using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Policy.Tests.Vectors;

/// <summary>The policies that we write are those that WCF wrote, assertion for assertion, in its order and at its places.</summary>
public sealed class VectorExportTests
{
    public static TheoryData<string> OfWcf =>
        [.. VectorWsdl.Names.Where(n => !IsCxf(n)).Select(name => new TheoryDataRow<string>(name) { Label = name })];

    public static TheoryData<string> OfCxf =>
        [.. VectorWsdl.Names.Where(IsCxf).Select(name => new TheoryDataRow<string>(name) { Label = name })];

    [Theory]
    [MemberData(nameof(OfWcf))]
    public void ImportedBinding_ExportsAsWcfDid(string name)
    {
        var wsdl = Parse(name);
        var chosen = VectorWsdl.Import(name).Chosen;
        var exported = WsdlPolicy.Attach(
            wsdl, chosen.Element!, chosen.MessageVersion, chosen.Protection, options: new() { IncludeTrust = HasTrust(wsdl) },
            reliableSession: VectorBindings.Create(VectorArchive.Get(name).File.Binding).ReliableSession);
        Assert.Equal(PolicyForm.Of(wsdl), PolicyForm.Of(exported));
    }

    [Theory]
    [MemberData(nameof(OfWcf))]
    public void RecordedBinding_ExportsAsWcfDid(string name)
    {
        var vector = VectorArchive.Get(name);
        var wsdl = Parse(name);
        var exported = WsdlPolicy.Attach(
            wsdl, VectorBindings.Create(vector.File.Binding), options: new() { IncludeTrust = HasTrust(wsdl) });
        Assert.Equal(PolicyForm.Of(wsdl), PolicyForm.Of(exported));
    }

    [Theory]
    [MemberData(nameof(OfCxf))]
    public void PolicyOfCxf_ExportsToTheSameBinding(string name)
    {
        var imported = VectorWsdl.Import(name).RequireBinding();
        foreach (var version in Enum.GetValues<PolicyVersion>())
        {
            var exported = WsdlPolicy.Attach(Parse(name), imported, options: new() { PolicyVersion = version });
            var again = Import(exported).RequireBinding();
            Assert.Equal(imported.Element, again.Element);
            Assert.Equal(imported.MessageVersion, again.MessageVersion);
            Assert.Equal(imported.Protection, again.Protection);
        }
    }

    private static ImportedEndpoint Import(XDocument wsdl)
    {
        using var stream = new MemoryStream();
        wsdl.Save(stream);
        stream.Position = 0;
        return new WsdlImporter().Import(stream).Endpoints.Single();
    }

    private static XDocument Parse(string name) => XDocument.Load(new MemoryStream(VectorWsdl.Read(name)));

    private static bool HasTrust(XDocument wsdl) => wsdl.Descendants().Any(e => e.Name.LocalName is "Trust10" or "Trust13");

    private static bool IsCxf(string name) => name.StartsWith("cxf-", StringComparison.Ordinal);
}
