using System.Text;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Trust;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Fuzz.Targets;

/// <summary>
/// The bodies of the handshake in both versions of WS-Trust. What was read stays within its bounds, and a request that was read and
/// written is read as the same again.
/// </summary>
internal sealed class TrustTarget : FuzzTarget
{
    private const int MaxSecret = 256;

    public override string Name => "trust";

    public override int BoundedRuns => 8000;

    public override IEnumerable<(string Name, byte[] Content)> Seeds()
    {
        var seen = new HashSet<string>();
        foreach (var message in VectorArchive.LoadAll().SelectMany(v => v.Messages).Where(m => m.Record.Plain is not null))
        {
            var text = Encoding.UTF8.GetString(message.ReadPlain()!);
            var start = text.IndexOf("<t:RequestSecurityToken", StringComparison.Ordinal);
            start = start < 0 ? text.IndexOf("<trust:RequestSecurityToken", StringComparison.Ordinal) : start;
            var end = text.LastIndexOf("</s:Body>", StringComparison.Ordinal);
            if (start < 0 || end < start)
            {
                continue;
            }

            var body = text[start..end];
            if (seen.Add(System.Text.RegularExpressions.Regex.Replace(body, "[A-Za-z0-9+/=._:-]{12,}", "")) && seen.Count <= 24)
            {
                yield return (message.Name.Replace('/', '-'), Encoding.UTF8.GetBytes(body));
            }
        }
    }

    public override void Run(byte[] input)
    {
        foreach (var protocol in new[] { ProtocolVersion.February2005, ProtocolVersion.V13 })
        {
            Try(input, root => CheckRequest(RequestSecurityToken.Read(root, protocol), protocol));
            Try(input, root => CheckResponse(RequestSecurityTokenResponse.Read(root, protocol)));
        }
    }

    private static void Try(byte[] input, Action<XmlElement> read)
    {
        try
        {
            using var index = XmlIndex.Parse(input, XmlLimits.Default);
            read(index.Root);
        }
        catch (SecurityFailureException e)
        {
            Require(e.Code is not FailureCode.None and not FailureCode.Internal, $"refused with {e.Code}");
        }
    }

    private static void CheckRequest(RequestSecurityToken request, ProtocolVersion protocol)
    {
        Require(request.Entropy is not { Length: > MaxSecret }, "length of the entropy");
        Require(request.KeySize is not < 0, "negative key size");
        if (request.Kind != TrustRequestKind.Issue || request.Target is not null || request.TokenType?.AsSpan().ContainsAny("<>&") == true)
        {
            return;
        }

        using var output = new PooledBytes();
        (request with { Context = null }).Write(output, protocol, "_1");
        using var index = XmlIndex.Parse(output.Memory, XmlLimits.Default);
        var again = RequestSecurityToken.Read(index.Root, protocol);
        Require(again.Kind == request.Kind && again.KeySize == request.KeySize && (again.TokenType ?? "") == (request.TokenType ?? "")
            && (again.Entropy ?? []).AsSpan().SequenceEqual(request.Entropy ?? []), "written and read again, the request differs");
    }

    private static void CheckResponse(RequestSecurityTokenResponse response)
    {
        Require(response.Entropy is not { Length: > MaxSecret } && response.ProofKey is not { Length: > MaxSecret }, "length of a secret");
        Require((response.Token is null) == (response.TokenXml.Length == 0), "a token without its octets");
        if (response.TokenXml.Length == 0)
        {
            return;
        }

        // The client writes these octets into each of its messages.
        using var index = XmlIndex.Parse(response.TokenXml, XmlLimits.Default);
        Require(index.Root.GetAttribute(Wsu.Id) == response.TokenId, "the Id of the token");
    }
}
