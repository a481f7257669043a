using System.Net.Http.Headers;
using SecureConversation.Binding;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Encodings;

/// <summary>The Content-Type of a package of MTOM (XOP 1.0 section 4.1, MTOM section 4.2, RFC 2387), or of its root part.</summary>
internal sealed class MultipartType
{
    public const string Multipart = "multipart/related";
    public const string Xop = "application/xop+xml";

    // RFC 2046 section 5.1.1.
    private const int MaxBoundary = 70;

    private MultipartType(string boundary, string? start, string? soapType)
    {
        Boundary = boundary;
        Start = start;
        SoapType = soapType;
    }

    /// <summary>The boundary without the hyphens before it. Printable ASCII.</summary>
    public string Boundary { get; }

    /// <summary>The Content-ID of the root part, without angle brackets; null when the root part is the first one.</summary>
    public string? Start { get; }

    /// <summary>The media type of the envelope without XOP, in lower case; null when nothing says it.</summary>
    public string? SoapType { get; }

    /// <summary>Whether the media type is that of MIME packages, whatever is in them.</summary>
    public static bool IsMultipart(string contentType) => contentType.AsSpan().TrimStart()
        .StartsWith(Multipart, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a Content-Type; null when it is none of MTOM. Parameters that occur twice have no meaning, and are refused.</summary>
    public static MultipartType? TryParse(string contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type)
            || !string.Equals(type.MediaType, Multipart, StringComparison.OrdinalIgnoreCase)
            || HasDuplicates(type)
            || !string.Equals(Parameter(type, "type"), Xop, StringComparison.OrdinalIgnoreCase)
            || Parameter(type, "boundary") is not { } boundary || !IsBoundary(boundary))
        {
            return null;
        }

        var start = Parameter(type, "start");
        return new MultipartType(boundary, start is null ? null : WithoutBrackets(start), MediaTypeOf(Parameter(type, "start-info")));
    }

    /// <summary>Checks the Content-Type of the root part, and gives its charset; null for UTF-8.</summary>
    public string? CharsetOfRoot(string? contentType)
    {
        if (contentType is null || !MediaTypeHeaderValue.TryParse(contentType, out var type) || HasDuplicates(type)
            || !string.Equals(type.MediaType, Xop, StringComparison.OrdinalIgnoreCase))
        {
            Fail.With(FailureCode.MalformedPackage, "content type of the root part", found: contentType, expected: Xop);
            return null;
        }

        var soap = MediaTypeOf(Parameter(type, "type"));
        if (SoapType is not null && soap is not null && soap != SoapType)
        {
            Fail.With(FailureCode.MalformedPackage, "type of the root part", found: soap, expected: SoapType);
        }

        return type.CharSet;
    }

    /// <summary>Whether the envelope is one of that SOAP version, as far as the package says it.</summary>
    public bool IsOf(MessageVersion version) => SoapType == version.MediaType;

    /// <summary>The name in angle brackets (RFC 2392 section 2); the whole text where there are none.</summary>
    public static string WithoutBrackets(string text) => text is ['<', .., '>'] ? text[1..^1] : text;

    // The parameter may have one of its own: application/soap+xml; action="...".
    private static string? MediaTypeOf(string? text) =>
        text is null ? null : text.Split(';', 2)[0].Trim().ToLowerInvariant();

    private static bool HasDuplicates(MediaTypeHeaderValue type) =>
        type.Parameters.Select(parameter => parameter.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count() != type.Parameters.Count;

    private static string? Parameter(MediaTypeHeaderValue type, string name)
    {
        var value = type.Parameters.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value;
        return value is ['"', .., '"'] && value.Length >= 2 ? value[1..^1].Replace("\\", "", StringComparison.Ordinal) : value;
    }

    private static bool IsBoundary(string boundary) => boundary.Length is > 0 and <= MaxBoundary
        && boundary[^1] != ' ' && !boundary.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
