using System.Xml.Linq;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Wsdl;

/// <summary>A WSDL with the documents that it imports.</summary>
internal sealed record WsdlSet(IReadOnlyList<XDocument> Documents, PolicyIndex Policies)
{
    public IEnumerable<XElement> Definitions =>
        Documents.Select(d => d.Root!).Where(root => root.Name == Namespaces.Wsdl + "definitions");
}

/// <summary>Loads a WSDL and follows what it imports.</summary>
internal static class WsdlLoader
{
    public static WsdlSet Single(XDocument document)
    {
        if (Links(document).FirstOrDefault() is { } link)
        {
            throw Locations.Fail(
                link, $"The WSDL imports '{Text.Short(link.Value)}', and a stream has no place from which to follow: "
                    + "import a file or an address.");
        }

        return Set([document]);
    }

    public static async Task<WsdlSet> LoadAsync(
        Uri first, IDocuments source, WsdlImporterOptions options, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.Timeout);
        try
        {
            return await LoadAllAsync(first, source, options, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PolicyException($"The documents of {first} did not arrive within {options.Timeout} (Timeout).");
        }
    }

    private static async Task<WsdlSet> LoadAllAsync(
        Uri first, IDocuments source, WsdlImporterOptions options, CancellationToken cancellationToken)
    {
        var documents = new List<XDocument>();
        // Each address is read once, so that documents may import each other.
        var seen = new HashSet<string>(StringComparer.Ordinal) { first.AbsoluteUri };
        var waiting = new Queue<Uri>([first]);
        var left = options.MaxTotalBytes;
        while (waiting.TryDequeue(out var address))
        {
            if (documents.Count == options.MaxDocuments)
            {
                throw new PolicyException($"{first} consists of more than {options.MaxDocuments} documents (MaxDocuments).");
            }

            var limit = Math.Min(options.MaxDocumentBytes, left);
            var (content, from) = await source.ReadAsync(address, limit, cancellationToken).ConfigureAwait(false);
            left -= content.Length;
            var document = XmlDocuments.Read(content, from.IsFile ? from.LocalPath : from.ToString(), from, options);
            documents.Add(document);
            foreach (var link in Links(document))
            {
                if (!Addresses.TryResolve(link, link.Value.Trim(), out var next))
                {
                    throw Locations.Fail(link, $"'{Text.Short(link.Value)}' is no address.");
                }

                if (seen.Add(next.AbsoluteUri))
                {
                    waiting.Enqueue(next);
                }
            }
        }

        return Set(documents);
    }

    private static WsdlSet Set(List<XDocument> documents)
    {
        var policies = new PolicyIndex();
        foreach (var document in documents)
        {
            policies.Add(document.Root!, document.Annotation<DocumentAddress>()?.Value);
        }

        var set = new WsdlSet(documents, policies);
        return set.Definitions.Any() ? set : throw Locations.Fail(
            documents[0].Root!,
            $"The document is '{Text.Short(documents[0].Root!.Name.LocalName)}' and no wsdl:definitions of WSDL 1.1: give the WSDL, "
                + "whose address often ends in ?wsdl.");
    }

    /// <summary>
    /// What a document imports: other WSDLs, and documents with policies that it refers to. Schemas say nothing of security.
    /// </summary>
    private static IEnumerable<XAttribute> Links(XDocument document)
    {
        foreach (var element in document.Root!.Elements())
        {
            if ((element.Name == Namespaces.Wsdl + "import" || element.Name == Namespaces.Wsdl + "include")
                && element.Attribute("location") is { } location)
            {
                yield return location;
            }
        }

        foreach (var reference in document.Descendants().Where(e => WspNames.Is(e, "PolicyReference")))
        {
            if (reference.Attribute("URI") is { } uri && IsOtherDocument(uri.Value.Trim()))
            {
                yield return uri;
            }
        }
    }

    // A reference without a fragment is the name of a policy (WS-Policy 1.5 section 4.3.5), which is looked up and not fetched.
    private static bool IsOtherDocument(string uri) => uri.IndexOf('#', StringComparison.Ordinal) > 0;
}
