using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Import;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Wsdl;

/// <summary>Reads the ports of a WSDL.</summary>
internal sealed class EndpointReader
{
    private readonly WsdlSet _set;
    private readonly WsdlImporterOptions _options;
    private readonly WsdlLookup _lookup;
    private readonly AttachedPolicies _policies;
    private readonly PolicyWork _work;
    // Ports share bindings.
    private readonly Dictionary<XElement, ImmutableArray<BindingOperation>> _operations = [];
    private readonly Dictionary<XElement, ImmutableArray<OperationPolicy>> _operationPolicies = [];

    private EndpointReader(WsdlSet set, WsdlImporterOptions options)
    {
        _set = set;
        _options = options;
        _lookup = new(set);
        _work = new(options);
        _policies = new(set.Policies, options, _work);
    }

    public static WsdlImport Read(WsdlSet set, WsdlImporterOptions options) => new WsdlImport
    {
        Endpoints = [.. new EndpointReader(set, options).Endpoints()],
        Documents = [.. set.Documents.Select(d => d.Annotation<DocumentName>()?.Value).OfType<string>()],
    };

    private IEnumerable<ImportedEndpoint> Endpoints()
    {
        var count = 0;
        var used = new HashSet<XElement>();
        foreach (var port in _set.Definitions.Elements(Namespaces.Wsdl + "service").Elements(Namespaces.Wsdl + "port"))
        {
            var binding = _lookup.Find(port, "binding", "binding");
            used.Add(binding);
            if (Soap(binding) is { } soap)
            {
                yield return Endpoint(port, binding, soap, ++count);
            }
        }

        foreach (var binding in _set.Definitions.Elements(Namespaces.Wsdl + "binding").Where(b => !used.Contains(b)))
        {
            if (Soap(binding) is { } soap)
            {
                yield return Endpoint(null, binding, soap, ++count);
            }
        }
    }

    /// <summary>The version of SOAP; null where the binding is of HTTP without SOAP.</summary>
    private static SoapVersion? Soap(XElement binding) =>
        binding.Element(Namespaces.Soap12Wsdl + "binding") is not null ? SoapVersion.Soap12
        : binding.Element(Namespaces.Soap11Wsdl + "binding") is not null ? SoapVersion.Soap11
        : null;

    private ImportedEndpoint Endpoint(XElement? port, XElement binding, SoapVersion soap, int number)
    {
        if (number > _options.MaxEndpoints)
        {
            throw Locations.Fail(port ?? binding, $"The WSDL has more than {_options.MaxEndpoints} ports and bindings (MaxEndpoints).");
        }

        var portType = _lookup.Find(binding, "type", "portType");
        if (!_operations.TryGetValue(binding, out var operations))
        {
            _operations.Add(binding, operations = BindingOperation.Of(binding, portType));
        }

        var endpoint = new ImportedEndpoint
        {
            Name = (port ?? binding).Attribute("name")?.Value.Trim() ?? "",
            Service = port is null ? null : WsdlLookup.NameOf(port.Parent!),
            WsdlBinding = WsdlLookup.NameOf(binding),
            Contract = WsdlLookup.NameOf(portType),
            Operations = [.. operations.Select(o => o.Contract)],
            Alternatives = [],
        };
        if (port is not null)
        {
            endpoint = IdentityReader.Read(port, WithAddress(port, endpoint));
        }

        return endpoint with { Alternatives = Alternatives(port, binding, portType, operations, soap, endpoint.Address) };
    }

    private static ImportedEndpoint WithAddress(XElement port, ImportedEndpoint endpoint)
    {
        var location = port.Elements()
            .FirstOrDefault(e => e.Name == Namespaces.Soap12Wsdl + "address" || e.Name == Namespaces.Soap11Wsdl + "address")
            ?.Attribute("location");
        if (location is null)
        {
            return endpoint;
        }

        return Uri.TryCreate(location.Value.Trim(), UriKind.Absolute, out var address)
            ? endpoint with { Address = address }
            : endpoint with { Warnings = [$"{Locations.Of(location)}: '{Text.Short(location.Value)}' is no absolute address."] };
    }

    /// <summary>A policy that breaks the rules of WS-Policy refuses its own port and no other.</summary>
    private ImmutableArray<PolicyAlternative> Alternatives(
        XElement? port, XElement binding, XElement portType, ImmutableArray<BindingOperation> operations, SoapVersion soap, Uri? address)
    {
        try
        {
            if (_set.Definitions.Elements().FirstOrDefault(e => WspNames.Is(e, "PolicyAttachment")) is { } external)
            {
                throw AttachedPolicies.External(external);
            }

            if (port is not null)
            {
                IdentityReader.RequireOne(port);
            }

            var policy = new EndpointPolicy
            {
                Alternatives = _policies.Of(port?.Parent, port, binding, portType),
                Place = binding,
                Soap = soap,
                Address = address,
                AddressingOfWsdl = Addressing(port, binding),
                Operations = Policies(binding, operations),
            };
            _work.Add(policy);
            return AlternativeImporter.ImportAll(policy);
        }
        catch (PolicyException failure)
        {
            return
            [
                new()
                {
                    Outcome = PolicyOutcome.Refused,
                    Refusals =
                    [
                        new()
                        {
                            Assertion = Namespaces.Wsp12 + "Policy",
                            Location = failure.Location ?? Locations.Of(binding),
                            Reason = failure.Message,
                            Remedy = "Correct the policy on the service.",
                        },
                    ],
                },
            ];
        }
    }

    private ImmutableArray<OperationPolicy> Policies(XElement binding, ImmutableArray<BindingOperation> operations)
    {
        if (!_operationPolicies.TryGetValue(binding, out var policies))
        {
            foreach (var operation in operations)
            {
                RequireNoOtherMessage(operation);
            }

            _operationPolicies.Add(binding, policies = [.. operations.Select(Policy)]);
        }

        return policies;
    }

    /// <summary>The policy of a message that the portType does not have would be lost.</summary>
    private void RequireNoOtherMessage(BindingOperation operation)
    {
        var others = operation.OfBinding.Elements().Where(e =>
            e.Name.Namespace == Namespaces.Wsdl && e.Name.LocalName is "input" or "output" or "fault");
        foreach (var other in others.Except(operation.Messages.Select(m => m.OfBinding!)))
        {
            if (_policies.Of(other).Any(alternative => !alternative.IsEmpty))
            {
                throw Locations.Fail(
                    other, $"This wsdl:{other.Name.LocalName} has a policy, and operation '{Text.Short(operation.Contract.Name)}' of the "
                        + "portType has no such message: correct its name.");
            }
        }
    }

    private OperationPolicy Policy(BindingOperation operation) => new()
    {
        Operation = operation.Contract,
        Alternatives = _policies.Of(operation.OfBinding, operation.OfPortType),
        Messages =
        [
            .. operation.Messages.Select(message => new MessagePolicy
            {
                Kind = message.Kind,
                Action = message.Action,
                Place = message.OfBinding ?? message.OfPortType,
                Alternatives = _policies.Of([message.OfBinding, message.OfPortType,
                    .. _lookup.FindAll(message.OfPortType, "message", "message")]),
            }),
        ],
    };

    /// <summary>The extension element of 2006 may stand in the WSDL itself (WS-Addressing 1.0 WSDL Binding section 3.2).</summary>
    private static AddressingVersion? Addressing(XElement? port, XElement binding) =>
        (port?.Element(Namespaces.Wsaw + "UsingAddressing") ?? binding.Element(Namespaces.Wsaw + "UsingAddressing")) is not null
            ? AddressingVersion.WSAddressing10
            : null;
}
