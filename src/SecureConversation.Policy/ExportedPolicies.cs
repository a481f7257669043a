using System.Collections.Immutable;
using System.Xml;
using System.Xml.Linq;

namespace SecureConversation.Policy;

/// <summary>
/// The assertions of a binding by the place in the WSDL that they belong to. Each list is one alternative, without wsp:Policy.
/// </summary>
public sealed record ExportedPolicies
{
    /// <summary>The assertions of the wsdl:binding.</summary>
    public required ImmutableArray<XElement> Binding { get; init; }

    /// <summary>The assertions of the messages, by operation, in the order of the contract.</summary>
    public required ImmutableArray<ExportedOperation> Operations { get; init; }

    /// <summary>An assertion as the DOM has it, for the lists of WCF's and CoreWCF's <c>PolicyConversionContext</c>.</summary>
    /// <param name="assertion">The assertion. It is copied.</param>
    public static XmlElement ToXmlElement(XElement assertion)
    {
        ArgumentNullException.ThrowIfNull(assertion);
#pragma warning disable RS0030 // The lists of WCF hold elements of the DOM. What stands here was written by this library.
        var document = new XmlDocument { XmlResolver = null };
        using var reader = assertion.CreateReader();
        document.Load(reader);
        return document.DocumentElement!;
#pragma warning restore RS0030
    }
}

/// <summary>The assertions of the messages of an operation.</summary>
public sealed record ExportedOperation
{
    /// <summary>The operation.</summary>
    public required ContractOperation Operation { get; init; }

    /// <summary>
    /// The assertions of the operation of the wsdl:binding: the supporting tokens that its requests have besides those of the endpoint.
    /// </summary>
    public ImmutableArray<XElement> Tokens { get; init; } = [];

    /// <summary>The assertions of the request.</summary>
    public ImmutableArray<XElement> Input { get; init; } = [];

    /// <summary>The assertions of the reply; empty for a one-way operation.</summary>
    public ImmutableArray<XElement> Output { get; init; } = [];

    /// <summary>The assertions of each declared fault, by its name.</summary>
    public ImmutableDictionary<string, ImmutableArray<XElement>> Faults { get; init; } =
        ImmutableDictionary<string, ImmutableArray<XElement>>.Empty;
}
