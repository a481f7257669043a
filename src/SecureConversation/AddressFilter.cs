using System.ComponentModel;
using SecureConversation.Binding;
using SecureConversation.Shared;

namespace SecureConversation;

/// <summary>
/// Decides whether a request is addressed to this endpoint. Its a:To is signed (WS-Addressing 1.0 section 3.1), so a message for another
/// endpoint stays one for the other endpoint, even where both have the same certificate. User information, query and fragment of a URI
/// are ignored, and so are upper and lower case and a slash at the end of the path, as WCF does. A path with the segments . and .., encoded
/// or not, is equal to none: it names another endpoint to each that reads it. Immutable.
/// </summary>
[TypeConverter(typeof(AddressFilterConverter))]
public sealed class AddressFilter
{
    private readonly string _name;
    private readonly Func<Uri?, Uri?, bool> _accepts;

    private AddressFilter(string name, Func<Uri?, Uri?, bool> accepts, bool comparesWithOwn = false)
    {
        ComparesWithOwn = comparesWithOwn;
        _name = name;
        _accepts = accepts;
    }

    /// <summary>
    /// Scheme, port and path of a:To are those of the endpoint; the host is ignored, since a service has many names. This is WCF's
    /// EndpointAddressMessageFilter, which AddressFilterMode.Exact uses. The default.
    /// </summary>
    public static AddressFilter IgnoringHost { get; } =
        Comparing(nameof(IgnoringHost), (to, own) => SameScheme(to, own) && to.Port == own.Port && SamePath(to, own));

    /// <summary>
    /// Scheme, host, port and path are those of the endpoint; WCF's EndpointAddressMessageFilter with the host name in the comparison. The
    /// host says something only where the endpoint has a configured address or a transport that checks the host it is called by.
    /// </summary>
    public static AddressFilter Exact { get; } = Comparing(nameof(Exact), Same);

    /// <summary>The path is that of the endpoint: for a service behind a proxy that has another scheme, host or port.</summary>
    public static AddressFilter PathOnly { get; } = Comparing(nameof(PathOnly), SamePath);

    /// <summary>Every address is accepted, as with WCF's AddressFilterMode.Any: endpoints with one certificate share messages.</summary>
    public static AddressFilter Any { get; } = new(nameof(Any), (_, _) => true);

    /// <summary>
    /// a:To is one of the addresses, by scheme, host, port and path: for a service behind a proxy that changes the path, or with logical
    /// addresses. What the host sees does not matter.
    /// </summary>
    /// <param name="addresses">Absolute URIs, at least one.</param>
    /// <exception cref="ArgumentException">There is no address, or one is not absolute.</exception>
    public static AddressFilter OneOf(params IEnumerable<Uri> addresses)
    {
        Uri[] known = [.. addresses];
        if (known.Length == 0 || !Array.TrueForAll(known, a => a is { IsAbsoluteUri: true }))
        {
            throw new ArgumentException("Give at least one address. Each has to be an absolute URI.", nameof(addresses));
        }

        return new AddressFilter(
            $"{nameof(OneOf)}({string.Join(", ", known.Select(a => a.AbsoluteUri))})",
            (to, _) => IsComparable(to) && Array.Exists(known, a => Same(to!, a)));
    }

    /// <summary>A rule of the application.</summary>
    /// <param name="accepts">
    /// Takes a:To, null when the message has none, and the address of the endpoint, null when it is not known. Called for every verified
    /// request; safe for concurrent use, and must not throw.
    /// </param>
    public static AddressFilter Create(Func<Uri?, Uri?, bool> accepts)
    {
        ArgumentNullException.ThrowIfNull(accepts);
        return new AddressFilter(nameof(Create), accepts);
    }

    /// <summary>Whether a message is addressed to the endpoint.</summary>
    /// <param name="to">
    /// Its a:To; null when it has none. As in WCF, a message without one or with the anonymous address is for no endpoint.
    /// </param>
    /// <param name="address">The address of the endpoint. When it is null, the filters that compare with it accept nothing.</param>
    public bool Accepts(Uri? to, Uri? address) => _accepts(to, address);

    /// <summary>The name of the filter, for logs.</summary>
    public override string ToString() => _name;

    /// <summary>Whether it says nothing without the address of the endpoint.</summary>
    internal bool ComparesWithOwn { get; }

    private static AddressFilter Comparing(string name, Func<Uri, Uri, bool> same) => new(
        name, (to, address) => IsComparable(to) && IsComparable(address) && same(to!, address!), comparesWithOwn: true);

    // Uri removes dot segments when it parses, so they are looked for in what was written.
    private static bool IsComparable(Uri? uri) => uri is { IsAbsoluteUri: true } && !DotSegments.AreIn(WithoutQuery(uri.OriginalString));

    private static string WithoutQuery(string uri) => uri.IndexOfAny(['?', '#']) is >= 0 and var end ? uri[..end] : uri;

    private static bool Same(Uri a, Uri b) =>
        SameScheme(a, b) && a.Port == b.Port && SameHost(a, b) && SamePath(a, b);

    private static bool SameHost(Uri a, Uri b)
    {
        try
        {
            return string.Equals(a.Host, b.Host, StringComparison.OrdinalIgnoreCase)
                || string.Equals(a.IdnHost, b.IdnHost, StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception e) when (e is UriFormatException or ArgumentException)
        {
            // Uri takes names that have no form for the DNS.
            return false;
        }
    }

    // Uri.Scheme is in lower case.
    private static bool SameScheme(Uri a, Uri b) => a.Scheme == b.Scheme;

    private static bool SamePath(Uri a, Uri b) => PathOf(a).Equals(PathOf(b), StringComparison.OrdinalIgnoreCase);

    private static ReadOnlySpan<char> PathOf(Uri uri)
    {
        ReadOnlySpan<char> path = uri.GetComponents(UriComponents.Path | UriComponents.KeepDelimiter, UriFormat.SafeUnescaped);
        return path is [.. var rest, '/'] ? rest : path;
    }
}
