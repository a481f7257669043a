using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace SecureConversation.Gateway.Soap;

/// <summary>The action as HTTP says it: a header in SOAP 1.1, a parameter of the media type in SOAP 1.2.</summary>
internal static class HttpAction
{
    public const string Header = "SOAPAction";

    /// <summary>The header where it has one value; null otherwise.</summary>
    public static string? One(StringValues header)
    {
        if (header is not [{ } text])
        {
            return null;
        }

        var value = text.AsSpan().Trim();
        var isQuoted = value is ['"', .., '"'];
        var isOne = isQuoted ? !value[1..^1].Contains('"') : value.IndexOfAny('"', ',') < 0;
        return isOne ? text : null;
    }

    /// <summary>The media type; without its actions where it has several.</summary>
    public static string? TypeWithOne(string? contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || type.Parameters.Count(IsAction) < 2)
        {
            return contentType;
        }

        foreach (var action in type.Parameters.Where(IsAction).ToList())
        {
            type.Parameters.Remove(action);
        }

        return type.ToString();
    }

    private static bool IsAction(NameValueHeaderValue parameter) => parameter.Name.Equals("action", StringComparison.OrdinalIgnoreCase);
}
