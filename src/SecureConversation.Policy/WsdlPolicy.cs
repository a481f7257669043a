using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy.Export;

namespace SecureConversation.Policy;

/// <summary>Puts the policies of a binding into the WSDL of an application.</summary>
public static class WsdlPolicy
{
    /// <summary>
    /// Returns a copy of a WSDL whose SOAP binding carries the policies of a binding, in the places and under the names that WCF uses.
    /// Policies that the SOAP binding, its operations and its messages had are removed.
    /// </summary>
    /// <param name="wsdl">The WSDL 1.1 document.</param>
    /// <param name="binding">The security of the endpoint.</param>
    /// <param name="wsdlBinding">The local name of the wsdl:binding or of a port; null when the WSDL has one SOAP binding.</param>
    /// <param name="options">What to write; null for the defaults.</param>
    /// <param name="imported">The documents that the WSDL imports, where its portType stands in one of them. They are not changed.</param>
    /// <exception cref="PolicyException">There is no such wsdl:binding, or its SOAP version is not that of the binding.</exception>
    /// <exception cref="NotSupportedException">The binding has a setting that no policy can say; the message names it.</exception>
    public static XDocument Attach(
        XDocument wsdl, MessageSecurityBinding binding, string? wsdlBinding = null, PolicyExportOptions? options = null,
        IEnumerable<XDocument>? imported = null)
    {
        ArgumentNullException.ThrowIfNull(binding);
        return Attach(
            wsdl, binding.Element, binding.MessageVersion, binding.Protection, wsdlBinding, options, imported, binding.ReliableSession);
    }

    /// <summary>The same with a binding element, also one whose messages are not offered.</summary>
    /// <param name="wsdl">The WSDL 1.1 document.</param>
    /// <param name="element">The security settings.</param>
    /// <param name="version">The versions of SOAP and WS-Addressing.</param>
    /// <param name="protection">What is signed and encrypted.</param>
    /// <param name="wsdlBinding">The local name of the wsdl:binding or of a port; null when the WSDL has one SOAP binding.</param>
    /// <param name="options">What to write; null for the defaults.</param>
    /// <param name="imported">The documents that the WSDL imports, where its portType stands in one of them. They are not changed.</param>
    /// <param name="reliableSession">The reliable session above security; null for none.</param>
    /// <exception cref="PolicyException">There is no such wsdl:binding, or its SOAP version is not that of the binding.</exception>
    /// <exception cref="NotSupportedException">The element has a setting that no policy can say; the message names it.</exception>
    public static XDocument Attach(
        XDocument wsdl,
        SecurityBindingElement element,
        MessageVersion version,
        ChannelProtectionRequirements protection,
        string? wsdlBinding = null,
        PolicyExportOptions? options = null,
        IEnumerable<XDocument>? imported = null,
        ReliableSessionBindingElement? reliableSession = null)
    {
        ArgumentNullException.ThrowIfNull(wsdl);
        ArgumentNullException.ThrowIfNull(version);
        options ??= PolicyExportOptions.Default;
        var copy = new XDocument(wsdl);
        var place = WsdlBindingPlace.Find(copy, wsdlBinding, imported ?? []);
        place.RequireSoap(version.Soap);
        var policies = PolicyExporter.Export(
            element, version, protection, place.Operations.Select(o => o.Contract), options, reliableSession);
        new WsdlWriter(copy, place, options.PolicyVersion).Write(policies);
        return copy;
    }

    /// <summary>The operations of a wsdl:binding with their actions.</summary>
    /// <param name="wsdl">The WSDL 1.1 document.</param>
    /// <param name="wsdlBinding">The local name of the wsdl:binding or of a port; null when the WSDL has one SOAP binding.</param>
    /// <exception cref="PolicyException">There is no such wsdl:binding.</exception>
    public static ImmutableArray<ContractOperation> GetOperations(XDocument wsdl, string? wsdlBinding = null)
    {
        ArgumentNullException.ThrowIfNull(wsdl);
        return [.. WsdlBindingPlace.Find(wsdl, wsdlBinding, []).Operations.Select(o => o.Contract)];
    }
}
