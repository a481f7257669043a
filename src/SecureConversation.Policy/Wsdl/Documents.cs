using System.Net;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Wsdl;

/// <summary>Where documents come from.</summary>
internal interface IDocuments
{
    /// <summary>Reads a document.</summary>
    /// <returns>Its octets, and the address from which it came in the end.</returns>
    /// <exception cref="PolicyException">It may not or cannot be read.</exception>
    Task<(byte[] Content, Uri Address)> ReadAsync(Uri address, long limit, CancellationToken cancellationToken);
}

/// <summary>Files in the directory of the first one and below.</summary>
internal sealed class FileDocuments(Uri first) : IDocuments
{
    private readonly string _directory =
        Path.GetDirectoryName(first.LocalPath)!.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar;

    public Task<(byte[] Content, Uri Address)> ReadAsync(Uri address, long limit, CancellationToken cancellationToken)
    {
        if (!address.IsFile)
        {
            throw new PolicyException(
                $"A WSDL in a file imports {Text.Short(address.ToString())}: only files are followed from a file. Save it beside.");
        }

        var path = Path.GetFullPath(address.LocalPath);
        try
        {
            Require(path);
            // A link could lead out of the directory.
            if (path != first.LocalPath && File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target)
            {
                Require(target.FullName);
            }

            RequireNoLinkedDirectory(path);
            // Pipes and devices have no length, and may never end.
            if (new FileInfo(path).Length == 0)
            {
                throw new IOException("It is empty, or no file.");
            }

            using var stream = File.OpenRead(path);
            return Task.FromResult((XmlDocuments.ReadAll(stream, limit, path), address));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new PolicyException($"The file {Text.Short(path)} cannot be read: {failure.Message}", null, failure);
        }
    }

    /// <summary>Directories below the first one that are links could lead anywhere.</summary>
    private void RequireNoLinkedDirectory(string path)
    {
        for (var parent = Path.GetDirectoryName(path); parent?.Length > _directory.Length; parent = Path.GetDirectoryName(parent))
        {
            if (new DirectoryInfo(parent).LinkTarget is not null)
            {
                throw new PolicyException(
                    $"The WSDL imports the file {Text.Short(path)}, and {Text.Short(parent)} is a link, which is not followed: "
                    + "copy the file there.");
            }
        }
    }

    private void Require(string path)
    {
        if (!path.StartsWith(_directory, StringComparison.Ordinal))
        {
            throw new PolicyException(
                $"The WSDL imports the file {Text.Short(path)}, which is not in {_directory} or below: copy it there.");
        }
    }
}

/// <summary>Documents of HTTP, of one scheme and, unless the caller wants it, one host.</summary>
internal sealed class HttpDocuments : IDocuments, IDisposable
{
    private readonly Uri _first;
    private readonly WsdlImporterOptions _options;
    private readonly HttpClient _client;

    public HttpDocuments(Uri first, WsdlImporterOptions options)
    {
        if (!first.IsAbsoluteUri || first.Scheme is not ("http" or "https"))
        {
            throw new PolicyException($"'{Text.Short(first.OriginalString)}' is no absolute http, https or file address.");
        }

        _first = first;
        _options = options;
        _client = options.HttpClient ?? new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    }

    public async Task<(byte[] Content, Uri Address)> ReadAsync(Uri address, long limit, CancellationToken cancellationToken)
    {
        var current = address;
        try
        {
            for (var redirects = 0; redirects <= _options.MaxRedirects; redirects++)
            {
                Require(current);
                using var request = new HttpRequestMessage(HttpMethod.Get, current);
                using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
                    .ConfigureAwait(false);
                // A client of the caller may have followed redirects by itself.
                current = response.RequestMessage?.RequestUri ?? current;
                Require(current);
                if (IsRedirect(response.StatusCode) && response.Headers.Location is { } location)
                {
                    current = Uri.TryCreate(current, location, out var next)
                        ? next
                        : throw new PolicyException(
                            $"{current} redirects to '{Text.Short(location.OriginalString)}', which is no address.");
                    continue;
                }

                if (!response.IsSuccessStatusCode)
                {
                    throw new PolicyException(
                        $"{current} answers {(int)response.StatusCode}: give the address of the WSDL, which often ends in ?wsdl.");
                }

                var content = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                await using (content.ConfigureAwait(false))
                {
                    return (await XmlDocuments.ReadAllAsync(content, limit, current.ToString(), cancellationToken).ConfigureAwait(false),
                        current);
                }
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw new PolicyException($"{current} cannot be read: {failure.Message}", null, failure);
        }

        throw new PolicyException($"{address} leads through more than {_options.MaxRedirects} redirects (MaxRedirects).");
    }

    public void Dispose()
    {
        if (_options.HttpClient is null)
        {
            _client.Dispose();
        }
    }

    private static bool IsRedirect(HttpStatusCode status) =>
        status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private void Require(Uri address)
    {
        if (address.Scheme != _first.Scheme)
        {
            throw new PolicyException(
                $"{_first} leads to {Text.Short(address.ToString())}: only addresses of {_first.Scheme} are followed from there.");
        }

        if (!_options.FollowToOtherHosts && !string.Equals(address.Authority, _first.Authority, StringComparison.OrdinalIgnoreCase))
        {
            throw new PolicyException(
                $"{_first} leads to another host, {Text.Short(address.Authority)}: set FollowToOtherHosts if that is meant.");
        }
    }
}
